//! [`Known`]: what an editor may ask about a cluster, answered out of a world.

use super::columns;
use crate::api::{Kind, Pod, Time};
use crate::manifest::Live;
use crate::sim::World;
use crate::sim::workload;

/// Of longer lists, the rest is not looked at: nobody chooses among them, and typing must not wait.
const LOOKED_AT_MAX: usize = 200;
/// Columns that say nothing of how an object fares.
const DULL: [&str; 7] = ["name", "age", "labels", "containers", "images", "selector", "version"];

/// A world of which names are asked.
pub struct Known<'a>(pub &'a World);

impl Known<'_> {
    fn pods<'a>(&'a self, namespace: &str) -> impl Iterator<Item = &'a std::rc::Rc<Pod>> {
        self.0.store.list_as::<Pod>(Some(namespace)).take(LOOKED_AT_MAX)
    }
}

impl Live for Known<'_> {
    fn now(&self) -> Time {
        self.0.now()
    }
    fn names(&self, kind: Kind, namespace: &str) -> Vec<String> {
        let namespace = kind.info().namespaced.then_some(namespace);
        let all = self.0.store.list(kind, namespace).take(LOOKED_AT_MAX);
        all.map(|object| object.meta().name.to_string()).collect()
    }
    fn about(&self, kind: Kind, namespace: &str, name: &str) -> Option<String> {
        let namespace = if kind.info().namespaced { namespace } else { "" };
        let object = self.0.store.lookup(kind, namespace, name)?;
        let cells = columns::cells(&object.to_value(), self.0.now());
        let mut told = Vec::new();
        for (title, cell) in cells {
            let title = title.to_lowercase();
            if !DULL.contains(&title.as_str()) && !cell.is_empty() && cell != "<none>" && told.len() < 4 {
                told.push(format!("{title} {cell}"));
            }
        }
        Some(told.join(", "))
    }
    fn labels(&self, kind: Kind, namespace: &str) -> Vec<(String, String)> {
        let namespace = kind.info().namespaced.then_some(namespace);
        let mut all: Vec<(String, String)> = Vec::new();
        for object in self.0.store.list(kind, namespace).take(LOOKED_AT_MAX) {
            for (name, value) in object.meta().labels.0.iter() {
                let pair = (name.to_string(), value.to_string());
                // What a controller adds for itself alone is nothing to select by.
                let is_own = ["pod-template-hash", "controller-uid", "batch.kubernetes.io/controller-uid"]
                    .contains(&&*pair.0);
                if !is_own && !all.contains(&pair) {
                    all.push(pair);
                }
            }
        }
        all
    }
    fn ports(&self, namespace: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for port in
            self.pods(namespace).flat_map(|pod| pod.spec.containers.iter()).flat_map(|c| c.ports.iter())
        {
            let named =
                if port.name.is_empty() { port.container_port.to_string() } else { port.name.to_string() };
            if !all.contains(&named) {
                all.push(named);
            }
        }
        all
    }
    fn images(&self) -> Vec<(&'static str, String)> {
        workload::known_images().map(|name| (name, workload::image_runs(name))).collect()
    }
    fn image(&self, name: &str) -> String {
        workload::image_runs(name)
    }
}
