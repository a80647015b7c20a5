//! Containers: what they run, need and are watched by.

use super::*;
use crate::{reads, words};
use std::rc::Rc;

words! {
    /// When the kubelet pulls an image.
    pub enum PullPolicy { IfNotPresent = "IfNotPresent", Always = "Always", Never = "Never", }
}
words! {
    /// A transport protocol.
    pub enum Protocol { Tcp = "TCP", Udp = "UDP", Sctp = "SCTP", }
}

reads! {
    /// A port that a container says it listens on.
    pub struct ContainerPort {
        /// A name that services may target.
        pub name: Text = "name",
        /// The port.
        pub container_port: i32 = "containerPort",
        /// The port on the node, if it claims one.
        pub host_port: i32 = "hostPort",
        /// The node's address at which it claims that, if not at all of them.
        pub host_ip: Text = "hostIP",
        /// Its protocol.
        pub protocol: Protocol = "protocol",
    }
}
reads! {
    /// An environment variable with a literal value.
    pub struct EnvVar {
        /// Its name.
        pub name: Text = "name",
        /// Its value.
        pub value: Text = "value",
        /// Where the value comes from, if it is not literal.
        pub value_from: Value = "valueFrom",
    }
}
reads! {
    /// A container.
    pub struct Container {
        /// Its name, unique in the pod.
        pub name: Text = "name",
        /// Its image, from which Podium works out what it does.
        pub image: Text = "image",
        /// The entry point, in place of the image's.
        pub command: Vec<Text> = "command",
        /// Arguments, in place of the image's.
        pub args: Vec<Text> = "args",
        /// Environment variables.
        pub env: Vec<EnvVar> = "env",
        /// Ports.
        pub ports: Vec<ContainerPort> = "ports",
        /// When its image is pulled.
        pub image_pull_policy: Option<PullPolicy> = "imagePullPolicy",
        /// Requests and limits.
        pub resources: ResourceRequirements = "resources",
        /// ConfigMaps and Secrets whose every entry is a variable.
        pub env_from: Vec<Value> = "envFrom",
        /// Volumes in its file system.
        pub volume_mounts: Vec<VolumeMount> = "volumeMounts",
        /// Where its command begins.
        pub working_dir: Text = "workingDir",
        /// Has it started? Until then the other probes wait.
        pub startup_probe: Option<Rc<Probe>> = "startupProbe",
        /// Is it still well? If not, it is restarted.
        pub liveness_probe: Option<Rc<Probe>> = "livenessProbe",
        /// May it be sent requests?
        pub readiness_probe: Option<Rc<Probe>> = "readinessProbe",
        /// What is done after its start and before its stop.
        pub lifecycle: Lifecycle = "lifecycle",
        /// What the kubelet does when it ends, if not what the pod says; `Always` makes an init container a sidecar.
        pub restart_policy: Option<RestartPolicy> = "restartPolicy",
        /// Exit codes upon which it is restarted, whatever the policy says.
        pub restart_policy_rules: Vec<Value> = "restartPolicyRules",
        /// As whom it runs.
        pub security_context: Value = "securityContext",
        /// The file in which it may say why it ended.
        pub termination_message_path: Text = "terminationMessagePath",
        /// Do the last lines of its log do as well?
        pub termination_message_policy: Text = "terminationMessagePolicy",
    }
}
reads! {
    /// A volume in a container's file system.
    pub struct VolumeMount {
        /// The volume.
        pub name: Text = "name",
        /// Where it is seen.
        pub mount_path: Text = "mountPath",
        /// Only this part of it is seen.
        pub sub_path: Text = "subPath",
        /// The same, with variables.
        pub sub_path_expr: Text = "subPathExpr",
        /// May it not be written to?
        pub read_only: bool = "readOnly",
    }
}
reads! {
    /// How a container is watched. One of the handlers `exec`, `httpGet`, `tcpSocket` and `grpc` is set.
    pub struct Probe {
        /// Runs a command in it.
        pub exec: Value = "exec",
        /// Asks it over HTTP.
        pub http_get: Value = "httpGet",
        /// Opens a connection to it.
        pub tcp_socket: Value = "tcpSocket",
        /// Asks its gRPC health service.
        pub grpc: Value = "grpc",
        /// From its start to the first probe, in seconds.
        pub initial_delay_seconds: i64 = "initialDelaySeconds",
        /// How long an answer may take, in seconds.
        pub timeout_seconds: i64 = "timeoutSeconds",
        /// From probe to probe, in seconds.
        pub period_seconds: i64 = "periodSeconds",
        /// So many good answers in a row make it good.
        pub success_threshold: i64 = "successThreshold",
        /// So many bad answers in a row make it bad.
        pub failure_threshold: i64 = "failureThreshold",
        /// How long it may take to stop when this probe fails, in seconds.
        pub termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds",
    }
}
reads! {
    /// What is done after a container's start and before its stop.
    pub struct Lifecycle {
        /// After its start: `exec`, `httpGet` or `sleep`.
        pub post_start: Value = "postStart",
        /// Before its stop.
        pub pre_stop: Value = "preStop",
    }
}

impl Container {
    /// Is it, among the init containers, one that runs as long as the pod?
    /// Models pkg/api/v1/pod/util.go: IsRestartableInitContainer.
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy == Some(RestartPolicy::Always)
    }
    /// What the scheduler must set aside for it: thousandths of a core, and bytes.
    pub fn requests(&self) -> (i64, i64) {
        let (requests, limits) = (&self.resources.requests, &self.resources.limits);
        let cpu = requests.cpu.as_ref().or(limits.cpu.as_ref());
        let memory = requests.memory.as_ref().or(limits.memory.as_ref());
        (cpu.map_or(0, |q| q.millis), memory.map_or(0, |q| q.amount))
    }
}
