//! What a line means by `pods`, `pod/web`, `deploy,svc`, `-l app=web`: the objects that a verb works on.

use super::Call;
use super::args::Args;
use super::failure::Failure;
use crate::api::{Kind, Object, Text};

/// A kind that was asked for, and a name, if one was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    pub kind: Kind,
    pub name: Option<String>,
}

/// Reads `TYPE NAME…`, `TYPE1,TYPE2 NAME…` or `TYPE/NAME…`.
/// Models cli-runtime pkg/resource/builder.go: ResourceTypeOrNameArgs.
pub(super) fn asked(words: &[String], verb: &str) -> Result<Vec<Asked>, Failure> {
    let slashed = words.iter().filter(|w| w.contains('/')).count();
    if slashed > 0 {
        if slashed < words.len() {
            return Err(Failure::error(format!(
                "there is no need to specify a resource type as a separate argument when passing arguments in \
                 resource/name form (e.g. 'kubectl {verb} resource/<resource_name>' instead of 'kubectl {verb} resource \
                 resource/<resource_name>'"
            )));
        }
        return words.iter().map(|w| one(w)).collect();
    }
    let [types, names @ ..] = words else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for word in types.split(',') {
        let kind = kind_of(word)?;
        if names.is_empty() {
            all.push(Asked { kind, name: None });
        }
        all.extend(names.iter().map(|n| Asked { kind, name: Some(n.clone()) }));
    }
    Ok(all)
}

fn one(word: &str) -> Result<Asked, Failure> {
    match word.split('/').collect::<Vec<_>>().as_slice() {
        [kind, name] if !kind.is_empty() && !name.is_empty() => {
            Ok(Asked { kind: kind_of(kind)?, name: Some((*name).to_owned()) })
        }
        [_, _] => Err(Failure::error("arguments in resource/name form must have a single resource and name")),
        _ => Err(Failure::error("arguments in resource/name form may not have more than one slash")),
    }
}

/// The kind that a word means.
pub(super) fn kind_of(word: &str) -> Result<Kind, Failure> {
    Kind::from_word(word)
        .ok_or_else(|| Failure::error(format!("the server doesn't have a resource type {word:?}")))
}

/// The namespace that a command works in.
pub(super) fn namespace(call: &Call, args: &Args) -> Text {
    match args.get("namespace") {
        Some(name) if !name.is_empty() => name.to_owned().into(),
        _ => call.context.namespace.clone(),
    }
}

/// The objects that were asked for, and what was not found. Names that were asked for twice are given twice.
pub(super) fn find(call: &Call, args: &Args, all: &[Asked]) -> (Vec<Object>, Vec<Failure>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    let own = namespace(call, args);
    let everywhere = args.has("all-namespaces");
    let store = &call.world().store;
    for asked in all {
        let namespaced = asked.kind.info().namespaced;
        match &asked.name {
            Some(name) => {
                let place = if namespaced { own.as_str() } else { "" };
                match store.lookup(asked.kind, place, name) {
                    Some(object) => found.push(object.clone()),
                    None if args.has("ignore-not-found") => {}
                    None => missing.push(Failure::not_found(asked.kind, name)),
                }
            }
            None => {
                let place = (namespaced && !everywhere).then_some(own.as_str());
                found.extend(store.list(asked.kind, place).cloned());
            }
        }
    }
    (found, missing)
}
