//! Volumes of the cluster and their classes. Models pkg/apis/core/validation/validation.go: ValidatePersistentVolume, and
//! pkg/apis/storage/validation/validation.go: ValidateStorageClass.

use super::volume::Source;
use super::{
    Errors, Seen, affinity, claim, forbidden, immutable, immutable_as, invalid, names, needs, one_of,
    or_empty, quantity_sign, required, text, volume,
};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use crate::manifest::{difference, internal};

/// The sorts of volumes, in the order in which the server looks at them.
const SOURCES: [Source; 22] = [
    ("hostPath", &[]),
    ("gcePersistentDisk", &["pdName"]),
    ("awsElasticBlockStore", &["volumeID"]),
    ("glusterfs", &["endpoints", "path"]),
    ("flocker", &[]),
    ("nfs", &["server", "path"]),
    ("rbd", &["image"]),
    ("quobyte", &["registry", "volume"]),
    ("cephfs", &[]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("cinder", &["volumeID"]),
    ("fc", &[]),
    ("flexVolume", &["driver"]),
    ("azureFile", &["secretName", "shareName"]),
    ("vsphereVolume", &["volumePath"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("local", &[]),
    ("storageos", &["volumeName"]),
    ("csi", &["volumeHandle"]),
];

/// ValidatePersistentVolumeSpec.
pub(super) fn volume(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let modes = spec.get("accessModes").items();
    if modes.is_empty() {
        required("", &path.field("accessModes"), errors);
    }
    claim::access_modes(modes, &path.field("accessModes"), errors);
    capacity(spec.get("capacity"), &path.field("capacity"), errors);
    let policy = spec.get("persistentVolumeReclaimPolicy");
    let at = path.field("persistentVolumeReclaimPolicy");
    one_of(policy, &["Delete", "Recycle", "Retain"], &at, errors);
    let (affinity, affinity_at) = (spec.get("nodeAffinity"), path.field("nodeAffinity"));
    if !affinity.is_null() {
        let at = affinity_at.field("required");
        match affinity.get("required") {
            Value::Null => required("must specify required node constraints", &at, errors),
            needed => affinity::node_selector(needed, &at, errors),
        }
    }
    volume::one_of_sources(spec, &SOURCES, &path, errors);
    if !spec.get("local").is_null() && affinity.is_null() {
        required("Local volume requires node affinity", &affinity_at, errors);
    }
    if text(spec.at("hostPath.path")).trim_end_matches('/').is_empty()
        && !spec.get("hostPath").is_null()
        && text(policy) == "Recycle"
    {
        forbidden("may not be 'recycle' for a hostPath mount of '/'", &at, errors);
    }
    let class = spec.get("storageClassName");
    if !text(class).is_empty() {
        names::check(class, names::subdomain, &path.field("storageClassName"), errors);
    }
    one_of(spec.get("volumeMode"), &["Block", "Filesystem"], &path.field("volumeMode"), errors);
}

fn capacity(capacity: &Value, path: &Path, errors: &mut Errors) {
    let count = capacity.fields().count();
    if count == 0 {
        required("", path, errors);
    }
    if count > 1 || capacity.get("storage").is_null() {
        errors.push(FieldError::not_supported(path, capacity, &["storage"]));
    }
    for (name, amount) in capacity.fields() {
        let at = path.key(name);
        if quantity_sign(amount) < 0 {
            let bytes = super::resources::nanos(amount).unwrap_or(0) / 1_000_000_000;
            invalid(&Value::Int(bytes as i64), "must be a valid resource quantity", &at, errors);
        }
        if quantity_sign(amount) <= 0 {
            invalid(amount, "must be greater than zero", &at, errors);
        }
    }
}

/// ValidatePersistentVolumeUpdate.
pub(super) fn volume_update(new: &Value, old: &Value, errors: &mut Errors) {
    volume(new, errors);
    let root = Path::ROOT;
    let shown = |object: &Value| internal::dump("PersistentVolumeSource", object.get("spec"));
    let (was, is) = (shown(old), shown(new));
    if was != is {
        let difference = difference::unified(&internal::lines(&was), &internal::lines(&is));
        let detail = format!("spec.persistentvolumesource is immutable after creation\n{difference}");
        forbidden(&detail, &root.field("spec").field("persistentvolumesource"), errors);
    }
    immutable(new.at("spec.volumeMode"), old.at("spec.volumeMode"), &root.field("volumeMode"), errors);
    let (now, was) = (new.at("spec.nodeAffinity"), old.at("spec.nodeAffinity"));
    if !was.is_null() {
        immutable_as("*VolumeNodeAffinity", now, was, &root.field("nodeAffinity"), errors);
    }
}

/// ValidateStorageClass.
pub(super) fn class(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let (provisioner, at) = (object.get("provisioner"), root.field("provisioner"));
    if needs(provisioner, &at, errors) {
        let lower = Value::from(text(provisioner).to_ascii_lowercase());
        names::check(&lower, names::qualified, &at, errors);
    }
    one_of(object.get("reclaimPolicy"), &["Delete", "Retain"], &root.field("reclaimPolicy"), errors);
    let modes = ["Immediate", "WaitForFirstConsumer"];
    one_of(object.get("volumeBindingMode"), &modes, &root.field("volumeBindingMode"), errors);
    let list = root.field("allowedTopologies");
    for (i, term) in object.get("allowedTopologies").items().iter().enumerate() {
        let (at, mut keys) = (list.index(i), Seen::default());
        let terms = at.field("matchLabelExpressions");
        for (j, wanted) in term.get("matchLabelExpressions").items().iter().enumerate() {
            topology(wanted, &mut keys, &terms.index(j), errors);
        }
    }
}

/// validateTopologySelectorLabelRequirement.
fn topology(wanted: &Value, keys: &mut Seen, path: &Path, errors: &mut Errors) {
    let (values, at, mut seen) = (wanted.get("values").items(), path.field("values"), Seen::default());
    if values.is_empty() {
        required("", &at, errors);
    }
    for (i, value) in values.iter().enumerate() {
        if !seen.insert(text(value)) {
            errors.push(FieldError::duplicate(&at.index(i), value));
        }
    }
    let key = or_empty(wanted.get("key"));
    names::check(&key, names::qualified, &path.field("key"), errors);
    if !keys.insert(text(&key)) {
        errors.push(FieldError::duplicate(&path.field("key"), &key));
    }
}

/// ValidateStorageClassUpdate.
pub(super) fn class_update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    for name in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
        immutable(new.get(name), old.get(name), &root.field(name), errors);
    }
}
