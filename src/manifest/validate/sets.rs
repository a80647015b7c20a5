//! StatefulSets and DaemonSets. Models pkg/apis/apps/validation/validation.go.

use super::deployment::{int_or_percent, is_zero, not_over_100, own_selector, runs_forever, selects};
use super::{Errors, claim, fits, immutable_as, names, not_negative, one_of, pod, selector, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use crate::record;

/// ValidateStatefulSetSpec.
pub(super) fn create_stateful(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    stateful(object.get("spec"), true, &path, errors);
}

/// What of a StatefulSet may change.
const MAY_CHANGE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// ValidateStatefulSetUpdate.
pub(super) fn update_stateful(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (new, old) = (new.get("spec"), old.get("spec"));
    stateful(new, false, &path, errors);
    let fixed = |spec: &Value| {
        let mut spec = spec.clone();
        for name in MAY_CHANGE {
            spec.map_mut().remove(name);
        }
        spec
    };
    if fixed(new) != fixed(old) {
        let detail = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
                      'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        errors.push(FieldError::forbidden(&path, detail));
    }
}

/// ValidateStatefulSetSpec; what cannot change is looked at when it is new.
fn stateful(spec: &Value, is_new: bool, path: &Path, errors: &mut Errors) {
    let management = spec.get("podManagementPolicy");
    if !matches!(text(management), "OrderedReady" | "Parallel") {
        let detail = "must be 'OrderedReady' or 'Parallel'";
        errors.push(FieldError::invalid(&path.field("podManagementPolicy"), management, detail));
    }
    stateful_strategy(spec.get("updateStrategy"), &path.field("updateStrategy"), errors);
    let retention = path.field("persistentVolumeClaimRetentionPolicy");
    for name in ["whenDeleted", "whenScaled"] {
        let value = spec.get("persistentVolumeClaimRetentionPolicy").get(name);
        one_of(value, &["Retain", "Delete"], &retention.field(name), errors);
    }
    let claims = path.field("volumeClaimTemplates");
    for (i, template) in spec.get("volumeClaimTemplates").items().iter().enumerate().filter(|_| is_new) {
        claim::spec(template.get("spec"), &claims.index(i).field("spec"), errors);
    }
    not_negative(spec.get("replicas"), &path.field("replicas"), errors);
    fits(spec.get("replicas"), &path.field("replicas"), errors);
    not_negative(spec.get("minReadySeconds"), &path.field("minReadySeconds"), errors);
    not_negative(spec.at("ordinals.start"), &path.field("ordinals.start"), errors);
    if is_new && !text(spec.get("serviceName")).is_empty() {
        names::check(spec.get("serviceName"), names::label, &path.field("serviceName"), errors);
    }
    own_selector(spec, "statefulset", path, errors);
    let at = path.field("template");
    if selector::is_usable(spec.get("selector")) {
        selects(spec, &at, errors);
        let mut template = with_claims(spec);
        for name in ["hostname", "subdomain"] {
            let inner = template.map_mut().get_mut("spec").expect("a template has one");
            inner.map_mut().remove(name);
        }
        pod::template(&template, &at, errors);
    } else {
        let wanted = spec.get("selector");
        errors.push(FieldError::invalid_as(&path.field("selector"), "LabelSelector", wanted, ""));
    }
    runs_forever(spec.at("template.spec"), "StatefulSet", &at.field("spec"), errors);
}

fn stateful_strategy(strategy: &Value, path: &Path, errors: &mut Errors) {
    let rolling = strategy.get("rollingUpdate");
    let at = path.field("rollingUpdate");
    match text(strategy.get("type")) {
        "OnDelete" if !rolling.is_null() => {
            let detail = "only allowed for updateStrategy 'RollingUpdate'";
            let ty = "RollingUpdateStatefulSetStrategy";
            errors.push(FieldError::invalid_as(&at, ty, rolling, detail));
        }
        "OnDelete" => {}
        "RollingUpdate" => {
            not_negative(rolling.get("partition"), &at.field("partition"), errors);
            let most = rolling.get("maxUnavailable");
            if !most.is_null() {
                let at = at.field("maxUnavailable");
                int_or_percent(most, &at, errors);
                if is_zero(most) {
                    errors.push(FieldError::invalid(&at, most, "cannot be 0"));
                }
                not_over_100(most, &at, errors);
            }
        }
        _ => {
            let detail = "must be 'RollingUpdate' or 'OnDelete'";
            errors.push(FieldError::invalid_as(path, "StatefulSetUpdateStrategy", strategy, detail));
        }
    }
}

/// The template with a volume for each claim, as the controller will make its pods.
fn with_claims(spec: &Value) -> Value {
    let mut template = spec.get("template").clone();
    let claims = spec.get("volumeClaimTemplates").items();
    if claims.is_empty() {
        return template;
    }
    let name_of = |claim: &Value| text(claim.at("metadata.name")).to_owned();
    let named: Vec<String> = claims.iter().map(name_of).collect();
    let own = template.at("spec.volumes").items().iter();
    let own = own.filter(|v| !named.iter().any(|n| n == text(v.get("name"))));
    let volumes = named.iter().map(|name| {
        let source = record! { "claimName" => name.clone() };
        record! { "name" => name.clone(), "persistentVolumeClaim" => source }
    });
    let all: Vec<Value> = volumes.chain(own.cloned()).collect();
    template.set("spec.volumes", all);
    template
}

/// ValidateDaemonSetSpec.
pub(super) fn create_daemon(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    daemon(object.get("spec"), &root.field("spec"), errors);
}

/// ValidateDaemonSetUpdate.
pub(super) fn update_daemon(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (new, old) = (new.get("spec"), old.get("spec"));
    immutable_as("LabelSelector", new.get("selector"), old.get("selector"), &path.field("selector"), errors);
    daemon(new, &path, errors);
}

fn daemon(spec: &Value, path: &Path, errors: &mut Errors) {
    let (wanted, at) = (spec.get("selector"), path.field("template"));
    selector::check(wanted, &path.field("selector"), errors);
    if selector::is_usable(wanted) {
        selects(spec, &at, errors);
    }
    if !wanted.is_null() && selector::is_empty(wanted) {
        let detail = "empty selector is invalid for daemonset";
        errors.push(FieldError::invalid_as(&path.field("selector"), "LabelSelector", wanted, detail));
    }
    pod::template(spec.get("template"), &at, errors);
    runs_forever(spec.at("template.spec"), "DaemonSet", &at.field("spec"), errors);
    not_negative(spec.get("minReadySeconds"), &path.field("minReadySeconds"), errors);
    let strategy = spec.get("updateStrategy");
    let at = path.field("updateStrategy");
    match text(strategy.get("type")) {
        "OnDelete" => {}
        "RollingUpdate" => rolling_daemon(strategy.get("rollingUpdate"), &at.field("rollingUpdate"), errors),
        _ => {
            let words = ["RollingUpdate", "OnDelete"];
            errors.push(FieldError::not_supported_as(&at, "DaemonSetUpdateStrategy", strategy, &words));
        }
    }
    not_negative(spec.get("revisionHistoryLimit"), &path.field("revisionHistoryLimit"), errors);
}

/// ValidateRollingUpdateDaemonSet.
fn rolling_daemon(rolling: &Value, path: &Path, errors: &mut Errors) {
    for name in ["maxUnavailable", "maxSurge"] {
        int_or_percent(rolling.get(name), &path.field(name), errors);
    }
    for name in ["maxUnavailable", "maxSurge"] {
        not_over_100(rolling.get(name), &path.field(name), errors);
    }
    let surge = rolling.get("maxSurge");
    match (is_zero(rolling.get("maxUnavailable")), is_zero(surge)) {
        (false, false) => {
            let detail = "may not be set when maxUnavailable is non-zero";
            errors.push(FieldError::invalid(&path.field("maxSurge"), surge, detail));
        }
        (true, true) => {
            errors
                .push(FieldError::required(&path.field("maxUnavailable"), "cannot be 0 when maxSurge is 0"));
        }
        _ => {}
    }
}
