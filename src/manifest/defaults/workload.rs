//! What makes pods. Models pkg/apis/batch/v1/defaults.go and pkg/apis/apps/v1/defaults.go.

use super::{each, map_at, pod, within};
use crate::api::{Map, Value};
use crate::record;

fn with_template(value: &mut Value) -> &mut Value {
    let spec = map_at(value, "spec");
    pod::template(map_at(spec, "template"));
    spec
}

/// `SetDefaults_Job`.
pub(super) fn job(value: &mut Value) {
    let labels = value.at("spec.template.metadata.labels").clone();
    if !labels.is_null() && value.at("metadata.labels").is_null() {
        value.set("metadata.labels", labels);
    }
    let spec = with_template(value);
    job_spec(spec);
    if spec.get("completions").is_null() && spec.get("parallelism").is_null() {
        spec.set("completions", 1);
    }
    spec.default_to("parallelism", 1);
    let per_index = !spec.get("backoffLimitPerIndex").is_null();
    spec.default_to("backoffLimit", if per_index { i32::MAX } else { 6 });
    spec.default_to("completionMode", "NonIndexed");
    spec.default_to("suspend", false);
    let policy = if spec.get("podFailurePolicy").is_null() { "TerminatingOrFailed" } else { "Failed" };
    spec.default_to("podReplacementPolicy", policy);
    spec.default_to("manualSelector", false);
}

/// What is filled in in a CronJob's template as well.
fn job_spec(spec: &mut Value) {
    within(spec, "podFailurePolicy", &|policy| {
        each(policy, "rules", &|rule| {
            each(rule, "onPodConditions", &|pattern| pattern.default_to("status", "True"));
        });
    });
}

/// `SetDefaults_CronJob`. Its Jobs' own defaults come when they are made.
pub(super) fn cron_job(value: &mut Value) {
    let spec = map_at(value, "spec");
    spec.default_to("concurrencyPolicy", "Allow");
    spec.default_to("suspend", false);
    spec.default_to("successfulJobsHistoryLimit", 3);
    spec.default_to("failedJobsHistoryLimit", 1);
    let template = map_at(spec, "jobTemplate");
    map_at(template, "metadata");
    job_spec(with_template(template));
}

/// `SetDefaults_Deployment`.
pub(super) fn deployment(value: &mut Value) {
    let spec = with_template(value);
    spec.default_to("replicas", 1);
    let strategy = map_at(spec, "strategy");
    strategy.default_to("type", "RollingUpdate");
    if strategy.get("type").as_str() == Some("RollingUpdate") {
        let rolling = map_at(strategy, "rollingUpdate");
        rolling.default_to("maxUnavailable", "25%");
        rolling.default_to("maxSurge", "25%");
    }
    spec.default_to("revisionHistoryLimit", 10);
    spec.default_to("progressDeadlineSeconds", 600);
}

/// `SetDefaults_ReplicaSet`.
pub(super) fn replica_set(value: &mut Value) {
    with_template(value).default_to("replicas", 1);
}

/// `SetDefaults_DaemonSet`.
pub(super) fn daemon_set(value: &mut Value) {
    let spec = with_template(value);
    let strategy = map_at(spec, "updateStrategy");
    strategy.default_to("type", "RollingUpdate");
    if strategy.get("type").as_str() == Some("RollingUpdate") {
        let rolling = map_at(strategy, "rollingUpdate");
        rolling.default_to("maxUnavailable", 1);
        rolling.default_to("maxSurge", 0);
    }
    spec.default_to("revisionHistoryLimit", 10);
}

/// `SetDefaults_StatefulSet`.
pub(super) fn stateful_set(value: &mut Value) {
    let spec = with_template(value);
    spec.default_to("podManagementPolicy", "OrderedReady");
    let strategy = map_at(spec, "updateStrategy");
    if strategy.get("type").is_null() {
        strategy.set("type", "RollingUpdate");
        strategy.default_to("rollingUpdate", Map::new());
    }
    if strategy.get("type").as_str() == Some("RollingUpdate") {
        within(strategy, "rollingUpdate", &|rolling| rolling.default_to("partition", 0));
    }
    let retention = map_at(spec, "persistentVolumeClaimRetentionPolicy");
    retention.default_to("whenDeleted", "Retain");
    retention.default_to("whenScaled", "Retain");
    spec.default_to("replicas", 1);
    spec.default_to("revisionHistoryLimit", 10);
    each(spec, "volumeClaimTemplates", &super::service::claim);
}

/// Models pkg/apis/autoscaling/v2/defaults.go: without a metric, pods shall use 80 % of the CPU that they ask for.
pub(super) fn autoscaler(value: &mut Value) {
    value.default_to("spec.minReplicas", 1);
    if value.at("spec.metrics").items().is_empty() {
        let target = record! { "type" => "Utilization", "averageUtilization" => 80 };
        let resource = record! { "name" => "cpu", "target" => target };
        value.set("spec.metrics", vec![record! { "type" => "Resource", "resource" => resource }]);
    }
    // Who says something of one direction is told the rest of both.
    let policy = |kind: &'static str, n: i64| record! { "periodSeconds" => 15, "type" => kind, "value" => n };
    if !value.at("spec.behavior").is_null() {
        value.default_to("spec.behavior.scaleUp.stabilizationWindowSeconds", 0);
        value.default_to("spec.behavior.scaleUp.policies", vec![policy("Pods", 4), policy("Percent", 100)]);
        value.default_to("spec.behavior.scaleUp.selectPolicy", "Max");
        value.default_to("spec.behavior.scaleDown.policies", vec![policy("Percent", 100)]);
        value.default_to("spec.behavior.scaleDown.selectPolicy", "Max");
    }
}

/// `SetDefaults_LimitRangeItem`: a container's limit is the most where none is said, and its request is its limit, or else
/// the least.
pub(super) fn limit_range(value: &mut Value) {
    within(value, "spec", &|spec| {
        each(spec, "limits", &|limit| {
            if limit.get("type").as_str() != Some("Container") {
                return;
            }
            for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
                for (name, amount) in limit.get(from).clone().fields() {
                    let list = limit.map_mut().entry(to.into()).or_default();
                    list.map_mut().entry(name.clone()).or_insert_with(|| amount.clone());
                }
            }
        });
    });
}
