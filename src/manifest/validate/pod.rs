//! Pods and their templates. Models pkg/apis/core/validation/validation.go: ValidatePodSpec.

use super::{
    Errors, Seen, address, affinity, container, forbidden, in_range, invalid, meta, names, needs, one_of,
    or_empty, required, resources, security, text, volume,
};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

/// ValidatePodCreate.
pub(super) fn create(pod: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let inner = pod.get("spec");
    of_pod(pod, &path, errors);
    no_ephemeral(inner, &path, "cannot be set on create", errors);
    if !text(inner.get("nodeName")).is_empty() && !inner.get("schedulingGates").items().is_empty() {
        let detail = "cannot be set until all schedulingGates have been cleared";
        forbidden(detail, &path.field("nodeName"), errors);
    }
}

/// validatePodMetadataAndSpec.
pub(super) fn of_pod(pod: &Value, path: &Path, errors: &mut Errors) {
    let root = Path::ROOT;
    let inner = pod.get("spec");
    annotations(pod.at("metadata.annotations"), &root.field("metadata").field("annotations"), errors);
    spec_of(inner, text(pod.at("metadata.name")), path, errors);
    container::images(inner, path, errors);
}

/// ValidatePodSpecificAnnotations, as far as it is about what is still used.
fn annotations(notes: &Value, path: &Path, errors: &mut Errors) {
    const COST: &str = "controller.kubernetes.io/pod-deletion-cost";
    let cost = notes.get(COST);
    let word = text(cost);
    // Go reads such numbers strictly: nothing like "+1" or "007".
    let plain = word.trim_start_matches('-');
    let good = word.parse::<i32>().is_ok()
        && !word.starts_with('+')
        && (plain.len() == 1 || !plain.starts_with('0'))
        && word != "-0";
    if !cost.is_null() && !good {
        invalid(cost, "must be a 32bit integer", &path.key(COST), errors);
    }
}

/// Ephemeral containers come to a pod that is there, by a request of their own.
fn no_ephemeral(spec: &Value, path: &Path, why: &str, errors: &mut Errors) {
    if !spec.get("ephemeralContainers").items().is_empty() {
        forbidden(why, &path.field("ephemeralContainers"), errors);
    }
}

/// ValidatePodTemplateSpec.
pub(super) fn template(template: &Value, path: &Path, errors: &mut Errors) {
    names::labels(template.at("metadata.labels"), &path.field("labels"), errors);
    let notes = template.at("metadata.annotations");
    meta::annotations(notes, &path.field("annotations"), errors);
    annotations(notes, &path.field("annotations"), errors);
    let path = path.field("spec");
    spec_of(template.get("spec"), "", &path, errors);
    no_ephemeral(template.get("spec"), &path, "ephemeral containers not allowed in pod template", errors);
}

/// ValidatePodSpec; `pod` is the pod's name, empty for a template.
fn spec_of(spec: &Value, pod: &str, path: &Path, errors: &mut Errors) {
    let volumes = volume::all(spec.get("volumes"), pod, &path.field("volumes"), errors);
    resource_claims(spec.get("resourceClaims"), &path.field("resourceClaims"), errors);
    container::all(spec, path, &volumes, errors);
    resources::pod(spec, &path.field("resources"), errors);
    host_network(spec, pod, path, errors);
    one_of(
        spec.get("restartPolicy"),
        &["Always", "OnFailure", "Never"],
        &path.field("restartPolicy"),
        errors,
    );
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    one_of(spec.get("dnsPolicy"), &policies, &path.field("dnsPolicy"), errors);
    names::labels(spec.get("nodeSelector"), &path.field("nodeSelector"), errors);
    security::pod(spec, &path.field("securityContext"), errors);
    affinity::all(spec.get("affinity"), &path.field("affinity"), errors);
    dns_config(spec, &path.field("dnsConfig"), errors);
    let list = path.field("readinessGates");
    for (i, gate) in spec.get("readinessGates").items().iter().enumerate() {
        let at = list.index(i);
        names::check(
            &or_empty(gate.get("conditionType")),
            names::qualified,
            &at.field("conditionType"),
            errors,
        );
    }
    let (list, mut seen) = (path.field("schedulingGates"), Seen::default());
    for (i, gate) in spec.get("schedulingGates").items().iter().enumerate() {
        let name = or_empty(gate.get("name"));
        names::check(&name, names::qualified, &list.index(i), errors);
        if !seen.insert(text(&name)) {
            errors.push(FieldError::duplicate(&list.index(i), &name));
        }
    }
    let constraints = spec.get("topologySpreadConstraints");
    affinity::spread(constraints, &path.field("topologySpreadConstraints"), errors);
    security::host_users(spec, path, errors);
    host_name(spec, &path.field("hostnameOverride"), errors);
    scalars(spec, path, errors);
    security::os(spec, path, errors);
    container::files(spec, path, errors);
}

/// The second half of ValidatePodSpec: what is one value each, with tolerations and aliases among it.
fn scalars(spec: &Value, path: &Path, errors: &mut Errors) {
    let named = |name: &'static str, rule: names::Rule, errors: &mut Errors| {
        if !text(spec.get(name)).is_empty() {
            names::check(spec.get(name), rule, &path.field(name), errors);
        }
    };
    named("serviceAccountName", names::subdomain, errors);
    named("nodeName", names::subdomain, errors);
    let deadline = spec.get("activeDeadlineSeconds");
    in_range(deadline, 1, i32::MAX.into(), &path.field("activeDeadlineSeconds"), errors);
    named("hostname", names::label, errors);
    named("subdomain", names::label, errors);
    affinity::tolerations(spec.get("tolerations"), &path.field("tolerations"), errors);
    let list = path.field("hostAliases");
    for (i, alias) in spec.get("hostAliases").items().iter().enumerate() {
        let at = list.index(i);
        address::ip(&or_empty(alias.get("ip")), &at.field("ip"), errors);
        let list = at.field("hostnames");
        for (j, name) in alias.get("hostnames").items().iter().enumerate() {
            names::check(name, names::subdomain, &list.index(j), errors);
        }
    }
    named("priorityClassName", names::subdomain, errors);
    if !spec.get("runtimeClassName").is_null() {
        let at = path.field("runtimeClassName");
        names::check(spec.get("runtimeClassName"), names::subdomain, &at, errors);
    }
    let (policy, at) = (spec.get("preemptionPolicy"), path.field("preemptionPolicy"));
    if !policy.is_null() && needs(policy, &at, errors) {
        one_of(policy, &["PreemptLowerPriority", "Never"], &at, errors);
    }
    if !spec.get("overhead").is_null() {
        let limits = crate::record! { "limits" => spec.get("overhead").clone() };
        resources::container(&limits, spec, &path.field("overhead"), errors);
    }
}

/// validatePodResourceClaims.
fn resource_claims(claims: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    for (i, claim) in claims.items().iter().enumerate() {
        let (at, name) = (path.index(i), claim.get("name"));
        let name_at = at.field("name");
        if needs(name, &name_at, errors) {
            if !seen.insert(text(name)) {
                errors.push(FieldError::duplicate(&name_at, name));
            } else {
                names::check(name, names::label, &name_at, errors);
            }
        }
        let (own, template) = (claim.get("resourceClaimName"), claim.get("resourceClaimTemplateName"));
        let detail = match (own.is_null(), template.is_null()) {
            (false, false) => {
                "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            }
            (true, true) => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
            _ => "",
        };
        if !detail.is_empty() {
            errors.push(FieldError::invalid_as(&at, "PodResourceClaim", claim, detail));
        }
        for name in ["resourceClaimName", "resourceClaimTemplateName"] {
            if !claim.get(name).is_null() {
                names::check(claim.get(name), names::subdomain, &at.field(name), errors);
            }
        }
    }
}

/// validatePodHostNetworkDeps.
fn host_network(spec: &Value, pod: &str, path: &Path, errors: &mut Errors) {
    if spec.get("hostNetwork").as_bool() != Some(true) {
        return;
    }
    let list = path.field("containers");
    for (i, c) in spec.get("containers").items().iter().enumerate() {
        let at = list.index(i);
        let ports = at.field("ports");
        for (j, port) in c.get("ports").items().iter().enumerate() {
            let number = |name: &str| port.get(name).as_int().unwrap_or(0);
            let host = number("hostPort");
            if (!pod.is_empty() || host != 0) && host != number("containerPort") {
                let detail = "must match `containerPort` when `hostNetwork` is true";
                invalid(&Value::Int(host), detail, &ports.index(j).field("hostPort"), errors);
            }
        }
    }
}

/// validatePodDNSConfig.
fn dns_config(spec: &Value, path: &Path, errors: &mut Errors) {
    let config = spec.get("dnsConfig");
    let (servers, searches) = (config.get("nameservers"), config.get("searches"));
    let at = path.field("nameservers");
    if text(spec.get("dnsPolicy")) == "None" {
        if config.is_null() {
            return required("must provide `dnsConfig` when `dnsPolicy` is None", path, errors);
        }
        if servers.items().is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            return required(detail, &at, errors);
        }
    }
    if servers.items().len() > 3 {
        invalid(servers, "must not have more than 3 nameservers", &at, errors);
    }
    for (i, server) in servers.items().iter().enumerate() {
        address::ip(server, &at.index(i), errors);
    }
    let at = path.field("searches");
    if searches.items().len() > 32 {
        invalid(searches, "must not have more than 32 search paths", &at, errors);
    }
    if searches.items().iter().map(|s| text(s).len() + 1).sum::<usize>() > 2049 {
        let detail = "must not have more than 2048 characters (including spaces) in the search list";
        invalid(searches, detail, &at, errors);
    }
    for (i, search) in searches.items().iter().enumerate().filter(|(_, s)| text(s) != ".") {
        let name = text(search);
        let name = Value::from(name.strip_suffix('.').unwrap_or(name).to_owned());
        names::check(&name, names::search_path, &at.index(i), errors);
    }
    let at = path.field("options");
    for (i, option) in config.get("options").items().iter().enumerate() {
        if text(option.get("name")).is_empty() {
            required("must not be empty", &at.index(i), errors);
        }
    }
}

/// validatePodHostName.
fn host_name(spec: &Value, path: &Path, errors: &mut Errors) {
    let name = spec.get("hostnameOverride");
    if name.is_null() {
        return;
    }
    for field in ["setHostnameAsFQDN", "hostNetwork"] {
        if spec.get(field).as_bool() == Some(true) {
            forbidden(&format!("may not be specified when {field} is true"), path, errors);
        }
    }
    if text(name).len() > 64 {
        errors.push(FieldError::too_long(path, 64));
    }
    names::check(name, names::subdomain, path, errors);
}
