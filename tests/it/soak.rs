//! A cluster that is used for weeks: nothing may pile up, and nothing may come to a stop.
//!
//! `SOAK_DAYS=30 cargo test --profile worlds --test it -- soak` takes the whole month; a part of a day is taken by default.

use crate::shell::Only;
use podium::api::{Kind, Object, Span};
use podium::kubectl::{self, Context};
use podium::sim::{Config, Timeline};

/// The ten CronJobs: minute field, concurrency policy, how many pods, and what they do.
const CRONS: [(&str, &str, u32, &str); 10] = [
    ("*/2", "Allow", 1, "sleep 10"),
    ("*/5", "Forbid", 2, "sleep 45"),
    ("*/5", "Replace", 1, "sleep 400"),
    ("*/10", "Allow", 3, "sleep 5"),
    ("*/10", "Forbid", 1, "exit 1"),
    ("*/15", "Allow", 2, "sleep 100"),
    ("7", "Allow", 5, "sleep 20"),
    ("0,30", "Replace", 1, "sleep 2; exit 3"),
    ("*/20", "Forbid", 1, "sleep 5000"),
    ("3-59/6", "Allow", 1, "true"),
];

/// Kept at the most of each CronJob, by the default limits of its history, besides the run of the hour.
const HISTORY: usize = 3 + 1;

fn cron(number: usize) -> String {
    let (minute, policy, pods, command) = CRONS[number];
    format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: cron-{number}}}\nspec:\n  schedule: '{minute} * * * *'\n  concurrencyPolicy: {policy}\n  jobTemplate:\n    spec:\n      parallelism: {pods}\n      completions: {pods}\n      backoffLimit: 1\n      activeDeadlineSeconds: 3600\n      template:\n        spec:\n          restartPolicy: Never\n          terminationGracePeriodSeconds: 5\n          containers:\n          - {{name: main, image: busybox, command: [sh, -c, '{command}']}}\n"
    )
}

fn run(timeline: &mut Timeline, text: String, line: &str) {
    let output = kubectl::run(timeline, &mut Context::default(), &Only(&text), line);
    assert_eq!(output.exit, 0, "{line}: {}", output.stderr);
}

/// What goes wrong in the hour of that number; each is mended before the next comes.
fn trouble(timeline: &mut Timeline, hour: u64) {
    let node = format!("node-{}", 1 + hour % 3);
    match hour % 5 {
        0 => run(timeline, String::new(), &format!("sandbox node-down {node}")),
        1 => run(timeline, String::new(), &format!("sandbox node-up node-{}", 1 + (hour - 1) % 3)),
        2 => run(timeline, String::new(), &format!("kubectl drain {node} --force --ignore-daemonsets")),
        3 => run(timeline, String::new(), &format!("kubectl uncordon node-{}", 1 + (hour - 1) % 3)),
        _ => {
            let pods = timeline.world().store.list(Kind::Pod, None);
            let names: Vec<String> = pods.map(|p| p.meta().name.to_string()).collect();
            for name in names {
                // A pod that has ended cannot crash; that is said, and changes nothing.
                let _ = timeline.interfere(podium::sim::Sandbox::Crash("default".into(), name.into()));
            }
        }
    }
}

#[test]
fn a_month_of_cron_jobs_leaves_nothing_behind() {
    let days = std::env::var("SOAK_DAYS").ok().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.25);
    let mut timeline = Timeline::new(Config::default());
    for number in 0..CRONS.len() {
        run(&mut timeline, cron(number), "kubectl apply -f -");
    }
    let fresh = timeline.world().store.len();
    let hours = (days * 24.0) as u64;
    for hour in 0..hours {
        let to = timeline.now() + Span::secs(3_600);
        timeline.seek(to);
        bounded(&timeline, fresh);
        trouble(&mut timeline, hour);
    }
    let last = timeline.now() - Span::secs(2 * 3_600);
    for object in timeline.world().store.list(Kind::CronJob, None) {
        let Object::CronJob(cron) = object else { unreachable!() };
        assert!(cron.status.last_schedule > Some(last), "{} came to a stop", cron.meta.name);
    }
    println!(
        "{days} days, {} events, {} objects left",
        timeline.world().steps(),
        timeline.world().store.len()
    );
}

/// Jobs that are kept and those of the hour, with their pods: more than these would be a leak.
fn bounded(timeline: &Timeline, fresh: usize) {
    let runs_an_hour = [30, 12, 12, 6, 6, 4, 1, 2, 3, 10];
    let most: usize = CRONS
        .iter()
        .zip(runs_an_hour)
        .map(|(cron, runs)| {
            let pods = 2 * cron.2 as usize;
            (HISTORY + runs) * (1 + pods)
        })
        .sum();
    let len = timeline.world().store.len();
    assert!(len <= fresh + most, "{len} objects, where {} were expected at most", fresh + most);
}
