{{range .items}}{{.kind}}/{{.metadata.name}}
{{end}}