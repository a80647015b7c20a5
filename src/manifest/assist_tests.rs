//! What is offered and said at a cursor, as data: the text with the cursor at `|`, and what there is.

use super::*;
use crate::api::Time;

/// A cluster with a few names.
struct Shop;

impl Live for Shop {
    fn now(&self) -> Time {
        Time::parse("2026-01-05T00:00:00Z").expect("a time")
    }
    fn names(&self, kind: Kind, namespace: &str) -> Vec<String> {
        let names: &[&str] = match (kind, namespace) {
            (Kind::ConfigMap, "default") => &["settings", "colours"],
            (Kind::ConfigMap, "shop") => &["prices"],
            (Kind::Node, _) => &["node-1"],
            (Kind::Deployment, _) => &["web"],
            _ => &[],
        };
        names.iter().map(|n| (*n).to_owned()).collect()
    }
    fn about(&self, kind: Kind, namespace: &str, name: &str) -> Option<String> {
        self.names(kind, namespace).contains(&name.to_owned()).then(|| "data 2".to_owned())
    }
    fn labels(&self, kind: Kind, _: &str) -> Vec<(String, String)> {
        let pairs: &[(&str, &str)] = match kind {
            Kind::Pod => &[("app", "web"), ("app", "db"), ("tier", "1")],
            Kind::Node => &[("disk", "ssd")],
            _ => &[],
        };
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }
    fn ports(&self, _: &str) -> Vec<String> {
        vec!["http".to_owned()]
    }
    fn images(&self) -> Vec<(&'static str, String)> {
        vec![("nginx", "runs nginx".to_owned()), ("busybox", "ends at once".to_owned())]
    }
    fn image(&self, _: &str) -> String {
        "runs nginx".to_owned()
    }
}

/// The text with the cursor at `|`.
fn at_cursor(text: &str) -> (String, u32, u32) {
    let at = text.find('|').expect("a cursor");
    let before = &text[..at];
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    (text.replacen('|', "", 1), line, column)
}

fn offered(text: &str) -> Vec<Completion> {
    let (text, line, column) = at_cursor(text);
    complete(&text, line, column, &Shop)
}

#[test]
fn names_of_the_cluster_and_of_the_text_are_offered() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n  - name: main\n    image: nginx\n";
    let envs = "    envFrom:\n    - configMapRef:\n        name: ";
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\nspec:\n";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  selector:\n    matchLabels:\n";
    let template = "  template:\n    metadata:\n      labels:\n        app: mine\n";
    let cron = "apiVersion: batch/v1\nkind: CronJob\nspec:\n";
    let cases: &[(String, &[&str])] = &[
        (format!("{pod}{envs}|"), &["settings", "colours"]),
        (format!("{pod}{envs}se|"), &["settings"]),
        (format!("{}{envs}|", pod.replace("name: x", "name: x\n  namespace: shop")), &["prices"]),
        (format!("{pod}{envs}|\n---\nkind: ConfigMap\nmetadata:\n  name: here\n"), &["settings", "colours", "here"]),
        (format!("{pod}  nodeName: |"), &["node-1"]),
        (format!("{pod}  nodeSelector:\n    |"), &["disk: ssd"]),
        (format!("{pod}    volumeMounts:\n    - name: |\n  volumes:\n  - name: data\n"), &["data"]),
        (pod.replace("image: nginx", "image: bu|"), &["busybox"]),
        (format!("{service}  selector:\n    |"), &["app: web", "app: db", "tier: 1"]),
        (format!("{service}  selector:\n    app: |"), &["web", "db"]),
        (format!("{service}  selector:\n    app: web\n    |"), &["tier: 1"]),
        (format!("{service}  ports:\n  - targetPort: |"), &["http"]),
        (format!("{deployment}      app: |\n{template}"), &["mine", "web", "db"]),
        (format!("{cron}  schedule: \"0 9|\""), &["0 9 * * 1-5"]),
        (format!("{cron}  timeZone: Europe/Berl|"), &["Europe/Berlin"]),
        (
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef:\n    kind: Deployment\n    name: |".into(),
            &["web"],
        ),
        ("# a comment |".into(), &[]),
        (format!("{pod}    args:\n    - |\n").replace("- |", "- >\n      im|"), &[]),
    ];
    for (text, want) in cases {
        let labels: Vec<String> = offered(text).into_iter().map(|c| c.label).collect();
        assert_eq!(labels, *want, "{text}");
    }
}

#[test]
fn what_is_taken_fits_where_it_is_written() {
    let cron = "apiVersion: batch/v1\nkind: CronJob\nspec:\n";
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n";
    let cases: &[(String, &str, String)] = &[
        (format!("{cron}  schedule: |"), "*/5 * * * *", format!("{cron}  schedule: \"*/5 * * * *\"")),
        (format!("{cron}  schedule: \"|\""), "*/5 * * * *", format!("{cron}  schedule: \"*/5 * * * *\"")),
        (
            format!("{pod}  restartPolicy: Al|ways # so"),
            "Always",
            format!("{pod}  restartPolicy: Always # so"),
        ),
        (format!("{pod}  restartP|: Never"), "restartPolicy", format!("{pod}  restartPolicy: Never")),
        (format!("{pod}  restart|"), "restartPolicy", format!("{pod}  restartPolicy: ")),
        (format!("{pod}  contai|"), "containers", format!("{pod}  containers:")),
    ];
    for (text, label, want) in cases {
        let (plain, ..) = at_cursor(text);
        let all = offered(text);
        let it = all
            .iter()
            .find(|c| c.label == *label)
            .unwrap_or_else(|| panic!("{label} is not offered: {text}"));
        let (from, to) = (it.replaces.start.byte as usize, it.replaces.end.byte as usize);
        assert_eq!(format!("{}{}{}", &plain[..from], it.insert, &plain[to..]), *want, "{text}");
    }
}

#[test]
fn a_whole_manifest_is_offered_where_there_is_none() {
    let labels = |text: &str| offered(text).into_iter().map(|c| c.label).collect::<Vec<_>>();
    assert!(labels("|").contains(&"CronJob".to_owned()));
    assert!(labels("---\nJo|").contains(&"Job".to_owned()));
    let text = "apiVersion: batch/v1\nkind: Job\n|";
    let job = offered(text).into_iter().find(|c| c.label == "metadata …").expect("a whole Job");
    let parsed = crate::manifest::parse(&text.replace('|', &job.insert));
    assert!(parsed.is_clean(), "{:?}", parsed.diagnostics);
    assert!(
        !labels("apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\n|")
            .contains(&"metadata …".to_owned())
    );
}

#[test]
fn what_a_value_is_now_is_said() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n";
    let cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: x\nspec:\n";
    let cases: &[(String, &[&str])] = &[
        (format!("{pod}  nodeName: no|de-1\n"), &["Node node-1 now: data 2."]),
        (format!("{pod}  node|Name: node-9\n"), &["There is no Node node-9 now."]),
        (
            format!("{pod}  volumes:\n  - name: v\n    configMap:\n      name: pri|ces\n"),
            &["There is no ConfigMap prices in the namespace default now."],
        ),
        (format!("{pod}  activeDeadline|Seconds: 5400 # long\n"), &["1 hour 30 minutes."]),
        (format!("{pod}  containers:\n  - im|age: nginx\n"), &["Without a command it runs nginx."]),
        (
            format!("{pod}  containers:\n  - resources:\n      requests:\n        c|pu: 500m\n"),
            &["50 % of the time of one CPU."],
        ),
        (
            format!("{cron}  sche|dule: \"0 0 * * *\"\n"),
            &["Runs next: Tue 6 Jan 2026 00:00, Wed 7 Jan 2026 00:00, Thu 8 Jan 2026 00:00 (UTC)."],
        ),
        (format!("{pod}  restart|Policy: Never\n"), &[]),
    ];
    for (text, want) in cases {
        let (text, line, column) = at_cursor(text);
        let facts = hover(&text, line, column, &Shop).expect("it is known").facts;
        assert_eq!(facts, *want, "{text}");
    }
}

#[test]
fn what_fits_is_offered() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n";
    let pod = "  template:\n    spec:\n      containers:\n      - name: c\n";
    let cases: &[(String, &[&str])] = &[
        ("apiVersion: v1\n|".into(), &["kind", "metadata", "spec"]),
        ("apiVersion: batch/v1\nkind: |".into(), &["Job", "CronJob"]),
        ("apiVersion: a|".into(), &["apps/v1", "autoscaling/v2"]),
        (format!("{job}  par|"), &["parallelism"]),
        (format!("{job}  completions: 3\n  com|\n  parallelism: 2\n"), &["completionMode"]),
        (format!("{job}  completionMode: |"), &["NonIndexed", "Indexed"]),
        (format!("{job}{pod}        im|"), &["image", "imagePullPolicy"]),
        (format!("{job}{pod}      re|"), &["readinessGates", "restartPolicy", "resourceClaims", "resources"]),
        (format!("{job}{pod}      restartPolicy: N|"), &["Never"]),
        (format!("{job}{pod}        ports:\n        - con|"), &["containerPort"]),
        (format!("{job}{pod}        ports:\n          - name: a\n            con|"), &["containerPort"]),
        (format!("{job}  suspend: |"), &["true", "false"]),
        ("kind: Nope\nspec:\n  |".into(), &[]),
        (format!("{job}---\nki|"), &["kind"]),
    ];
    for (text, want) in cases {
        let (text, line, column) = at_cursor(text);
        let labels: Vec<String> = complete(&text, line, column, &Shop).into_iter().map(|c| c.label).collect();
        assert_eq!(labels, *want, "{text}");
    }
}

#[test]
fn a_field_is_explained() {
    let text = "apiVersion: batch/v1\nkind: Job\nspec:\n  back|offLimit: 4\n";
    let (text, line, column) = at_cursor(text);
    let hover = hover(&text, line, column, &Shop).expect("it is known");
    assert_eq!((hover.path.as_str(), hover.detail.as_str()), ("spec.backoffLimit", "a whole number"));
    assert_eq!((hover.default.as_deref(), hover.simulated), (Some("6"), true));
    assert_eq!(
        hover.doc,
        "How many failures are retried, after 10 s, 20 s, 40 s …, before the Job fails; 6 if not said."
    );
    assert_eq!((hover.span.start.column, hover.span.end.column), (3, 15));
}

#[test]
fn a_default_deep_inside_is_found() {
    let names = ["spec", "template", "spec", "containers", "ports", "protocol"].map(str::to_owned);
    assert_eq!(default_of(Kind::Deployment, &names).as_deref(), Some("\"TCP\""));
}
