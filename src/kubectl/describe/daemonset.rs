//! DaemonSets. Models describeDaemonSet.

use super::page::{Page, labels_in_line, number, text};
use super::{Seen, replicaset, selector, template};

/// The text of a DaemonSet.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.field(0, "Selector", selector::line(spec.get("selector")));
    page.field(0, "Node-Selector", labels_in_line(spec.at("template.spec.nodeSelector")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    for (title, count) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        page.line(0, format_args!("{title}: {}", number(status.get(count))));
    }
    page.field(0, "Pods Status", replicaset::phases(seen));
    template::write(page, spec.get("template"));
}
