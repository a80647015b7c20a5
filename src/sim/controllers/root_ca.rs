//! The publisher of the root certificate: every namespace has the ConfigMap `kube-root-ca.crt`, by which its pods know the
//! API server.
//!
//! Models pkg/controller/certificates/rootcacertpublisher/publisher.go. Nothing is encrypted here, so the certificate is a
//! sentence that says so.

use super::serviceaccount::wake_namespace;
use super::{Controller, Wakes};
use crate::api::{Kind, Namespace, Object, Uid, base64, make_mut};
use crate::record;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "root-ca-certificate-publisher",
    source: "root-ca-cert-publisher",
    kinds: &[Kind::Namespace, Kind::ConfigMap],
    watches,
    reconcile,
};

const NAME: &str = "kube-root-ca.crt";
const NOTE: &str = "kubernetes.io/description";
/// Models publisher.go: Description. The words are the API's own.
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints \
                           such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across \
                           distributions of Kubernetes clusters.";
const CERTIFICATE: &[u8] = b"Podium: nothing is encrypted in this cluster, so this is no certificate.";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match (change.kind(), change.verb) {
        (Kind::Namespace, Verb::Added | Verb::Modified) => wakes.now(change.uid()),
        (Kind::ConfigMap, Verb::Deleted | Verb::Modified) if change.new.meta().name == NAME => {
            wake_namespace(store, change, wakes);
        }
        _ => {}
    }
}

/// What is published in a namespace.
pub fn published(namespace: &str) -> Object {
    let notes = record! { NOTE => DESCRIPTION };
    let meta = record! { "annotations" => notes, "name" => NAME, "namespace" => namespace.to_owned() };
    let text = base64(CERTIFICATE);
    let text = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    Object::read(Kind::ConfigMap, &record! { "data" => record! { "ca.crt" => text }, "metadata" => meta })
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let found = world.store.get_as::<Namespace>(uid).filter(|n| !n.meta.is_terminating());
    let Some(name) = found.map(|n| &n.meta.name) else { return plan };
    let new = published(name);
    let Some(old) = world.store.lookup(Kind::ConfigMap, name, NAME) else {
        plan.caption = format!("namespace {name} needs {NAME}").into();
        let because = Because::of(uid, "metadata.name", "its pods must know the API server");
        plan.actions.push(Action::Create(new, because));
        return plan;
    };
    let noted = old.meta().annotations.get(NOTE).is_some_and(|note| !note.is_empty());
    if old.raw("data") != new.raw("data") || !noted {
        let mut restored = old.clone();
        restored.meta_mut().annotations.insert(NOTE, DESCRIPTION);
        if let Object::Kept(kept) = &mut restored {
            make_mut(kept).body.set("data", new.raw("data").clone());
        }
        plan.caption = format!("{NAME} of namespace {name} was changed: it is put right").into();
        plan.update(restored, Because::of(old.meta().uid, "data", "was changed by somebody else"));
    }
    plan
}
