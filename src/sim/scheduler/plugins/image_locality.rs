//! ImageLocality: a node that has a large image already is better.

use super::{Normal, Plugin, SCORE_MAX, Score};
use crate::sim::scheduler::class::{Class, Image};
use crate::sim::scheduler::nodes::NodeInfo;

/// What counts for nothing, and what for all, for each container.
const LEAST: i64 = 23 << 20;
const MOST: i64 = 1_000 << 20;

/// Models pkg/scheduler/framework/plugins/imagelocality.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "ImageLocality",
    filter: None,
    score: Some(Score { weight: 1, raw: locality, normal: Normal::Is }),
    looks_beyond: false,
    hint: |_, _, _| false,
};

/// An image that few nodes have counts for less, so that not all pods run to the first of them.
/// Models image_locality.go: sumImageScores, calculatePriority.
fn locality(class: &Class, place: usize, _: &NodeInfo) -> i64 {
    let images = &class.images;
    let scaled = |image: &Image| {
        let spread = image.on.iter().filter(|has| **has).count() as f64 / image.on.len() as f64;
        if image.on[place] { (image.size as f64 * spread) as i64 } else { 0 }
    };
    let most = MOST * images.len() as i64;
    let sum = images.iter().map(scaled).sum::<i64>().clamp(LEAST, most);
    SCORE_MAX * (sum - LEAST) / (most - LEAST)
}
