//! Containers, of pods and of templates. Models describeContainers.

use super::page::{Page, date, number, text, truth};
use super::{environment, probe};
use crate::api::Value;

/// Writes the containers of a pod, with what became of them.
pub(super) fn of_pod(page: &mut Page, title: &str, list: &Value, statuses: &Value, pod: &Value) {
    page.line(0, format_args!("{title}:"));
    for container in list.items() {
        let own = |s: &&Value| s.get("name") == container.get("name");
        let status = statuses.items().iter().find(own);
        page.line(1, format_args!("{}:", text(container.get("name"))));
        write(page, container, status, Some(pod));
    }
}

/// Writes the containers of a template.
pub(super) fn of_template(page: &mut Page, title: &str, list: &Value) {
    let none = if list.items().is_empty() { " <none>" } else { "" };
    page.line(1, format_args!("{title}:{none}"));
    for container in list.items() {
        page.line(1, format_args!(" {}:", text(container.get("name"))));
        write(page, container, None, None);
    }
}

fn write(page: &mut Page, container: &Value, status: Option<&Value>, pod: Option<&Value>) {
    if let Some(status) = status {
        page.field(2, "Container ID", text(status.get("containerID")));
    }
    page.field(2, "Image", text(container.get("image")));
    if let Some(status) = status {
        page.field(2, "Image ID", text(status.get("imageID")));
    }
    ports(page, "Port", container, "containerPort");
    ports(page, "Host Port", container, "hostPort");
    page.field_if(2, "SeccompProfile", container.at("securityContext.seccompProfile.type"));
    words(page, "Command", container.get("command"));
    words(page, "Args", container.get("args"));
    if let Some(status) = status {
        state(page, "State", status.get("state"));
        if !status.at("lastState.terminated").is_null() {
            state(page, "Last State", status.get("lastState"));
        }
        page.field(2, "Ready", truth(status.get("ready").as_bool() == Some(true)));
        page.field(2, "Restart Count", number(status.get("restartCount")));
    }
    resources(page, 2, container.get("resources"));
    for (title, name) in
        [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")]
    {
        if !container.get(name).is_null() {
            page.field(2, title, probe::line(container.get(name)));
        }
    }
    environment::write(page, container, pod);
    mounts(page, container);
}

fn ports(page: &mut Page, title: &str, container: &Value, field: &str) {
    let port = |p: &Value| {
        let (number, protocol) = (number(p.get(field)), text(p.get("protocol")));
        match text(p.get("name")) {
            name if name.is_empty() => format!("{number}/{protocol}"),
            name => format!("{number}/{protocol} ({name})"),
        }
    };
    let all: Vec<String> = container.get("ports").items().iter().map(port).collect();
    match all.as_slice() {
        [] => page.field(2, title, "<none>"),
        [one] => page.field(2, title, one),
        all => page.field(2, format_args!("{title}s"), all.join(", ")),
    }
}

fn words(page: &mut Page, title: &str, words: &Value) {
    if words.items().is_empty() {
        return;
    }
    page.line(2, format_args!("{title}:"));
    for word in words.items() {
        for line in text(word).split('\n') {
            page.line(3, line);
        }
    }
}

/// Models describeStatus.
fn state(page: &mut Page, title: &str, state: &Value) {
    let (running, ended) = (state.get("running"), state.get("terminated"));
    if !running.is_null() {
        page.field(2, title, "Running");
        page.field(3, "Started", date(running.get("startedAt")));
    } else if !ended.is_null() {
        page.field(2, title, "Terminated");
        page.field_if(3, "Reason", ended.get("reason"));
        page.field_if(3, "Message", ended.get("message"));
        page.field(3, "Exit Code", number(ended.get("exitCode")));
        page.field(3, "Started", date(ended.get("startedAt")));
        page.field(3, "Finished", date(ended.get("finishedAt")));
    } else {
        page.field(2, title, "Waiting");
        page.field_if(3, "Reason", state.at("waiting.reason"));
    }
}

/// Writes limits and requests. Models describeResources.
pub(super) fn resources(page: &mut Page, level: usize, resources: &Value) {
    for (title, list) in [("Limits", resources.get("limits")), ("Requests", resources.get("requests"))] {
        if list.fields().next().is_some() {
            page.line(level, format_args!("{title}:"));
        }
        for (name, amount) in list.fields() {
            page.field(level + 1, name, text(amount));
        }
    }
}

/// Models describeContainerVolumes.
fn mounts(page: &mut Page, container: &Value) {
    let sorted = |list: &str, by: &str| {
        let mut all: Vec<Value> = container.get(list).items().to_vec();
        all.sort_by_key(|mount| text(mount.get(by)));
        all
    };
    let mounts = sorted("volumeMounts", "mountPath");
    let none = if mounts.is_empty() { "\t<none>" } else { "" };
    page.line(2, format_args!("Mounts:{none}"));
    for mount in &mounts {
        let (path, name) = (text(mount.get("mountPath")), text(mount.get("name")));
        let mut flags = if mount.get("readOnly").as_bool() == Some(true) { "ro" } else { "rw" }.to_owned();
        if let Some(sub) = mount.get("subPath").as_str().filter(|s| !s.is_empty()) {
            flags += &format!(",path={sub:?}");
        }
        page.line(3, format_args!("{path} from {name} ({flags})"));
    }
    let devices = sorted("volumeDevices", "devicePath");
    if !devices.is_empty() {
        page.line(2, format_args!("Devices:{none}"));
        for device in &devices {
            let (path, name) = (text(device.get("devicePath")), text(device.get("name")));
            page.line(3, format_args!("{path} from {name}"));
        }
    }
}
