//! The verb `describe`: which objects are meant; their texts follow each other with two empty lines between.

use super::super::args::{self, Args, maybe};
use super::super::failure::Failure;
use super::super::resource::Resource;
use super::super::target::Asked;
use super::super::{Call, Verb, Words, get, target};
use crate::api::{Kind, Object};

/// `kubectl describe (TYPE [NAME…] | TYPE/NAME… | -f FILE) [-l SELECTOR]`.
pub(in super::super) const VERB: Verb = Verb {
    name: "describe",
    takes: Words::Objects(&[]),
    flags: &[args::CHOICE, args::FILES, &[maybe("show-events", "true")]],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.words.is_empty() && args.get("filename").is_none() {
        return Err(Failure::error(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of \
             supported resources.",
        ));
    }
    let search = target::search(call, args, "describe")?;
    let mut objects: Vec<Object> = search.found.iter().filter_map(|f| f.object.clone()).collect();
    let mut missing = search.missing;
    if let ([Asked { resource: Resource::Kind(kind), name: Some(name), .. }], [], [_]) =
        (search.asked.as_slice(), objects.as_slice(), missing.as_slice())
    {
        objects = with_prefix(call, args, *kind, name);
        if !objects.is_empty() {
            missing.clear();
        }
    }
    if objects.is_empty() && search.found.iter().any(|f| f.object.is_none()) {
        let texts: Vec<String> =
            search.found.iter().map(|f| super::made_up(f.resource, &f.value())).collect();
        call.output.stdout.push_str(&texts.join("\n\n"));
        return call.finish(missing);
    }
    // The events of many objects would be too much, unless they are asked for.
    let several = objects.len() > 1 || !missing.is_empty();
    let with_events = args.get("show-events").map_or(!several, |said| said != "false");
    let text = if with_events { super::describe } else { super::describe_briefly };
    for (i, object) in objects.iter().enumerate() {
        let text = text(call.world(), object);
        if i > 0 {
            call.output.stdout.push_str("\n\n");
        }
        call.output.stdout.push_str(&text);
    }
    if objects.is_empty() && missing.is_empty() {
        let empty = get::nothing_found(call, args, &target::find(call, args, "describe", search.asked)?);
        call.complain(&empty);
    }
    call.finish(missing)
}

/// A name that nobody has may be the beginning of one. Models kubectl pkg/cmd/describe/describe.go:
/// DescribeMatchingResources.
fn with_prefix(call: &Call, args: &Args, kind: Kind, prefix: &str) -> Vec<Object> {
    let namespace = target::namespace(call, args);
    let place = kind.info().namespaced.then_some(namespace.as_str());
    let all = call.world().store.list(kind, place).filter(|o| o.meta().name.starts_with(prefix));
    all.cloned().collect()
}
