//! `kubectl edit`: objects as a text that a person changes, and what was changed in it sent as a patch.
//!
//! Models kubectl pkg/cmd/util/editor/editoptions.go. The editor is the page's: what it is to show is handed out, and
//! the text comes back to [`edited`].

use super::args::{self, Args, value};
use super::failure::Failure;
use super::{Call, Context, Files, Output, Verb, Words, merge, print, save, target};
use crate::api::{Key, Kind, Text, Value};
use crate::manifest::{self, Document, Refusal, Undecoded};
use crate::sim::{Request, StableHasher, Timeline};

/// `kubectl edit (TYPE NAME | TYPE/NAME | -f FILE)`.
pub(super) const VERB: Verb = Verb {
    name: "edit",
    takes: Words::Objects(&[]),
    flags: &[
        args::FILES,
        args::CHOICE,
        args::MAKE,
        &[value("output", 'o'), value("field-manager", ' '), value("subresource", ' ')],
    ],
    run,
};

/// Without an editor, a script cannot go on.
pub(super) const NO_EDITOR: &str = "error: unable to launch the editor \"vi\"\n";

/// A text that is to be edited, and the objects that it was made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is edited: `deployment.apps/web`.
    pub title: String,
    /// The text to begin with: comments on top, and then the objects.
    pub text: String,
    originals: Vec<Value>,
    /// Is it shown again, as the cluster refused it?
    again: bool,
}

/// What came of an edited text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edited {
    /// What kubectl prints.
    pub output: Output,
    /// The text again with the reasons on top, where the cluster has found it invalid: the editor opens anew.
    pub again: Option<Edit>,
    /// The name and the text of the file in which kubectl keeps what could not be sent.
    pub kept: Option<(String, String)>,
}

const HEADER: &str = "\
# Please edit the object below: what you save is sent to the cluster. Lines that begin with a '#' are
# left out, and an empty text ends the edit. What the cluster finds invalid is shown again, with its
# reasons.
#
";

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.words.is_empty() && args.get("filename").is_none() {
        return Err(Failure::error(target::NOTHING_NAMED));
    }
    let search = target::search(call, args, "edit")?;
    if let Some(missing) = search.missing.into_iter().next() {
        return Err(missing);
    }
    let originals: Vec<Value> = search.found.iter().map(target::Found::value).collect();
    let (title, body) = match originals.as_slice() {
        [] => return Err(Failure::error("edit cancelled, no objects found")),
        [one] => (print::name_line(one), print::yaml(one)),
        many => (format!("{} objects", many.len()), print::yaml(&print::list(many.to_vec()))),
    };
    call.edit = Some(Edit { title, text: format!("{HEADER}{body}"), originals, again: false });
    Ok(())
}

/// Takes the text that came out of the editor.
pub fn edited(
    timeline: &mut Timeline,
    context: &mut Context,
    files: &dyn Files,
    edit: Edit,
    text: &str,
) -> Edited {
    let mut call = Call::new(timeline, context, files);
    let body = without_comments(text);
    let same = body == without_comments(&edit.text);
    let file = format!("/tmp/kubectl-edit-{}.yaml", StableHasher::of(&text) % 10_000_000_000);
    let mut edited = Edited::default();
    if same && edit.again {
        call.complain(&format!("A copy of your changes has been stored to {file:?}"));
        call.complain("error: Edit cancelled, no valid changes were saved.");
        call.output.exit = 1;
        edited.kept = Some((file, text.to_owned()));
    } else if same {
        call.complain("Edit cancelled, no changes made.");
    } else if body.trim().is_empty() {
        call.complain("Edit cancelled, saved file was empty.");
    } else {
        let done = send(&mut call, &edit, &body);
        if !done.reasons.is_empty() {
            let text = format!("{HEADER}{}{body}", done.reasons);
            edited.again = Some(Edit { text, again: true, ..edit });
        } else if !done.advice.is_empty() {
            call.complain(&done.advice.replace("FILE", &file));
            edited.kept = Some((file, text.to_owned()));
        }
    }
    edited.output = call.output;
    edited
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).map(|line| format!("{line}\n")).collect()
}

/// How sending has gone.
#[derive(Default)]
struct Done {
    /// Why the text is shown again, as comments.
    reasons: String,
    /// What is said of the file that is kept.
    advice: String,
}

impl Done {
    fn reason(&mut self, head: &str, others: &[String]) {
        let hashed = |text: &str| text.trim_end().replace('\n', "\n# ");
        let colon = if others.is_empty() { "" } else { ":" };
        self.reasons += &format!("# {}{colon}\n", hashed(head));
        others.iter().for_each(|other| self.reasons += &format!("# * {}\n", hashed(other)));
        self.reasons += "#\n";
    }
    fn fail(&mut self, call: &mut Call, failure: &Failure) {
        self.advice = format!("A copy of your changes has been stored to \"FILE\"\n{}", failure.alone);
        call.output.exit = 1;
    }
}

/// Sends what was changed of each object.
fn send(call: &mut Call, edit: &Edit, body: &str) -> Done {
    let mut done = Done::default();
    for document in manifest::parse(body).documents {
        match &document.undecoded {
            None | Some(Undecoded::Server(_)) => {}
            Some(why) => {
                let why = why.for_kubectl("edited-file");
                let why = why.strip_prefix("error: ").unwrap_or(&why);
                done.reason(&format!("The edited file had a syntax error: {why}"), &[]);
                return done;
            }
        }
        if let Err(failure) = send_one(call, edit, &document, &mut done) {
            done.fail(call, &failure);
            return done;
        }
    }
    done
}

/// Models editoptions.go: visitToPatch.
fn send_one(call: &mut Call, edit: &Edit, document: &Document, done: &mut Done) -> Result<(), Failure> {
    let text = |value: &Value, path: &str| value.at(path).as_str().unwrap_or_default().to_owned();
    let (changed, uid) = (&document.value, text(&document.value, "metadata.uid"));
    let original = edit.originals.iter().find(|original| text(original, "metadata.uid") == uid);
    let original = original.ok_or_else(|| {
        Failure::error(format!(
            "no original object found for uid {uid:?} of {:?}",
            text(changed, "metadata.name")
        ))
    })?;
    let kind = Kind::find(&text(original, "apiVersion"), &text(original, "kind"));
    let kind = kind.ok_or_else(Failure::no_such_request)?;
    let name: Text = text(original, "metadata.name").into();
    if changed == original {
        call.say(&save::line(kind, &name, "skipped", save::Mode::Write));
        return Ok(());
    }
    if ["apiVersion", "kind", "metadata.name"].iter().any(|path| changed.at(path) != original.at(path)) {
        return Err(Failure::error("At least one of apiVersion, kind and name was changed"));
    }
    let key = Key::new(kind, Text::from(text(original, "metadata.namespace")), name);
    match patch(call, &key, original, document) {
        Ok(()) => call.say(&save::line(kind, &key.name, "edited", save::Mode::Write)),
        Err(refusal) => refused(call, &key, &refusal, done),
    }
    Ok(())
}

/// What was changed in the text is changed in the object, whatever others have written meanwhile.
fn patch(call: &mut Call, key: &Key, original: &Value, document: &Document) -> Result<(), Refusal> {
    if let Some(Undecoded::Server(refusal)) = &document.undecoded {
        return Err(refusal.clone());
    }
    let store = &call.world().store;
    let live = store.find(key).and_then(|uid| store.get(uid)).map(|object| object.to_value());
    let live = live.ok_or_else(|| Refusal::not_found(key.kind, &key.name))?;
    // A revision that was written by hand must be the present one.
    let revision = |value: &Value| value.at("metadata.resourceVersion").as_str().map(str::to_owned);
    let asked = revision(&document.value).filter(|asked| Some(asked) != revision(original).as_ref());
    if asked.is_some_and(|asked| Some(asked) != revision(&live)) {
        return Err(Refusal::conflict(key.kind, &key.name));
    }
    let wanted = merge::edited(key.kind, original, &document.value, &live);
    let difference = merge::difference(&live, &wanted);
    call.timeline.call(Request::Patch(key.clone(), difference)).map(drop)
}

/// Models editoptions.go: editResults.addError.
fn refused(call: &mut Call, key: &Key, refusal: &Refusal, done: &mut Done) {
    let info = key.kind.info();
    let dot = if info.group.is_empty() { "" } else { "." };
    let what = format!("{}{dot}{} {:?}", info.plural, info.group, key.name.as_str());
    match refusal.reason {
        "Invalid" => {
            let causes: Vec<String> = refusal.causes.iter().map(ToString::to_string).collect();
            done.reason(&format!("{what} was not valid"), &causes);
            call.complain(&format!("error: {what} is invalid"));
            return;
        }
        "NotFound" => {
            call.complain(&format!("error: {what} could not be found on the server"));
            done.advice = "The edits you made on deleted resources have been saved to \"FILE\"".to_owned();
        }
        _ => {
            call.complain(&format!("error: {what} could not be patched: {}", refusal.message));
            done.advice = "You can run `kubectl replace -f FILE` to try this update again.".to_owned();
        }
    }
    call.output.exit = 1;
}
