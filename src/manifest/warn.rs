//! What the API server takes with a warning. Models pkg/api/pod/warnings.go and the strategies' WarningsOnCreate.

use super::field::{Path, quoted};
use super::validate;
use crate::api::{Kind, Value};

/// A warning about a field; kubectl prints `Warning: FIELD: TEXT`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldWarning {
    /// The field.
    pub field: String,
    /// What about it.
    pub text: String,
}

impl std::fmt::Display for FieldWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.text)
    }
}

/// What the API server warns about when it takes an object, checked and defaulted.
pub fn warnings(kind: Kind, object: &Value) -> Vec<FieldWarning> {
    let mut all = Vec::new();
    let place = match kind {
        Kind::Pod => "the Pod's hostname",
        _ => "Pod names and hostnames",
    };
    let names_pods =
        matches!(kind, Kind::Pod | Kind::Job | Kind::CronJob | Kind::Deployment | Kind::ReplicaSet);
    let wrong = validate::label(object.at("metadata.name").as_str().unwrap_or("a"));
    if names_pods && !wrong.is_empty() {
        let advice = "which can result in surprising behavior; a DNS label is recommended";
        let text = format!("this is used in {place}, {advice}: [{}]", wrong.join(" "));
        all.push(FieldWarning { field: "metadata.name".into(), text });
    }
    let spec_at = match kind {
        Kind::Pod => "spec",
        Kind::CronJob => "spec.jobTemplate.spec.template.spec",
        Kind::Job | Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet => {
            "spec.template.spec"
        }
        _ => return all,
    };
    let root = Path::ROOT;
    pod(object.at(spec_at), &root.field(spec_at), &mut all);
    all
}

/// warningsForPodSpecAndMeta.
fn pod(spec: &Value, path: &Path, all: &mut Vec<FieldWarning>) {
    for list in ["initContainers", "containers"] {
        let at = path.field(list);
        for (i, c) in spec.get(list).items().iter().enumerate() {
            let here = at.index(i);
            resources(c.get("resources"), &here.field("resources"), all);
            env(c.get("env").items(), &here.field("env"), all);
            ports(c.get("ports").items(), &here.field("ports"), all);
        }
    }
    if spec.get("terminationGracePeriodSeconds").as_int().is_some_and(|n| n < 0) {
        let text = "must be >= 0; negative values are invalid and will be treated as 1".into();
        all.push(FieldWarning { field: path.field("terminationGracePeriodSeconds").to_string(), text });
    }
}

fn resources(resources: &Value, path: &Path, all: &mut Vec<FieldWarning>) {
    for list in ["limits", "requests"] {
        let amount = resources.get(list).get("memory");
        let text = amount.as_str().unwrap_or("");
        if super::quantity::nanos(text).is_some_and(|n| n % 1_000_000_000 != 0) {
            let text = format!("fractional byte value {} is invalid, must be an integer", quoted(text));
            all.push(FieldWarning { field: path.field(list).key("memory").to_string(), text });
        }
    }
}

fn env(list: &[Value], path: &Path, all: &mut Vec<FieldWarning>) {
    let name = |v: &Value| v.get("name").as_str().unwrap_or("").to_owned();
    for (i, var) in list.iter().enumerate().take(LOOKED_AT_MAX) {
        let own = name(var);
        if !list[..i].iter().any(|v| name(v) == own) {
            continue;
        }
        // Building on the former value is the one good reason.
        let reference = format!("$({own})");
        let value = var.get("value").as_str().unwrap_or("");
        let builds_on = value.contains(&reference) && value != reference && var.get("valueFrom").is_null();
        if !builds_on {
            let text = format!(
                "hides previous definition of {}, which may be dropped when using apply",
                quoted(&own)
            );
            all.push(FieldWarning { field: path.index(i).to_string(), text });
        }
    }
}

fn ports(list: &[Value], path: &Path, all: &mut Vec<FieldWarning>) {
    let same = |a: &Value, b: &Value| {
        ["containerPort", "protocol", "hostIP", "hostPort"].iter().all(|name| a.get(name) == b.get(name))
    };
    for (i, port) in list.iter().enumerate().take(LOOKED_AT_MAX) {
        for (j, _) in list[..i].iter().enumerate().filter(|(_, other)| same(port, other)) {
            let text = format!("duplicate port definition with {}", path.index(j));
            all.push(FieldWarning { field: path.index(i).to_string(), text });
        }
    }
}

/// In lists that are longer than anybody's, the rest is not compared.
const LOOKED_AT_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd_is_said() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a.b}\nspec:\n  terminationGracePeriodSeconds: -1\n  containers:\n\
                    \x20 - name: c\n    image: nginx\n    env: [{name: A}, {name: A, value: x}, {name: A, value: $(A)y}]\n    ports: \
                    [{containerPort: 80}, {containerPort: 80}]\n    resources: {limits: {memory: 100m}}\n";
        let document = crate::manifest::parse(text).documents.remove(0);
        let mut value = document.value;
        crate::manifest::set_defaults(Kind::Pod, &mut value);
        let said: Vec<String> = warnings(Kind::Pod, &value).iter().map(ToString::to_string).collect();
        let c = "spec.containers[0]";
        let want = [
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is \
             recommended: [must not contain dots]"
                .to_owned(),
            format!("{c}.resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer"),
            format!("{c}.resources.requests[memory]: fractional byte value \"100m\" is invalid, must be an integer"),
            format!("{c}.env[1]: hides previous definition of \"A\", which may be dropped when using apply"),
            format!("{c}.ports[1]: duplicate port definition with {c}.ports[0]"),
            "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"
                .to_owned(),
        ];
        assert_eq!(said, want);
    }
}
