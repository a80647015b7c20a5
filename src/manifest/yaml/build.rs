//! The parser's events → plain data and its places.

use super::places::{Places, Step};
use super::{Chunk, DEPTH_MAX, Failure, NODES_MAX, scalar};
use crate::api::{Map, Text, Value};
use crate::manifest::Fix;
use crate::manifest::diagnostic::{Diagnostic, Severity};
use saphyr_parser::{Event, ScalarStyle, Span, Tag};
use std::collections::BTreeMap;

/// After so many doubled keys of a document no more is said.
const DUPLICATES_MAX: usize = 20;

/// A list or map that is not complete yet.
struct Frame {
    place: u32,
    anchor: usize,
    /// Nodes in it, aliases resolved, itself included.
    weight: usize,
    body: Body,
}

enum Body {
    List(Vec<Value>),
    Map { map: Map, merged: Vec<Value>, key: Option<Key> },
}

/// A key whose value has not come yet.
struct Key {
    name: Text,
    bytes: (u32, u32),
    merge: bool,
}

/// Builds one document.
pub(super) struct Builder<'a> {
    chunk: &'a Chunk<'a>,
    nodes_left: &'a mut usize,
    stack: Vec<Frame>,
    /// The value of each anchor, and how many nodes it stands for.
    anchors: BTreeMap<usize, (Value, usize)>,
    places: Places,
    result: Value,
    said: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(chunk: &'a Chunk<'a>, nodes_left: &'a mut usize) -> Builder<'a> {
        let (anchors, places) = (BTreeMap::new(), Places::default());
        Builder {
            chunk,
            nodes_left,
            stack: Vec::new(),
            anchors,
            places,
            result: Value::Null,
            said: Vec::new(),
        }
    }
    pub(super) fn finish(self) -> (Value, Places, Vec<Diagnostic>) {
        (self.result, self.places, self.said)
    }

    /// Takes one event; false once the document is complete.
    pub(super) fn take(&mut self, event: Event, span: Span) -> Result<bool, Failure> {
        let bytes = (self.chunk.byte(&span.start), self.chunk.byte(&span.end));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                if self.awaits_key() {
                    return self.take_key(&text, plain, tag.as_deref(), bytes).map(|()| true);
                }
                let value = self.scalar(&text, plain, tag.as_deref(), bytes)?;
                self.count(1, bytes)?;
                self.place(bytes);
                self.complete(value, 1, anchor, bytes.1);
            }
            Event::Alias(anchor) => {
                let Some((value, weight)) = self.anchors.get(&anchor).cloned() else {
                    return Err(failure(
                        bytes,
                        "this alias stands inside the very thing that it names",
                        None,
                    ));
                };
                if self.awaits_key() {
                    self.set_key(scalar::key(&value), false, bytes);
                    return Ok(true);
                }
                self.count(weight, bytes)?;
                self.place(bytes);
                self.complete(value, weight, 0, bytes.1);
            }
            Event::SequenceStart(anchor, _) => self.open(Body::List(Vec::new()), anchor, bytes)?,
            Event::MappingStart(anchor, _) => {
                let body = Body::Map { map: Map::new(), merged: Vec::new(), key: None };
                self.open(body, anchor, bytes)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(bytes),
            Event::DocumentEnd => return Ok(false),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
        Ok(true)
    }

    fn awaits_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { body: Body::Map { key: None, .. }, .. }))
    }
    fn scalar(
        &self,
        text: &str,
        plain: bool,
        tag: Option<&Tag>,
        bytes: (u32, u32),
    ) -> Result<Value, Failure> {
        match tag {
            Some(tag) if tag.is_yaml_core_schema() => {
                scalar::tagged(&tag.suffix, text).map_err(|e| failure(bytes, &e, None))
            }
            // `!` alone, and tags that nobody knows: a string.
            Some(_) => Ok(Value::Str(text.to_string().into())),
            None if plain => Ok(scalar::resolve(text)),
            None => Ok(Value::Str(text.to_string().into())),
        }
    }
    fn take_key(
        &mut self,
        text: &str,
        plain: bool,
        tag: Option<&Tag>,
        bytes: (u32, u32),
    ) -> Result<(), Failure> {
        let value = self.scalar(text, plain, tag, bytes)?;
        let merge = plain && tag.is_none() && text == "<<";
        self.set_key(scalar::key(&value), merge, bytes);
        Ok(())
    }
    /// Takes away the entry that stands here already under a name, if it has lines of its own.
    fn without_former(&self, name: &Text) -> Vec<Fix> {
        let place = self.stack.last().map_or(0, |frame| frame.place);
        let text = self.chunk.lines.text();
        let Some((key, value)) = self.places.child(place, &Step::Field(name.clone())) else {
            return Vec::new();
        };
        let start = text[..key.0 as usize].rfind('\n').map_or(0, |at| at + 1);
        let last = text[..value.1.max(key.1) as usize].trim_end().len().max(key.0 as usize);
        let end = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
        if !text[start..key.0 as usize].trim().is_empty()
            || text.get(key.0 as usize..last).is_none_or(|entry| entry.contains(['{', '[']))
        {
            return Vec::new();
        }
        let edit = (self.chunk.lines.span((start as u32, end as u32)), String::new());
        vec![Fix { title: "Remove the first one".to_owned(), edits: vec![edit] }]
    }
    fn set_key(&mut self, name: Text, merge: bool, bytes: (u32, u32)) {
        let Some(Frame { body: Body::Map { map, .. }, .. }) = self.stack.last() else { return };
        if !merge && map.contains_key(name.as_str()) && self.said.len() < DUPLICATES_MAX {
            let message = format!("the key \"{name}\" stands here twice; this one counts");
            let hint = Some("Remove one of the two.".to_owned());
            let (span, path) = (self.chunk.lines.span(bytes), String::new());
            let fixes = self.without_former(&name);
            self.said.push(Diagnostic { severity: Severity::Warning, span, message, hint, path, fixes });
        }
        if let Some(Frame { body: Body::Map { key, .. }, .. }) = self.stack.last_mut() {
            *key = Some(Key { name, bytes, merge });
        }
    }

    /// Writes down where the node that begins here stands, and returns its number.
    fn place(&mut self, bytes: (u32, u32)) -> u32 {
        let (parent, step, key) = match self.stack.last() {
            None => (0, Step::Item(0), bytes),
            Some(Frame { place, body: Body::List(items), .. }) => {
                (*place, Step::Item(items.len() as u32), bytes)
            }
            Some(Frame { place, body: Body::Map { key, .. }, .. }) => {
                let key = key.as_ref().expect("a value comes after its key");
                (*place, Step::Field(key.name.clone()), key.bytes)
            }
        };
        self.places.add(parent, step, key, bytes)
    }
    fn count(&mut self, nodes: usize, bytes: (u32, u32)) -> Result<(), Failure> {
        if nodes > *self.nodes_left {
            let message = format!("with its aliases resolved this holds more than {NODES_MAX} values");
            let hint = "An alias (*name) copies all that its anchor (&name) holds; use fewer of them.";
            let mut failure = failure(bytes, &message, Some(hint));
            failure.kubectl = "yaml: document contains excessive aliasing".into();
            return Err(failure);
        }
        *self.nodes_left -= nodes;
        Ok(())
    }
    fn open(&mut self, body: Body, anchor: usize, bytes: (u32, u32)) -> Result<(), Failure> {
        if self.awaits_key() {
            let hint = "Is a brace or a bracket meant as text? Put it in quotes.";
            return Err(failure(bytes, "a list or a map cannot be a key", Some(hint)));
        }
        if self.stack.len() >= DEPTH_MAX {
            let message = format!("lists and maps lie in each other more than {DEPTH_MAX} deep");
            let mut failure = failure(bytes, &message, None);
            failure.kubectl = "yaml: exceeded max depth of 10000".into();
            return Err(failure);
        }
        self.count(1, bytes)?;
        let place = self.place(bytes);
        self.stack.push(Frame { place, anchor, weight: 1, body });
        Ok(())
    }
    fn close(&mut self, bytes: (u32, u32)) {
        let Some(frame) = self.stack.pop() else { return };
        let value = match frame.body {
            Body::List(items) => Value::from(items),
            Body::Map { mut map, merged, .. } => {
                for other in &merged {
                    for (name, value) in other.fields() {
                        map.entry(name.clone()).or_insert_with(|| value.clone());
                    }
                }
                Value::from(map)
            }
        };
        // A block ends where its last child does; only the bracket of a flow has an end of its own.
        if bytes.1 > bytes.0 {
            self.places.close(frame.place, bytes.1);
        }
        let end = self.places.end(frame.place);
        self.complete(value, frame.weight, frame.anchor, end);
    }
    /// Gives a complete value to what holds it.
    fn complete(&mut self, value: Value, weight: usize, anchor: usize, end: u32) {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), weight));
        }
        let Some(frame) = self.stack.last_mut() else {
            self.result = value;
            return;
        };
        frame.weight += weight;
        self.places.close(frame.place, end);
        match &mut frame.body {
            Body::List(items) => items.push(value),
            Body::Map { map, merged, key } => match key.take() {
                Some(Key { merge: true, .. }) => match &value {
                    Value::List(all) => merged.extend(all.iter().cloned()),
                    _ => merged.push(value),
                },
                Some(Key { name, .. }) => {
                    map.insert(name, value);
                }
                None => {}
            },
        }
    }
}

fn failure(bytes: (u32, u32), message: &str, hint: Option<&str>) -> Failure {
    let kubectl = format!("yaml: {message}");
    let (message, hint) = (message.to_owned(), hint.map(str::to_owned));
    Failure { bytes, message, hint, kubectl, fixes: Vec::new() }
}
