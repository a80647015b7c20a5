//! What a flag may be given.

use super::super::selector::known_fields;
use super::{Offer, Place, Resource, Target};
use crate::api::{Kind, Value};
use crate::manifest::fields_below;

/// What one may do to objects.
pub(super) const ACTIONS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// Flags that are given one of a few words: the beginning of the verb's name, the flag, the words.
const ONE_OF: &[(&str, &str, &[&str])] = &[
    ("api-resources", "output", &["json", "name", "wide", "yaml"]),
    ("api-resources", "sort-by", &["kind", "name"]),
    ("api-resources", "verbs", ACTIONS),
    ("auth", "output", &["json", "yaml"]),
    ("config", "output", &["json", "name", "yaml"]),
    ("create role", "verb", ACTIONS),
    ("create clusterrole", "verb", ACTIONS),
    ("explain", "output", &["plaintext", "plaintext-openapiv2"]),
    ("events", "types", &["Normal", "Warning"]),
    ("expose", "type", &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    ("patch", "type", &["json", "merge", "strategic"]),
    ("top", "sort-by", &["cpu", "memory"]),
    ("version", "output", &["json", "yaml"]),
    ("", "cascade", &["background", "foreground", "orphan"]),
    ("", "cluster", &["podium"]),
    ("", "context", &["podium"]),
    ("", "dry-run", &["client", "none", "server"]),
    ("", "image-pull-policy", &["Always", "IfNotPresent", "Never"]),
    ("", "preemption-policy", &["Never", "PreemptLowerPriority"]),
    ("", "protocol", &["SCTP", "TCP", "UDP"]),
    ("", "restart", &["Always", "Never", "OnFailure"]),
    ("", "subresource", &["resize", "scale", "status"]),
    ("", "user", &["admin"]),
    ("", "validate", &["ignore", "strict", "warn"]),
];

/// The forms of output, which go on where they have an argument.
const FORMATS: &[&str] = &[
    "custom-columns-file=",
    "custom-columns=",
    "go-template-file=",
    "go-template=",
    "json ",
    "jsonpath-as-json=",
    "jsonpath-file=",
    "jsonpath=",
    "name ",
    "wide ",
    "yaml ",
];

/// The conditions that objects of a kind come to have.
const CONDITIONS: &[(Kind, &[&str])] = &[
    (Kind::Deployment, &["Available", "Progressing"]),
    (Kind::Job, &["Complete", "Failed", "FailureTarget", "SuccessCriteriaMet", "Suspended"]),
    (Kind::Node, &["DiskPressure", "MemoryPressure", "PIDPressure", "Ready"]),
    (Kind::Pod, &["ContainersReady", "Initialized", "PodScheduled", "Ready"]),
];

/// What the flag of a verb may be given, `text` being typed already.
pub(super) fn of(place: &Place, target: &Target, flag: &str, text: &str) -> Offer {
    let verb = target.verb.map_or("", |verb| verb.name);
    let row = ONE_OF.iter().find(|(begin, name, _)| verb.starts_with(begin) && *name == flag);
    if let Some((_, _, words)) = row {
        return Offer::of(words);
    }
    let names = |kind: Kind| Offer { kept: 0, options: place.names(Resource::Kind(kind), " ") };
    match flag {
        "namespace" => names(Kind::Namespace),
        "clusterrole" => names(Kind::ClusterRole),
        "role" => names(Kind::Role),
        "class" => names(Kind::IngressClass),
        "filename" | "from-file" | "from-env-file" | "patch-file" | "cert" | "key" => files(place),
        "output" => Offer { kept: 0, options: FORMATS.iter().map(|f| (*f).to_owned()).collect() },
        "container" | "containers" => Offer { kept: 0, options: containers(place, target, " ") },
        "selector" | "labels" => selector(place, &resources(target), text),
        "label-columns" => {
            let kept = text.rfind(',').map_or(0, |at| at + 1);
            Offer { kept, options: keys(place, &resources(target), " ") }
        }
        "field-selector" => field_selector(place, &target.resources(), text),
        "sort-by" => sort_by(&target.resources(), text),
        "from" => from(place, verb, text),
        "for" if verb == "wait" => condition(target, place, text),
        "for" => of_objects(place, text, &["pod", "deployment", "job", "node"]),
        "resource" => super::of_types(&[], text),
        _ => Offer::default(),
    }
}

/// The objects that a selector chooses from. Where none are named they are pods, or nodes for who works on nodes.
fn resources(target: &Target) -> Vec<Resource> {
    match target.resources() {
        none if none.is_empty() => vec![Resource::Kind(Kind::Pod)],
        some => some,
    }
}

/// Names of files, with what a shell would break a word at guarded.
fn files(place: &Place) -> Offer {
    Offer { kept: 0, options: place.files.iter().map(|name| name.replace(' ', "\\ ") + " ").collect() }
}

fn objects(place: &Place, resources: &[Resource]) -> Vec<Value> {
    resources.iter().flat_map(|resource| place.objects(*resource)).collect()
}

/// The keys of the labels that objects have.
fn keys(place: &Place, resources: &[Resource], sign: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for object in objects(place, resources) {
        keys.extend(object.at("metadata.labels").fields().map(|(key, _)| format!("{key}{sign}")));
    }
    keys
}

/// `app=web,tier|`: a key, or behind its sign a value that it has.
fn selector(place: &Place, resources: &[Resource], text: &str) -> Offer {
    let part = text.rfind(',').map_or(0, |at| at + 1);
    let Some(sign) = text[part..].find('=') else {
        return Offer { kept: part, options: keys(place, resources, "=") };
    };
    let key = text[part..part + sign].trim_end_matches('!');
    let value =
        |object: &Value| object.at("metadata.labels").get(key).as_str().map(|value| format!("{value} "));
    let kept = part + sign + text[part + sign..].chars().take_while(|c| *c == '=').count();
    Offer { kept, options: objects(place, resources).iter().filter_map(value).collect() }
}

/// `status.phase=Run|`: a path that can be selected by, or a value that is there.
fn field_selector(place: &Place, resources: &[Resource], text: &str) -> Offer {
    let part = text.rfind(',').map_or(0, |at| at + 1);
    let Some(sign) = text[part..].find('=') else {
        let mut options = vec!["metadata.name=".to_owned()];
        for resource in resources {
            options.extend(resource.info().namespaced.then(|| "metadata.namespace=".to_owned()));
            options.extend(known_fields(resource.info().name).iter().map(|path| format!("{path}=")));
        }
        return Offer { kept: part, options };
    };
    let path = text[part..part + sign].trim_end_matches('!');
    let value = |object: &Value| object.at(path).as_str().map(|value| format!("{value} "));
    let kept = part + sign + text[part + sign..].chars().take_while(|c| *c == '=').count();
    Offer { kept, options: objects(place, resources).iter().filter_map(value).collect() }
}

/// `.metadata.n|`: a field of the objects.
fn sort_by(resources: &[Resource], text: &str) -> Offer {
    let kept = text.rfind('.').map_or(0, |at| at + 1);
    let dot = if kept == 0 { "." } else { "" };
    let path: Vec<&str> = text[..kept].trim_start_matches('{').split('.').filter(|n| !n.is_empty()).collect();
    let kind = match resources.first() {
        Some(Resource::Kind(kind)) => *kind,
        _ => Kind::Pod,
    };
    let below = fields_below(kind.info().name, kind.info().version, &path);
    let options = below.into_iter().map(|(name, goes_on)| {
        let sign = if goes_on { "." } else { " " };
        format!("{dot}{name}{sign}")
    });
    Offer { kept, options: options.collect() }
}

/// `cronjob/NAME`, out of which a Job is made; `configmap/NAME`, out of which variables are.
fn from(place: &Place, verb: &str, text: &str) -> Offer {
    match verb {
        "create job" => of_objects(place, text, &["cronjob"]),
        _ => of_objects(place, text, &["configmap", "secret"]),
    }
}

/// `TYPE/NAME`.
fn of_objects(place: &Place, text: &str, kinds: &[&str]) -> Offer {
    if text.contains('/') {
        return super::of_slash(place, text);
    }
    Offer { kept: 0, options: kinds.iter().map(|kind| format!("{kind}/")).collect() }
}

/// `condition=Ready`, `delete`.
fn condition(target: &Target, place: &Place, text: &str) -> Offer {
    let Some(rest) = text.strip_prefix("condition=") else {
        let options = ["condition=", "create ", "delete ", "jsonpath="];
        return Offer { kept: 0, options: options.iter().map(|o| (*o).to_owned()).collect() };
    };
    let resources = target.resources();
    let mut options = Vec::new();
    for (kind, conditions) in CONDITIONS {
        if resources.contains(&Resource::Kind(*kind)) {
            options.extend(conditions.iter().map(|c| format!("{c} ")));
        }
    }
    for object in objects(place, &resources) {
        let types = object.at("status.conditions").items().iter().filter_map(|c| c.get("type").as_str());
        options.extend(types.map(|c| format!("{c} ")));
    }
    Offer { kept: text.len() - rest.len(), options }
}

/// The containers of the object that is named, each with a sign behind it.
pub(super) fn containers(place: &Place, target: &Target, sign: &str) -> Vec<String> {
    let words: Vec<&str> = target.words.iter().flat_map(|word| word.split('/')).collect();
    let pods = matches!(target.verb.map(|v| v.takes), Some(super::Words::Pods(_)));
    let (resource, name) = match words.as_slice() {
        [name] if pods => (Some(Resource::Kind(Kind::Pod)), *name),
        [_, name, ..] => (target.resources().first().copied(), *name),
        _ => return Vec::new(),
    };
    let is_it = |object: &Value| object.at("metadata.name").as_str() == Some(name);
    let mut found = resource.map(|r| place.objects(r)).unwrap_or_default();
    found.retain(is_it);
    let mut options = Vec::new();
    for object in &found {
        for spec in ["spec", "spec.template.spec", "spec.jobTemplate.spec.template.spec"] {
            for list in ["containers", "initContainers"] {
                let all = object.at(spec).get(list).items().iter();
                options.extend(all.filter_map(|c| Some(format!("{}{sign}", c.get("name").as_str()?))));
            }
        }
    }
    options
}
