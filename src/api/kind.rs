//! The table of kinds: adding a kind is one file beside this one and one row here.

use super::*;
use std::rc::Rc;

/// What the API server's discovery says of a kind.
#[derive(Clone, Copy, Debug)]
pub struct KindInfo {
    /// `Pod`.
    pub name: &'static str,
    /// `batch`, empty for the core group.
    pub group: &'static str,
    /// `v1`.
    pub version: &'static str,
    /// `pods`.
    pub plural: &'static str,
    /// `pod`.
    pub singular: &'static str,
    /// `po`.
    pub short: &'static [&'static str],
    /// Does it live in a namespace?
    pub namespaced: bool,
    /// Does the simulation act on it, or is it only kept?
    pub simulated: bool,
}

impl KindInfo {
    /// `batch/v1`, or `v1` in the core group.
    pub fn api_version(&self) -> String {
        match self.group {
            "" => self.version.to_owned(),
            group => format!("{group}/{}", self.version),
        }
    }
    /// `job.batch`, or `pod` in the core group: how kubectl names an object of the kind.
    pub fn qualified(&self) -> String {
        match self.group {
            "" => self.singular.to_owned(),
            group => format!("{}.{group}", self.singular),
        }
    }
}

/// What every typed object can do; the store and the API server ask for no more.
pub trait Resource: Clone + std::hash::Hash + Sized {
    /// Its metadata.
    fn meta(&self) -> &Meta;
    /// Its metadata, to be changed.
    fn meta_mut(&mut self) -> &mut Meta;
    /// Reads an object that was checked and defaulted; its status is that of a new object.
    fn read(meta: Meta, value: &Value) -> Self;
    /// Takes over from `old` what the user does not own: the status, and what the server has set in the spec.
    fn keep_status(&mut self, old: &Self);
    /// Does it ask for the same as another? Where this is false, a write raises the generation.
    fn same_spec(&self, other: &Self) -> bool;
    /// Every top-level field but `apiVersion`, `kind` and `metadata`, as the API would show it.
    fn body(&self) -> Value;
}

macro_rules! kinds {
    (
        typed { $( $typed:ident, $tgroup:literal, $tversion:literal, $tplural:literal, $tsingular:literal, [$($tshort:literal),*], $tnamespaced:literal; )* }
        raw { $( $raw:ident, $rgroup:literal, $rversion:literal, $rplural:literal, $rsingular:literal, [$($rshort:literal),*], $rnamespaced:literal; )* }
        kept { $( $kept:ident, $kgroup:literal, $kversion:literal, $kplural:literal, $ksingular:literal, [$($kshort:literal),*], $knamespaced:literal; )* }
    ) => {
        /// Every kind that the API server knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Kind { $( $typed, )* $( $raw, )* $( $kept, )* }

        impl Kind {
            /// All kinds, in the order of the table.
            pub const ALL: &'static [Kind] = &[ $( Kind::$typed, )* $( Kind::$raw, )* $( Kind::$kept, )* ];
            /// What discovery says of it.
            pub const fn info(self) -> &'static KindInfo {
                match self {
                    $( Kind::$typed => &KindInfo { name: stringify!($typed), group: $tgroup, version: $tversion, plural: $tplural,
                        singular: $tsingular, short: &[$($tshort),*], namespaced: $tnamespaced, simulated: true }, )*
                    $( Kind::$raw => &KindInfo { name: stringify!($raw), group: $rgroup, version: $rversion, plural: $rplural,
                        singular: $rsingular, short: &[$($rshort),*], namespaced: $rnamespaced, simulated: true }, )*
                    $( Kind::$kept => &KindInfo { name: stringify!($kept), group: $kgroup, version: $kversion, plural: $kplural,
                        singular: $ksingular, short: &[$($kshort),*], namespaced: $knamespaced, simulated: false }, )*
                }
            }
            /// The shape of an object of the kind, apart from `apiVersion`, `kind` and `metadata`.
            pub fn shape(self) -> Shape {
                match self {
                    $( Kind::$typed => $typed::body_shape(), )*
                    _ => Shape::Any,
                }
            }
        }

        /// An object of any kind. Clones share.
        #[derive(Clone, Debug, Hash)]
        #[allow(missing_docs)]
        pub enum Object { $( $typed(Rc<$typed>), )* Kept(Rc<Kept>) }

        impl Object {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self { $( Object::$typed(_) => Kind::$typed, )* Object::Kept(o) => o.kind }
            }
            /// Its metadata.
            pub fn meta(&self) -> &Meta {
                match self { $( Object::$typed(o) => o.meta(), )* Object::Kept(o) => o.meta() }
            }
            /// Its metadata, to be changed in this copy alone.
            pub fn meta_mut(&mut self) -> &mut Meta {
                match self { $( Object::$typed(o) => make_mut(o).meta_mut(), )* Object::Kept(o) => make_mut(o).meta_mut() }
            }
            /// Reads an object of a kind out of data that was checked and defaulted.
            pub fn read(kind: Kind, value: &Value) -> Object {
                let meta = Meta::read(value.get("metadata"));
                match kind {
                    $( Kind::$typed => Object::$typed(Rc::new($typed::read(meta, value))), )*
                    kind => Object::Kept(Rc::new(Kept { kind, ..Kept::read(meta, value) })),
                }
            }
            /// Takes over from `old`, which is of the same kind, what the user does not own.
            pub fn keep_status(&mut self, old: &Object) {
                match (self, old) {
                    $( (Object::$typed(new), Object::$typed(old)) => make_mut(new).keep_status(old), )*
                    (Object::Kept(new), Object::Kept(old)) => make_mut(new).keep_status(old),
                    _ => unreachable!("an update never changes the kind"),
                }
            }
            /// Does it ask for the same as another of its kind?
            pub fn same_spec(&self, other: &Object) -> bool {
                match (self, other) {
                    $( (Object::$typed(a), Object::$typed(b)) => a.same_spec(b), )*
                    (Object::Kept(a), Object::Kept(b)) => a.same_spec(b),
                    _ => false,
                }
            }
            /// Every top-level field but `apiVersion`, `kind` and `metadata`.
            pub fn body(&self) -> Value {
                match self { $( Object::$typed(o) => o.body(), )* Object::Kept(o) => o.body() }
            }
        }
        $(
            impl From<$typed> for Object {
                fn from(o: $typed) -> Object { Object::$typed(Rc::new(o)) }
            }
            impl<'a> TryFrom<&'a Object> for &'a Rc<$typed> {
                type Error = ();
                fn try_from(o: &'a Object) -> Result<Self, ()> {
                    match o { Object::$typed(o) => Ok(o), _ => Err(()) }
                }
            }
            impl Typed for $typed {
                const KIND: Kind = Kind::$typed;
            }
        )*
    };
}

/// A kind that has a struct of its own.
pub trait Typed: Resource + 'static {
    /// Its kind.
    const KIND: Kind;
}

kinds! {
    typed {
        // kind, group, version, plural, singular, short names, namespaced
        Namespace, "", "v1", "namespaces", "namespace", ["ns"], false;
        Node, "", "v1", "nodes", "node", ["no"], false;
        Pod, "", "v1", "pods", "pod", ["po"], true;
        Service, "", "v1", "services", "service", ["svc"], true;
        EndpointSlice, "discovery.k8s.io", "v1", "endpointslices", "endpointslice", [], true;
        Deployment, "apps", "v1", "deployments", "deployment", ["deploy"], true;
        ReplicaSet, "apps", "v1", "replicasets", "replicaset", ["rs"], true;
        StatefulSet, "apps", "v1", "statefulsets", "statefulset", ["sts"], true;
        DaemonSet, "apps", "v1", "daemonsets", "daemonset", ["ds"], true;
        Job, "batch", "v1", "jobs", "job", [], true;
        CronJob, "batch", "v1", "cronjobs", "cronjob", ["cj"], true;
    }
    // Acted upon as they were written: those who care read the few fields that they need.
    raw {
        ResourceQuota, "", "v1", "resourcequotas", "resourcequota", ["quota"], true;
        LimitRange, "", "v1", "limitranges", "limitrange", ["limits"], true;
        HorizontalPodAutoscaler, "autoscaling", "v2", "horizontalpodautoscalers", "horizontalpodautoscaler", ["hpa"], true;
        PodDisruptionBudget, "policy", "v1", "poddisruptionbudgets", "poddisruptionbudget", ["pdb"], true;
        PriorityClass, "scheduling.k8s.io", "v1", "priorityclasses", "priorityclass", ["pc"], false;
        ConfigMap, "", "v1", "configmaps", "configmap", ["cm"], true;
        Secret, "", "v1", "secrets", "secret", [], true;
        PersistentVolumeClaim, "", "v1", "persistentvolumeclaims", "persistentvolumeclaim", ["pvc"], true;
        PersistentVolume, "", "v1", "persistentvolumes", "persistentvolume", ["pv"], false;
        StorageClass, "storage.k8s.io", "v1", "storageclasses", "storageclass", ["sc"], false;
        ControllerRevision, "apps", "v1", "controllerrevisions", "controllerrevision", [], true;
    }
    kept {
        ServiceAccount, "", "v1", "serviceaccounts", "serviceaccount", ["sa"], true;
        NetworkPolicy, "networking.k8s.io", "v1", "networkpolicies", "networkpolicy", ["netpol"], true;
        Ingress, "networking.k8s.io", "v1", "ingresses", "ingress", ["ing"], true;
        IngressClass, "networking.k8s.io", "v1", "ingressclasses", "ingressclass", [], false;
        Lease, "coordination.k8s.io", "v1", "leases", "lease", [], true;
        Role, "rbac.authorization.k8s.io", "v1", "roles", "role", [], true;
        RoleBinding, "rbac.authorization.k8s.io", "v1", "rolebindings", "rolebinding", [], true;
        ClusterRole, "rbac.authorization.k8s.io", "v1", "clusterroles", "clusterrole", [], false;
        ClusterRoleBinding, "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "clusterrolebinding", [], false;
    }
}

impl Kind {
    /// The kind that a manifest means by `apiVersion` and `kind`.
    pub fn find(api_version: &str, kind: &str) -> Option<Kind> {
        let fits = |k: &&Kind| k.info().name == kind && k.info().api_version() == api_version;
        Kind::ALL.iter().find(fits).copied()
    }
    /// The kind that somebody means on a command line: plural, singular, short or `jobs.batch`, in any case.
    pub fn from_word(word: &str) -> Option<Kind> {
        let word = word.to_ascii_lowercase();
        let (name, group) = word.split_once('.').unwrap_or((&word, ""));
        let fits = |k: &&Kind| {
            let info = k.info();
            let named = info.plural == name || info.singular == name || info.short.contains(&name);
            let grouped = group.is_empty()
                || info.group == group
                || group == format!("{}.{}", info.version, info.group);
            named && grouped
        };
        Kind::ALL.iter().find(fits).copied()
    }
}

impl Object {
    /// The object's place.
    pub fn key(&self) -> Key {
        let meta = self.meta();
        Key::new(self.kind(), meta.namespace.clone(), meta.name.clone())
    }
    /// The whole object as `kubectl get -o yaml` shows it.
    pub fn to_value(&self) -> Value {
        let mut value = self.body();
        let info = self.kind().info();
        value.set("apiVersion", info.api_version());
        value.set("kind", info.name);
        value.set("metadata", self.meta().to_value());
        value
    }
    /// The object as its own type, if it is of that type.
    pub fn as_ref<T: Typed>(&self) -> Option<&Rc<T>>
    where
        for<'a> &'a Rc<T>: TryFrom<&'a Object>,
    {
        self.try_into().ok()
    }
}
