//! The variables by which containers find services: worked out once, when a service is written.

use crate::api::{Object, Service, Text};
use crate::sim::persistent::Map;
use crate::sim::record::{Change, Verb};
use std::rc::Rc;

/// For each service, by namespace and name, the variables that containers get.
#[derive(Clone, Default, Hash)]
pub struct Links(Map<(Text, Text), Variables>);

/// Names and values.
type Variables = Rc<Vec<(Text, Text)>>;

impl Links {
    /// Learns of a change.
    pub(in crate::sim) fn note(&mut self, change: &Change) {
        let Object::Service(service) = &change.new else {
            return;
        };
        let key = (service.meta.namespace.clone(), service.meta.name.clone());
        if change.verb == Verb::Deleted {
            self.0.remove(&key);
        } else {
            self.0.insert(key, Rc::new(variables(service)));
        }
    }
    /// What a container gets: the API server's own service, and with links those of its namespace.
    /// Models pkg/kubelet/kubelet_pods.go: getServiceEnvVarMap.
    pub(super) fn of<'a>(
        &'a self,
        namespace: &'a Text,
        links: bool,
    ) -> impl Iterator<Item = &'a (Text, Text)> {
        let is_master = |key: &(Text, Text)| key.0 == "default" && key.1 == "kubernetes";
        let master = self.0.get(&("default".into(), "kubernetes".into()));
        let rest = self.0.range((namespace.clone(), Text::default())..);
        let own = rest.take_while(move |(key, _)| links && key.0 == *namespace);
        let own = own.filter(move |(key, _)| !is_master(key)).map(|(_, list)| list);
        master.into_iter().chain(own).flat_map(|list| list.iter())
    }
}

/// Models pkg/kubelet/envvars/envvars.go: FromServices.
fn variables(service: &Service) -> Vec<(Text, Text)> {
    let mut all: Vec<(Text, Text)> = Vec::new();
    let ip = &service.spec.cluster_ip;
    let Some(first) = service.spec.ports.first().filter(|_| !ip.is_empty() && !service.is_headless()) else {
        return all;
    };
    let mut add = |name: String, value: Text| all.push((name.into(), value));
    let upper = |text: &str| text.replace('-', "_").to_ascii_uppercase();
    let name = upper(&service.meta.name);
    add(format!("{name}_SERVICE_HOST"), ip.clone());
    add(format!("{name}_SERVICE_PORT"), first.port.to_string().into());
    for port in service.spec.ports.iter() {
        let number: Text = port.port.to_string().into();
        if !port.name.is_empty() {
            add(format!("{name}_SERVICE_PORT_{}", upper(&port.name)), number.clone());
        }
        let protocol = port.protocol.word();
        let lower: Text = protocol.to_ascii_lowercase().into();
        let url: Text = format!("{lower}://{ip}:{number}").into();
        let stem = format!("{name}_PORT_{number}_{protocol}");
        if port.port == first.port {
            add(format!("{name}_PORT"), url.clone());
        }
        add(format!("{stem}_PROTO"), lower);
        add(format!("{stem}_PORT"), number);
        add(format!("{stem}_ADDR"), ip.clone());
        add(stem, url);
    }
    all
}
