//! Pods and pod templates. Models pkg/apis/core/v1/defaults.go: SetDefaults_Pod, SetDefaults_PodSpec and what they hold.

use super::{each, map_at, within};
use crate::api::{Map, Value};

/// A pod of its own: more is filled in than in a template.
pub(super) fn pod(value: &mut Value) {
    let spec = map_at(value, "spec");
    pod_spec(spec);
    for list in ["containers", "initContainers"] {
        each(spec, list, &requests_from_limits);
    }
    spec.default_to("enableServiceLinks", true);
    if spec.get("hostNetwork").as_bool() == Some(true) {
        for list in ["containers", "initContainers"] {
            each(spec, list, &host_network_ports);
        }
    }
}

/// A pod template: metadata and spec.
pub(super) fn template(value: &mut Value) {
    map_at(value, "metadata");
    let spec = map_at(value, "spec");
    pod_spec(spec);
    if spec.get("hostNetwork").as_bool() == Some(true) {
        for list in ["containers", "initContainers"] {
            each(spec, list, &host_network_ports);
        }
    }
}

fn pod_spec(spec: &mut Value) {
    spec.default_to("dnsPolicy", "ClusterFirst");
    spec.default_to("restartPolicy", "Always");
    spec.default_to("securityContext", Map::new());
    spec.default_to("terminationGracePeriodSeconds", 30);
    spec.default_to("schedulerName", "default-scheduler");
    // The API keeps an old name of this field beside the new one.
    let account = spec.get("serviceAccountName").clone();
    if !account.is_null() {
        spec.default_to("serviceAccount", account);
    }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        each(spec, list, &container);
    }
    each(spec, "volumes", &volume);
    // A list that must be there is there even if nothing is in it.
    if spec.get("containers").is_null() {
        spec.set("containers", Value::Null);
    }
}

fn container(c: &mut Value) {
    if !matches!(c, Value::Map(_)) {
        return;
    }
    let image = c.get("image").as_str().unwrap_or("").to_owned();
    let policy = if is_latest(&image) { "Always" } else { "IfNotPresent" };
    c.default_to("imagePullPolicy", policy);
    c.default_to("terminationMessagePath", "/dev/termination-log");
    c.default_to("terminationMessagePolicy", "File");
    c.default_to("resources", Map::new());
    each(c, "ports", &|port| port.default_to("protocol", "TCP"));
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        within(c, name, &probe);
    }
    within(c, "lifecycle", &|lifecycle| {
        for name in ["postStart", "preStop"] {
            within(lifecycle, name, &handler);
        }
    });
    each(c, "env", &|env| {
        within(env, "valueFrom", &|from| {
            within(from, "fieldRef", &|field| field.default_to("apiVersion", "v1"));
            within(from, "resourceFieldRef", &|field| field.default_to("divisor", "0"));
        });
    });
}

/// Is the image's tag `latest`, said or not? Models pkg/util/parsers: ParseImageName.
fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let last = image.rsplit('/').next().unwrap_or("");
    last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn probe(probe: &mut Value) {
    for (name, default) in
        [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        if matches!(probe.get(name), Value::Null | Value::Int(0)) {
            probe.set(name, default);
        }
    }
    handler(probe);
}

fn handler(handler: &mut Value) {
    within(handler, "httpGet", &|get| {
        get.default_to("path", "/");
        get.default_to("scheme", "HTTP");
    });
    within(handler, "grpc", &|grpc| grpc.default_to("service", ""));
}

fn volume(volume: &mut Value) {
    if volume.fields().all(|(name, _)| name == "name") {
        volume.set("emptyDir", Map::new());
    }
    for name in ["secret", "configMap", "downwardAPI", "projected"] {
        within(volume, name, &|source| {
            source.default_to("defaultMode", 420);
            each(source, "sources", &projection);
            downward_items(source);
        });
    }
    within(volume, "hostPath", &|path| path.default_to("type", ""));
    within(volume, "image", &|image| {
        let reference = image.get("reference").as_str().unwrap_or("").to_owned();
        image.default_to("pullPolicy", if is_latest(&reference) { "Always" } else { "IfNotPresent" });
    });
    within(volume, "ephemeral", &|e| {
        within(e, "volumeClaimTemplate", &|t| {
            within(t, "spec", &|s| s.default_to("volumeMode", "Filesystem"))
        });
    });
}

fn projection(source: &mut Value) {
    within(source, "serviceAccountToken", &|token| token.default_to("expirationSeconds", 3600));
    within(source, "downwardAPI", &downward_items);
}

fn downward_items(source: &mut Value) {
    each(source, "items", &|item| {
        within(item, "fieldRef", &|field| field.default_to("apiVersion", "v1"));
        within(item, "resourceFieldRef", &|field| field.default_to("divisor", "0"));
    });
}

fn requests_from_limits(container: &mut Value) {
    within(container, "resources", &|resources| {
        let limits = resources.get("limits").clone();
        if limits.fields().next().is_none() {
            return;
        }
        let requests = map_at(resources, "requests").map_mut();
        for (name, amount) in limits.fields() {
            requests.entry(name.clone()).or_insert_with(|| amount.clone());
        }
    });
}

fn host_network_ports(container: &mut Value) {
    each(container, "ports", &|port| {
        let number = port.get("containerPort").clone();
        if matches!(port.get("hostPort"), Value::Null | Value::Int(0)) && !number.is_null() {
            port.set("hostPort", number);
        }
    });
}
