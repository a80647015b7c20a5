//! Images: are they on the node, and how long does it take to get them?

use crate::api::{Container, Pod, PullPolicy, Span};
use crate::sim::world::World;

/// What must happen before a container can be made.
pub(super) enum Pull {
    /// Nothing: the node has the image.
    Present,
    /// The image is fetched, which takes so long.
    Takes(Span),
}

/// Images with a tag are on every node from the start, as on a cluster that has been in use; `latest` is asked for each
/// time, which is slow at first and quick once the layers are there. Models pkg/kubelet/images/image_manager.go.
pub(super) fn pull(world: &World, pod: &Pod, container: &Container) -> Pull {
    let image = &container.image;
    let policy = container.image_pull_policy.unwrap_or(default_policy(image));
    let there = world.pulled.contains(&(pod.node.clone(), image.clone()));
    if policy != PullPolicy::Always {
        return Pull::Present;
    }
    let (least, spread) = if there { (300, 200) } else { (900, 700) };
    let chance = world.draw(pod.meta.uid, "pull") % spread;
    Pull::Takes(Span::millis(least + chance as i64))
}

/// Models pkg/apis/core/v1/defaults.go: SetDefaults_Container.
fn default_policy(image: &str) -> PullPolicy {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        None | Some((_, "latest")) if !image.contains('@') => PullPolicy::Always,
        _ => PullPolicy::IfNotPresent,
    }
}

/// Models pkg/kubelet/images/image_manager.go: the event of a pull that went well.
pub(super) fn pulled_message(image: &str, span: Span) -> String {
    let ms = span.0 / 1000;
    let took = if ms < 1000 { format!("{ms}ms") } else { format!("{}s", ms as f64 / 1000.0) };
    format!(
        "Successfully pulled image \"{image}\" in {took} ({took} including waiting). Image size: {} bytes.",
        size(image)
    )
}

/// A plausible size in bytes: the same for the same name.
fn size(image: &str) -> u64 {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split(':').next().unwrap_or(name) {
        "busybox" => 2_223_686,
        "nginx" => 72_324_501,
        "alpine" => 3_653_068,
        other => 20_000_000 + crate::sim::StableHasher::of(other) % 80_000_000,
    }
}
