//! The lesson room: a Markdown file → a [`Lesson`] and what is wrong with it → a [`Report`] on whether it teaches what it says.
//!
//! This room knows no page, no file and no clock: a lesson is a text that somebody hands in, and its time is that of its own
//! cluster. It never looks into the simulation's insides: a goal reads the objects and asks the network, as anybody could,
//! and whatever a lesson does to its cluster goes through kubectl. Nothing that a lesson says is ever executed on the page
//! that shows it: prose stays Markdown text, and a block that is not known stays prose.
//!
//! A kind of goal is one file and one row in `goals`.

mod blocks;
mod check;
mod front;
mod goals;
mod read;

pub use check::{Judged, Predicted, Report, check};
pub use front::Front;
pub use goals::Goal;
pub use read::read;

use crate::api::Span;

/// The longest lesson that is read, in bytes.
pub const LESSON_BYTES_MAX: usize = 256 << 10;
/// How many blocks a lesson may have.
pub const BLOCKS_MAX: usize = 500;
/// The longest time that a lesson may wait for anything.
pub const WAIT_MAX: Span = Span::secs(30 * 86_400);

/// A lesson: what it is about, and its blocks in the order in which a learner meets them.
#[derive(Clone, PartialEq, Debug)]
pub struct Lesson {
    /// What the list of lessons shows of it, and the cluster that it needs.
    pub front: Front,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// One block of a lesson.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// The line at which it begins, counted from 1.
    pub line: u32,
    /// What it holds.
    pub content: Content,
}

/// What a block holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Content {
    /// Markdown.
    Prose(String),
    /// A manifest, which is applied when the learner comes to it.
    Manifest {
        /// The YAML text.
        text: String,
        /// May the learner change it?
        editable: bool,
    },
    /// A question to be answered before time goes on.
    Predict(Predict),
    /// What the learner must bring about.
    Goal(Goal),
    /// Help, to be uncovered one after the other.
    Hint(String),
    /// A way to reach the goals: commands or a manifest.
    Solution(Work),
    /// Commands that are carried out when the learner comes to them.
    Commands(Vec<String>),
    /// Time goes on by so much.
    Seek(Span),
    /// What only the teacher sees.
    TeacherNote(String),
}

/// Something done to a cluster.
#[derive(Clone, PartialEq, Debug)]
pub enum Work {
    /// A manifest is applied.
    Apply(String),
    /// kubectl commands are given, one a line.
    Commands(Vec<String>),
}

/// A question whose answer the run itself gives.
#[derive(Clone, PartialEq, Debug)]
pub struct Predict {
    /// The question.
    pub ask: String,
    /// What can be chosen; none: the learner writes the answer.
    pub choices: Vec<String>,
    /// The right answer.
    pub answer: String,
    /// The command whose output is the answer.
    pub reveal: String,
    /// How long after the question the answer can be seen.
    pub after: Span,
}

impl Lesson {
    /// All of its goals, in order.
    pub fn goals(&self) -> impl Iterator<Item = &Goal> {
        self.blocks.iter().filter_map(|block| match &block.content {
            Content::Goal(goal) => Some(goal),
            _ => None,
        })
    }
}
