//! What wasm must do as a native build does: the same worlds, the same numbers, the same texts.
//!
//! Run natively, the same tests hold the expectations themselves to account.

// The recorded worlds, and how they are worked out.
#[path = "../it/hashes.rs"]
mod hashes;

use podium::api::{Key, Kind, Span, Time, Uid, Value, mix};
use podium::examples;
use podium::manifest;
use podium::record;
use podium::sim::{Config, Request, StableHasher, Timeline};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

macro_rules! on_both {
    ($( $(#[$doc:meta])* fn $name:ident() $body:block )*) => { $(
        $(#[$doc])*
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
        #[cfg_attr(not(target_arch = "wasm32"), test)]
        fn $name() $body
    )* };
}

/// The log of a pod that runs one shell command.
fn printed(command: &str) -> Vec<String> {
    let container = record! {
        "name" => "main", "image" => "busybox:1.36", "command" => vec![Value::from("sh"), "-c".into(), command.to_owned().into()],
    };
    let pod = record! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => record! { "name" => "shell" },
        "spec" => record! { "restartPolicy" => "Never", "containers" => vec![container] },
    };
    let mut timeline = Timeline::new(Config::default());
    let pod = timeline.call(Request::Create(pod)).expect("the pod is taken").meta().uid;
    timeline.seek(timeline.start() + Span::secs(20));
    let runtime = timeline.world().runtime(pod).expect("it ran");
    runtime.cells[0].log.iter().map(|(_, line)| line.to_string()).collect()
}

on_both! {
    fn worlds_are_those_that_were_recorded() {
        let (computed, recorded) = (hashes::computed(), hashes::recorded());
        let mut pairs = computed.lines().zip(recorded.lines());
        assert_eq!(pairs.find(|(is, was)| is != was), None, "(is, was)");
        assert_eq!(computed.lines().count(), recorded.lines().count());
    }

    fn a_seek_shows_the_world_of_the_straight_run() {
        let mut lived = hashes::applied(examples::find("parallel-3-of-5").expect("in the menu").manifest, 5);
        let start = lived.start();
        let mut seen = Vec::new();
        for millis in (0..40_000).step_by(1_370) {
            lived.seek(start + Span::millis(millis));
            seen.push((lived.now(), lived.world().hash()));
        }
        for (at, hash) in seen.iter().rev().chain(seen.iter().step_by(5)) {
            lived.seek(*at);
            assert_eq!(lived.world().hash(), *hash, "at {at:?}");
        }
    }

    fn a_fork_leaves_the_first_as_it_was() {
        let mut first = hashes::applied(examples::find("deployment").expect("in the menu").manifest, 2);
        let start = first.start();
        first.seek(start + Span::secs(30));
        let end = first.world().hash();
        first.seek(start + Span::secs(5));
        let mut second = first.fork();
        let key = Key::new(Kind::Deployment, "default", "web");
        let scaled = Request::Patch(key, record! { "spec" => record! { "replicas" => 7 } });
        second.call(scaled).expect("it is there");
        second.seek(start + Span::secs(30));
        first.seek(start + Span::secs(30));
        assert_eq!(first.world().hash(), end);
        assert_ne!(second.world().hash(), end);
    }

    /// `usize` has 32 bits in wasm: no hash, draw or identity may notice.
    fn hashes_and_draws_do_not_depend_on_the_width_of_a_word() {
        assert_eq!(mix(1), 0x910a_2dec_8902_5cc1);
        assert_eq!(StableHasher::of("node"), 0x9455_e017_2fac_f2fb);
        assert_eq!(StableHasher::of(&(7_usize, -1_isize, vec![1_u8, 2, 3], Some("x"))), 0x2a1d_1e78_74e4_8c3c);
        assert_eq!(Uid(42).to_string(), "bdd73226-2feb-4e95-a8ef-e333b266f103");
    }

    fn the_shell_counts_in_64_bits() {
        let command = "echo $((9223372036854775807 + 1)) $((4294967296 * 4)) $((1 << 40)) $((-7 / 2)) $((-7 % 2)); expr 3000000000 + 3000000000; seq 4294967295 4294967297";
        let lines = ["-9223372036854775808 17179869184 1099511627776 -3 -1", "6000000000", "4294967295", "4294967296", "4294967297"];
        assert_eq!(printed(command), lines);
    }

    fn floats_are_written_alike() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: floats}\ndata: {a: 0.30000000000000004, b: 1e21, c: 1.5e-7, d: 100.0, e: 2.5}\n";
        let parsed = manifest::parse(text);
        let said: Vec<_> = parsed.documents.iter().map(|d| d.value.get("data").to_json()).collect();
        assert_eq!(said, [r#"{"a":0.30000000000000004,"b":1e+21,"c":1.5e-7,"d":100,"e":2.5}"#]);
        assert_eq!(format!("{:.1} {:.0} {:5.2} {}", 0.25, 0.5, 1.005, 0.1 + 0.2), "0.2 0  1.00 0.30000000000000004");
    }

    fn times_before_1970_and_after_2038() {
        for text in ["1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z", "2106-02-07T06:28:16Z", "2400-02-29T12:00:00Z"] {
            assert_eq!(Time::parse(text).expect("it can be read").to_string(), text);
        }
    }

    fn numbers_of_a_manifest_keep_their_64_bits() {
        let text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: long}\nspec:\n  activeDeadlineSeconds: 9007199254740993\n  template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}\n";
        let parsed = manifest::parse(text);
        let deadline = parsed.documents[0].value.at("spec.activeDeadlineSeconds").as_int();
        assert_eq!(deadline, Some(9_007_199_254_740_993));
    }

    fn a_text_made_by_chance_never_makes_it_panic() {
        let alphabet = ["a: ", "- ", "{", "}", "[", "]", "\n", "  ", "\"", "'", "&x ", "*x", "|", ">", "#", "kind: Pod", "\u{fe0f}", "é", ": ", "? ", "!!int "];
        for seed in 0..400_u64 {
            let text: String = (0..40).map(|i| alphabet[(mix(seed * 64 + i) % alphabet.len() as u64) as usize]).collect();
            manifest::parse(&text);
        }
    }
}
