//! The manifest room against what a real kubectl and API server said.

use crate::json::tell;
use podium::api::{Kind, Value};
use podium::manifest::{self, Document, Refusal};
use std::path::PathBuf;

/// The folder of recordings, or none with a plain message.
fn conformance(file: &str) -> Option<String> {
    let folder = std::env::var_os("PODIUM_CONFORMANCE").map(PathBuf::from);
    let folder =
        folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"));
    let text = std::fs::read_to_string(folder.join(file)).ok();
    if text.is_none() {
        println!("skipped: {file} is not there");
    }
    text
}

/// Each line of a `.jsonl` file. JSON is YAML, so the room reads its own test data.
fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| manifest::parse(line).documents.remove(0).value)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).as_str().unwrap_or("")
}

/// What `kubectl apply -f manifest.yaml` says to one document, given what is there already; empty if it is taken.
fn applied(document: &Document, before: Option<&Value>) -> String {
    if let Some(undecoded) = &document.undecoded {
        return undecoded.for_kubectl("manifest.yaml") + "\n";
    }
    let kind = document.kind.expect("a decoded document has a kind");
    let mut value = document.value.clone();
    manifest::set_defaults(kind, &mut value);
    let errors = manifest::validate(kind, &value, before);
    if errors.is_empty() {
        return manifest::warnings(kind, &value).iter().map(|w| format!("Warning: {w}\n")).collect();
    }
    Refusal::invalid(kind, text(value.get("metadata"), "name"), errors).for_kubectl("") + "\n"
}

/// Cases that depend on what is in the cluster, or on kubectl's verbs: other rooms answer for them.
const ELSEWHERE: &[&str] = &[
    "pod-no-metadata-name",
    "pod-generateName-apply",
    "pod-priorityclass-missing",
    "pod-serviceaccount-missing",
    "pod-namespace-missing",
    "pod-namespace-bad",
    "svc-nodeport-high",
    "svc-nodeport-taken",
    "svc-clusterip-taken",
    "cm-no-name",
    "yaml-comment-only",
    "yaml-empty-docs",
    // What is shown holds what the server had added.
    "pod-update-command",
    "pod-update-restartPolicy",
    "pod-update-name-container",
    "job-update-template",
    "job-update-podFailurePolicy",
];

/// Cases that are not the same yet. A case that becomes right must be taken out here.
const OPEN: &[&str] = &[
    // The recording's server was built from another folder, and its message holds the path of a source file.
    "pod-kind-lower",
];

#[test]
fn invalid_manifests_are_refused_in_the_same_words() {
    let Some(all) = conformance("validation/invalid.jsonl") else { return };
    let (mut right, mut wrong) = (0, Vec::new());
    for case in lines(&all) {
        let name = text(&case, "name");
        if ELSEWHERE.contains(&name) {
            continue;
        }
        let before = case.get("pre").as_str().map(|pre| {
            let document = manifest::parse(pre).documents.remove(0);
            let mut value = document.value;
            manifest::set_defaults(document.kind.expect("a kind"), &mut value);
            value
        });
        let parsed = manifest::parse(text(&case, "manifest"));
        let said: String = parsed.documents.iter().map(|d| applied(d, before.as_ref())).collect();
        let want = text(&case, "stderr");
        if said == want {
            right += 1;
            assert!(!OPEN.contains(&name), "{name} is right now: take it out of the list");
        } else {
            wrong.push(format!("## {name}\nwant {want}said {said}"));
        }
        // What kubectl refuses is marked in the editor as well.
        if case.get("exit_code").as_int() != Some(0) && before.is_none() && said == want {
            assert!(!parsed.is_clean(), "{name}: nothing is marked");
        }
    }
    tell(&format!("{right} of {} refusals of the API server agree word for word", right + wrong.len()));
    let unexpected: Vec<&String> =
        wrong.iter().filter(|w| !OPEN.iter().any(|o| w.starts_with(&format!("## {o}\n")))).collect();
    assert!(
        unexpected.is_empty(),
        "{} cases differ:\n{}",
        unexpected.len(),
        unexpected.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n")
    );
}

/// Fields that the simulation fills in, because they depend on the cluster.
fn without_what_the_cluster_adds(kind: Kind, value: &mut Value) {
    let remove = |value: &mut Value, parent: &str, names: &[&str]| {
        let mut inner = value.at(parent).clone();
        if inner.is_null() {
            return;
        }
        for name in names {
            inner.map_mut().remove(*name);
        }
        value.set(parent, inner);
    };
    remove(value, "metadata", &["creationTimestamp", "generation", "resourceVersion", "uid", "namespace"]);
    value.map_mut().remove("status");
    match kind {
        Kind::Deployment | Kind::DaemonSet => remove(value, "metadata", &["annotations"]),
        Kind::PersistentVolumeClaim => remove(value, "metadata", &["finalizers"]),
        Kind::Job => {
            remove(value, "metadata", &["labels"]);
            remove(value, "spec", &["selector"]);
            remove(value, "spec.template.metadata", &["labels"]);
        }
        Kind::Service => {
            remove(value, "spec", &["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]);
            let mut ports = value.at("spec.ports").clone();
            for port in ports.list_mut() {
                port.map_mut().remove("nodePort");
            }
            value.set("spec.ports", ports);
        }
        Kind::Pod => {
            remove(
                value,
                "spec",
                &["nodeName", "preemptionPolicy", "priority", "serviceAccount", "serviceAccountName"],
            );
            let added = |v: &Value, field: &str| {
                let word = text(v, field);
                word.starts_with("kube-api-access") || word.starts_with("node.kubernetes.io/")
            };
            let mut spec = value.get("spec").clone();
            drop_from(&mut spec, "volumes", &|v| added(v, "name"));
            drop_from(&mut spec, "tolerations", &|v| added(v, "key"));
            for list in ["containers", "initContainers"] {
                let mut containers = spec.get(list).clone();
                if containers.is_null() {
                    continue;
                }
                for c in containers.list_mut() {
                    drop_from(c, "volumeMounts", &|v| added(v, "name"));
                }
                spec.set(list, containers);
            }
            value.set("spec", spec);
        }
        _ => {}
    }
}

fn drop_from(value: &mut Value, list: &str, gone: &dyn Fn(&Value) -> bool) {
    let mut items = value.get(list).clone();
    if items.is_null() {
        return;
    }
    items.list_mut().retain(|v| !gone(v));
    if items.items().is_empty() {
        value.map_mut().remove(list);
    } else {
        value.set(list, items);
    }
}

#[test]
fn defaults_are_the_servers() {
    let Some(all) = conformance("validation/valid.jsonl") else { return };
    let (mut right, mut other, mut wrong) = (0, Vec::new(), Vec::new());
    for case in lines(&all) {
        let name = text(&case, "name");
        let recorded = manifest::parse(text(&case, "get_yaml"));
        let Some(recorded) = recorded.documents.into_iter().next() else { continue };
        let document = manifest::parse(text(&case, "manifest")).documents.remove(0);
        let kind = document.kind.expect("a valid manifest has a kind");
        let (mut value, mut want) = (document.value, recorded.value);
        manifest::set_defaults(kind, &mut value);
        let once = value.clone();
        manifest::set_defaults(kind, &mut value);
        assert_eq!(once, value, "{name}: filling in twice changes something");
        assert_eq!(manifest::validate(kind, &value, None), [], "{name}");
        without_what_the_cluster_adds(kind, &mut value);
        without_what_the_cluster_adds(kind, &mut want);
        if value == want {
            right += 1;
        } else if kind.info().simulated {
            wrong.push(format!("## {name}\nwant {}\nhave {}", want.to_json(), value.to_json()));
        } else {
            other.push(name.to_owned());
        }
    }
    tell(&format!(
        "{right} valid manifests get the server's defaults; kinds that are only kept, not yet: {other:?}"
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Examples that today's API server refuses too, or that need a kind from outside.
const REFUSED_EXAMPLES: &[&str] = &[
    "job/cronjob.yaml",                            // batch/v1beta1 is gone since 1.25
    "job/job-tmpl.yaml",                           // $ITEM must be replaced first
    "controllers/job-success-policy-example.yaml", // has no name and no restartPolicy
    "pods/pod-with-node-affinity.yaml",            // has a list where a map belongs
    "controllers/replication.yaml", // ReplicationController: taken by a real cluster, not yet here
];

#[test]
fn examples_of_the_documentation_are_taken() {
    let folder = std::env::var_os("PODIUM_CONFORMANCE").map(PathBuf::from);
    let folder =
        folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"));
    let mut files = Vec::new();
    let mut folders = vec![folder.join("manifests")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut refused = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("it was listed");
        let name = file.to_string_lossy().into_owned();
        let parsed = manifest::parse(&text);
        let errors: Vec<String> = parsed
            .diagnostics
            .iter()
            .filter(|d| d.severity == manifest::Severity::Error)
            .map(ToString::to_string)
            .collect();
        let expected = REFUSED_EXAMPLES.iter().any(|r| name.ends_with(r));
        if expected == errors.is_empty() {
            refused.push(format!("{name}: {}", errors.join("\n    ")));
        }
    }
    tell(&format!("{} examples of the documentation are taken or properly refused", files.len()));
    assert!(
        refused.is_empty(),
        "{} of {} are not as expected:\n{}",
        refused.len(),
        files.len(),
        refused.join("\n")
    );
}

/// Each text of tests/suite/manifest beside what is said of it. `UPDATE=1` writes what is said now.
#[test]
fn mistakes_are_explained() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/manifest");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("it is there").map(|e| e.expect("readable").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "yaml"));
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("it was listed");
        let parsed = manifest::parse(&text);
        let mut said: String = parsed.diagnostics.iter().map(|d| format!("{d}\n")).collect();
        for document in &parsed.documents {
            let kind = document.kind.map_or("-", |k| k.info().name);
            said += &format!("= {kind}");
            match &document.undecoded {
                Some(undecoded) => said += &format!(": {}\n", undecoded.for_kubectl("FILE")),
                None => said += "\n",
            }
        }
        let snapshot = file.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&snapshot, &said).expect("writable");
        }
        let want = std::fs::read_to_string(&snapshot).unwrap_or_default();
        if want != said {
            wrong.push(format!("## {}\nwant\n{want}said\n{said}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn timed(name: &str, text: &str) {
    let start = std::time::Instant::now();
    let parsed = manifest::parse(text);
    let ms = start.elapsed().as_millis();
    println!(
        "{ms:>6} ms  {name}: {} bytes, {} documents, {} diagnostics",
        text.len(),
        parsed.documents.len(),
        parsed.diagnostics.len()
    );
    // What is not optimised, on a machine that is busy with other things, may take longer.
    let most = if cfg!(debug_assertions) { 8_000 } else { 2_000 };
    assert!(ms < most, "{name} took {ms} ms");
}

#[test]
fn huge_texts_are_answered_soon() {
    timed("10 MB", &"a: b\n".repeat(2 << 20));
    timed("one line of JSON", &format!("{{{}}}", "\"a\":[1,{\"b\":2}],".repeat(30_000)));
    timed("doubled keys in one line", &format!("{{{}}}", "a: 1, ".repeat(30_000)));
    timed("comments", &"# aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n".repeat(98_000));
    timed("documents", &"---\na: 1\n".repeat(300_000));
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n";
    timed("containers without a name", &format!("{head}{}", "  - {image: x, ports: [{}]}\n".repeat(12_000)));
    timed(
        "unknown fields",
        &format!(
            "{head}  - name: c\n{}",
            (0..12_000).map(|i| format!("    field{i}: 1\n")).collect::<String>()
        ),
    );
    timed("brackets", &"[".repeat(2 << 20));
    timed("quotes", &"\"".repeat(2 << 20));
    timed("braces that are never closed", &"{a: [b\n".repeat(300_000));
    timed("odd brackets", &format!("a:\n{}", "  - b: [\n  x\n  ]\n".repeat(15_000)));
    timed("colons", &": ".repeat(1 << 20));
    timed("dashes", &"- ".repeat(1 << 20));
    timed("letters of three bytes", &"ä→: ö\n".repeat(25_000));
}

mod fuzz {
    use super::*;
    use podium::kubectl::Known;
    use podium::sim::{Config, Timeline};
    use proptest::prelude::*;

    /// Pieces of manifests, so that chance finds more than syntax errors.
    fn piece() -> impl Strategy<Value = String> {
        let words = [
            "apiVersion: v1\n",
            "apiVersion: batch/v1\n",
            "kind: Pod\n",
            "kind: Job\n",
            "kind: List\n",
            "metadata:\n",
            "  name: x\n",
            "spec:\n",
            "  template:\n",
            "    spec:\n",
            "containers:\n",
            "- name: c\n",
            "  image: nginx\n",
            "items:\n",
            "- ",
            "  ",
            "\n",
            "\t",
            ": ",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "'",
            "&a ",
            "*a",
            "<<: *a\n",
            "!!int ",
            "|\n",
            ">-\n",
            "# x\n",
            "---\n",
            "...\n",
            "~",
            "-1",
            "1e9",
            "0x1F",
            "99999999999999999999",
            "yes",
            ".inf",
            "ö",
            "\u{feff}",
            "\r\n",
            "%YAML 1.1\n",
            "@",
            "`",
            "? ",
            ",",
            "ports: [{containerPort: -1}]\n",
            "selector: {matchLabels: {a: b}}\n",
            "parallelism: 5\n",
            "schedule: '* * * * *'\n",
        ];
        prop_oneof![3 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,8}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_text_makes_it_panic(pieces in prop::collection::vec(piece(), 0..40)) {
            let text: String = pieces.concat();
            let parsed = manifest::parse(&text);
            for d in &parsed.diagnostics {
                prop_assert!(d.span.end.byte as usize <= text.len() && d.span.start <= d.span.end);
                prop_assert!(text.is_char_boundary(d.span.start.byte as usize));
            }
            for fix in parsed.diagnostics.iter().flat_map(|d| &d.fixes) {
                fix.applied(&text);
            }
            let timeline = Timeline::new(Config::default());
            let known = Known(timeline.world());
            for (line, column) in [1, 2, 4, 7].into_iter().flat_map(|line| [1, 3, 9].map(|column| (line, column))) {
                manifest::complete(&text, line, column, &known);
                manifest::hover(&text, line, column, &known);
            }
            for document in &parsed.documents {
                let line = document.span.start.line;
                document.span_of(&document.path_at(line, 1));
            }
        }
    }
}

/// Formatting changes no example's meaning, and a second time nothing.
#[test]
fn examples_are_formatted_without_harm() {
    let values =
        |text: &str| manifest::parse(text).documents.into_iter().map(|d| d.value).collect::<Vec<_>>();
    let formatted = |text: &str| {
        let edits = manifest::format(text).expect("an example is YAML");
        manifest::Fix { title: String::new(), edits }.applied(text)
    };
    for example in podium::examples::ALL {
        let once = formatted(example.manifest);
        assert_eq!(values(&once), values(example.manifest), "{}", example.name);
        assert_eq!(formatted(&once), once, "{}", example.name);
    }
}
