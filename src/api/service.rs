//! Services.

use super::*;
use crate::{reads, record, words};
use std::rc::Rc;

words! {
    /// Who can reach a service, and how.
    pub enum ServiceType { ClusterIP = "ClusterIP", NodePort = "NodePort", LoadBalancer = "LoadBalancer", ExternalName = "ExternalName", }
}

/// A port by number or by name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PortRef {
    /// A number.
    Number(i32),
    /// The name of a container's port.
    Name(Text),
}
impl Default for PortRef {
    fn default() -> Self {
        PortRef::Number(0)
    }
}
impl Decode for PortRef {
    fn shape() -> Shape {
        Shape::IntOrString
    }
    fn decode(value: &Value) -> Self {
        match value {
            Value::Str(s) => PortRef::Name(s.clone()),
            other => PortRef::Number(i32::decode(other)),
        }
    }
}

reads! {
    /// A port of a service.
    pub struct ServicePort {
        /// Its name; may be empty if there is only one.
        pub name: Text = "name",
        /// The port at which the service is reached.
        pub port: i32 = "port",
        /// The port of the pods; the same if not said.
        pub target_port: PortRef = "targetPort",
        /// The port on every node.
        pub node_port: i32 = "nodePort",
        /// Its protocol.
        pub protocol: Protocol = "protocol",
    }
}
reads! {
    /// `ServiceSpec`, as far as it is read.
    pub struct ServiceSpec {
        /// Who can reach it.
        pub kind: ServiceType = "type",
        /// Its ports.
        pub ports: Vec<ServicePort> = "ports",
        /// Labels of the pods behind it; none: somebody else makes its endpoints.
        pub selector: Labels = "selector",
        /// Its virtual address, or `None` for a headless service.
        pub cluster_ip: Text = "clusterIP",
        /// The name outside to which an ExternalName service points.
        pub external_name: Text = "externalName",
        /// Are pods that are not ready found as well?
        pub publish_not_ready_addresses: bool = "publishNotReadyAddresses",
    }
}

/// A Service.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Service {
    /// Its metadata.
    pub meta: Meta,
    /// What it should be.
    pub spec: Rc<Spec<ServiceSpec>>,
    /// The address that the cloud's load balancer gave it; 0 until then.
    pub load_balancer_ip: u32,
}

impl Service {
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Struct(&[Field { name: "spec", shape: ServiceSpec::shape }])
    }
    /// Has it no virtual address, so that its name answers with the pods' own?
    pub fn is_headless(&self) -> bool {
        self.spec.cluster_ip == "None"
    }
}

impl Resource for Service {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let spec = Rc::new(Spec::new(value.get("spec").clone()));
        Service { meta, spec, load_balancer_ip: 0 }
    }
    fn keep_status(&mut self, old: &Self) {
        self.load_balancer_ip = old.load_balancer_ip;
    }
    fn same_spec(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.spec, &other.spec) || self.spec == other.spec
    }
    fn body(&self) -> Value {
        let mut load_balancer = Map::new();
        if self.load_balancer_ip != 0 {
            let ingress = record! { "ip" => dotted(self.load_balancer_ip), "ipMode" => "VIP" };
            load_balancer.insert("ingress".into(), vec![ingress].into());
        }
        record! {
            "spec" => self.spec.raw().clone(),
            "status" => record! { "loadBalancer" => load_balancer },
        }
    }
}
