//! EndpointSlices: which pods stand behind a service.

use super::*;
use crate::record;
use std::rc::Rc;

/// One endpoint.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Endpoint {
    /// Its address.
    pub ip: u32,
    /// The node on which it is.
    pub node: Text,
    /// The pod's name; empty for endpoints made by hand.
    pub pod: Text,
    /// The name that it has in the service's domain; empty: none.
    pub hostname: Text,
    /// The pod's identity.
    pub uid: Uid,
    /// May it be sent traffic?
    pub ready: bool,
    /// Does it still answer, even while it is being stopped?
    pub serving: bool,
    /// Is it being stopped?
    pub terminating: bool,
}

/// A port of all endpoints of a slice.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EndpointPort {
    /// The service port's name.
    pub name: Text,
    /// The pods' port.
    pub port: i32,
    /// Its protocol.
    pub protocol: Protocol,
}

/// An EndpointSlice.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EndpointSlice {
    /// Its metadata; the label `kubernetes.io/service-name` names the service.
    pub meta: Meta,
    /// The endpoints.
    pub endpoints: Rc<Vec<Endpoint>>,
    /// Their ports.
    pub ports: Rc<Vec<EndpointPort>>,
}

/// The label that ties a slice to its service.
pub const SERVICE_NAME_LABEL: &str = "kubernetes.io/service-name";

impl EndpointSlice {
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Any
    }
}

impl Resource for EndpointSlice {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let mut endpoints = Vec::new();
        for item in value.get("endpoints").items() {
            let ready = item.at("conditions.ready").as_bool().unwrap_or(true);
            for address in item.get("addresses").items() {
                let ip = address.as_str().and_then(|s| s.parse::<std::net::Ipv4Addr>().ok());
                endpoints.push(Endpoint {
                    ip: ip.map_or(0, u32::from),
                    node: Text::decode(item.get("nodeName")),
                    pod: Text::decode(item.at("targetRef.name")),
                    hostname: Text::decode(item.get("hostname")),
                    uid: Uid::default(),
                    ready,
                    serving: item.at("conditions.serving").as_bool().unwrap_or(ready),
                    terminating: item.at("conditions.terminating").as_bool().unwrap_or(false),
                });
            }
        }
        let port = |v: &Value| EndpointPort {
            name: Text::decode(v.get("name")),
            port: i32::decode(v.get("port")),
            protocol: Protocol::decode(v.get("protocol")),
        };
        let ports = value.get("ports").items().iter().map(port).collect();
        EndpointSlice { meta, endpoints: Rc::new(endpoints), ports: Rc::new(ports) }
    }
    fn keep_status(&mut self, _: &Self) {}
    fn same_spec(&self, other: &Self) -> bool {
        self.endpoints == other.endpoints && self.ports == other.ports
    }
    fn body(&self) -> Value {
        let endpoint = |e: &Endpoint| {
            let target = (!e.pod.is_empty()).then(|| {
                record! {
                    "kind" => "Pod",
                    "name" => e.pod.clone(),
                    "namespace" => self.meta.namespace.clone(),
                    "uid" => e.uid.to_string(),
                }
            });
            record! {
                "addresses" => vec![dotted(e.ip)],
                "conditions" => record! { "ready" => e.ready, "serving" => e.serving, "terminating" => e.terminating },
                "hostname" => (!e.hostname.is_empty()).then(|| e.hostname.clone()),
                "nodeName" => (!e.node.is_empty()).then(|| e.node.clone()),
                "targetRef" => target,
            }
        };
        let port = |p: &EndpointPort| record! { "name" => p.name.clone(), "port" => p.port, "protocol" => p.protocol.word() };
        let endpoints: Vec<Value> = self.endpoints.iter().map(endpoint).collect();
        let ports: Vec<Value> = self.ports.iter().map(port).collect();
        let mut body = record! { "addressType" => "IPv4" };
        // Go's types have no way to leave these out.
        for (name, list) in [("endpoints", endpoints), ("ports", ports)] {
            let value = if list.is_empty() { Value::Null } else { list.into() };
            body.map_mut().insert(name.into(), value);
        }
        body
    }
}
