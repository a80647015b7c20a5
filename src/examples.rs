//! The examples that the page offers: the manifests of the course notes, and those that the notes describe in words.

/// An example.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Example {
    /// Its name in addresses and tests.
    pub name: &'static str,
    /// The group under which the menu lists it.
    pub group: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What there is to be seen.
    pub about: &'static str,
    /// Its manifest.
    pub manifest: &'static str,
    /// World seconds per second at which it is best watched.
    pub speed: u32,
}

macro_rules! examples {
    ($( $group:literal { $( $name:literal, $speed:literal, $title:literal, $about:literal; )* } )*) => {
        /// Every example, in the order of the menu.
        pub const ALL: &[Example] = &[ $( $( Example {
            name: $name,
            group: $group,
            title: $title,
            about: $about,
            manifest: include_str!(concat!("../static/examples/", $name, ".yaml")),
            speed: $speed,
        }, )* )* ];
    };
}

examples! {
    "Jobs" {
        "simple-job", 1, "A simple job", "One pod says hello and is done.";
        "parallel-3-of-3", 1, "Parallelism 3, completions 3", "Three pods at the same time, each once.";
        "parallel-3-of-5", 1, "Parallelism 3, completions 5", "Three at first; as each ends, another starts.";
        "deadline-60", 1, "Deadline of 60 seconds", "Five tasks of 10 s, two at a time: it is enough.";
        "deadline-10", 1, "Deadline of 10 seconds", "The same, but the time is up before the first is done.";
        "failing-job", 10, "A job that always fails", "Retries after 10, 20 and 40 s, then it gives up.";
    }
    "CronJobs" {
        "demo-cronjob", 60, "Every two minutes", "A job of five pods, again and again.";
        "daily-cronjob", 600, "Every day at midnight", "Jump through the night in a minute.";
    }
    "Use cases" {
        "backup-mysql", 1, "Backup of MySQL", "A job finds the database by name, waits for it, and writes a dump.";
        "backup-postgres", 600, "Backup of PostgreSQL, every night", "At two at night, seven nights are kept.";
        "export-logs", 600, "Export of logs", "Packed and sent to cloud storage before midnight.";
        "sales-report", 1, "A report by region", "Twelve pods' work, four at a time.";
        "clean-up", 60, "Clean-up every half hour", "Finished jobs clean up after themselves as well.";
        "import-data", 1, "Import and export of data", "From one database into another.";
        "security-scan", 600, "Security and compliance scans", "Every Sunday, images and nodes.";
    }
    "Services" {
        "clusterip-with-pods", 1, "ClusterIP with two pods", "The selector finds both: two endpoints.";
        "clusterip", 1, "ClusterIP", "Reached inside the cluster only.";
        "nodeport", 1, "NodePort", "A port on every node. But which pods are behind it?";
        "loadbalancer", 1, "LoadBalancer", "An address from the cloud.";
        "externalname", 1, "ExternalName", "A DNS name for something outside.";
        "job-asks-service", 1, "A job asks a service", "Refused while nothing is behind the name; then answered.";
        "dns-lookup", 1, "A job asks the DNS", "The ExternalName answers with its alias.";
        "two-node-ports", 1, "Two services, 30001 and 30002", "Each leads to its own pods.";
        "no-selector", 1, "A service without a selector", "Nobody makes endpoints for it.";
        "my-app-pods", 1, "Two pods with app: my-app", "Apply them beside a service of the notes.";
    }
    "Scaling" {
        "deployment", 1, "A Deployment to scale", "Four replicas; make them more or fewer.";
    }
}

/// The example that a first visit opens.
pub fn first() -> &'static Example {
    find("parallel-3-of-5").expect("it is in the table")
}

/// The example of that name.
pub fn find(name: &str) -> Option<&'static Example> {
    ALL.iter().find(|e| e.name == name)
}
