//! The verb `describe`: which objects are meant; their texts follow each other with two empty lines between.

use super::super::args::{self, Args, maybe};
use super::super::failure::Failure;
use super::super::{Call, Verb, target};

/// `kubectl describe (TYPE [NAME…] | TYPE/NAME… | -f FILE) [-l SELECTOR]`.
pub(in super::super) const VERB: Verb =
    Verb { name: "describe", flags: &[args::CHOICE, args::FILES, &[maybe("show-events", "true")]], run };

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.words.is_empty() && args.get("filename").is_none() {
        return Err(Failure::error(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of \
             supported resources.",
        ));
    }
    let asked = target::asked(&args.words, "describe")?;
    let (objects, missing) = target::find(call, args, &asked);
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
        let none = match args.has("all-namespaces") {
            true => "No resources found".to_owned(),
            false => format!("No resources found in {} namespace.", target::namespace(call, args)),
        };
        call.complain(&none);
    }
    for failure in &missing {
        call.fail(failure);
    }
    Ok(())
}
