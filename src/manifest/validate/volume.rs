//! Volumes. Models pkg/apis/core/validation/validation.go: ValidateVolumes, validateVolumeSource.

use super::{
    Errors, Seen, env, forbidden, in_range, invalid, names, needs, not_supported, or_empty, quantity_sign,
    required, text,
};
use crate::api::{Map, Value};
use crate::manifest::field::{FieldError, Path};

/// A sort of volume: its field, and what it must have.
pub(super) type Source = (&'static str, &'static [&'static str]);

/// Those of pods, in the order in which the server looks at them.
const SOURCES: [Source; 30] = [
    ("emptyDir", &[]),
    ("hostPath", &[]),
    ("gitRepo", &["repository"]),
    ("gcePersistentDisk", &["pdName"]),
    ("awsElasticBlockStore", &["volumeID"]),
    ("secret", &["secretName"]),
    ("nfs", &["server", "path"]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("glusterfs", &["endpoints", "path"]),
    ("flocker", &[]),
    ("persistentVolumeClaim", &["claimName"]),
    ("rbd", &["image"]),
    ("cinder", &["volumeID"]),
    ("cephfs", &[]),
    ("quobyte", &["registry", "volume"]),
    ("downwardAPI", &[]),
    ("fc", &[]),
    ("flexVolume", &["driver"]),
    ("configMap", &["name"]),
    ("azureFile", &["secretName", "shareName"]),
    ("vsphereVolume", &["volumePath"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("storageos", &["volumeName"]),
    ("projected", &[]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("csi", &[]),
    ("ephemeral", &[]),
    ("image", &[]),
];

/// Checks all volumes; those that are as they should be may be mounted. `pod` is the pod's name, if it has one.
pub(super) fn all(volumes: &Value, pod: &str, path: &Path, errors: &mut Errors) -> Map {
    let mut good = Map::new();
    let ephemeral = |v: &&Value| !pod.is_empty() && !v.get("ephemeral").is_null();
    let made = volumes.items().iter().filter(ephemeral).map(|v| format!("{pod}-{}", text(v.get("name"))));
    let made: Vec<String> = made.collect();
    for (i, volume) in volumes.items().iter().enumerate() {
        let (at, name, before) = (path.index(i), text(volume.get("name")), errors.len());
        let name_at = at.field("name");
        one_of_sources(volume, &SOURCES, &at, errors);
        if !volume.get("ephemeral").is_null() && !pod.is_empty() && !name.is_empty() {
            let claim = format!("{pod}-{name}");
            for wrong in names::subdomain(&claim) {
                invalid(volume.get("name"), &format!("PVC name \"{claim}\": {wrong}"), &name_at, errors);
            }
        }
        if needs(volume.get("name"), &name_at, errors) {
            names::check(volume.get("name"), names::label, &name_at, errors);
        }
        if good.contains_key(name) {
            errors.push(FieldError::duplicate(&name_at, volume.get("name")));
        }
        if errors.len() == before {
            good.insert(name.to_owned().into(), volume.clone());
        }
        let claim = volume.at("persistentVolumeClaim.claimName");
        if made.iter().any(|name| name == text(claim)) {
            let detail = "must not reference a PVC that gets created for an ephemeral volume";
            invalid(claim, detail, &at.field("persistentVolumeClaim").field("claimName"), errors);
        }
    }
    good
}

/// Of all sources exactly one must be there.
pub(super) fn one_of_sources(volume: &Value, sources: &[Source], path: &Path, errors: &mut Errors) {
    let mut count = 0;
    for (name, wanted) in sources.iter().filter(|(name, _)| !volume.get(name).is_null()) {
        count += 1;
        if count > 1 {
            // Two names are written otherwise here.
            let shown = match *name {
                "cephfs" => "cephFS",
                "downwardAPI" => "downwarAPI",
                name => name,
            };
            forbidden("may not specify more than 1 volume type", &path.field(shown), errors);
            continue;
        }
        let shown = if *name == "gcePersistentDisk" { "persistentDisk" } else { *name };
        source(name, volume.get(name), wanted, &path.field(shown), errors);
    }
    if count == 0 {
        required("must specify a volume type", path, errors);
    }
}

const HOST_PATH_TYPES: [&str; 8] =
    ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

fn source(name: &str, source: &Value, wanted: &[&'static str], path: &Path, errors: &mut Errors) {
    if matches!(name, "rbd" | "cephfs") && source.get("monitors").items().is_empty() {
        required("", &path.field("monitors"), errors);
    }
    for field in wanted {
        needs(source.get(field), &path.field(field), errors);
    }
    let place = source.get("path");
    let place_at = path.field("path");
    match name {
        "emptyDir" if quantity_sign(source.get("sizeLimit")) < 0 => {
            forbidden("SizeLimit field must be a valid resource quantity", &path.field("sizeLimit"), errors);
        }
        "hostPath" if needs(place, &place_at, errors) => {
            no_backsteps(place, &place_at, errors);
            super::one_of(source.get("type"), &HOST_PATH_TYPES, &path.field("type"), errors);
        }
        "local" if needs(place, &place_at, errors) => no_backsteps(place, &place_at, errors),
        "gitRepo" => descending(source.get("directory"), &path.field("directory"), errors),
        "secret" | "configMap" => {
            file_mode(source.get("defaultMode"), &path.field("defaultMode"), errors);
            let items = path.field("items");
            for (i, item) in source.get("items").items().iter().enumerate() {
                key_to_path(item, &items.index(i), errors);
            }
        }
        "nfs" if !text(place).starts_with('/') => {
            invalid(&or_empty(place), "must be an absolute path", &place_at, errors);
        }
        "iscsi" => iscsi(source, path, errors),
        "downwardAPI" => {
            file_mode(source.get("defaultMode"), &path.field("defaultMode"), errors);
            source.get("items").items().iter().for_each(|item| downward_file(item, path, errors));
        }
        "projected" => {
            file_mode(source.get("defaultMode"), &path.field("defaultMode"), errors);
            projected(source, path, errors);
        }
        "csi" => csi(source, path, errors),
        "gcePersistentDisk" | "awsElasticBlockStore" => {
            let partition = source.get("partition");
            if partition.as_int().is_some_and(|n| !(0..=255).contains(&n)) {
                let detail = "must be between 1 and 255, inclusive";
                invalid(partition, detail, &path.field("partition"), errors);
            }
        }
        "ephemeral" => ephemeral(source, &path.field("volumeClaimTemplate"), errors),
        "image" => super::container::pull_policy(source.get("pullPolicy"), &path.field("pullPolicy"), errors),
        _ => {}
    }
}

fn iscsi(source: &Value, path: &Path, errors: &mut Errors) {
    let iqn = source.get("iqn");
    if !text(iqn).is_empty() && !["iqn", "eui", "naa"].iter().any(|p| text(iqn).starts_with(p)) {
        invalid(iqn, "must be valid format starting with iqn, eui, or naa", &path.field("iqn"), errors);
    }
    in_range(source.get("lun"), 0, 255, &path.field("lun"), errors);
    let chap = ["chapAuthDiscovery", "chapAuthSession"].iter().any(|f| source.get(f).as_bool() == Some(true));
    if chap && source.get("secretRef").is_null() {
        required("", &path.field("secretRef"), errors);
    }
}

/// ValidateCSIDriverName and what secrets a driver is told of.
fn csi(source: &Value, path: &Path, errors: &mut Errors) {
    driver(source.get("driver"), &path.field("driver"), errors);
    let secret = source.get("nodePublishSecretRef");
    if !secret.is_null()
        && needs(secret.get("name"), &path.field("nodePublishSecretRef").field("name"), errors)
    {
        names::check(secret.get("name"), names::subdomain, &path.field("name"), errors);
    }
}

pub(super) fn driver(name: &Value, path: &Path, errors: &mut Errors) {
    if !needs(name, path, errors) {
        return;
    }
    if text(name).len() > 63 {
        errors.push(FieldError::too_long(path, 63));
    }
    for wrong in names::subdomain(&text(name).to_ascii_lowercase()) {
        invalid(name, &wrong, path, errors);
    }
}

fn ephemeral(source: &Value, path: &Path, errors: &mut Errors) {
    let template = source.get("volumeClaimTemplate");
    if template.is_null() {
        return required("", path, errors);
    }
    let metadata = path.field("metadata");
    super::meta::annotations(template.at("metadata.annotations"), &metadata.field("annotations"), errors);
    names::labels(template.at("metadata.labels"), &metadata.field("labels"), errors);
    for name in ["name", "generateName", "namespace", "ownerReferences", "finalizers"] {
        if !template.get("metadata").get(name).is_null() {
            forbidden("cannot be set", &metadata.field(name), errors);
        }
    }
    super::claim::spec(template.get("spec"), &path.field("spec"), errors);
}

fn file_mode(mode: &Value, path: &Path, errors: &mut Errors) {
    if mode.as_int().is_some_and(|n| !(0..=0o777).contains(&n)) {
        invalid(mode, "must be a number between 0 and 0777 (octal), both inclusive", path, errors);
    }
}

/// validateKeyToPath.
fn key_to_path(item: &Value, path: &Path, errors: &mut Errors) {
    needs(item.get("key"), &path.field("key"), errors);
    needs(item.get("path"), &path.field("path"), errors);
    local_path(item.get("path"), &path.field("path"), errors);
    file_mode(item.get("mode"), &path.field("mode"), errors);
}

/// validateDownwardAPIVolumeFile.
fn downward_file(item: &Value, path: &Path, errors: &mut Errors) {
    needs(item.get("path"), &path.field("path"), errors);
    local_path(item.get("path"), &path.field("path"), errors);
    let (field, resource) = (item.get("fieldRef"), item.get("resourceFieldRef"));
    if !field.is_null() {
        env::field_ref(field, &env::FIELDS_OF_VOLUMES, &path.field("fieldRef"), errors);
        if !resource.is_null() {
            let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
            invalid(&Value::from("resource"), detail, path, errors);
        }
    } else if !resource.is_null() {
        let at = path.field("resourceFieldRef");
        if needs(resource.get("containerName"), &at.field("containerName"), errors) {
            env::resource_ref(resource, &at, errors);
        } else {
            env::divisor(resource, &at, errors);
        }
    } else {
        required("one of fieldRef and resourceFieldRef is required", path, errors);
    }
    file_mode(item.get("mode"), &path.field("mode"), errors);
}

/// validateProjectionSources, apart from certificates.
fn projected(volume: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    let list = path.field("sources");
    for (i, source) in volume.get("sources").items().iter().enumerate() {
        let at = list.index(i);
        let mut once = |place: &str, shown: &str, errors: &mut Errors| {
            if !place.is_empty() && !seen.insert(place) {
                invalid(&Value::from(shown.to_owned()), "conflicting duplicate paths", path, errors);
            }
        };
        for name in ["secret", "configMap"].into_iter().filter(|n| !source.get(n).is_null()) {
            let (inner, here) = (source.get(name), at.field(name));
            needs(inner.get("name"), &here.field("name"), errors);
            let items = here.field("items");
            for (j, item) in inner.get("items").items().iter().enumerate() {
                key_to_path(item, &items.index(j), errors);
                once(text(item.get("path")), text(inner.get("name")), errors);
            }
        }
        for item in source.at("downwardAPI.items").items() {
            downward_file(item, &at.field("downwardAPI"), errors);
            once(text(item.get("path")), text(item.get("path")), errors);
        }
        let token = source.get("serviceAccountToken");
        if !token.is_null() {
            let (seconds, here) = (token.get("expirationSeconds"), at.field("serviceAccountToken"));
            let seconds_at = here.field("expirationSeconds");
            if seconds.as_int().is_some_and(|n| n < 600) {
                invalid(seconds, "may not specify a duration less than 10 minutes", &seconds_at, errors);
            }
            if seconds.as_int().is_some_and(|n| n > 1 << 32) {
                invalid(seconds, "may not specify a duration larger than 2^32 seconds", &seconds_at, errors);
            }
            if needs(token.get("path"), &path.field("path"), errors) {
                local_path(token.get("path"), &path.field("path"), errors);
            }
        }
        if source.fields().filter(|(_, inner)| !inner.is_null()).count() > 1 {
            forbidden("may not specify more than 1 volume type per source", &at, errors);
        }
    }
}

/// ValidateLocalNonReservedPath.
fn local_path(place: &Value, path: &Path, errors: &mut Errors) {
    descending(place, path, errors);
    if text(place).starts_with("..") && !text(place).starts_with("../") {
        invalid(place, "must not start with '..'", path, errors);
    }
}

/// validateLocalDescendingPath.
pub(super) fn descending(place: &Value, path: &Path, errors: &mut Errors) {
    if text(place).starts_with('/') {
        invalid(place, "must be a relative path", path, errors);
    }
    no_backsteps(place, path, errors);
}

/// validatePathNoBacksteps.
pub(super) fn no_backsteps(place: &Value, path: &Path, errors: &mut Errors) {
    if text(place).split('/').any(|part| part == "..") {
        invalid(place, "must not contain '..'", path, errors);
    }
}

/// ValidateVolumeMounts.
pub(super) fn mounts(c: &Value, volumes: &Map, path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    let devices = c.get("volumeDevices").items();
    for (i, mount) in c.get("volumeMounts").items().iter().enumerate() {
        let at = path.index(i);
        let (name_at, place_at) = (at.field("name"), at.field("mountPath"));
        let (name, place) = (or_empty(mount.get("name")), or_empty(mount.get("mountPath")));
        needs(&name, &name_at, errors);
        if !volumes.contains_key(text(&name)) {
            errors.push(FieldError::not_found(&name_at, &name));
        }
        needs(&place, &place_at, errors);
        if !seen.insert(text(&place)) {
            invalid(&place, "must be unique", &place_at, errors);
        }
        if devices.iter().any(|d| d.get("name") == &name) {
            invalid(&name, "must not already exist in volumeDevices", &name_at, errors);
        }
        if devices.iter().any(|d| d.get("devicePath") == &place) {
            invalid(&place, "must not already exist as a path in volumeDevices", &place_at, errors);
        }
        let (sub, expression) = (mount.get("subPath"), mount.get("subPathExpr"));
        // These are said of the list.
        descending(sub, &path.field("subPath"), errors);
        if !text(expression).is_empty() && !text(sub).is_empty() {
            let detail = "subPathExpr and subPath are mutually exclusive";
            invalid(expression, detail, &at.field("subPathExpr"), errors);
        }
        descending(expression, &path.field("subPathExpr"), errors);
        propagation(c, mount, path, errors);
    }
}

/// validateMountPropagation and validateMountRecursiveReadOnly.
fn propagation(c: &Value, mount: &Value, path: &Path, errors: &mut Errors) {
    let (kind, at) = (mount.get("mountPropagation"), path.field("mountPropagation"));
    super::one_of(kind, &["Bidirectional", "HostToContainer", "None"], &at, errors);
    let privileged = c.at("securityContext.privileged").as_bool() == Some(true);
    if kind.as_str() == Some("Bidirectional") && !privileged {
        forbidden("Bidirectional mount propagation is available only to privileged containers", &at, errors);
    }
    let (recursive, at) = (mount.get("recursiveReadOnly"), path.field("recursiveReadOnly"));
    match recursive.as_str() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if mount.get("readOnly").as_bool() != Some(true) {
                forbidden("may only be specified when readOnly is true", &at, errors);
            }
            if kind.as_str().is_some_and(|k| k != "None") {
                let detail = "may only be specified when mountPropagation is None or not specified";
                forbidden(detail, &at, errors);
            }
        }
        Some(_) => not_supported(recursive, &["Disabled", "Enabled", "IfPossible"], &at, errors),
    }
}

/// ValidateVolumeDevices.
pub(super) fn devices(c: &Value, volumes: &Map, path: &Path, errors: &mut Errors) {
    let (mut paths, mut seen) = (Seen::default(), Seen::default());
    let mounts = c.get("volumeMounts").items();
    for (i, device) in c.get("volumeDevices").items().iter().enumerate() {
        let at = path.index(i);
        let (name_at, place_at) = (at.field("name"), at.field("devicePath"));
        let (name, place) = (or_empty(device.get("name")), or_empty(device.get("devicePath")));
        needs(&name, &name_at, errors);
        if !text(&name).is_empty() && !seen.insert(text(&name)) {
            invalid(&name, "must be unique", &name_at, errors);
        }
        match volumes.get(text(&name)) {
            None => errors.push(FieldError::not_found(&name_at, &name)),
            Some(v) if v.get("persistentVolumeClaim").is_null() && v.get("ephemeral").is_null() => {
                let detail =
                    "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                invalid(&name, detail, &name_at, errors);
            }
            Some(_) => {}
        }
        needs(&place, &place_at, errors);
        if text(&place).split('/').any(|part| part == "..") {
            invalid(&place, "can not contain backsteps ('..')", &place_at, errors);
        } else if !paths.insert(text(&place)) {
            invalid(&place, "must be unique", &place_at, errors);
        }
        if mounts.iter().any(|m| m.get("name") == &name) {
            invalid(&name, "must not already exist in volumeMounts", &name_at, errors);
        }
        if mounts.iter().any(|m| m.get("mountPath") == &place) {
            invalid(&place, "must not already exist as a path in volumeMounts", &place_at, errors);
        }
    }
}
