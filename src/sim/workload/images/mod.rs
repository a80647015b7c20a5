//! The images that Podium knows: one row each, and a file where one has logic of its own.
//!
//! A tag is never looked at: every version of an image behaves alike.

mod agnhost;
mod databases;
mod load;
mod perl;
mod python;
mod registry;
mod web;

pub use load::{Load, load_of};
pub use registry::{invalid_name, missing};
pub(super) use web::Site;

use super::shell::Dialect;
use super::tools::{self, Act, Tool, Where};
use crate::api::Text;
use std::hash::{Hash, Hasher};

/// What an image holds.
#[derive(Debug)]
struct Row {
    /// Its names, without registry and tag: the last path segments that are enough to tell it.
    names: &'static [&'static str],
    /// ENTRYPOINT: what stands before `args`.
    entry: &'static [&'static str],
    /// CMD: what stands for `args` where there are none.
    start: &'static [&'static str],
    /// Which tools it brings.
    base: Base,
    /// The programs that it brings besides.
    own: &'static [&'static str],
}

/// The system that an image is made from.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Base {
    /// busybox or alpine.
    Busybox,
    /// Debian, Ubuntu and kin.
    Debian,
    /// Nothing but its own programs.
    Scratch,
    /// Nobody knows: it may have any tool.
    Unknown,
}

/// One row of the table. `entry` is a script or program; a script that only ends in `exec "$@"` is left out.
const fn row(
    names: &'static [&'static str],
    entry: &'static [&'static str],
    start: &'static [&'static str],
    base: Base,
    own: &'static [&'static str],
) -> Row {
    Row { names, entry, start, base, own }
}

static ROWS: [Row; 37] = [
    row(&["busybox"], &[], &["sh"], Base::Busybox, &[]),
    row(&["alpine"], &[], &["/bin/sh"], Base::Busybox, &[]),
    row(
        &["debian", "ubuntu", "fedora", "centos", "rockylinux", "amazonlinux"],
        &[],
        &["bash"],
        Base::Debian,
        &[],
    ),
    row(&["bash"], &[], &["bash"], Base::Busybox, &["bash"]),
    row(
        &["nginx", "nginx-slim", "nginxdemos/hello"],
        &[],
        &["nginx", "-g", "daemon off;"],
        Base::Debian,
        &["nginx", "curl"],
    ),
    row(&["nginx-unprivileged"], &[], &["nginx", "-p", "8080"], Base::Debian, &["nginx", "curl"]),
    row(&["httpd"], &[], &["httpd-foreground"], Base::Debian, &["httpd-foreground", "httpd"]),
    row(
        &["gb-frontend", "hpa-example", "php"],
        &[],
        &["apache2-foreground"],
        Base::Debian,
        &["apache2-foreground", "curl"],
    ),
    row(&["redis", "valkey/valkey"], &[], &["redis-server"], Base::Debian, &["redis-server", "redis-cli"]),
    row(
        &["redis-follower", "gb-redis-follower"],
        &[],
        &["redis-server"],
        Base::Debian,
        &["redis-server", "redis-cli"],
    ),
    row(
        &["postgres", "bitnami/postgresql", "postgis/postgis"],
        &[],
        &["postgres"],
        Base::Debian,
        &["postgres", "psql", "pg_dump", "pg_dumpall", "pg_isready", "pg_restore", "createdb"],
    ),
    row(
        &["mysql", "mariadb", "bitnami/mysql", "bitnami/mariadb", "percona"],
        &[],
        &["mysqld"],
        Base::Debian,
        &[
            "mysqld",
            "mariadbd",
            "mysql",
            "mariadb",
            "mysqldump",
            "mariadb-dump",
            "mysqladmin",
            "mariadb-admin",
        ],
    ),
    row(&["mongo"], &[], &["mongod"], Base::Debian, &["mongod", "mongosh", "mongodump"]),
    row(&["memcached"], &[], &["memcached"], Base::Debian, &["memcached"]),
    row(&["rabbitmq"], &[], &["rabbitmq-server"], Base::Debian, &["rabbitmq-server"]),
    row(&["pause"], &["/pause"], &[], Base::Scratch, &["pause"]),
    row(&["perl"], &[], &["perl", "-de0"], Base::Debian, &["perl"]),
    row(&["python", "pypy"], &[], &["python3"], Base::Debian, &["python", "python3"]),
    row(&["curl"], &["/entrypoint.sh"], &["curl"], Base::Busybox, &["curl"]),
    row(&["agnhost"], &["/agnhost"], &["pause"], Base::Busybox, &["agnhost", "curl"]),
    row(&["serve_hostname", "serve-hostname"], &["/serve-hostname"], &[], Base::Scratch, &["serve-hostname"]),
    row(&["netexec"], &["/netexec"], &[], Base::Busybox, &["netexec"]),
    row(&["netshoot"], &[], &["zsh"], Base::Busybox, &["zsh", "bash", "curl"]),
    row(&["dnsutils", "jessie-dnsutils"], &[], &["sleep", "infinity"], Base::Debian, &["nslookup", "curl"]),
    row(&["hello-app"], &[], &["./hello-app"], Base::Scratch, &["hello-app"]),
    row(&["http-echo"], &["/http-echo"], &[], Base::Scratch, &["http-echo"]),
    row(&["whoami"], &["/whoami-server"], &[], Base::Scratch, &["whoami-server"]),
    row(&["echoserver", "echo-server"], &[], &["/echo-server"], Base::Busybox, &["echo-server"]),
    row(&["stress", "vish/stress", "polinux/stress"], &[], &["stress"], Base::Busybox, &["stress"]),
    row(&["etcd"], &[], &["etcd"], Base::Scratch, &["etcd"]),
    row(&["aws-cli"], &["aws"], &[], Base::Debian, &["aws"]),
    row(&["minio/mc"], &["mc"], &[], Base::Debian, &["mc"]),
    row(&["trivy"], &["trivy"], &[], Base::Busybox, &["trivy"]),
    row(&["kube-bench"], &["kube-bench"], &[], Base::Busybox, &["kube-bench"]),
    row(&["restic"], &["restic"], &[], Base::Busybox, &["restic"]),
    row(&["rclone"], &["rclone"], &[], Base::Busybox, &["rclone"]),
    row(&["cloud-sdk", "google-cloud-cli"], &[], &["bash"], Base::Debian, &["gcloud", "gsutil", "curl"]),
];

static UNKNOWN: Row = row(&[], &[], &["the image's own command"], Base::Unknown, &[]);

/// An image: a row of the table, or the one for all that it does not hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Image(&'static Row);

impl Hash for Image {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.names.first().hash(state);
    }
}

impl Image {
    /// Finds an image by the name that a manifest gives it.
    pub fn of(image: &str) -> Image {
        let image = image.split('@').next().unwrap_or(image);
        let last = image.rfind('/').map_or(0, |at| at + 1);
        let path = image[last..].split_once(':').map_or(image, |(name, _)| &image[..last + name.len()]);
        let base = path.rsplit('/').next().unwrap_or(path);
        // Someone's own `acme/python` is not the image `python`; a registry before the name does not matter.
        let owner = path[..path.len() - base.len()].trim_end_matches('/');
        let official = [
            "",
            "library",
            "docker.io",
            "docker.io/library",
            "registry.k8s.io",
            "k8s.gcr.io",
            "quay.io",
            "mcr.microsoft.com",
        ];
        let known_owner = |owner: &str| {
            let known = [
                "bitnami",
                "curlimages",
                "e2e-test-images",
                "google-samples",
                "hashicorp",
                "nicolaka",
                "traefik",
                "kicbase",
                "jmalloc",
                "nginxinc",
                "amazon",
                "aquasec",
                "restic",
                "rclone",
                "alpine",
                "bitnamilegacy",
                "paulczar",
                "google.com",
                "cloudsdktool",
                "google",
                "containers",
                "gke",
                "public.ecr.aws",
                "cimg",
                "chainguard",
            ];
            official.contains(&owner)
                || owner.split('/').any(|part| known.contains(&part) || part.starts_with("library"))
        };
        let fits = |name: &&'static str| match name.split_once('/') {
            Some(_) => path == *name || path.strip_suffix(*name).is_some_and(|before| before.ends_with('/')),
            None => base == *name && known_owner(owner),
        };
        Image(ROWS.iter().find(|row| row.names.iter().any(fits)).unwrap_or(&UNKNOWN))
    }
    /// Whether the table holds it.
    pub fn is_known(self) -> bool {
        self.0.base != Base::Unknown
    }
    /// Which shell its `sh` is.
    pub fn dialect(self) -> Dialect {
        if matches!(self.0.base, Base::Busybox | Base::Unknown) { Dialect::Ash } else { Dialect::Dash }
    }
    /// The words that a container of it runs. Models pkg/kubelet/kuberuntime: `command` replaces the entry point and the
    /// image's own arguments, `args` only the arguments.
    pub fn words(self, command: &[Text], args: &[Text]) -> Vec<Text> {
        let fixed = |words: &'static [&'static str]| words.iter().map(|word| Text::Static(word));
        if !command.is_empty() {
            return command.iter().chain(args).cloned().collect();
        }
        if args.is_empty() {
            return fixed(self.0.entry).chain(fixed(self.0.start)).collect();
        }
        let mut words: Vec<Text> = args.to_vec();
        let first = words[0].clone();
        match self.0.entry {
            // curl's entry point runs curl unless the first word is a program.
            ["/entrypoint.sh"] if self.program(&first).is_none() => words.insert(0, "curl".into()),
            ["/entrypoint.sh"] => {}
            // The entry points of servers put the server before a bare flag.
            [] if first.starts_with('-') && !self.0.start.is_empty() => {
                words.insert(0, Text::Static(self.0.start[0]))
            }
            entry => words = fixed(entry).chain(words).collect(),
        }
        words
    }
    /// The program of a name, if the image has it.
    pub fn program(self, name: &str) -> Option<Tool> {
        let (directory, base) =
            name.rsplit_once('/').map_or(("", name), |(directory, base)| (directory, base));
        let (place, tool) = tools::find(base)?;
        let own = self.0.own.contains(&base);
        let usual = matches!(
            directory,
            "" | "."
                | "/bin"
                | "/usr/bin"
                | "/usr/local/bin"
                | "/sbin"
                | "/usr/sbin"
                | "/usr/local/sbin"
                | "/usr/local/apache2/bin"
        );
        let standard = match self.0.base {
            Base::Busybox => matches!(place, Where::Both | Where::Busybox),
            Base::Debian => matches!(place, Where::Both | Where::Debian),
            Base::Scratch => false,
            Base::Unknown => true,
        };
        // "/agnhost" has the root as its directory, which splits as an empty one.
        (usual
            && (own || standard)
            && (!name.starts_with('/') || !directory.is_empty() || own || !self.is_known()))
        .then_some(tool)
    }
}

/// The names of the images whose work is known.
pub fn known_images() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.names[0])
}

/// What a container of an image does if it has no command of its own: `runs redis-server`.
pub fn image_runs(image: &str) -> String {
    let row = Image::of(image).0;
    let words: Vec<&str> = row.entry.iter().chain(row.start).copied().collect();
    match words.as_slice() {
        [] if row.base == Base::Unknown => "runs for ever: nobody here knows what it does".to_owned(),
        ["sh" | "bash" | "zsh" | "/bin/sh" | "python3"] => "has nothing to do, and ends at once".to_owned(),
        words => format!("runs {}", words.join(" ")),
    }
}

/// The programs that only some images have.
pub(super) fn program(name: &str) -> Option<Tool> {
    agnhost::program(name).or_else(|| databases::program(name)).or_else(|| web::program(name)).or_else(|| {
        match name {
            "perl" => Some(perl::perl as Tool),
            "python" | "python3" => Some(python::python as Tool),
            "pause" => Some(agnhost::pause as Tool),
            "zsh" => Some((|_| Act::Done(0)) as Tool),
            "stress" => Some(stress as Tool),
            _ if JOBS.contains(&name) => Some(job as Tool),
            _ => None,
        }
    })
}

/// Programs whose work Podium does not know: they run for a while and succeed. [`image_notes`] says so.
const JOBS: [&str; 8] = ["aws", "mc", "trivy", "kube-bench", "restic", "rclone", "gcloud", "gsutil"];

fn job(call: &mut tools::Call) -> Act {
    if call.phase == 0 { Act::Sleep(crate::api::Span::secs(5)) } else { Act::Done(0) }
}

fn stress(call: &mut tools::Call) -> Act {
    let args = call.args();
    let workers = |long: &str, short: &str| {
        let at = args.iter().position(|arg| *arg == long || *arg == short);
        at.and_then(|at| args.get(at + 1)).and_then(|n| n.parse::<u32>().ok()).unwrap_or(0)
    };
    let (cpu, vm) = (workers("--cpu", "-c"), workers("--vm", "-m"));
    call.line(format!("stress: info: [1] dispatching hogs: {cpu} cpu, 0 io, {vm} vm, 0 hdd"));
    Act::Burn("it puts load on its CPU until it is stopped")
}

/// The memory in bytes that a command fills, where its words say so: `stress --vm 1 --vm-bytes 250M`.
pub(super) fn memory(words: &[Text]) -> Option<i64> {
    let name = words.first()?.rsplit('/').next()?;
    let after = |flags: &[&str]| {
        let at = words.iter().position(|w| flags.contains(&w.as_str()))?;
        words.get(at + 1).map(|w| w.as_str())
    };
    match name {
        "stress" | "stress-ng" => {
            let workers: i64 = after(&["--vm", "-m"])?.parse().ok()?;
            let bytes = after(&["--vm-bytes"]).unwrap_or("256M").trim_end_matches(['B', 'b']);
            // stress counts in powers of two.
            let bytes = crate::api::Quantity::parse(&format!("{bytes}i").replace("ii", "i"));
            Some(workers * bytes?.amount)
        }
        "tail" if words.get(1).is_some_and(|w| *w == *"/dev/zero") => Some(i64::MAX),
        _ => None,
    }
}

/// Does Podium know the image?
pub fn is_known(image: &str) -> bool {
    Image::of(image).is_known()
}

/// What a learner should know of an image that Podium knows little of; none if it is modelled.
pub fn image_notes(image: &str, command: &[Text]) -> Option<Text> {
    let known = Image::of(image);
    let first = command.first().map(|word| word.as_str());
    let hint = "the annotation podium/behaviour can say what it does, for instance \"duration=5s exit=0\"";
    if !known.is_known() {
        return match first {
            None => Some(format!("{image} is not known to Podium: it runs for ever; {hint}").into()),
            Some(name) if known.program(name).is_none() => {
                Some(format!("{name} of {image} is not known to Podium: it runs for ever; {hint}").into())
            }
            Some(_) => None,
        };
    }
    let name = first.or(known.0.entry.first().copied())?;
    let name = name.rsplit('/').next().unwrap_or(name);
    let is_job = JOBS.contains(&name) && known.program(name).is_some();
    is_job.then(|| {
        format!("Podium does not know what {name} does: it runs for 5 seconds and succeeds; {hint}").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_by_their_names() {
        for (image, name) in [
            ("busybox", Some("busybox")),
            ("busybox:1.36", Some("busybox")),
            ("docker.io/library/busybox@sha256:0123", Some("busybox")),
            ("registry.k8s.io/e2e-test-images/agnhost:2.53", Some("agnhost")),
            ("localhost:5000/python", None),
            ("gcr.io/google-samples/hello-app:1.0", Some("hello-app")),
            ("us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5", Some("gb-frontend")),
            ("vish/stress", Some("stress")),
            ("acme/python:3", None),
            ("nginx-slim", Some("nginx")),
        ] {
            let found = Image::of(image);
            assert_eq!(found.0.names.first().copied(), name, "{image}");
        }
    }

    #[test]
    fn each_program_of_the_table_is_there() {
        for row in &ROWS {
            for name in row.own {
                assert!(tools::find(name).is_some(), "{name}");
            }
            let image = Image(row);
            if let [first, ..] = &image.words(&[], &[])[..] {
                assert!(image.program(first).is_some() || row.entry == ["/entrypoint.sh"], "{first}");
            }
        }
    }

    #[test]
    fn words_say_how_much_memory_is_filled() {
        let of = |line: &'static str| memory(&line.split(' ').map(Text::Static).collect::<Vec<_>>());
        assert_eq!(of("stress --vm 1 --vm-bytes 250M --vm-hang 1"), Some(250 << 20));
        assert_eq!(of("/usr/bin/stress -m 2 --vm-bytes 1G"), Some(2 << 30));
        assert_eq!(of("stress --vm 1"), Some(256 << 20));
        assert_eq!((of("stress --cpu 2"), of("sleep 5")), (None, None));
        assert_eq!(of("tail /dev/zero"), Some(i64::MAX));
    }

    #[test]
    fn notes_say_what_is_not_known() {
        let note = |image, command: &[&'static str]| {
            image_notes(image, &command.iter().map(|word| Text::Static(word)).collect::<Vec<_>>())
        };
        assert!(note("nginx", &[]).is_none() && note("acme/x", &["sh", "-c", "true"]).is_none());
        assert!(note("acme/x", &[]).unwrap().starts_with("acme/x is not known to Podium: it runs for ever"));
        assert!(note("acme/x", &["report"]).unwrap().contains("report of acme/x"));
        assert!(note("aquasec/trivy", &[]).unwrap().contains("5 seconds"));
    }
}
