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

#[test]
fn show_cron() {
    let mut t = Timeline::new(Config::default());
    let mut template = job(
        "x",
        &["sh", "-c", "sleep 10"],
        record! { "completions" => 5, "parallelism" => 2, "backoffLimit" => 3, "activeDeadlineSeconds" => 60 },
    );
    template.map_mut().remove("metadata");
    let cron = record! { "apiVersion" => "batch/v1", "kind" => "CronJob", "metadata" => record! { "name" => "demo-cronjob", "namespace" => "default" },
    "spec" => record! { "schedule" => "*/2 * * * *", "successfulJobsHistoryLimit" => 3, "failedJobsHistoryLimit" => 1, "jobTemplate" => record! { "spec" => template.get("spec").clone() } } };
    t.call(Request::Create(cron)).unwrap();
    let web = record! { "apiVersion" => "apps/v1", "kind" => "Deployment", "metadata" => record! { "name" => "web", "namespace" => "default" },
    "spec" => record! { "replicas" => 3, "selector" => record! { "matchLabels" => record! { "app" => "web" } },
    "template" => record! { "metadata" => record! { "labels" => record! { "app" => "web" } }, "spec" => record! { "containers" => vec![record! { "name" => "nginx", "image" => "nginx:1.25" }] } } } };
    t.call(Request::Create(web)).unwrap();
    let service = record! { "apiVersion" => "v1", "kind" => "Service", "metadata" => record! { "name" => "web", "namespace" => "default" },
    "spec" => record! { "type" => "LoadBalancer", "selector" => record! { "app" => "web" }, "ports" => vec![record! { "port" => 80 }] } };
    t.call(Request::Create(service)).unwrap();
    let start = t.start();
    t.seek(start + Span::secs(20));
    let key = podium::api::Key::new(Kind::Deployment, "default", "web");
    t.call(Request::Patch(key, record! { "spec" => record! { "replicas" => 5 } })).unwrap();
    t.seek(start + Span::secs(40));
    let key = podium::api::Key::new(Kind::Deployment, "default", "web");
    t.call(Request::Patch(key, record! { "spec" => record! { "template" => record! { "metadata" => record! { "labels" => record! { "app" => "web", "v" => "2" } } } } })).unwrap();
    t.seek(start + Span::secs(600));
    for (_, e) in t.world().events.iter().filter(|(_, e)| e.object != Kind::Pod) {
        println!(
            "{:8.3} {:?}/{} {} {}",
            (e.first - start).as_secs_f64(),
            e.object,
            e.name,
            e.reason,
            e.message
        );
    }
    for k in [Kind::Job, Kind::EndpointSlice, Kind::CronJob, Kind::Deployment, Kind::ReplicaSet] {
        for o in t.world().store.list(k, None) {
            println!(
                "{} {}",
                o.meta().name,
                o.body().get(if k == Kind::EndpointSlice { "endpoints" } else { "status" }).to_json()
            );
        }
    }
}
