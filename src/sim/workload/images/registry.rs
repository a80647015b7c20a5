//! Which images can be had at all. No registry is asked: what is plainly not there is told from its name.

use super::{Image, ROWS};
use crate::manifest::nearest;

/// Words in a name or a tag by which its author means that it is not there.
const NOT_THERE: [&str; 9] = [
    "nonexist",
    "non-exist",
    "notexist",
    "not-exist",
    "doesnt-exist",
    "no-such",
    "notfound",
    "not-found",
    ".invalid/",
];
/// Tags without a number.
const TAGS: [&str; 22] = [
    "latest",
    "stable",
    "mainline",
    "alpine",
    "slim",
    "musl",
    "glibc",
    "uclibc",
    "edge",
    "perl",
    "bookworm",
    "bullseye",
    "trixie",
    "noble",
    "jammy",
    "focal",
    "lts",
    "alma",
    "management",
    "cli",
    "main",
    "release",
];
/// Official images of which Podium knows nothing, but whose names are near to those that it knows.
const OTHERS: [&str; 6] = ["nats", "node", "mono", "monica", "composer", "solr"];

/// Why a name is no image's name. Models distribution/reference: ParseNormalizedNamed.
pub fn invalid_name(image: &str) -> Option<String> {
    const FORMAT: &str = "invalid reference format";
    let (name, digest) = image.split_once('@').unwrap_or((image, "sha256:0"));
    let last = name.rfind('/').map_or(0, |at| at + 1);
    let (base, tag) = name[last..].split_once(':').unwrap_or((&name[last..], "latest"));
    let path = &name[..last + base.len()];
    let (domain, rest) = match path.split_once('/') {
        Some((domain, rest)) if domain.contains(['.', ':']) || domain == "localhost" => (domain, rest),
        _ => ("", path),
    };
    if rest.chars().any(|c| c.is_ascii_uppercase()) {
        let library = if domain.is_empty() && !rest.contains('/') { "library/" } else { "" };
        return Some(format!("{FORMAT}: repository name ({library}{rest}) must be lowercase"));
    }
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let part = |p: &str| {
        p.starts_with(inner) && p.ends_with(inner) && p.chars().all(|c| inner(c) || "._-".contains(c))
    };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let tags = tag.starts_with(word) && tag.len() <= 128 && tag.chars().all(|c| word(c) || ".-".contains(c));
    let good = rest.split('/').all(part) && tags && digest.contains(':');
    (!good).then(|| FORMAT.to_owned())
}

/// Is an image plainly not there? A name that says so, a slip of the pen in a well-known name, or a tag that a
/// well-known image has never had.
pub fn missing(image: &str) -> bool {
    let lower = image.to_ascii_lowercase();
    if NOT_THERE.iter().any(|word| lower.contains(word)) {
        return true;
    }
    let name = lower.split('@').next().unwrap_or("");
    let last = name.rfind('/').map_or(0, |at| at + 1);
    let (base, tag) = name[last..].split_once(':').unwrap_or((&name[last..], "latest"));
    if Image::of(image).is_known() {
        return !is_tag(tag);
    }
    let official = ["", "library/", "docker.io/", "docker.io/library/"].contains(&&name[..last]);
    let known = || ROWS.iter().flat_map(|row| row.names).copied().filter(|n| n.len() > 4 && !n.contains('/'));
    official
        && base.len() > 4
        && !OTHERS.contains(&base)
        && nearest(base, known()).is_some_and(|n| near(base, n))
}

/// At most one letter more or less: two different words may well be two letters apart.
fn near(a: &str, b: &str) -> bool {
    a.len().abs_diff(b.len()) <= 1 && a.chars().next() == b.chars().next()
}

/// A version, or one of the words that tags begin with. No image is at its hundredth minor version.
fn is_tag(tag: &str) -> bool {
    let first = tag.split(['-', '_']).next().unwrap_or("");
    let numbered = tag.chars().any(|c| c.is_ascii_digit());
    let minor = first.trim_start_matches('v').split('.').nth(1).unwrap_or("");
    let too_far =
        minor.len() > 2 && minor.chars().all(|c| c.is_ascii_digit()) && first.split('.').count() == 2;
    (numbered && !too_far) || TAGS.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags_are_judged() {
        let cases = [
            ("nginx", true),
            ("nginx:1.25", true),
            ("nginx:1.161", false),
            ("nginx:nonexistent", false),
            ("nginx:lastest", false),
            ("ngnix", false),
            ("ngnix:1.25", false),
            ("busyboxx:1.36", false),
            ("busybox:1.36", true),
            ("perl:5.34.0", true),
            ("python:3.12-slim", true),
            ("centos:7.9.2009", true),
            ("registry.k8s.io/e2e-test-images/agnhost:2.53", true),
            ("registry.k8s.io/pause:3.9", true),
            ("mysql:8.0", true),
            ("redis:alpine", true),
            ("wordpress:6", true),
            ("my-app:v1", true),
            ("acme/ngnix", true),
            ("acme/does-not-exist:1", false),
            ("registry.invalid/app:1", false),
            ("node:22", true),
        ];
        for (image, there) in cases {
            assert_eq!(!missing(image), there, "{image}");
        }
    }

    #[test]
    fn what_is_no_name_is_told() {
        let cases = [
            ("nginx:1.25", None),
            ("localhost:5000/a/b@sha256:00", None),
            ("Nginx", Some("invalid reference format: repository name (library/Nginx) must be lowercase")),
            ("BAD:::x", Some("invalid reference format: repository name (library/BAD) must be lowercase")),
            ("nginx:", Some("invalid reference format")),
            ("nginx:a:b", Some("invalid reference format")),
            ("my image", Some("invalid reference format")),
            ("-x", Some("invalid reference format")),
        ];
        for (image, want) in cases {
            assert_eq!(invalid_name(image).as_deref(), want, "{image}");
        }
    }
}
