//! What the API server sets in a new pod for the scheduler: its priority, and that its gates hold it back.

use crate::api::{Kind, Object, Pod, Priority, Text, make_mut};
use crate::manifest::Refusal;
use crate::sim::world::World;

/// The classes that every cluster has.
const BUILT_IN: [(&str, i32); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

/// Models plugin/pkg/admission/priority/admission.go: admitPod, and pkg/registry/core/pod/strategy.go:
/// applySchedulingGatedCondition.
pub(in crate::sim) fn prepare_pod(world: &World, pod: &mut Pod) -> Result<(), Refusal> {
    let name = pod.spec.priority_class_name.clone();
    pod.priority = match BUILT_IN.iter().find(|(built_in, _)| name == *built_in) {
        Some((_, value)) => Priority { value: *value, waits: false },
        None if name.is_empty() => of_the_default_class(world, pod),
        None => world.store.lookup(Kind::PriorityClass, "", &name).map_or(Priority::default(), read),
    };
    let (asked, computed) = (pod.spec.raw().get("priority").as_int(), pod.priority.value);
    if asked.is_some_and(|asked| asked != i64::from(computed)) {
        let why = format!(
            "the integer value of priority ({}) must not be provided in pod spec; priority admission controller \
             computed {computed} from the given PriorityClass name",
            asked.unwrap_or(0)
        );
        return Err(Refusal::forbidden(Kind::Pod, &pod.meta.name, &why));
    }
    if !pod.spec.scheduling_gates.is_empty() {
        let why = "Scheduling is blocked due to non-empty scheduling gates";
        pod.status.conditions.set("PodScheduled", false, "SchedulingGated", why, world.now());
    }
    Ok(())
}

fn read(class: &Object) -> Priority {
    let body = class.body();
    Priority {
        value: body.get("value").as_int().unwrap_or(0) as i32,
        waits: body.get("preemptionPolicy").as_str() == Some("Never"),
    }
}

/// Of several classes that are the default, the least counts. Models admission.go: getDefaultPriority.
fn of_the_default_class(world: &World, pod: &mut Pod) -> Priority {
    let all = world.store.list(Kind::PriorityClass, None);
    let default = all.filter(|class| class.body().get("globalDefault").as_bool() == Some(true));
    let Some(class) = default.min_by_key(|class| read(class).value) else {
        return Priority::default();
    };
    let name: Text = class.meta().name.clone();
    make_mut(&mut pod.spec).edit(|raw| raw.set("priorityClassName", name));
    read(class)
}
