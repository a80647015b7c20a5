//! Why this node? Every node's verdict or score, plugin by plugin, from the last attempt to place a pod.

use super::words::stamp;
use crate::api::{Text, Uid};
use crate::sim::World;
use crate::sim::scheduler::{Verdict, plugins};

/// The last attempt to place a pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// What came of it, in a sentence.
    pub told: String,
    /// The nodes: the chosen one first, then by score, then those that were refused.
    pub rows: Vec<NodeRow>,
}

/// A node that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeRow {
    /// Its name.
    pub node: String,
    /// Its score; none if it was refused.
    pub score: Option<i64>,
    /// Was it chosen?
    pub chosen: bool,
    /// What each plugin gave, with its weight, or which one refused it and why.
    pub detail: String,
}

/// The last attempt to place a pod, if it is still remembered.
pub fn placement(world: &World, pod: Uid) -> Option<Placement> {
    let attempt = world.last_attempt(pod)?;
    let mut rows: Vec<NodeRow> =
        attempt.verdicts.iter().map(|v| row(v, world.judged_node(v), &attempt.chosen)).collect();
    crate::api::order::sort_by_key(&mut rows, |r| (!r.chosen, std::cmp::Reverse(r.score)));
    let feasible = rows.iter().filter(|r| r.score.is_some()).count();
    let at = stamp(attempt.at - world.config().start);
    let shown =
        if rows.len() < attempt.nodes { format!("; {} are shown", rows.len()) } else { String::new() };
    let told = match attempt.chosen.is_empty() {
        true => format!("At {at} none of {} nodes would take it{shown}.", attempt.nodes),
        false => format!(
            "At {at} {feasible} of {} nodes could take it; {} was chosen{shown}.",
            attempt.nodes, attempt.chosen
        ),
    };
    Some(Placement { told, rows })
}

fn row(verdict: &Verdict, node: &Text, chosen: &Text) -> NodeRow {
    let (node, chosen) = (node.to_string(), node == chosen);
    if let Some(refused) = &verdict.refused {
        let detail = format!("{}: {}", refused.by, refused.reasons.join(", "));
        return NodeRow { node, score: None, chosen, detail };
    }
    let parts = plugins::scoring().zip(verdict.scores.by_plugin);
    let told = parts.filter(|(_, points)| *points > 0).map(|((plugin, score), points)| match score.weight {
        1 => format!("{} {points}", plugin.name),
        weight => format!("{} {points} × {weight}", plugin.name),
    });
    let detail = told.collect::<Vec<_>>().join(", ");
    NodeRow { node, score: Some(verdict.scores.total), chosen, detail }
}
