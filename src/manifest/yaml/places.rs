//! [`Places`]: where each field of a document stands in the text.

use crate::api::Text;

/// A byte range of the whole text; the end is exclusive.
pub(crate) type Bytes = (u32, u32);

/// One step on the way to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A field of a map.
    Field(Text),
    /// An item of a list.
    Item(u32),
}

/// One node with its key.
#[derive(Clone, Debug)]
struct Entry {
    step: Step,
    /// The key; of an item, the item itself.
    key: Bytes,
    value: Bytes,
    children: Vec<u32>,
}

/// A tree of places in one arena; entry 0 is the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    entries: Vec<Entry>,
}

impl Places {
    /// Adds a node below `parent` (of the first, its own number) and returns its number.
    pub(super) fn add(&mut self, parent: u32, step: Step, key: Bytes, value: Bytes) -> u32 {
        let number = self.entries.len() as u32;
        if number > 0 {
            self.entries[parent as usize].children.push(number);
        }
        self.entries.push(Entry { step, key, value, children: Vec::new() });
        number
    }
    /// Says where a node ends once that is known.
    pub(super) fn close(&mut self, number: u32, end: u32) {
        let value = &mut self.entries[number as usize].value;
        value.1 = value.1.max(end);
    }
    /// Where a node ends.
    pub(super) fn end(&self, number: u32) -> u32 {
        self.entries[number as usize].value.1
    }
    /// The node at a path such as `spec.containers[0].image` below `root`, or the nearest above it that is there.
    /// Returns the key's place, the value's place, and whether it is the very node.
    pub(crate) fn find(&self, root: u32, path: &str) -> Option<(Bytes, Bytes, bool)> {
        let mut here = self.entries.get(root as usize)?;
        let mut exact = true;
        for step in steps(path) {
            // The last of two equal keys wins, as it does in the value.
            let children = here.children.iter().rev();
            match children.map(|c| &self.entries[*c as usize]).find(|e| e.step == step) {
                Some(child) => here = child,
                None => {
                    exact = false;
                    break;
                }
            }
        }
        Some((here.key, here.value, exact))
    }
    /// The number of the node at a path below `root`.
    pub(crate) fn number(&self, root: u32, path: &str) -> Option<u32> {
        let mut here = root;
        self.entries.get(root as usize)?;
        for step in steps(path) {
            let children = &self.entries[here as usize].children;
            here = *children.iter().rev().find(|c| self.entries[**c as usize].step == step)?;
        }
        Some(here)
    }
    /// The values whose inside is not a matter of indentation: scalars, and what stands in brackets.
    pub(crate) fn solid(&self, text: &str) -> impl Iterator<Item = Bytes> {
        let is_solid =
            |e: &&Entry| e.children.is_empty() || text[e.value.0 as usize..].starts_with(['[', '{']);
        self.entries.iter().filter(is_solid).map(|e| e.value)
    }
    /// Where the first node below the one at a path begins.
    pub(crate) fn first(&self, root: u32, path: &str) -> Option<u32> {
        let children = &self.entries[self.number(root, path)? as usize].children;
        children.first().map(|child| self.entries[*child as usize].key.0)
    }
    /// The key and the value of a node's child.
    pub(super) fn child(&self, number: u32, step: &Step) -> Option<(Bytes, Bytes)> {
        let children = self.entries.get(number as usize)?.children.iter().map(|c| &self.entries[*c as usize]);
        children.filter(|e| e.step == *step).map(|e| (e.key, e.value)).next_back()
    }
    /// The path of the innermost node below `root` whose key or value holds the byte.
    pub(crate) fn path_at(&self, root: u32, byte: u32) -> String {
        let Some(mut here) = self.entries.get(root as usize) else { return String::new() };
        let mut steps = Vec::new();
        loop {
            let holds = |e: &&Entry| e.key.0.min(e.value.0) <= byte && byte <= e.value.1.max(e.key.1);
            let children = here.children.iter().rev();
            let Some(child) = children.map(|c| &self.entries[*c as usize]).find(holds) else { break };
            steps.push(child.step.clone());
            here = child;
        }
        write(&steps)
    }
    /// The bytes of the node `root`.
    pub(crate) fn extent(&self, root: u32) -> Bytes {
        self.entries.get(root as usize).map_or((0, 0), |e| (e.key.0.min(e.value.0), e.value.1))
    }
}

/// A path as text.
pub(crate) fn write(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Item(i) => out.push_str(&format!("[{i}]")),
            Step::Field(name) if name.contains(['.', '[', ']']) => out.push_str(&format!("[{name}]")),
            Step::Field(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
        }
    }
    out
}

/// Reads a path. What stands in brackets is an index if it is a number, and else a key: `requests[cpu]`.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']').unwrap_or(inner.len());
            let word = &inner[..end];
            steps.push(match word.parse() {
                Ok(number) => Step::Item(number),
                Err(_) => Step::Field(word.to_owned().into()),
            });
            rest = inner.get(end + 1..).unwrap_or("");
            continue;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        if end > 0 {
            steps.push(Step::Field(rest[..end].to_owned().into()));
        }
        // A lone dot ends here, so that every turn takes something away.
        rest = &rest[end..];
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_and_written() {
        for path in ["spec.containers[0].image", "metadata.labels[app.kubernetes.io/name]", "", "a[1][2].b"] {
            assert_eq!(write(&steps(path)), path);
        }
        assert_eq!(write(&steps("resources.requests[cpu]")), "resources.requests.cpu");
        assert_eq!(write(&steps("...a..[")), "a.");
    }
}
