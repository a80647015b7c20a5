//! PriorityClasses, StorageClasses and IngressClasses. Models describePriorityClass, describeStorageClass and
//! describeIngressClassV1.

use super::Seen;
use super::page::{Page, labels_in_line, text, text_or};
use crate::api::Value;

/// The text of a PriorityClass.
pub(super) fn priority(seen: &Seen, page: &mut Page) {
    page.field(0, "Name", text(seen.at("metadata.name")));
    page.field(0, "Value", text_or(seen.at("value"), "0"));
    page.field(0, "GlobalDefault", text_or(seen.at("globalDefault"), "false"));
    page.field(0, "PreemptionPolicy", text(seen.at("preemptionPolicy")));
    page.field(0, "Description", text(seen.at("description")));
    page.field(0, "Annotations", labels_in_line(seen.at("metadata.annotations")));
}

/// The text of a StorageClass.
pub(super) fn storage(seen: &Seen, page: &mut Page) {
    let annotations = seen.at("metadata.annotations");
    let says = |key: &str| annotations.get(key).as_str() == Some("true");
    let default = says("storageclass.kubernetes.io/is-default-class")
        || says("storageclass.beta.kubernetes.io/is-default-class");
    page.field(0, "Name", text(seen.at("metadata.name")));
    page.field(0, "IsDefaultClass", if default { "Yes" } else { "No" });
    page.field(0, "Annotations", labels_in_line(annotations));
    page.field(0, "Provisioner", text(seen.at("provisioner")));
    page.field(0, "Parameters", labels_in_line(seen.at("parameters")));
    page.field(
        0,
        "AllowVolumeExpansion",
        match seen.at("allowVolumeExpansion").as_bool() {
            None => "<unset>",
            Some(yes) => super::page::truth(yes),
        },
    );
    let options = seen.at("mountOptions").items();
    match options {
        [] => page.field(0, "MountOptions", "<none>"),
        options => {
            page.line(0, "MountOptions:");
            options.iter().for_each(|option| page.line(1, text(option)));
        }
    }
    page.field_if(0, "ReclaimPolicy", seen.at("reclaimPolicy"));
    page.field_if(0, "VolumeBindingMode", seen.at("volumeBindingMode"));
    if !seen.at("allowedTopologies").is_null() {
        topologies(page, seen.at("allowedTopologies").items());
    }
}

fn topologies(page: &mut Page, terms: &[Value]) {
    if terms.is_empty() {
        page.field(0, "AllowedTopologies", "<none>");
        return;
    }
    page.line(0, "AllowedTopologies:\t");
    for (i, term) in terms.iter().enumerate() {
        let asked = term.get("matchLabelExpressions").items();
        let said = asked.iter().map(|r| {
            let values: Vec<String> = r.get("values").items().iter().map(text).collect();
            format!("{} in [{}]", text(r.get("key")), values.join(", "))
        });
        let said: Vec<String> = said.collect();
        page.field(1, format_args!("Term {i}"), said.first().map_or("<none>", String::as_str));
        said.iter().skip(1).for_each(|more| page.line(1, format_args!("\t{more}")));
    }
}

/// The text of an IngressClass.
pub(super) fn ingress(seen: &Seen, page: &mut Page) {
    page.field(0, "Name", text(seen.at("metadata.name")));
    page.labels("Labels", seen.at("metadata.labels"));
    page.annotations("Annotations", seen.at("metadata.annotations"));
    page.field(0, "Controller", text(seen.at("spec.controller")));
    page.reference("Parameters", seen.at("spec.parameters"));
}
