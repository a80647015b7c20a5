//! Scripts and what they print, when, and how they end: every case goes through [`check`].

use super::*;
use crate::api::{Time, mix};

/// 2026-01-05T00:00:00Z, a Monday.
const START: Time = Time::from_unix(1_767_571_200);

/// A network in which `web` answers, `shut` refuses, `slow` says nothing, and nothing else has a name.
fn network(question: &Question) -> (Answer, Span) {
    let address = |n: u8| Text::from(format!("10.96.0.{n}"));
    let host = match question {
        Question::Http { host, .. } | Question::Tcp { host, .. } => host,
        Question::Lookup { name } if &**name == "web" => {
            let name = "web.default.svc.cluster.local".into();
            let found =
                Answer::Found { server: address(10), name, canonical: None, addresses: vec![address(1)] };
            return (found, Span::millis(2));
        }
        Question::Lookup { .. } => return (Answer::NoSuchName, Span::millis(2)),
    };
    let timeout = match question {
        Question::Http { timeout, .. } | Question::Tcp { timeout, .. } => timeout.unwrap_or(Span::secs(130)),
        Question::Lookup { .. } => Span::ZERO,
    };
    let answer = match (&**host, question) {
        ("web", Question::Http { path, .. }) if &**path != "/" => {
            Answer::Http { address: address(1), status: 404, body: "no\n".into() }
        }
        ("web", Question::Http { .. }) => {
            Answer::Http { address: address(1), status: 200, body: "hello\n".into() }
        }
        ("web", _) => Answer::Connected { address: address(1) },
        ("shut", _) => Answer::Refused { address: address(2) },
        ("slow", _) => return (Answer::TimedOut { address: address(3) }, timeout),
        _ => Answer::NoSuchName,
    };
    (answer, Span::ZERO)
}

fn words(words: &[&str]) -> Vec<Text> {
    words.iter().map(|word| Text::from((*word).to_owned())).collect()
}

/// Turns that a run is followed for.
const TURNS_MAX: usize = 100;

/// Runs a process for at most an hour: each line with its second, and the last turn.
fn run(process: &mut Process) -> String {
    let (mut out, mut now, mut reply) = (String::new(), START, Reply::Waited);
    for _ in 0..TURNS_MAX {
        let mut log = Vec::new();
        let turn = process.resume(reply, &mut log, now);
        let at = (now - START).as_secs_f64();
        let at = (at * 100.0).floor() / 100.0;
        log.iter().for_each(|line| out.push_str(&format!("{at} {line}\n")));
        reply = Reply::Waited;
        match turn {
            Turn::Sleep(span) => now += span,
            Turn::Ask(question) => {
                let (answer, span) = network(&question);
                now += span;
                reply = Reply::Answer(answer);
            }
            Turn::Exit(code) => return format!("{out}{at} exit {code}"),
            Turn::Serve => return format!("{out}{at} serves"),
            Turn::Busy => return format!("{out}{at} busy"),
        }
        if now - START > Span::secs(3600) {
            break;
        }
    }
    format!("{out}goes on")
}

fn transcript(image: &str, command: &[&str], env: &[(&'static str, &'static str)]) -> String {
    let command = words(command);
    let env = env.iter().map(|(name, value)| (Text::Static(name), Text::Static(value))).collect();
    let setting =
        Setting { image, command: &command, env, hostname: "pod-1".into(), luck: 7, ..Setting::default() };
    match Process::start(&setting) {
        Ok(mut process) => run(&mut process),
        Err(error) => format!("{} {}: {}", error.exit_code, error.reason, error.message),
    }
}

/// Checks what `sh -c SCRIPT` prints in busybox; the expectation's lines are parted by `|`.
fn check(script: &str, expected: &str) {
    let got = transcript("busybox", &["sh", "-c", script], &[("JOB_COMPLETION_INDEX", "2")]);
    assert_eq!(got.replace('\n', "|"), expected, "script: {script}");
}
fn check_bash(script: &str, expected: &str) {
    let got = transcript("bash:5", &["bash", "-c", script], &[("JOB_COMPLETION_INDEX", "2")]);
    assert_eq!(got.replace('\n', "|"), expected, "script: {script}");
}

#[test]
fn commands_in_time() {
    check("echo Running task; sleep 10", "0 Running task|10 exit 0");
    check("echo a; sleep 1.5; echo b; sleep 1m 2s; exit 3", "0 a|1.5 b|63.5 exit 3");
    check("echo -n a; echo b; printf '%s-%03d\\n' x 7; echo -n end", "0 ab|0 x-007|0 end|0 exit 0");
    check("date; sleep 90; date +%H:%M:%S", "0 Mon Jan  5 00:00:00 UTC 2026|90 00:01:30|90 exit 0");
    check("exit 42", "0 exit 42");
    check("false", "0 exit 1");
    check("nope; echo $?", "0 sh: nope: not found|0 127|0 exit 0");
    check("sleep infinity", "0 serves");
    check("tail -f /dev/null", "0 serves");
    check("while true; do :; done", "0.1 busy");
    check("i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; echo $i", "0.02 5000|0.02 exit 0");
    check("while :; do echo tick; sleep 1000; done", "0 tick|1000 tick|2000 tick|3000 tick|goes on");
    check("yes", "0 busy");
    check("sleep", "0 sleep: missing operand|0 exit 1");
}

#[test]
fn grammar() {
    check("true && echo a || echo b; false && echo c || echo d", "0 a|0 d|0 exit 0");
    check("if [ \"$JOB_COMPLETION_INDEX\" = 2 ]; then sleep 3; else sleep 60; fi", "3 exit 0");
    check("if false; then echo a; elif [ 1 -lt 2 ]; then echo b; else echo c; fi", "0 b|0 exit 0");
    check("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", "0 1|0 3|0 exit 0");
    check("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "0 1|0 2|0 3|0 exit 0");
    check("i=0; until [ $i -ge 2 ]; do i=$(expr $i + 1); done; echo $i", "0 2|0 exit 0");
    check("while true; do while true; do break 2; done; echo no; done; echo out", "0 out|0 exit 0");
    check("case $HOSTNAME in a*|pod-?) echo pod;; *) echo other;; esac", "0 pod|0 exit 0");
    check("f() { local x=1; echo $x $1 $#; return 4; }; x=9; f a b; echo $? $x", "0 1 a 2|0 4 9|0 exit 0");
    check("(x=1; exit 3); echo $? [$x]", "0 3 []|0 exit 0");
    check("{ echo a; echo b; } | wc -l", "0 2|0 exit 0");
    check("! true; echo $?", "0 1|0 exit 0");
    check("cat <<EOF\nhi $((1+1))\n  $HOSTNAME\nEOF\necho done", "0 hi 2|0   pod-1|0 done|0 exit 0");
    check("cat <<'E'\n$x\nE", "0 $x|0 exit 0");
    check("# comment\necho a # b\n\necho c \\\n d", "0 a|0 c d|0 exit 0");
    check("sh -c 'echo $0 $1' name arg; echo $0", "0 name arg|0 sh|0 exit 0");
    check("eval 'echo a; echo b'; x='echo c'; $x", "0 a|0 b|0 c|0 exit 0");
}

#[test]
fn words_are_expanded() {
    check("x='a  b'; echo $x; echo \"$x\"; echo '$x'", "0 a b|0 a  b|0 $x|0 exit 0");
    check("echo ${y:-d e} ${y:=f} $y ${#y} ${y:+set} ${z:+no}.", "0 d e f f 1 set .|0 exit 0");
    check(
        "p=/a/b.txt; echo ${p##*/} ${p%.*} ${p#/} ${p%%b*} ${p/b/c} ${p//\\//_}",
        "0 b.txt /a/b a/b.txt /a/ /a/c.txt _a_b.txt|0 exit 0",
    );
    check(
        "set -- a 'b c'; for x in \"$@\"; do echo [$x]; done; echo $#; shift; echo $*",
        "0 [a]|0 [b c]|0 2|0 b c|0 exit 0",
    );
    check("echo $(echo a; echo b) `echo c` \"$(printf 'd\\n\\n')\".", "0 a b c d.|0 exit 0");
    check("echo $((2*(3+4))) $((7/2)) $((5%3)) $((1<2))", "0 14 3 2 1|0 exit 0");
    check("echo $((1/0)); echo no", "0 sh: divide by zero|0 exit 2");
    check("set -u; echo $nope", "0 sh: nope: parameter not set|0 exit 2");
    check("echo ${x?no x}; echo no", "0 sh: x: no x|0 exit 2");
    check(
        "touch /tmp/b /tmp/a; cd /tmp; echo *; echo '*' /tmp/*; echo *.none",
        "0 a b|0 * /tmp/a /tmp/b|0 *.none|0 exit 0",
    );
    check("IFS=,; x=a,b; for i in $x; do echo $i; done", "0 a|0 b|0 exit 0");
    check("x=1 env | grep ^x=; echo [$x]", "0 x=1|0 []|0 exit 0");
    check("x=$(sleep 2; echo late); echo $x", "2 late|2 exit 0");
    check("echo \"\" '' | wc -c", "0 2|0 exit 0");
    check("[ $((RANDOM)) -lt 32768 ] && echo ok", "0 ok|0 exit 0");
}

#[test]
fn options_traps_and_jobs() {
    check("set -e; false; echo no", "0 exit 1");
    check(
        "set -e; false || true; if false; then :; fi; ! true; echo yes; x=$(false); echo no",
        "0 yes|0 exit 1",
    );
    check("set -ex; x=1; echo a b", "0 + x=1|0 + echo a b|0 a b|0 exit 0");
    check("trap 'echo bye' EXIT; echo hi; exit 3", "0 hi|0 bye|0 exit 3");
    check("sleep 3 & sleep 5 & wait; echo all", "5 all|5 exit 0");
    check("(sleep 1; exit 7) & wait $!; echo $?", "1 7|1 exit 0");
    check("sleep 100 & kill $!; wait $!; echo $?", "0 143|0 exit 0");
    check("(echo a; sleep 2; echo b) & echo c; wait", "0 c|0 a|2 b|2 exit 0");
    check("timeout 2 sleep 5; echo $?; timeout 5 sleep 1; echo $?", "2 143|3 0|3 exit 0");
    check("timeout 3 sh -c 'while :; do echo x; sleep 2; done'; echo $?", "0 x|2 x|3 143|3 exit 0");
    check("set -o pipefail; false | true; echo $?", "0 1|0 exit 0");
    check("f() { f; }; f", "0 exit 139");
    check("exec echo a; echo b", "0 a|0 exit 0");
}

#[test]
fn files_and_filters() {
    check(
        "echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f; wc -l < /tmp/f; rm /tmp/f; cat /tmp/f",
        "0 a|0 b|0 2|0 cat: can't open '/tmp/f': No such file or directory|0 exit 1",
    );
    check(
        "echo out; echo err >&2; echo gone > /dev/null; echo both 2>&1 | cat",
        "0 out|0 err|0 both|0 exit 0",
    );
    check("ls /nope 2>/dev/null || echo none", "0 none|0 exit 0");
    check("printf 'b 2\\na 1\\nb 2\\n' | sort | uniq -c | awk '{print $2, $1}'", "0 a 1|0 b 2|0 exit 0");
    check(
        "seq 1 5 | head -n 3 | tail -1; seq 3 | tr '\\n' ' ' | sed 's/ *$//'; echo",
        "0 3|0 1 2 3|0 exit 0",
    );
    check("echo a:b:c | cut -d: -f2,3; echo Hello | tr a-z A-Z; echo x | rev", "0 b:c|0 HELLO|0 x|0 exit 0");
    check(
        "echo foo bar | sed -e 's/\\(o*\\) b/[\\1]/'; echo abc | grep -q b && echo yes",
        "0 f[oo]ar|0 yes|0 exit 0",
    );
    check("printf 'x 1\\ny 2\\n' | while read a b; do echo $b-$a; sleep 1; done", "0 1-x|1 2-y|2 exit 0");
    check(
        "mkdir -p /data/x; echo 1 > /data/x/f; ls /data; cp -r /data /copy; cat /copy/x/f; [ -d /copy ] && echo dir",
        "0 x|0 1|0 dir|0 exit 0",
    );
    check("seq 4 | xargs -n 2 echo; echo a b | xargs -I{} echo [{}]", "0 1 2|0 3 4|0 [a b]|0 exit 0");
    check(
        "cat /etc/hostname; hostname; basename /a/b.c .c; dirname /a/b",
        "0 pod-1|0 pod-1|0 b|0 /a|0 exit 0",
    );
    check(
        "tar czf /backup.tgz /etc/hostname 2>/dev/null; echo $?; echo x > /d; tar czf /b.tgz /d; ls /b.tgz",
        "0 1|0 /b.tgz|0 exit 0",
    );
}

#[test]
fn the_network() {
    check("wget -qO- http://web", "0 hello|0 exit 0");
    check("wget -q -O - -T 2 http://slow:8080/x", "2 wget: download timed out|2 exit 1");
    check("wget -qO- http://web/none", "0 wget: server returned error: HTTP/1.1 404 Not Found|0 exit 1");
    check("wget -qO- shut", "0 wget: can't connect to remote host (10.96.0.2): Connection refused|0 exit 1");
    check("wget http://nowhere/", "0 wget: bad address 'nowhere'|0 exit 1");
    check(
        "nc -z -v -w 3 web 80; nc -zw 3 slow 80; echo $?",
        "0 web (10.96.0.1:80) open|3 nc: timed out|3 1|3 exit 0",
    );
    check(
        "until nc -z shut 5432; do echo waiting; sleep 1200; done",
        "0 waiting|1200 waiting|2400 waiting|goes on",
    );
    check(
        "nslookup web | grep Name; nslookup x | tail -n 2 | head -n 1",
        "0 Name:\tweb.default.svc.cluster.local|0 ** server can't find x: NXDOMAIN|0 exit 0",
    );
    check("curl web", "0 sh: curl: not found|0 exit 127");
    let curl = |args: &[&str]| transcript("curlimages/curl", args, &[]).replace('\n', "|");
    assert_eq!(
        curl(&["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\\n", "http://web/x"]),
        "0 404|0 exit 0"
    );
    assert_eq!(
        curl(&["curl", "-m", "2", "http://slow"]),
        "2 curl: (28) Connection timed out after 2000 milliseconds|2 exit 28"
    );
    assert_eq!(curl(&["curl", "-sf", "http://web/x"]), "0 exit 22");
    let agnhost = |target| {
        transcript(
            "registry.k8s.io/e2e-test-images/agnhost:2.53",
            &["/agnhost", "connect", target, "--timeout=1s"],
            &[],
        )
    };
    assert_eq!(agnhost("web:80"), "0 exit 0");
    assert_eq!(agnhost("slow:80"), "1 TIMEOUT\n1 exit 1");
    assert_eq!(agnhost("shut:80"), "0 REFUSED\n0 exit 1");
}

#[test]
fn bash_and_debian() {
    check_bash(
        "items=(foo bar baz qux); echo ${items[$JOB_COMPLETION_INDEX]} ${#items[@]}",
        "0 baz 4|0 exit 0",
    );
    check_bash("for i in {1..3}; do echo -n $i; done; echo {a,b}c", "0 123ac bc|0 exit 0");
    check_bash(
        "x=abc; [[ $x == a* && ! $x =~ ^b ]] && echo yes; ((x = 2 + 3)); echo $x",
        "0 yes|0 5|0 exit 0",
    );
    check_bash("nope", "0 bash: line 1: nope: command not found|0 exit 127");
    check_bash("echo \"Hello world!\" && sleep 5 && exit 42", "0 Hello world!|5 exit 42");
    let debian = |script| transcript("debian", &["sh", "-c", script], &[]);
    assert_eq!(debian("curl x"), "0 sh: 1: curl: not found\n0 exit 127");
    assert_eq!(debian("echo 'a\\tb'"), "0 a\tb\n0 exit 0");
}

#[test]
fn what_cannot_be_read() {
    check("if true; then echo a", "0 sh: syntax error: unexpected end of file (expecting \"fi\")|0 exit 2");
    check("echo a; done", "0 sh: syntax error: unexpected \"done\"|0 exit 2");
    check("echo 'a", "0 sh: syntax error: unterminated quoted string|0 exit 2");
    check("echo )", "0 sh: syntax error: unexpected \")\"|0 exit 2");
    let deep = format!("{}true{}", "(".repeat(500), ")".repeat(500));
    check(&deep, "0 sh: syntax error: commands nest deeper than Podium's shell can follow|0 exit 2");
    check("x=a; while :; do x=$x$x; done", "0 sh: out of memory|0 exit 2");
    let long = "a".repeat(200_000);
    assert!(transcript("busybox", &["echo", &long], &[]).ends_with("argument list too long"));
}

#[test]
fn images() {
    let of = |image: &str, command: &[&str]| transcript(image, command, &[]);
    assert_eq!(of("busybox", &["echo", "Hello, Kubernetes!"]), "0 Hello, Kubernetes!\n0 exit 0");
    assert_eq!(of("busybox", &[]), "0 exit 0");
    assert_eq!(of("busybox", &["sleep", "5"]), "5 exit 0");
    assert!(of("busybox", &["bash"]).ends_with("exec: \"bash\": executable file not found in $PATH"));
    assert!(of("busybox", &["/bin/bash"]).ends_with("stat /bin/bash: no such file or directory"));
    assert!(of("nginx:1.25", &[]).ends_with("start worker processes\n0 serves"));
    assert!(of("postgres", &[]).ends_with("0 exit 1"));
    assert!(transcript("postgres:16", &[], &[("POSTGRES_PASSWORD", "x")]).ends_with("2 serves"));
    assert!(of("mysql:8", &[]).contains("password option is not specified"));
    assert_eq!(of("acme/app:1", &[]), "0 serves");
    let pi = of("perl", &["perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"]);
    assert!(pi.starts_with("5 3.14159") && pi.ends_with("\n5 exit 0"), "{pi}");
    let dump =
        of("postgres", &["sh", "-c", "pg_dump -h web mydb > /backup.sql && echo saved; pg_dump -h shut x"]);
    assert!(dump.starts_with(
        "3 saved\n3 pg_dump: error: connection to server at \"shut\" (10.96.0.2), port 5432 failed"
    ));
    assert!(dump.ends_with("exit 1"));
}

fn started(image: &str, command: &[&str], behaviour: Option<&str>) -> (Process, Turn) {
    let command = words(command);
    let setting =
        Setting { image, command: &command, behaviour, hostname: "pod-1".into(), ..Setting::default() };
    let mut process = Process::start(&setting).unwrap();
    let turn = process.resume(Reply::Waited, &mut Vec::new(), START);
    (process, turn)
}

#[test]
fn servers_and_signals() {
    let (nginx, _) = started("nginx", &[], None);
    assert_eq!(nginx.ports(), [80]);
    assert!(nginx.serve("/", START).1.contains("Welcome to nginx!"));
    assert_eq!(nginx.serve("/x", START).0, 404);
    assert_eq!(nginx.on_sigterm(), Stop::Exits { after: Span::millis(300), code: 0 });
    let (page, _) =
        started("nginx", &["sh", "-c", "echo mine > /usr/share/nginx/html/index.html; exec nginx"], None);
    assert_eq!(page.serve("/", START), (200, "mine\n".into()));
    assert_eq!(page.on_sigterm(), Stop::Exits { after: Span::millis(300), code: 0 });
    assert_eq!(started("busybox", &["sleep", "99"], None).0.on_sigterm(), Stop::Ignores);
    assert_eq!(started("busybox", &["sh", "-c", "while :; do :; done"], None).0.on_sigterm(), Stop::Ignores);
    let (agnhost, _) = started("agnhost", &["/agnhost", "netexec", "--http-port=8081"], None);
    assert_eq!((agnhost.ports(), agnhost.serve("/hostname", START).1.as_str()), (&[8081][..], "pod-1"));
    assert_eq!(started("registry.k8s.io/pause:3.9", &[], None).1, Turn::Serve);
}

#[test]
fn traps_run_when_the_command_in_front_has_ended() {
    let trap = "trap 'echo bye; exit 0' TERM; ";
    let (mut waiting, _) = started("busybox", &["sh", "-c", &format!("{trap} sleep 99 & wait")], None);
    assert_eq!(waiting.on_sigterm(), Stop::Traps);
    let mut log = Vec::new();
    assert_eq!(waiting.resume(Reply::Sigterm, &mut log, START + Span::secs(3)), Turn::Exit(0));
    assert_eq!(log, ["bye"]);
    let (mut asleep, _) = started("busybox", &["sh", "-c", &format!("{trap} sleep 10")], None);
    let mut log = Vec::new();
    let turn = asleep.resume(Reply::Sigterm, &mut log, START + Span::secs(4));
    assert_eq!((turn, log.len()), (Turn::Sleep(Span::secs(6)), 0));
    assert_eq!(asleep.resume(Reply::Waited, &mut log, START + Span::secs(10)), Turn::Exit(0));
    assert_eq!(log, ["bye"]);
    let (mut busy, _) = started("busybox", &["sh", "-c", &format!("{trap} while :; do :; done")], None);
    assert!(run(&mut busy).ends_with("busy"));
    assert!(busy.limit().unwrap().contains("without ever waiting"));
    assert_eq!(busy.resume(Reply::Sigterm, &mut Vec::new(), START), Turn::Exit(0));
}

#[test]
fn probes_share_the_files() {
    let script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600";
    let (mut main, _) = started("busybox", &["/bin/sh", "-c", script], None);
    let probe = |main: &Process| run(&mut main.exec(&words(&["cat", "/tmp/healthy"])).unwrap());
    assert_eq!(probe(&main), "0 exit 0");
    main.resume(Reply::Waited, &mut Vec::new(), START + Span::secs(30));
    assert_eq!(probe(&main), "0 cat: can't open '/tmp/healthy': No such file or directory\n0 exit 1");
    let mut made = main.exec(&words(&["touch", "/tmp/healthy"])).unwrap();
    run(&mut made);
    main.set_files(made.files().clone());
    assert_eq!(probe(&main), "0 exit 0");
    let (mut last, _) = started("busybox", &["sh", "-c", "echo why > /dev/termination-log; sleep 1"], None);
    assert_eq!(last.files().read("/dev/termination-log").unwrap(), "why\n");
    run(&mut last);
}

#[test]
fn lengths_are_known_where_they_are_certain() {
    let length = |script| started("busybox", &["sh", "-c", script], None).0.known_length();
    assert_eq!(length("echo a; sleep 10; for i in 1 2; do sleep 3; done"), Some(Span::secs(16)));
    assert_eq!(length("while true; do sleep 1; done"), None);
    assert_eq!(length("wget -qO- web"), None);
    assert_eq!(length("sleep infinity"), None);
    let command = words(&["sleep", "7"]);
    let fresh =
        Process::start(&Setting { image: "busybox", command: &command, ..Setting::default() }).unwrap();
    assert_eq!(fresh.known_length(), Some(Span::secs(7)));
}

#[test]
fn the_annotation_changes_the_run() {
    let (mut process, turn) = started("acme/app", &[], Some("duration=4s exit=3 log=hello"));
    assert_eq!(turn, Turn::Sleep(Span::secs(4)));
    assert_eq!(process.on_sigterm(), Stop::Exits { after: Span::millis(100), code: 143 });
    assert_eq!(process.resume(Reply::Waited, &mut Vec::new(), START + Span::secs(4)), Turn::Exit(3));
    assert_eq!(started("busybox", &["true"], Some("fail-times=1")).1, Turn::Exit(1));
    assert_eq!(started("acme/app", &[], Some("duration=forever")).1, Turn::Serve);
}

#[test]
fn references_in_the_command_are_replaced() {
    let got = transcript("busybox", &["echo", "$(A) $(B) $$(A) $x"], &[("A", "1")]);
    assert_eq!(got, "0 1 $(B) $(A) $x\n0 exit 0");
}

/// One random command of a grammar, so that most of what it makes can be read.
fn grown(draw: &mut dyn FnMut(usize) -> usize, depth: usize) -> String {
    let leaves = [
        "echo a $x",
        "x=$((x+1))",
        "sleep 1",
        "false",
        "true",
        "[ \"$x\" -gt 3 ]",
        "cat",
        "read y",
        "break",
        "continue",
        "exit 3",
        "return 2",
        "echo \"$y\" >> /f",
        "cat < /f",
        "set -e",
        "trap 'echo t' EXIT TERM",
        "f 1 2",
        "wget -qO- web",
        "sleep 2 & wait",
        "grep -c a",
        "sed 's/a/&&/g'",
        "x=${x:-1}${y##*a}",
        "nc -z shut 1",
        "kill $$",
        "kill $!",
        "shift",
        "local x=2",
        "seq 1 3",
        "timeout 1 sleep 2",
        "xargs echo",
        "eval 'x=3; echo e'",
        "exec 2>/dev/null",
        "sort -r",
        "wait",
        "nope",
        "set -u",
        "printf '%s\\n' $x",
    ];
    if depth == 0 || draw(4) == 0 {
        return leaves[draw(leaves.len())].to_owned();
    }
    let mut inner = || grown(draw, depth - 1);
    let (a, b, c) = (inner(), inner(), inner());
    match draw(14) {
        0 => format!("{a}; {b}; {c}"),
        1 => format!("{a} && {b} || {c}"),
        2 => format!("if {a}; then {b}; else {c}; fi"),
        3 => format!("for i in 1 2 $x; do {a}; {b}; done"),
        4 => format!("while {a}; do {b}; done"),
        5 => format!("({a}; {b})"),
        6 => format!("{{ {a}; {b}; }} | {{ {c}; }}"),
        7 => format!("x=$({a}; {b})"),
        8 => format!("case $x in 1|2) {a};; *) {b};; esac"),
        9 => format!("f() {{ {a}; {b}; }}"),
        10 => format!("{{ {a}; {b}; }} & {c}"),
        11 => format!("until {a}; do {b}; x=$((x+1)); done"),
        12 => format!("! {a} > /f 2>&1"),
        _ => format!("for i in $({a}); do {b}; done"),
    }
}

#[test]
fn no_readable_script_panics_or_hangs() {
    let mut state = 1u64;
    let mut draw = |n: usize| {
        state = mix(state);
        (state % n as u64) as usize
    };
    for _ in 0..60 {
        let script = grown(&mut draw, 4);
        let first = transcript("busybox", &["sh", "-c", &script], &[]);
        assert_eq!(first, transcript("busybox", &["sh", "-c", &script], &[]), "{script}");
    }
}

/// Scripts put together from pieces at random: none panics, none hangs, and equal runs are equal.
#[test]
fn no_script_panics_or_hangs() {
    let pieces = [
        "echo",
        "a",
        "$x",
        "${x:-b}",
        "${x#*a}",
        "$(",
        ")",
        "((",
        "))",
        "$((",
        "1+1",
        "\"",
        "'",
        "`",
        ";",
        "\n",
        "&",
        "&&",
        "||",
        "|",
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "for i in",
        "do",
        "done",
        "while",
        "until",
        "case",
        "esac",
        "in",
        ";;",
        "{",
        "}",
        "(",
        "[ -f x ]",
        "[[ a == b ]]",
        "x=1",
        "x+=y",
        "x=(1 2)",
        ">",
        "<",
        ">>f",
        "2>&1",
        "<<E",
        "E\n",
        "sleep 1",
        "sleep 0",
        "exit",
        "return",
        "break",
        "continue",
        "trap 'echo t' EXIT",
        "wait",
        "set -e",
        "f() ",
        "f",
        "read y",
        "$@",
        "$#",
        "\\",
        "#",
        "*",
        "{1..3}",
        "true",
        "false",
        ":",
        "cat",
        "grep -E '(a|b)*'",
        "sed s/a/b/g",
        "seq 3",
        "${",
        "!",
        "timeout 1",
        "xargs echo",
        "eval",
        "exec",
        "sh -c",
        "local z=1",
        "shift",
        "kill $!",
        "printf '%5d'",
        "é",
        "\u{1}",
        "env",
        "wget web",
        "nc -z shut 1",
        "tail -f f",
        "awk '{print $1}'",
        "cut -d: -f1",
        "tr a b",
        "unset x",
        "export x=2",
        "date +%s",
        "set -- a b c",
        "${x/a/b}",
        "${x:1:2}",
    ];
    let mut state = 42u64;
    let mut draw = |n: usize| {
        state = mix(state);
        (state % n as u64) as usize
    };
    for round in 0..2000 {
        let length = 1 + draw(24);
        let mut script = String::new();
        for _ in 0..length {
            script.push_str(pieces[draw(pieces.len())]);
            if draw(8) > 0 {
                script.push(' ');
            }
        }
        let image = ["busybox", "bash", "debian", "acme/x"][round % 4];
        let shell = if round % 4 == 1 { "bash" } else { "sh" };
        let first = transcript(image, &[shell, "-c", &script], &[]);
        assert_eq!(first, transcript(image, &[shell, "-c", &script], &[]), "{script}");
    }
}
