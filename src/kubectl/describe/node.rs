//! Nodes, with what their pods ask of them. Models describeNode.

use super::super::duration;
use super::Seen;
use super::page::{Page, date, joined, rfc1123, text, text_or};
use crate::api::*;
use std::rc::Rc;

/// The namespace in which each node keeps a lease.
const LEASES: &str = "kube-node-lease";
/// How often a kubelet renews its lease, in seconds (`nodeLeaseDurationSeconds` × 0.25).
const RENEWAL_SECS: i64 = 10;

/// The text of a node.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    let roles = roles(meta.get("labels"));
    page.field(0, "Roles", if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") });
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "CreationTimestamp", date(meta.get("creationTimestamp")));
    taints(page, spec.get("taints"));
    page.field(0, "Unschedulable", spec.get("unschedulable").as_bool() == Some(true));
    lease(seen, page);
    conditions(page, status.get("conditions").items());
    page.line(0, "Addresses:");
    for address in status.get("addresses").items() {
        page.field(1, text(address.get("type")), text(address.get("address")));
    }
    for (title, amounts) in [("Capacity", status.get("capacity")), ("Allocatable", status.get("allocatable"))]
    {
        page.line(0, format_args!("{title}:"));
        for (name, amount) in amounts.fields() {
            page.field(1, name, text(amount));
        }
    }
    system(page, status.get("nodeInfo"));
    page.field_if(0, "PodCIDR", spec.get("podCIDR"));
    if !spec.get("podCIDRs").items().is_empty() {
        page.field(0, "PodCIDRs", joined(spec.get("podCIDRs").items(), ","));
    }
    page.field_if(0, "ProviderID", spec.get("providerID"));
    pods(seen, page);
}

/// Models findNodeRoles.
fn roles(labels: &Value) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for (key, value) in labels.fields() {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => roles.push(role.to_owned()),
            None if *key == "kubernetes.io/role" && !text(value).is_empty() => roles.push(text(value)),
            _ => {}
        }
    }
    roles.sort();
    roles.dedup();
    roles
}

/// Models printNodeTaintsMultiline.
fn taints(page: &mut Page, taints: &Value) {
    let part = |t: &Value, name: &str| text(t.get(name));
    let mut all: Vec<&Value> = taints.items().iter().collect();
    all.sort_by_key(|t| format!("{},{}", part(t, "effect"), part(t, "key")));
    let line = |t: &Value| match part(t, "value") {
        value if value.is_empty() => format!("{}:{}", part(t, "key"), part(t, "effect")),
        value => format!("{}={value}:{}", part(t, "key"), part(t, "effect")),
    };
    page.entries("Taints", all.into_iter().map(line));
}

/// Models describeNodeLease. A kubelet that runs has renewed its lease lately, whether the lease is kept or not.
fn lease(seen: &Seen, page: &mut Page) {
    let name = &seen.object.meta().name;
    let kept = seen.world.store.lookup(Kind::Lease, LEASES, name).map(|l| l.to_value());
    let (holder, acquired, renewed) = match &kept {
        Some(lease) => {
            let part = |name: &str| lease.get("spec").get(name);
            let time = |v: &Value| if v.is_null() { "<unset>".to_owned() } else { date(v) };
            (text_or(part("holderIdentity"), "<unset>"), time(part("acquireTime")), time(part("renewTime")))
        }
        None if seen.world.is_alive(name) => {
            let now = seen.world.now();
            let since = (now - seen.object.meta().created).whole_secs() % RENEWAL_SECS;
            (name.to_string(), "<unset>".to_owned(), rfc1123(now - Span::secs(since)))
        }
        None => {
            page.field(
                0,
                "Lease",
                format_args!("Failed to get lease: leases.coordination.k8s.io \"{name}\" not found"),
            );
            return;
        }
    };
    page.line(0, "Lease:");
    page.field(1, "HolderIdentity", holder);
    page.field(1, "AcquireTime", acquired);
    page.field(1, "RenewTime", renewed);
}

fn conditions(page: &mut Page, all: &[Value]) {
    if all.is_empty() {
        return;
    }
    page.line(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in all {
        let part = |name: &str| text(condition.get(name));
        let time = |name: &str| date(condition.get(name));
        page.line(
            1,
            format_args!(
                "{} \t{} \t{} \t{} \t{} \t{}",
                part("type"),
                part("status"),
                time("lastHeartbeatTime"),
                time("lastTransitionTime"),
                part("reason"),
                part("message")
            ),
        );
    }
}

fn system(page: &mut Page, info: &Value) {
    page.line(0, "System Info:");
    for (title, name) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        page.field(1, title, text(info.get(name)));
    }
}

/// What a pod, or all of them, may use.
fn limits(pod: &PodSpec) -> (i64, i64) {
    let limit = |c: &Container| {
        let list = &c.resources.limits;
        (list.cpu.as_ref().map_or(0, |q| q.millis), list.memory.as_ref().map_or(0, |q| q.amount))
    };
    let sum = pod
        .containers
        .iter()
        .map(limit)
        .fold((0i64, 0i64), |a, b| (a.0.saturating_add(b.0), a.1.saturating_add(b.1)));
    pod.init_containers.iter().map(limit).fold(sum, |a, b| (a.0.max(b.0), a.1.max(b.1)))
}

/// An amount with its share of the whole: `100m (2%)`.
fn share(amount: i64, whole: i64, form: fn(i64) -> String) -> String {
    let percent = if whole == 0 { 0 } else { (amount as f64 / whole as f64 * 100.0) as i64 };
    format!("{} ({percent}%)", form(amount))
}

/// Models describeNodeResource.
fn pods(seen: &Seen, page: &mut Page) {
    let name = &seen.object.meta().name;
    let mut pods: Vec<&Rc<Pod>> = seen.world.store.pods_on(name).filter(|p| !p.is_terminal()).collect();
    pods.sort_by_key(|p| (p.meta.namespace.clone(), p.meta.name.clone()));
    let Object::Node(node) = seen.object else { return };
    let whole = node.allocatable;
    page.field(0, "Non-terminated Pods", format_args!("({} in total)", pods.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let mut sums = [0i64; 4];
    for pod in pods {
        let (asked, (cpu_max, memory_max)) = (pod.spec.requests(), limits(&pod.spec));
        for (sum, part) in sums.iter_mut().zip([asked.cpu_millis, cpu_max, asked.memory, memory_max]) {
            *sum = sum.saturating_add(part);
        }
        page.line(
            1,
            format_args!(
                "{}\t{}\t\t{}\t{}\t{}\t{}\t{}",
                pod.meta.namespace,
                pod.meta.name,
                share(asked.cpu_millis, whole.cpu_millis, format_cpu),
                share(cpu_max, whole.cpu_millis, format_cpu),
                share(asked.memory, whole.memory, format_memory),
                share(memory_max, whole.memory, format_memory),
                duration::human(seen.world.now() - pod.meta.created.floor_sec())
            ),
        );
    }
    page.line(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let [cpu, cpu_max, memory, memory_max] = sums;
    let cpus = (share(cpu, whole.cpu_millis, format_cpu), share(cpu_max, whole.cpu_millis, format_cpu));
    page.line(1, format_args!("cpu\t{}\t{}", cpus.0, cpus.1));
    let memories =
        (share(memory, whole.memory, format_memory), share(memory_max, whole.memory, format_memory));
    page.line(1, format_args!("memory\t{}\t{}", memories.0, memories.1));
    page.line(1, "ephemeral-storage\t0 (0%)\t0 (0%)");
    for (name, _) in seen.at("status.allocatable").fields() {
        if name.starts_with("hugepages-") {
            page.line(1, format_args!("{name}\t0 (0%)\t0 (0%)"));
        }
    }
}
