//! ConfigMaps, Secrets, Leases and role bindings. Models printers.go: printConfigMap and its neighbours.

use super::{Column, Printed, col, created, name, text, wide};
use crate::api::{Time, Value};

pub(super) const CONFIG_MAP: Printed = Printed {
    kind: "ConfigMap",
    columns: &[col("Name"), col("Data"), col("Age")],
    cells: |o, now| {
        let count = o.get("data").fields().count() + o.get("binaryData").fields().count();
        vec![name(o), count.to_string(), created(o, now)]
    },
};

pub(super) const SECRET: Printed = Printed {
    kind: "Secret",
    columns: &[col("Name"), col("Type"), col("Data"), col("Age")],
    cells: |o, now| {
        vec![name(o), text(o.get("type")), o.get("data").fields().count().to_string(), created(o, now)]
    },
};

pub(super) const LEASE: Printed = Printed {
    kind: "Lease",
    columns: &[col("Name"), col("Holder"), col("Age")],
    cells: |o, now| vec![name(o), text(o.at("spec.holderIdentity")), created(o, now)],
};

/// Roles are printed as the API server prints what it has no columns for.
pub(super) const ROLE: Printed = Printed { kind: "Role", columns: ROLES, cells: role };
pub(super) const CLUSTER_ROLE: Printed = Printed { kind: "ClusterRole", columns: ROLES, cells: role };
const ROLES: &[Column] = &[col("Name"), col("Created At")];

fn role(object: &Value, _: Time) -> Vec<String> {
    vec![name(object), text(object.at("metadata.creationTimestamp"))]
}

pub(super) const ROLE_BINDING: Printed = Printed { kind: "RoleBinding", columns: BINDING, cells: binding };
pub(super) const CLUSTER_ROLE_BINDING: Printed =
    Printed { kind: "ClusterRoleBinding", columns: BINDING, cells: binding };

const BINDING: &[super::Column] =
    &[col("Name"), col("Role"), col("Age"), wide("Users"), wide("Groups"), wide("ServiceAccounts")];

fn binding(o: &Value, now: Time) -> Vec<String> {
    let role = o.get("roleRef");
    let subjects = |kind: &str| {
        let of_kind = o.get("subjects").items().iter().filter(|s| s.get("kind").as_str() == Some(kind));
        let names = of_kind.map(|s| match s.get("namespace") {
            Value::Null => text(s.get("name")),
            namespace => format!("{}/{}", text(namespace), text(s.get("name"))),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let role = format!("{}/{}", text(role.get("kind")), text(role.get("name")));
    vec![name(o), role, created(o, now), subjects("User"), subjects("Group"), subjects("ServiceAccount")]
}
