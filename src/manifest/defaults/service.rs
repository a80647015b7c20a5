//! Services, namespaces, and kinds that are only kept. Models pkg/apis/{core,networking,storage}/v1/defaults.go.

use super::{each, map_at, within};
use crate::api::{Value, base64};

/// `SetDefaults_Service`.
pub(super) fn service(value: &mut Value) {
    let spec = map_at(value, "spec");
    spec.default_to("sessionAffinity", "None");
    match spec.get("sessionAffinity").as_str() {
        Some("None") => {
            spec.map_mut().remove("sessionAffinityConfig");
        }
        Some("ClientIP") => spec.default_to("sessionAffinityConfig.clientIP.timeoutSeconds", 10_800),
        _ => {}
    }
    spec.default_to("type", "ClusterIP");
    each(spec, "ports", &|port| {
        port.default_to("protocol", "TCP");
        let unsaid = match port.get("targetPort") {
            Value::Str(name) => name.is_empty(),
            target => matches!(target, Value::Null | Value::Int(0)),
        };
        if unsaid {
            let number = port.get("port").clone();
            port.set("targetPort", if number.is_null() { Value::Int(0) } else { number });
        }
    });
    let kind = spec.get("type").as_str().unwrap_or("").to_owned();
    let has_external_ips = !spec.get("externalIPs").items().is_empty();
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") || (kind == "ClusterIP" && has_external_ips) {
        spec.default_to("externalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "ClusterIP" | "NodePort" | "LoadBalancer") {
        spec.default_to("internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        spec.default_to("allocateLoadBalancerNodePorts", true);
    }
}

/// `SetDefaults_Namespace`: its name is a label.
pub(super) fn namespace(value: &mut Value) {
    let name = value.at("metadata.name").clone();
    if name.as_str().is_some_and(|n| !n.is_empty()) {
        let labels = map_at(map_at(value, "metadata"), "labels");
        labels.map_mut().insert("kubernetes.io/metadata.name".into(), name);
    }
    value.default_to("spec.finalizers", vec!["kubernetes"]);
}

/// `SetDefaults_Secret`.
pub(super) fn secret(value: &mut Value) {
    value.default_to("type", "Opaque");
    // What was written in plain text is kept among the encoded entries.
    // Models pkg/apis/core/v1/conversion.go: Convert_v1_Secret_To_core_Secret.
    let plain = value.get("stringData").clone();
    for (key, text) in plain.fields() {
        if let Some(text) = text.as_str() {
            let encoded = base64(text.as_bytes());
            map_at(value, "data").map_mut().insert(key.clone(), encoded.into());
        }
    }
    if !plain.is_null() {
        value.map_mut().remove("stringData");
    }
}

/// `SetDefaults_PersistentVolumeClaim`.
pub(super) fn claim(value: &mut Value) {
    value.default_to("spec.volumeMode", "Filesystem");
    value.default_to("status.phase", "Pending");
}

/// `SetDefaults_PersistentVolume`.
pub(super) fn volume(value: &mut Value) {
    value.default_to("spec.persistentVolumeReclaimPolicy", "Retain");
    value.default_to("spec.volumeMode", "Filesystem");
    value.default_to("status.phase", "Pending");
    within(map_at(value, "spec"), "hostPath", &|path| path.default_to("type", ""));
}

/// `SetDefaults_IngressClass`.
pub(super) fn ingress_class(value: &mut Value) {
    within(map_at(value, "spec"), "parameters", &|to| to.default_to("scope", "Cluster"));
}

/// `SetDefaults_RoleBinding` and `SetDefaults_Subject`.
pub(super) fn role_binding(value: &mut Value) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let fill = |of: &mut Value| {
        if of.get("apiGroup").as_str().is_none_or(str::is_empty) {
            of.set("apiGroup", GROUP);
        }
    };
    within(value, "roleRef", &fill);
    each(value, "subjects", &|who| {
        if matches!(who.get("kind").as_str(), Some("User" | "Group")) {
            fill(who);
        }
    });
}

/// `SetDefaults_StorageClass`.
pub(super) fn storage_class(value: &mut Value) {
    value.default_to("reclaimPolicy", "Delete");
    value.default_to("volumeBindingMode", "Immediate");
}

/// `SetDefaults_NetworkPolicy`.
pub(super) fn network_policy(value: &mut Value) {
    let spec = map_at(value, "spec");
    map_at(spec, "podSelector");
    for list in ["ingress", "egress"] {
        each(spec, list, &|rule| each(rule, "ports", &|port| port.default_to("protocol", "TCP")));
    }
    if spec.get("policyTypes").items().is_empty() {
        let mut types = vec!["Ingress"];
        if !spec.get("egress").items().is_empty() {
            types.push("Egress");
        }
        spec.set("policyTypes", types);
    }
}
