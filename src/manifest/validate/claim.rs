//! Claims of volumes. Models pkg/apis/core/validation/validation.go: ValidatePersistentVolumeClaim.

use super::{
    Errors, forbidden, immutable, invalid, names, needs, one_of, quantity_sign, required, resources,
    selector, text,
};
use crate::api::Value;
use crate::manifest::field::Path;
use crate::manifest::{difference, internal};

pub(super) fn create(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    spec(object.get("spec"), &root.field("spec"), errors);
}

/// ValidatePersistentVolumeClaimUpdate: only what a bound claim asks for may grow.
pub(super) fn update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    spec(new.get("spec"), &path, errors);
    const STORAGE: &str = "resources.requests.storage";
    let bound = text(old.at("status.phase")) == "Bound";
    let (mut now, mut was) = (new.get("spec").clone(), old.get("spec").clone());
    let copy = |into: &mut Value, from: &Value, name: &'static str| {
        if from.get(name).is_null() {
            into.map_mut().remove(name);
        } else {
            into.set(name, from.get(name).clone());
        }
    };
    if text(was.get("volumeName")).is_empty() {
        copy(&mut was, &now, "volumeName");
    }
    if was.get("storageClassName").is_null() {
        copy(&mut now, &was, "storageClassName");
    }
    if bound {
        now.set(STORAGE, was.at(STORAGE).clone());
        copy(&mut now, &was, "volumeAttributesClassName");
    }
    let shown = |spec: &Value| internal::dump("PersistentVolumeClaimSpec", spec);
    let (before, after) = (shown(&was), shown(&now));
    if before != after {
        let difference = difference::unified(&internal::lines(&before), &internal::lines(&after));
        let detail = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        forbidden(&format!("{detail}\n{difference}"), &path, errors);
    }
    let size = |object: &Value, path: &str| resources::nanos(object.at(path)).unwrap_or(0);
    let (now, was) =
        (size(new, "spec.resources.requests.storage"), size(old, "spec.resources.requests.storage"));
    if now < was && now <= size(old, "status.capacity.storage") {
        let detail = "field can not be less than status.capacity";
        forbidden(detail, &path.field(STORAGE), errors);
    }
    immutable(new.at("spec.volumeMode"), old.at("spec.volumeMode"), &root.field("volumeMode"), errors);
}

pub(super) const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// The ways in which a volume is used.
pub(super) fn access_modes(modes: &[Value], at: &Path, errors: &mut Errors) {
    for mode in modes {
        one_of(mode, &MODES, at, errors);
    }
    let alone = modes.iter().any(|m| text(m) == "ReadWriteOncePod");
    if alone && modes.iter().any(|m| text(m) != "ReadWriteOncePod" && MODES.contains(&text(m))) {
        forbidden("may not use ReadWriteOncePod with other access modes", at, errors);
    }
}

/// ValidatePersistentVolumeClaimSpec.
pub(super) fn spec(spec: &Value, path: &Path, errors: &mut Errors) {
    let modes = spec.get("accessModes").items();
    let at = path.field("accessModes");
    if modes.is_empty() {
        required("at least 1 access mode is required", &at, errors);
    }
    selector::check(spec.get("selector"), &path.field("selector"), errors);
    access_modes(modes, &at, errors);
    let amount = spec.at("resources.requests.storage");
    let resources = path.field("resources");
    let at = resources.key("storage");
    if amount.is_null() {
        required("", &at, errors);
    } else if quantity_sign(amount) <= 0 {
        invalid(amount, "must be greater than zero", &at, errors);
    }
    if !text(spec.get("storageClassName")).is_empty() {
        names::check(spec.get("storageClassName"), names::subdomain, &path.field("storageClassName"), errors);
    }
    one_of(spec.get("volumeMode"), &["Block", "Filesystem"], &path.field("volumeMode"), errors);
    for name in ["dataSource", "dataSourceRef"] {
        if !spec.get(name).is_null() {
            data_source(spec.get(name), &path.field(name), errors);
        }
    }
    let class = spec.get("volumeAttributesClassName");
    if !text(class).is_empty() {
        names::check(class, names::subdomain, &path.field("volumeAttributesClassName"), errors);
    }
}

/// validateDataSource and validateDataSourceRef.
fn data_source(source: &Value, path: &Path, errors: &mut Errors) {
    needs(source.get("name"), &path.field("name"), errors);
    needs(source.get("kind"), &path.field("kind"), errors);
    let group = source.get("apiGroup");
    if !text(group).is_empty() {
        names::check(group, names::subdomain, &path.field("apiGroup"), errors);
    } else if text(source.get("kind")) != "PersistentVolumeClaim" {
        let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        invalid(&super::or_empty(source.get("kind")), detail, path, errors);
    }
    if !text(source.get("namespace")).is_empty() {
        names::check(source.get("namespace"), names::label, &path.field("namespace"), errors);
    }
}
