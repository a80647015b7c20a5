//! The manifest room against what a real kubectl and API server said.

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
        return String::new();
    }
    Refusal::invalid(kind, text(value.get("metadata"), "name"), errors).for_kubectl("") + "\n"
}

/// Kinds whose rules are written so far; the others are counted apart.
fn is_typed(kind: Option<Kind>) -> bool {
    kind.is_none_or(|k| k.info().simulated)
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
];

/// Cases that are not the same yet. A case that becomes right must be taken out here.
const OPEN: &[&str] = &[
    // The server shows the difference of two internal Go structs.
    "pod-update-command",
    "pod-update-restartPolicy",
    "pod-update-name-container",
    // The server shows an internal Go struct as JSON, with fields in Go's order.
    "job-update-template",
    "job-update-podFailurePolicy",
    // The recording's server was built from another folder, and its message holds the path of a source file.
    "pod-kind-lower",
];

#[test]
fn invalid_manifests_are_refused_in_the_same_words() {
    let Some(all) = conformance("validation/invalid.jsonl") else { return };
    let (mut right, mut wrong, mut untyped) = (0, Vec::new(), (0, 0));
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
        let want = if case.get("exit_code").as_int() == Some(0) { "" } else { want };
        let typed = parsed.documents.iter().all(|d| is_typed(d.kind));
        if !typed {
            untyped.0 += u32::from(said == want);
            untyped.1 += 1;
        } else if said == want {
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
    println!(
        "typed kinds: {right} right, {} not yet; other kinds: {} of {}",
        wrong.len(),
        untyped.0,
        untyped.1
    );
    let unexpected: Vec<&String> =
        wrong.iter().filter(|w| !OPEN.iter().any(|o| w.starts_with(&format!("## {o}\n")))).collect();
    assert!(
        unexpected.is_empty(),
        "{} cases differ:\n{}",
        unexpected.len(),
        unexpected.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n")
    );
}
