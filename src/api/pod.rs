//! Pods. A pod shares its spec and labels with its siblings; what differs is its node, its status and its metadata.

use super::*;
use crate::{reads, record, words};
use std::rc::Rc;

words! {
    /// What the kubelet does when a container ends.
    pub enum RestartPolicy { Always = "Always", OnFailure = "OnFailure", Never = "Never", }
}
words! {
    /// Where a pod is in its life.
    pub enum Phase { Pending = "Pending", Running = "Running", Succeeded = "Succeeded", Failed = "Failed", Unknown = "Unknown", }
}
words! {
    /// How a toleration compares values.
    pub enum TolerationOperator { Equal = "Equal", Exists = "Exists", }
}

reads! {
    /// A pod's consent to be where a taint is.
    pub struct Toleration {
        /// The taint's key; empty with `Exists` means every key.
        pub key: Text = "key",
        /// How values are compared.
        pub operator: TolerationOperator = "operator",
        /// The taint's value.
        pub value: Text = "value",
        /// The taint's effect; none means every effect.
        pub effect: Option<Effect> = "effect",
        /// For NoExecute: how long the pod stays, in seconds.
        pub toleration_seconds: Option<i64> = "tolerationSeconds",
    }
}
reads! {
    /// `PodSpec`, as far as it is read.
    pub struct PodSpec {
        /// Containers; at least one.
        pub containers: Vec<Container> = "containers",
        /// Containers that run one after another before the others.
        pub init_containers: Vec<Container> = "initContainers",
        /// What happens when a container ends.
        pub restart_policy: RestartPolicy = "restartPolicy",
        /// How long containers may take to stop, in seconds.
        pub termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds",
        /// How long the pod may be active, in seconds.
        pub active_deadline_seconds: Option<i64> = "activeDeadlineSeconds",
        /// Labels that the node must have.
        pub node_selector: Labels = "nodeSelector",
        /// The node, if the user chose one.
        pub node_name: Text = "nodeName",
        /// Taints that it bears.
        pub tolerations: Vec<Toleration> = "tolerations",
        /// Its host name, if not its own name.
        pub hostname: Text = "hostname",
        /// The service in whose DNS it has a name.
        pub subdomain: Text = "subdomain",
        /// Does it use the node's own network?
        pub host_network: bool = "hostNetwork",
        /// Which nodes and pods it wants near or far.
        pub affinity: Option<Rc<Affinity>> = "affinity",
        /// How pods like it are to be spread.
        pub topology_spread: Vec<SpreadConstraint> = "topologySpreadConstraints",
        /// What must be taken away before it is scheduled.
        pub scheduling_gates: Vec<Value> = "schedulingGates",
        /// Who schedules it.
        pub scheduler_name: Text = "schedulerName",
        /// The class that says how important it is.
        pub priority_class_name: Text = "priorityClassName",
        /// What running it costs beside its containers.
        pub overhead: ResourceList = "overhead",
        /// Directories that its containers may mount.
        pub volumes: Vec<Value> = "volumes",
        /// As whom its containers run.
        pub security_context: Value = "securityContext",
        /// Conditions that others set, and without which it is not ready.
        pub readiness_gates: Vec<Value> = "readinessGates",
    }
}
reads! {
    /// The metadata of a pod template.
    pub struct TemplateMeta {
        /// Labels that each pod gets.
        pub labels: Labels = "labels",
        /// Annotations that each pod gets.
        pub annotations: Labels = "annotations",
    }
}
reads! {
    /// A template that pods are made from.
    pub struct PodTemplate {
        /// Their labels and annotations.
        pub metadata: TemplateMeta = "metadata",
        /// Their spec, shared by all of them.
        pub spec: Rc<Spec<PodSpec>> = "spec",
    }
}

impl Toleration {
    /// Does it bear that taint? Models staging k8s.io/component-helpers/scheduling/corev1: TolerationsTolerateTaint.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        let effect = self.effect.is_none_or(|e| e == taint.effect);
        let key = self.key.is_empty() || self.key == taint.key;
        let value = match self.operator {
            TolerationOperator::Exists => true,
            TolerationOperator::Equal => !self.key.is_empty() && self.value == taint.value,
        };
        effect && key && value
    }
}

impl PodSpec {
    /// How long containers may take to stop, in seconds.
    pub fn grace_secs(&self) -> i64 {
        // A negative period is taken with a warning, and treated as 1.
        self.termination_grace_period_seconds.map_or(30, |secs| if secs < 0 { 1 } else { secs })
    }
    /// All containers, the init containers first, as the kubelet counts them.
    pub fn all_containers(&self) -> impl Iterator<Item = &Container> {
        self.init_containers.iter().chain(&self.containers)
    }
    /// The container with that number, the init containers first.
    pub fn container(&self, i: usize) -> &Container {
        let init = self.init_containers.len();
        if i < init { &self.init_containers[i] } else { &self.containers[i - init] }
    }
}

/// What a container is doing.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ContainerState {
    /// Not running yet, or not again yet.
    Waiting {
        /// One word why.
        reason: Text,
        /// A sentence why.
        message: Text,
    },
    /// Running.
    Running {
        /// Since when.
        started: Time,
    },
    /// Ended.
    Terminated(Ended),
}

/// How a container ended.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ended {
    /// Its exit code.
    pub exit_code: i32,
    /// `Completed`, `Error`, `OOMKilled`.
    pub reason: Text,
    /// A sentence, if there is more to say.
    pub message: Text,
    /// When it began.
    pub started: Time,
    /// When it ended.
    pub finished: Time,
}

/// The status of one container.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ContainerStatus {
    /// What it is doing.
    pub state: ContainerState,
    /// How it ended the last time, if it was restarted.
    pub last: Option<Ended>,
    /// Is it ready?
    pub ready: bool,
    /// Does it run, and has its startup probe said so, if it has one?
    pub started: bool,
    /// How often it was restarted.
    pub restarts: u32,
}

/// `PodStatus`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PodStatus {
    /// Where it is in its life.
    pub phase: Phase,
    /// One word why, where the phase needs one (`DeadlineExceeded`, `Evicted`).
    pub reason: Text,
    /// A sentence why.
    pub message: Text,
    /// Conditions.
    pub conditions: Conditions,
    /// One for each container, in order; empty until the kubelet has seen the pod.
    pub containers: Rc<Vec<ContainerStatus>>,
    /// One for each init container.
    pub init_containers: Rc<Vec<ContainerStatus>>,
    /// Its address; 0 until it has one.
    pub ip: u32,
    /// When the kubelet saw it.
    pub started: Option<Time>,
    /// The node on which the scheduler makes room for it.
    pub nominated: Text,
}

impl PodStatus {
    /// The status of the container with that number, the init containers first.
    pub fn container(&self, i: usize) -> &ContainerStatus {
        let init = self.init_containers.len();
        if i < init { &self.init_containers[i] } else { &self.containers[i - init] }
    }
    /// The same, to be written.
    pub fn container_mut(&mut self, i: usize) -> &mut ContainerStatus {
        let init = self.init_containers.len();
        let (list, i) =
            if i < init { (&mut self.init_containers, i) } else { (&mut self.containers, i - init) };
        &mut make_mut(list)[i]
    }
}

/// A pod.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pod {
    /// Its metadata.
    pub meta: Meta,
    /// What it should be, shared with all pods of its template.
    pub spec: Rc<Spec<PodSpec>>,
    /// The node to which it is bound; empty until then.
    pub node: Text,
    /// How important it is, by its class.
    pub priority: Priority,
    /// What it is.
    pub status: PodStatus,
}

/// How important a pod is, set when it is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Priority {
    /// `priority`: the more, the more important.
    pub value: i32,
    /// `preemptionPolicy: Never`: it waits for room instead of making it.
    pub waits: bool,
}

impl Pod {
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Struct(&[Field { name: "spec", shape: PodSpec::shape }])
    }
    /// A pod made from a template.
    pub fn from_template(meta: Meta, template: &PodTemplate) -> Pod {
        Pod {
            meta,
            spec: template.spec.clone(),
            node: template.spec.node_name.clone(),
            priority: Priority::default(),
            status: PodStatus::default(),
        }
    }
    /// Has it ended for good?
    pub fn is_terminal(&self) -> bool {
        matches!(self.status.phase, Phase::Succeeded | Phase::Failed)
    }
    /// Does it still count as work under way? Models pkg/controller/controller_utils.go: IsPodActive.
    pub fn is_active(&self) -> bool {
        !self.is_terminal() && !self.meta.is_terminating()
    }
    /// Is its `Ready` condition true?
    pub fn is_ready(&self) -> bool {
        self.status.conditions.is_true("Ready")
    }
}

impl Resource for Pod {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let spec = Rc::new(Spec::<PodSpec>::new(value.get("spec").clone()));
        let priority = Priority::default();
        Pod { meta, node: spec.node_name.clone(), spec, priority, status: PodStatus::default() }
    }
    fn keep_status(&mut self, old: &Self) {
        self.status = old.status.clone();
        self.node = old.node.clone();
        self.priority = old.priority;
        make_mut(&mut self.spec).edit(|spec| pod_shown::hide(spec, old));
    }
    fn same_spec(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.spec, &other.spec) || self.spec == other.spec
    }
    fn body(&self) -> Value {
        record! { "spec" => pod_shown::spec(self), "status" => self.status_value() }
    }
}

/// The name of the volume that holds the service account's token.
pub fn token_volume_name(uid: Uid) -> Text {
    format!("kube-api-access-{}", suffix(mix(uid.0 ^ 0x746f_6b65), 5)).into()
}

/// Letters and digits of generated names. Models apimachinery/pkg/util/rand: no vowels, so no words.
pub fn suffix(mut bits: u64, length: usize) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut out = String::with_capacity(length);
    for _ in 0..length {
        out.push(LETTERS[(bits % 27) as usize] as char);
        bits /= 27;
    }
    out
}

impl Pod {
    fn status_value(&self) -> Value {
        let status = &self.status;
        let mut conditions = status.conditions.to_value(None);
        if !conditions.is_null() {
            for condition in conditions.list_mut() {
                condition.map_mut().insert("lastProbeTime".into(), Value::Null);
                condition.set("observedGeneration", 1);
            }
        }
        let list = |specs: &[Container], statuses: &[ContainerStatus]| -> Value {
            let each = specs.iter().zip(statuses).map(|(c, s)| container_value(self, c, s));
            let list: Vec<Value> = each.collect();
            if list.is_empty() { Value::Null } else { list.into() }
        };
        let ip = (status.ip != 0).then(|| dotted(status.ip));
        record! {
            "conditions" => conditions,
            "containerStatuses" => list(&self.spec.containers, &status.containers),
            "initContainerStatuses" => list(&self.spec.init_containers, &status.init_containers),
            "message" => (!status.message.is_empty()).then(|| status.message.clone()),
            "nominatedNodeName" => (!status.nominated.is_empty()).then(|| status.nominated.clone()),
            "observedGeneration" => status.started.map(|_| 1),
            "phase" => status.phase.word(),
            "podIP" => ip.clone(),
            "podIPs" => ip.map(|ip| vec![record! { "ip" => ip }]),
            "qosClass" => self.spec.qos_class(),
            "reason" => (!status.reason.is_empty()).then(|| status.reason.clone()),
            "startTime" => status.started,
        }
    }
}

fn container_value(pod: &Pod, spec: &Container, status: &ContainerStatus) -> Value {
    let mount = |path: Text, name: Text, read_only: bool| {
        record! {
            "mountPath" => path,
            "name" => name,
            "readOnly" => read_only.then_some(true),
            "recursiveReadOnly" => read_only.then_some("Disabled"),
        }
    };
    let own = spec.volume_mounts.iter().map(|m| mount(m.mount_path.clone(), m.name.clone(), m.read_only));
    let token = "/var/run/secrets/kubernetes.io/serviceaccount".into();
    let mounts: Vec<Value> = own.chain([mount(token, token_volume_name(pod.meta.uid), true)]).collect();
    let running = matches!(status.state, ContainerState::Running { .. });
    let id_of = |run: u32| container_id(pod.meta.uid, &spec.name, run);
    // While it waits to be started again, the count is still that of the run that ended.
    let waits = matches!(status.state, ContainerState::Waiting { .. });
    let former = if waits { status.restarts } else { status.restarts.saturating_sub(1) };
    let last = status.last.as_ref().map(|e| record! { "terminated" => ended_value(e, id_of(former)) });
    // Before its first start, the runtime knows neither the container nor its image.
    let started = !matches!(status.state, ContainerState::Waiting { .. }) || status.last.is_some();
    let id = started.then(|| id_of(status.restarts));
    record! {
        "containerID" => id,
        "image" => if started { image_name(&spec.image).into() } else { spec.image.clone() },
        "imageID" => if started { image_id(&spec.image) } else { String::new() },
        "lastState" => last.unwrap_or(Map::new().into()),
        "name" => spec.name.clone(),
        "ready" => status.ready,
        "resources" => spec_resources(pod, spec),
        "restartCount" => status.restarts,
        "started" => status.started,
        "state" => state_value(&status.state, id_of(status.restarts)),
        "user" => running.then(|| record! { "linux" => root() }),
        "volumeMounts" => mounts,
    }
}

/// No image is run, so nobody else runs in it.
fn root() -> Value {
    record! { "gid" => 0, "supplementalGroups" => vec![0], "uid" => 0 }
}

fn spec_resources(pod: &Pod, spec: &Container) -> Value {
    let raw = pod.spec.raw();
    let mut all = raw.get("containers").items().iter().chain(raw.get("initContainers").items());
    let own = all.find(|c| c.get("name").as_str() == Some(&spec.name));
    own.map_or(Value::Null, |c| c.get("resources").clone())
}

fn state_value(state: &ContainerState, id: String) -> Value {
    match state {
        ContainerState::Waiting { reason, message } => record! { "waiting" => record! {
            "message" => (!message.is_empty()).then(|| message.clone()),
            "reason" => (!reason.is_empty()).then(|| reason.clone()),
        } },
        ContainerState::Running { started } => {
            record! { "running" => record! { "startedAt" => *started } }
        }
        ContainerState::Terminated(ended) => record! { "terminated" => ended_value(ended, id) },
    }
}

fn ended_value(ended: &Ended, id: String) -> Value {
    record! {
        "containerID" => id,
        "exitCode" => ended.exit_code,
        "finishedAt" => ended.finished,
        "message" => (!ended.message.is_empty()).then(|| ended.message.clone()),
        "reason" => ended.reason.clone(),
        "startedAt" => ended.started,
    }
}
