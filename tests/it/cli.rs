//! The headless face: scripts, their output and their mistakes.

use podium::cli;
use std::path::PathBuf;

const JOB: &str = "
apiVersion: batch/v1
kind: Job
metadata: {name: demo}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: 'busybox:1.36', command: [echo, hello]}]
";

/// What a command line prints and complains about, with its exit code. The script and `job.yaml` lie in a folder of
/// their own; `SCRIPT` in the arguments stands for the script.
fn run(name: &str, script: &str, args: &[&str]) -> (u8, String, String) {
    let folder: PathBuf = std::env::temp_dir().join(format!("podium-cli-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("job.yaml"), JOB).expect("a file");
    std::fs::write(folder.join("script"), script).expect("a file");
    let path = folder.join("script").display().to_string();
    let args: Vec<String> = args.iter().map(|a| a.replace("SCRIPT", &path)).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = cli::main(&args, &mut out, &mut err).expect("memory takes everything");
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").replace(&path, "SCRIPT");
    (code, text(out), text(err))
}

#[test]
fn a_script_is_played_and_told() {
    let script = "\
# cluster: nodes=1 start=2026-03-01T12:00:00Z
@0s   kubectl apply -f job.yaml   # the file lies beside the script

@5s   kubectl get jobs
@5s   kubectl logs job/demo
@1m   kubectl get job demo -o jsonpath='{.status.startTime}{\"\\n\"}'
@1m   kubectl get pod nope
@1m   sandbox node-down node-1
@1m   sandbox node-down node-2
";
    let (code, out, err) = run("played", script, &["run", "SCRIPT"]);
    let want = "\
@0s $ kubectl apply -f job.yaml
job.batch/demo created
@5s $ kubectl get jobs
NAME   STATUS     COMPLETIONS   DURATION   AGE
demo   Complete   1/1           3s         5s
@5s $ kubectl logs job/demo
hello
@1m $ kubectl get job demo -o jsonpath='{.status.startTime}{\"\\n\"}'
2026-03-01T12:00:00Z
@1m $ kubectl get pod nope
Error from server (NotFound): pods \"nope\" not found
@1m $ sandbox node-down node-1
node-1 is down
@1m $ sandbox node-down node-2
error: there is no node node-2
";
    assert_eq!((code, out.as_str(), err.as_str()), (0, want, ""));
}

#[test]
fn json_is_an_object_a_command() {
    let script = "@0s kubectl apply -f job.yaml\n@1.5s kubectl get pod nope\n";
    let (code, out, err) = run("json", script, &["run", "--json", "SCRIPT", "--seed", "3"]);
    let want = r#"{"t": 0.0, "command": "kubectl apply -f job.yaml", "exit": 0, "stdout": "job.batch/demo created\n", "stderr": ""}
{"t": 1.5, "command": "kubectl get pod nope", "exit": 1, "stdout": "", "stderr": "Error from server (NotFound): pods \"nope\" not found\n"}
"#;
    assert_eq!((code, out.as_str(), err.as_str()), (0, want, ""));
}

#[test]
fn the_seed_decides_what_chance_decides() {
    let script = "@0s kubectl apply -f job.yaml\n@2s kubectl get pods -o name\n";
    let with = |seed: &str| run(&format!("seed-{seed}"), script, &["run", "SCRIPT", "--seed", seed]).1;
    assert_eq!(with("5"), with("5"));
    assert_ne!(with("5"), with("6"));
}

#[test]
fn mistakes_are_told_with_their_lines() {
    let script = "\
# cluster: nodes=many
@5s kubectl get pods
@3s kubectl get pods
kubectl get pods
@soon kubectl get pods
@6s ls
@7s
@8s kubectl get 'pods
@9s sandbox destroy node-1
";
    let (code, out, err) = run("mistakes", script, &["run", "SCRIPT"]);
    let want = "\
SCRIPT:1: nodes: \"many\" cannot be read
SCRIPT:3: @3s comes before @5s of line 2
SCRIPT:4: a time is missing: write @TIME COMMAND, such as \"@5s kubectl get pods\"
SCRIPT:5: the time \"soon\" cannot be read: write 0s, 5s, 1m30s or 2h
SCRIPT:6: commands are \"kubectl …\" and \"sandbox …\", not \"ls\"
SCRIPT:7: a command is missing: write @TIME COMMAND, such as \"@5s kubectl get pods\"
SCRIPT:8: a quote is not closed
SCRIPT:9: no such command: sandbox destroy node-1
";
    assert_eq!((code, out.as_str(), err.as_str()), (2, "", want));
}

#[test]
fn a_wrong_command_line_is_answered_with_the_usage() {
    for args in
        [&[][..], &["play"], &["run"], &["run", "SCRIPT", "--fast"], &["run", "SCRIPT", "--seed", "x"]]
    {
        let (code, out, err) = run("usage", "", args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains("usage: podium run SCRIPT [--json] [--seed N]"), "{args:?}: {err}");
    }
    let (code, out, _) = run("help", "", &["--help"]);
    assert_eq!((code, out.as_str()), (0, cli::USAGE));
    let (code, _, err) = run("missing", "", &["run", "/nowhere/script"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("podium: /nowhere/script: "), "{err}");
}
