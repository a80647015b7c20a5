//! PriorityClasses: how important a pod is.
//!
//! Models plugin/pkg/admission/priority/admission.go.

use super::world::World;
use crate::api::{Kind, Object, Pod, Value};
use crate::manifest::Refusal;

/// The classes that every cluster has, with their values.
/// Models pkg/apis/scheduling/v1/helpers.go: SystemPriorityClasses.
pub(super) const SYSTEM: [(&str, i64, &str); 2] = [
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
    (
        "system-node-critical",
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
];

/// A pod may name a priority class only if it exists, and only one class may be that of those who name none.
pub(super) fn admit(world: &World, object: &Object) -> Result<(), Refusal> {
    match object {
        Object::Pod(pod) => class_is_there(world, pod),
        class if class.kind() == Kind::PriorityClass => one_default(world, class),
        _ => Ok(()),
    }
}

/// Models resolvePriorityClass, and admitPod's look at the policy. The number is the scheduler's to fill in.
fn class_is_there(world: &World, pod: &Pod) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::forbidden(Kind::Pod, &pod.meta.name, why));
    let spec = pod.spec.raw();
    let name = spec.get("priorityClassName").as_str().unwrap_or("");
    let class = if name.is_empty() {
        default_class(world)
    } else {
        world.store.lookup(Kind::PriorityClass, "", name)
    };
    if class.is_none() && !name.is_empty() {
        return refuse(&format!("no PriorityClass with name {name} was found"));
    }
    let policy = class.map_or(&Value::Null, |c| c.raw("preemptionPolicy")).as_str();
    let policy = policy.unwrap_or("PreemptLowerPriority");
    match spec.get("preemptionPolicy").as_str().filter(|own| *own != policy) {
        None => Ok(()),
        Some(own) => refuse(&format!(
            "the string value of PreemptionPolicy ({own}) must not be provided in pod spec; priority admission \
             controller computed {policy} from the given PriorityClass name"
        )),
    }
}

fn is_default(class: &Object) -> bool {
    class.raw("globalDefault").as_bool() == Some(true)
}

/// Of several, the least. Models getDefaultPriorityClass.
fn default_class(world: &World) -> Option<&Object> {
    let all = world.store.list(Kind::PriorityClass, None).filter(|c| is_default(c));
    all.min_by_key(|c| c.raw("value").as_int())
}

/// Models validatePriorityClass.
fn one_default(world: &World, class: &Object) -> Result<(), Refusal> {
    let name = &class.meta().name;
    match default_class(world).filter(|d| is_default(class) && d.meta().name != *name) {
        None => Ok(()),
        Some(other) => {
            let which = &other.meta().name;
            let why =
                format!("PriorityClass {which} is already marked as default. Only one default can exist");
            Err(Refusal::forbidden(Kind::PriorityClass, name, &why))
        }
    }
}
