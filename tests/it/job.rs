//! Jobs, against the recorded delays.

use podium::api::{Kind, Span, Value};
use podium::record;
use podium::sim::{Config, Request, Timeline};

fn job(name: &str, command: &[&'static str], spec: Value) -> Value {
    let container = record! { "name" => "main", "image" => "busybox:1.36", "command" => command.to_vec() };
    let mut job = record! {
        "apiVersion" => "batch/v1", "kind" => "Job",
        "metadata" => record! { "name" => name.to_owned(), "namespace" => "default" },
        "spec" => spec,
    };
    job.set("spec.template.spec.restartPolicy", "Never");
    job.set("spec.template.spec.containers", vec![container]);
    job
}

#[test]
fn show() {
    let cases = [
        ("a", vec!["echo", "hello"], record! {"completions" => 1, "parallelism" => 1}),
        ("c", vec!["sleep", "5"], record! { "parallelism" => 3, "completions" => 5 }),
        (
            "e",
            vec!["sh", "-c", "echo Running task; sleep 10"],
            record! { "completions" => 5, "parallelism" => 2, "backoffLimit" => 3, "activeDeadlineSeconds" => 10 },
        ),
        (
            "f",
            vec!["sh", "-c", "exit 1"],
            record! { "completions" => 1, "parallelism" => 1, "backoffLimit" => 3 },
        ),
    ];
    for (name, command, spec) in cases {
        let mut t = Timeline::new(Config::default());
        t.call(Request::Create(job(name, &command, spec))).unwrap();
        let start = t.start();
        t.seek(start + Span::secs(120));
        println!("== {name} {:x} steps {}", t.world().hash(), t.world().steps());
        for (_, e) in t.world().events.iter() {
            println!("{:8.3} {} {} {}", (e.first - start).as_secs_f64(), e.name, e.reason, e.message);
        }
        for o in t.world().store.list(Kind::Job, None) {
            println!("{}", o.body().get("status").to_json());
        }
        let h = t.world().hash();
        t.seek(start + Span::secs(5));
        t.seek(start + Span::secs(120));
        assert_eq!(h, t.world().hash());
    }
}
