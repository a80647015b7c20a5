//! What is offered for a mistake, as data: the text, what is offered, and the text after each.

use crate::manifest::{Severity, parse};

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n";
const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n  - name: c\n    image: nginx\n";
const TEMPLATE: &str = "  template:\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: c\n        image: busybox\n";

/// Each fix of the text by its title, with the text after it; the mistake that it mends is gone there, and none is new.
fn check(text: &str, want: &[(&str, String)]) {
    let parsed = parse(text);
    let is_wrong = |s: Severity| s != Severity::Information;
    let mut got = Vec::new();
    for d in parsed.diagnostics.iter() {
        for fix in &d.fixes {
            assert!(fix.edits.windows(2).all(|w| w[0].0.end <= w[1].0.start), "edits overlap: {fix:?}");
            let after = fix.applied(text);
            let left = parse(&after).diagnostics;
            let same =
                |other: &&crate::manifest::Diagnostic| other.message == d.message && other.path == d.path;
            assert!(!left.iter().any(|other| same(&other)), "{}: still {d}\n{after}", fix.title);
            let count =
                |all: &[crate::manifest::Diagnostic]| all.iter().filter(|d| is_wrong(d.severity)).count();
            assert!(
                count(&left) < count(&parsed.diagnostics) || d.path.is_empty(),
                "{}: {left:?}\n{after}",
                fix.title
            );
            got.push((fix.title.clone(), after));
        }
    }
    let want: Vec<(String, String)> =
        want.iter().map(|(title, after)| ((*title).to_owned(), after.clone())).collect();
    assert_eq!(got, want, "{text}");
}

/// One fix: `from` in the text becomes `to`.
fn one(text: &str, title: &str, from: &str, to: &str) {
    assert!(text.contains(from), "{from} is not in {text}");
    check(text, &[(title, text.replacen(from, to, 1))]);
}

#[test]
fn a_misspelt_field_is_renamed() {
    one(
        &format!("{JOB}  bakoffLimit: 4 # tries\n{TEMPLATE}"),
        "Rename it to backoffLimit",
        "bakoff",
        "backoff",
    );
    one(
        &format!("{POD}    Image: x\n").replace("    image: nginx\n", ""),
        "Rename it to image",
        "Image",
        "image",
    );
    // The right one is there already.
    check(&format!("{JOB}  backoffLimit: 1\n  backofLimit: 4\n{TEMPLATE}"), &[]);
}

#[test]
fn a_field_at_the_wrong_level_is_moved() {
    let text = format!(
        "{JOB}  restartPolicy: Never # ends\n{}",
        TEMPLATE.replace("      restartPolicy: Never\n", "")
    );
    let want = format!(
        "{JOB}{}      restartPolicy: Never # ends\n",
        TEMPLATE.replace("      restartPolicy: Never\n", "")
    );
    let fixes = parse(&text).diagnostics.into_iter().flat_map(|d| d.fixes).collect::<Vec<_>>();
    assert_eq!(fixes[0].title, "Move it to spec.template.spec");
    assert_eq!(fixes[0].applied(&text), want);
    // Out of the last container, with all its lines.
    let text = format!("{POD}    volumes:\n    - name: v\n      emptyDir: {{}}\n");
    let want = format!("{POD}  volumes:\n  - name: v\n    emptyDir: {{}}\n");
    check(&text, &[("Move it to spec", want)]);
    let text = format!("{POD}  imagePullPolicy: Always\n");
    check(&text, &[("Move it to spec.containers[0]", format!("{POD}    imagePullPolicy: Always\n"))]);
}

#[test]
fn a_value_of_the_wrong_type_gets_or_loses_its_quotes() {
    one(&format!("{JOB}  backoffLimit: \"4\"\n{TEMPLATE}"), "Remove the quotes", "\"4\"", "4");
    one(&format!("{JOB}  suspend: 'true'\n{TEMPLATE}"), "Remove the quotes", "'true'", "true");
    one(&format!("{POD}    env:\n    - name: A\n      value: 80\n"), "Put it in quotes", "80", "\"80\"");
    one(&POD.replace("name: x\n", "name: x\n  labels: {on: yes}\n"), "Put it in quotes", "yes", "\"yes\"");
    check(&format!("{JOB}  backoffLimit: \"four\"\n{TEMPLATE}"), &[]);
}

#[test]
fn what_is_not_yaml_becomes_yaml() {
    one(&format!("{JOB}\tbackoffLimit: 4\n{TEMPLATE}"), "Put spaces in place of tabs", "\t", "  ");
    one(
        &POD.replace("image: nginx", "image:nginx"),
        "Put a space after the colon",
        "image:nginx",
        "image: nginx",
    );
    one(&format!("{JOB}  backoffLimit: \"4\n"), "Add the missing \"", "\"4", "\"4\"");
    let cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: x\nspec:\n  schedule: */5 * * * *\n";
    one(cron, "Put the value in quotes", "*/5 * * * *", "\"*/5 * * * *\"");
    one(&POD.replace("nginx", "@nginx"), "Put the value in quotes", "@nginx", "\"@nginx\"");
    let twice = format!("{POD}    image: httpd\n");
    check(&twice, &[("Remove the first one", twice.replace("    image: nginx\n", ""))]);
}

#[test]
fn a_kind_and_its_version_are_found() {
    one(&POD.replace("kind: Pod", "kind: pod"), "Write kind: Pod", "kind: pod", "kind: Pod");
    let old = "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata:\n  name: x\n";
    let titles: Vec<String> = parse(old).diagnostics[0].fixes.iter().map(|f| f.title.clone()).collect();
    assert_eq!(titles, ["Write apiVersion: apps/v1"]);
    let text = &POD["apiVersion: v1\n".len()..];
    check(text, &[("Write apiVersion: v1", POD.to_owned())]);
}

#[test]
fn a_job_says_what_happens_when_its_pods_end() {
    let bare = TEMPLATE.replace("      restartPolicy: Never\n", "");
    let text = format!("{JOB}{bare}");
    check(
        &text,
        &[
            ("Set restartPolicy: Never", format!("{text}      restartPolicy: Never\n")),
            ("Set restartPolicy: OnFailure", format!("{text}      restartPolicy: OnFailure\n")),
        ],
    );
    let always = format!("{JOB}{}", TEMPLATE.replace("Never", "Always"));
    let with = |word: &str| always.replace("Always", word);
    check(
        &always,
        &[("Set restartPolicy: Never", with("Never")), ("Set restartPolicy: OnFailure", with("OnFailure"))],
    );
    let flow = format!("{JOB}  template: {{spec: {{containers: [{{name: c, image: busybox}}]}}}}\n");
    let with = |word: &str| flow.replace("}]}}", &format!("}}], restartPolicy: {word}}}}}"));
    check(
        &flow,
        &[("Set restartPolicy: Never", with("Never")), ("Set restartPolicy: OnFailure", with("OnFailure"))],
    );
}

#[test]
fn a_template_gets_the_labels_that_are_asked_for() {
    let head = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\nspec:\n";
    let selector = "  selector:\n    matchLabels:\n      app: web\n      tier: \"1\"\n";
    let pods = "    spec:\n      containers:\n      - name: c\n        image: nginx\n";
    let title = "Give the template the selector's labels";
    let text = format!("{head}{selector}  template:\n    metadata:\n      labels:\n        app: wbe\n{pods}");
    check(&text, &[(title, text.replace("app: wbe\n", "app: web\n        tier: \"1\"\n"))]);
    let text = format!("{head}{selector}  template:\n{pods}");
    let labels = "    metadata:\n      labels:\n        app: web\n        tier: \"1\"\n";
    check(&text, &[(title, format!("{text}{labels}"))]);
    let text = format!("{head}  template:\n    metadata:\n      labels: {{app: web}}\n{pods}");
    let after = format!("{text}  selector:\n    matchLabels:\n      app: web\n");
    let fixes = parse(&text).diagnostics.into_iter().flat_map(|d| d.fixes).collect::<Vec<_>>();
    assert_eq!(fixes[0].title, "Select the template's labels");
    assert_eq!(fixes[0].applied(&text), after);
}

#[test]
fn words_and_names_are_made_right() {
    one(&format!("{POD}    imagePullPolicy: always\n"), "Write Always", "always", "Always");
    one(
        &format!("{POD}    ports:\n    - containerPort: 80\n      protocol: TPC\n"),
        "Write TCP",
        "TPC",
        "TCP",
    );
    one(&POD.replace("name: x", "name: My_Pod"), "Call it my-pod", "My_Pod", "my-pod");
    check(&POD.replace("name: x", "name: -x-"), &[]);
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\nspec:\n  type: NodePort\n  ports:\n  - port: 80\n    nodePort: 8080\n";
    one(service, "Take 32544", "8080", "32544");
}
