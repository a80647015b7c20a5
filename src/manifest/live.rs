//! What an editor offers that the table of fields does not know: names of what is in the cluster or in the text.

use super::assist::Completion;
use super::context::Context;
use super::diagnostic::Lines;
use super::outline::{Written, outline};
use crate::api::{Kind, Time, zone_names};

/// What an editor may ask about the cluster. This room knows none: whoever does answers.
pub trait Live {
    /// The time there.
    fn now(&self) -> Time;
    /// The names of a kind's objects; of those that have a namespace, in that one.
    fn names(&self, kind: Kind, namespace: &str) -> Vec<String>;
    /// How an object fares, in a line; none if there is no such object.
    fn about(&self, kind: Kind, namespace: &str, name: &str) -> Option<String>;
    /// The labels that objects of a kind carry, as names and values.
    fn labels(&self, kind: Kind, namespace: &str) -> Vec<(String, String)>;
    /// The ports that containers of pods name.
    fn ports(&self, namespace: &str) -> Vec<String>;
    /// The images whose work is known, each with what it does.
    fn images(&self) -> Vec<(&'static str, String)>;
    /// What a container of an image does if it has no command of its own.
    fn image(&self, name: &str) -> String;
}

/// What a field's value names.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Named {
    /// An object of this kind.
    Object(Kind),
    /// The object of the kind that stands beside it.
    Target,
    /// A container of the same document.
    Container,
    /// A volume of the same document.
    Volume,
    /// A port of some container.
    Port,
    /// An image.
    Image,
    /// A schedule.
    Schedule,
    /// A time zone.
    Zone,
}

/// The ends of paths, each with what stands there.
const ROWS: &[(&str, Named)] = &[
    ("configMapKeyRef.name", Named::Object(Kind::ConfigMap)),
    ("configMapRef.name", Named::Object(Kind::ConfigMap)),
    ("configMap.name", Named::Object(Kind::ConfigMap)),
    ("secretKeyRef.name", Named::Object(Kind::Secret)),
    ("secretRef.name", Named::Object(Kind::Secret)),
    ("imagePullSecrets.name", Named::Object(Kind::Secret)),
    ("secretName", Named::Object(Kind::Secret)),
    ("sources.secret.name", Named::Object(Kind::Secret)),
    ("claimName", Named::Object(Kind::PersistentVolumeClaim)),
    ("volumeName", Named::Object(Kind::PersistentVolume)),
    ("serviceName", Named::Object(Kind::Service)),
    ("backend.service.name", Named::Object(Kind::Service)),
    ("serviceAccountName", Named::Object(Kind::ServiceAccount)),
    ("priorityClassName", Named::Object(Kind::PriorityClass)),
    ("storageClassName", Named::Object(Kind::StorageClass)),
    ("metadata.namespace", Named::Object(Kind::Namespace)),
    ("nodeName", Named::Object(Kind::Node)),
    ("scaleTargetRef.name", Named::Target),
    ("volumeMounts.name", Named::Volume),
    ("containerName", Named::Container),
    ("targetPort", Named::Port),
    ("httpGet.port", Named::Port),
    ("tcpSocket.port", Named::Port),
    ("image", Named::Image),
    ("spec.schedule", Named::Schedule),
    ("timeZone", Named::Zone),
];

/// What the value at a path names.
pub(super) fn named(path: &str) -> Option<Named> {
    let ends = |end: &str| path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    ROWS.iter().find(|(end, _)| ends(end)).map(|(_, named)| *named)
}

/// Of which kind's objects the labels at a path are.
fn labelled(kind: Kind, path: &str) -> Option<Kind> {
    let path = path.strip_suffix(".matchLabels").unwrap_or(path);
    let last = path.rsplit('.').next().unwrap_or(path);
    match last {
        "nodeSelector" => Some(Kind::Node),
        "namespaceSelector" => Some(Kind::Namespace),
        "selector" | "podSelector" | "labelSelector" => Some(Kind::Pod),
        "labels" if kind != Kind::Service && path.ends_with("template.metadata.labels") => Some(Kind::Pod),
        _ => None,
    }
}

/// Schedules, with what they mean.
const SCHEDULES: &[(&str, &str)] = &[
    ("*/5 * * * *", "every five minutes"),
    ("0 * * * *", "every hour"),
    ("0 0 * * *", "every day at midnight"),
    ("30 2 * * *", "every night at 2:30"),
    ("0 9 * * 1-5", "Monday to Friday at 9:00"),
    ("0 3 * * 0", "Sundays at 3:00"),
    ("0 0 1 * *", "on the first of each month"),
    ("@hourly", "every hour"),
    ("@daily", "every day at midnight"),
    ("@weekly", "Sundays at midnight"),
];

/// What there is to offer besides fields and their words.
pub(super) fn offers(at: &Context, lines: &Lines, line: u32, live: &dyn Live) -> Vec<Completion> {
    let Some(kind) = at.kind else { return Vec::new() };
    let found = Found { at, all: outline(lines), line, live };
    let above = at.above.join(".");
    let mut all: Vec<(String, String)> = match labelled(kind, &above) {
        Some(of) => found.labels(of),
        None if at.in_value => found.values(&format!("{above}.{}", at.key)),
        None => Vec::new(),
    };
    let mut seen = Vec::new();
    all.retain(|(label, _)| {
        let is_new = !seen.contains(label);
        seen.push(label.clone());
        is_new
    });
    all.into_iter().map(|(label, detail)| at.offer(&label, detail)).collect()
}

struct Found<'a> {
    at: &'a Context,
    all: Vec<Vec<Written>>,
    line: u32,
    live: &'a dyn Live,
}

impl Found<'_> {
    /// The fields of the document in which the cursor stands.
    fn own(&self) -> &[Written] {
        let holds = |d: &&Vec<Written>| d.last().is_some_and(|w| w.line >= self.line);
        self.all.iter().find(holds).or(self.all.last()).map_or(&[], Vec::as_slice)
    }
    fn namespace(&self) -> &str {
        namespace(self.own())
    }
    /// The values of fields whose paths have one of these ends, in the document or in all.
    fn written<'a>(
        &self,
        of: impl Iterator<Item = &'a Written>,
        ends: &[&str],
        detail: &str,
    ) -> Vec<(String, String)> {
        of.filter(|w| w.line != self.line && ends.iter().any(|end| w.path.ends_with(end)))
            .map(|w| (w.value.clone(), detail.to_owned()))
            .collect()
    }
    fn values(&self, path: &str) -> Vec<(String, String)> {
        let own = self.own();
        let everywhere = || self.all.iter().flatten();
        match named(path) {
            Some(Named::Object(kind)) => self.objects(kind),
            Some(Named::Target) => {
                let beside = own.iter().find(|w| w.path.ends_with("scaleTargetRef.kind"));
                let kind = Kind::ALL.iter().find(|k| beside.is_some_and(|w| w.value == k.info().name));
                self.objects(*kind.unwrap_or(&Kind::Deployment))
            }
            Some(Named::Container) => {
                self.written(own.iter(), &[".containers.name", ".initContainers.name"], "a container")
            }
            Some(Named::Volume) => self.written(
                own.iter(),
                &[".volumes.name", ".volumeClaimTemplates.metadata.name"],
                "a volume",
            ),
            Some(Named::Port) => {
                let ends = [".ports.name", ".ports.containerPort"];
                let mut all = self.written(
                    everywhere().filter(|w| w.path.contains("ontainers.")),
                    &ends,
                    "a port in this text",
                );
                all.extend(
                    self.live
                        .ports(self.namespace())
                        .into_iter()
                        .map(|p| (p, "a port of pods that run".to_owned())),
                );
                all
            }
            Some(Named::Image) => {
                self.live.images().into_iter().map(|(name, does)| (name.to_owned(), does)).collect()
            }
            Some(Named::Schedule) => {
                SCHEDULES.iter().map(|(s, means)| ((*s).to_owned(), (*means).to_owned())).collect()
            }
            Some(Named::Zone) => zone_names().map(|name| (name.to_owned(), String::new())).collect(),
            None => Vec::new(),
        }
    }
    /// Names of objects: those of the cluster, and those of the text.
    fn objects(&self, kind: Kind) -> Vec<(String, String)> {
        let namespace = self.namespace();
        let about = |name: String| {
            let about = self.live.about(kind, namespace, &name).unwrap_or_default();
            (name, about)
        };
        let mut all: Vec<(String, String)> =
            self.live.names(kind, namespace).into_iter().map(about).collect();
        for document in &self.all {
            let field = |path: &str| document.iter().find(|w| w.path == path).map(|w| w.value.as_str());
            if field("kind") == Some(kind.info().name) {
                all.extend(field("metadata.name").map(|name| (name.to_owned(), "in this text".to_owned())));
            }
        }
        all
    }
    /// Labels, whole or, behind a name, their values.
    fn labels(&self, of: Kind) -> Vec<(String, String)> {
        let mut all: Vec<(String, String, &str)> = Vec::new();
        for w in self.all.iter().flatten().filter(|w| of == Kind::Pod && w.line != self.line) {
            if let Some((above, name)) = w.path.split_once("template.metadata.labels.") {
                let _ = above;
                all.push((name.to_owned(), w.value.clone(), "in this text"));
            }
        }
        let live = self.live.labels(of, self.namespace()).into_iter();
        all.extend(live.map(|(name, value)| {
            (name, value, if of == Kind::Pod { "pods carry it" } else { "it is there" })
        }));
        let (key, in_value) = (self.at.key.as_str(), self.at.in_value);
        let fits = |name: &str| {
            if in_value { name == key } else { !self.at.beside.iter().any(|b| b == name && b != key) }
        };
        let shown = |(name, value, detail): (String, String, &str)| {
            let label = if in_value { value } else { format!("{name}: {value}") };
            (label, detail.to_owned())
        };
        all.into_iter().filter(|(name, ..)| fits(name)).map(shown).collect()
    }
}

/// The namespace that a document names.
pub(super) fn namespace(document: &[Written]) -> &str {
    document.iter().find(|w| w.path == "metadata.namespace").map_or("default", |w| &w.value)
}
