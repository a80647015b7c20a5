//! The names that a container runtime gives: of containers that it has started, and of images that it has pulled.

use super::{Uid, mix};

/// `containerd://` and 64 digits: another one for each container of each pod, and for each time that it is started.
pub fn container_id(pod: Uid, container: &str, run: u32) -> String {
    format!("containerd://{}", digits(container, mix(pod.0) ^ u64::from(run)))
}

/// `docker.io/library/busybox@sha256:` and 64 digits: the same for the same image everywhere.
pub fn image_id(image: &str) -> String {
    let name = image.split('@').next().unwrap_or(image);
    format!("{}@sha256:{}", whole_name(without_tag(name)), digits(image, 0))
}

/// `docker.io/library/busybox:1.36`: an image's name with nothing left out.
/// Models distribution/reference: ParseNormalizedNamed and TagNameOnly.
pub fn image_name(image: &str) -> String {
    let tagged = image.contains('@') || without_tag(image) != image;
    format!("{}{}", whole_name(image), if tagged { "" } else { ":latest" })
}

/// A colon before a slash belongs to the registry's port.
fn without_tag(name: &str) -> &str {
    let tag = name.rfind(':').filter(|colon| !name[*colon..].contains('/'));
    &name[..tag.unwrap_or(name.len())]
}

fn whole_name(name: &str) -> String {
    let Some((first, _)) = name.split_once('/') else { return format!("docker.io/library/{name}") };
    let registry = first.contains(['.', ':']) || first == "localhost";
    if registry { name.to_owned() } else { format!("docker.io/{name}") }
}

/// 64 hexadecimal digits that follow from a text and a number.
fn digits(text: &str, salt: u64) -> String {
    let start = text.bytes().fold(salt, |state, byte| mix(state ^ u64::from(byte)));
    (0..4).map(|i| format!("{:016x}", mix(start ^ i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_get_their_registry() {
        let cases = [
            ("busybox:1.36", "docker.io/library/busybox@sha256:"),
            ("nginx", "docker.io/library/nginx@sha256:"),
            ("bitnami/kubectl:latest", "docker.io/bitnami/kubectl@sha256:"),
            ("registry.k8s.io/pause:3.9", "registry.k8s.io/pause@sha256:"),
            ("localhost:5000/a/b", "localhost:5000/a/b@sha256:"),
        ];
        for (image, want) in cases {
            let id = image_id(image);
            assert!(id.starts_with(want), "{id}");
            assert_eq!(id.len(), want.len() + 64);
        }
        assert_ne!(container_id(Uid(1), "a", 0), container_id(Uid(1), "a", 1));
    }
}
