//! What `kubectl apply` says of manifests, rule by rule of the API server: `tests/suite/refusals.txt`.
//!
//! A case is `=== NAME`, a manifest, perhaps `+++` and the manifest that is applied after it, and behind `>>>` what kubectl
//! says to the last one. `UPDATE=1` writes what it says now.

use podium::kubectl::{self, Context, Files};
use podium::sim::{Config, Timeline};
use std::path::PathBuf;

struct Only<'a>(&'a str);
impl Files for Only<'_> {
    fn read(&self, _: &str) -> Option<String> {
        Some(self.0.to_owned())
    }
}

fn said(manifests: &str) -> String {
    let mut timeline = Timeline::new(Config::default());
    let mut context = Context::default();
    let mut last = String::new();
    for manifest in manifests.split("+++\n") {
        let is = kubectl::run(&mut timeline, &mut context, &Only(manifest), "kubectl apply -f manifest.yaml");
        last = is.stdout + &is.stderr;
    }
    last
}

#[test]
fn manifests_are_taken_or_refused_rule_by_rule() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/refusals.txt");
    let all = std::fs::read_to_string(&file).expect("it is there");
    let (mut now, mut wrong, mut count) = (String::new(), Vec::new(), 0);
    for case in all.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a case has a name");
        let (manifests, want) = rest.split_once(">>>\n").unwrap_or((rest, ""));
        let is = said(manifests);
        count += 1;
        if is.trim_end() != want.trim_end() {
            wrong.push(format!("## {name}\nwant {want}said {is}"));
        }
        now += &format!("=== {name}\n{manifests}>>>\n{}\n", is.trim_end());
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, now).expect("writable");
        return;
    }
    assert!(count > 100, "only {count} cases");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}
