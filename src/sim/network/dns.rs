//! The cluster's DNS, and the resolver of a pod that asks it.
//!
//! Models the DNS specification of Kubernetes (schema version 1.1.0) as CoreDNS serves it, and glibc's search list as
//! pkg/kubelet/network/dns/dns.go writes it: three domains, `ndots:5`.

use super::slices_of;
use crate::api::{Kind, Service, ServiceType, Text};
use crate::sim::world::World;
use std::net::Ipv4Addr;

/// The address of the cluster's DNS server.
pub const SERVER: u32 = super::SERVICE_RANGE + 10;
/// The domain of all names of the cluster.
const DOMAIN: &str = "cluster.local";
/// Names with so many dots are asked for as they stand before the search list is tried.
const NDOTS: usize = 5;
/// Names outside are real if they end so; whoever mistypes a service's name should not be sent to the Internet.
const TOP_LEVEL: &[&str] = &[
    "com", "org", "net", "edu", "gov", "io", "dev", "app", "info", "cloud", "ai", "eu", "at", "ch", "de",
    "fr", "it", "nl", "es", "uk", "us", "ca", "au", "jp", "in", "co", "example",
];
/// Names outside get addresses in 198.51.100.0/24, kept for documentation.
const OUTSIDE_RANGE: u32 = u32::from_be_bytes([198, 51, 100, 0]);

/// What the resolver found out.
#[derive(Clone, Default, Debug)]
pub struct Found {
    /// How many questions it took, the search list included.
    pub questions: i64,
    /// The full name that exists; empty if none does.
    pub name: Text,
    /// Where an ExternalName service points.
    pub canonical: Option<Text>,
    /// The addresses.
    pub addresses: Vec<u32>,
}

/// Looks a name up as a pod of that namespace does.
pub fn look_up(world: &World, namespace: &str, name: &str) -> Found {
    let lower = name.to_ascii_lowercase();
    let mut questions = 0;
    let mut candidates = Vec::new();
    let absolute = lower.ends_with('.');
    let bare = lower.trim_end_matches('.');
    if !absolute {
        let search = [format!("{namespace}.svc.{DOMAIN}"), format!("svc.{DOMAIN}"), DOMAIN.to_owned()];
        candidates.extend(search.iter().map(|domain| format!("{bare}.{domain}")));
    }
    let early = bare.matches('.').count() >= NDOTS;
    candidates.insert(if early { 0 } else { candidates.len() }, bare.to_owned());
    for candidate in candidates {
        questions += 1;
        if let Some(found) = exactly(world, &candidate) {
            return Found { questions, name: candidate.into(), ..found };
        }
    }
    Found { questions, ..Found::default() }
}

/// What the DNS server says about one full name; none: NXDOMAIN.
fn exactly(world: &World, name: &str) -> Option<Found> {
    let Some(inside) = name.strip_suffix(DOMAIN).and_then(|rest| rest.strip_suffix('.')) else {
        return outside(name);
    };
    let mut parts: Vec<&str> = inside.split('.').collect();
    let (zone, namespace) = (parts.pop()?, parts.pop()?);
    match (zone, &parts[..]) {
        ("pod", [dashed]) => {
            world.store.lookup(Kind::Namespace, "", namespace)?;
            let ip = dashed.replace('-', ".").parse::<Ipv4Addr>().ok()?;
            Some(Found { addresses: vec![ip.into()], ..Found::default() })
        }
        ("svc", [service]) => of_service(world, service_at(world, namespace, service)?, None),
        ("svc", [host, service]) => of_service(world, service_at(world, namespace, service)?, Some(host)),
        _ => None,
    }
}

fn service_at<'w>(world: &'w World, namespace: &str, name: &str) -> Option<&'w Service> {
    let found = world.store.lookup(Kind::Service, namespace, name)?;
    found.as_ref::<Service>().map(|service| &**service)
}

fn of_service(world: &World, service: &Service, host: Option<&str>) -> Option<Found> {
    let spec = &service.spec;
    if spec.kind == ServiceType::ExternalName {
        if host.is_some() {
            return None;
        }
        let target = spec.external_name.trim_end_matches('.').to_ascii_lowercase();
        let addresses = exactly(world, &target).filter(|f| f.canonical.is_none()).map(|f| f.addresses);
        let canonical = Some(target.into());
        return Some(Found { canonical, addresses: addresses.unwrap_or_default(), ..Found::default() });
    }
    if !service.is_headless() {
        let ip = spec.cluster_ip.parse::<Ipv4Addr>().ok().filter(|_| host.is_none())?;
        return Some(Found { addresses: vec![ip.into()], ..Found::default() });
    }
    // A headless service has no address of its own: its name stands for the pods that are ready.
    let mut addresses = Vec::new();
    for endpoint in slices_of(world, service).flat_map(|slice| slice.endpoints.iter()) {
        let named = || {
            world.store.get_as::<crate::api::Pod>(endpoint.uid).is_some_and(|pod| {
                let own = if pod.spec.hostname.is_empty() { &pod.meta.name } else { &pod.spec.hostname };
                pod.spec.subdomain == service.meta.name && host == Some(own.as_str())
            })
        };
        if endpoint.ready && (host.is_none() || named()) {
            addresses.push(endpoint.ip);
        }
    }
    (!addresses.is_empty()).then(|| Found { addresses, ..Found::default() })
}

/// A name of the world outside: each has one address, always the same.
fn outside(name: &str) -> Option<Found> {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let (_, top) = name.rsplit_once('.')?;
    let real = TOP_LEVEL.contains(&top) && name.split('.').all(label);
    let last = 1 + (crate::sim::StableHasher::of(name.as_bytes()) % 254) as u32;
    real.then(|| Found { addresses: vec![OUTSIDE_RANGE + last], ..Found::default() })
}
