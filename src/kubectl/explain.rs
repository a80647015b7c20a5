//! `kubectl explain`: what a kind or one of its fields is for, and which fields stand below it.
//!
//! Models kubectl pkg/cmd/explain and pkg/explain/v2/templates/plaintext.tmpl. The sentences are Podium's own.

use super::args::{Args, truth, value};
use super::failure::Failure;
use super::resource::Resource;
use super::{Call, Verb, Words};
use crate::manifest::{Explained, about_type, explain_fields, is_acted_on, type_of};

/// `kubectl explain TYPE[.FIELD…] [--recursive] [--api-version=VERSION]`.
pub(super) const VERB: Verb = Verb {
    name: "explain",
    takes: Words::Fields,
    flags: &[&[truth("recursive", ' '), value("api-version", ' '), value("output", ' ')]],
    run,
};

/// The width of a sentence's lines, without their indentation.
const WIDTH: usize = 76;
/// A list of fields shows so many of a field's words.
const WORDS_MAX: usize = 4;
const NOT_ACTED_ON: &str = "It is accepted and kept, but not simulated: nothing in this cluster acts on it.";

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let [asked] = args.words.as_slice() else {
        return Err(Failure::error(if args.words.is_empty() {
            "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of \
             supported resources."
        } else {
            "We accept only this format: explain RESOURCE\n"
        }));
    };
    let mut names = asked.split('.').map(str::to_owned);
    let word = names.next().unwrap_or_default();
    let unknown = || Failure::plain(format!("the server doesn't have a resource type {word:?}"));
    let resource = Resource::from_word(&word).map_err(|_| unknown())?;
    let resource = *resource.first().filter(|_| word != "all").ok_or_else(unknown)?;
    let info = resource.info();
    if let Some(version) = args.get("api-version").filter(|v| *v != info.api_version() && !v.is_empty()) {
        let slash = if version.contains('/') { "" } else { "/" };
        let which = format!("{slash}{version}, Resource={}", info.plural);
        return Err(Failure::error(format!("couldn't find resource for {which:?}")));
    }
    if !info.group.is_empty() {
        call.say(&format!("GROUP:      {}", info.group));
    }
    call.say(&format!("KIND:       {}\nVERSION:    {}\n", info.name, info.version));
    let path: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    let mut of = type_of(info);
    let mut field: Option<Explained> = None;
    for name in &path {
        let found = explain_fields(of).into_iter().find(|f| f.name == name);
        let found = found.ok_or_else(|| Failure::error(format!("field {name:?} does not exist")))?;
        of = found.below;
        field = Some(found);
    }
    let acted = match resource {
        Resource::Kind(kind) => is_acted_on(kind, &path),
        Resource::Event | Resource::Endpoints => true,
    };
    let text = &mut call.output.stdout;
    if let Some(field) = &field {
        // The words stand where else an empty line does.
        *text += &format!("FIELD: {} <{}>\n", field.name, field.ty);
        match field.words {
            "" => *text += "\n",
            words => {
                *text += "ENUM:\n";
                words.split(' ').for_each(|word| *text += &format!("    {word}\n"));
            }
        }
        *text += "\n";
    }
    *text += "DESCRIPTION:\n";
    let (own, type_says) = (field.map_or("", |f| f.says), about_type(of));
    wrap(text, own);
    if type_says != own {
        wrap(text, type_says);
    }
    if !acted {
        wrap(text, NOT_ACTED_ON);
    }
    *text += "    \n";
    if !of.is_empty() {
        *text += "FIELDS:\n";
        list(text, of, args.has("recursive").then_some(2));
        *text += "\n";
    }
    *text += "\n";
    Ok(())
}

/// The fields of a type, each with its sentence; or, to be told with all that is below them, indented by so much.
fn list(text: &mut String, of: &str, recursive: Option<usize>) {
    let indent = " ".repeat(recursive.unwrap_or(2));
    for field in explain_fields(of) {
        let required = if field.required { " -required-" } else { "" };
        *text += &format!("{indent}{}\t<{}>{required}\n", field.name, field.ty);
        if !field.words.is_empty() {
            let mut words: Vec<&str> = field.words.split(' ').collect();
            if words.len() > WORDS_MAX {
                words.truncate(WORDS_MAX);
                words.push("....");
            }
            *text += &format!("{indent}enum: {}\n", words.join(", "));
        }
        match recursive {
            Some(width) => list(text, field.below, Some(width + 2)),
            None => {
                wrap(text, field.says);
                *text += "\n";
            }
        }
    }
}

/// A sentence in lines, each indented by four spaces.
fn wrap(text: &mut String, sentence: &str) {
    let mut width = 0;
    for word in sentence.split(' ').filter(|w| !w.is_empty()) {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            width = 0;
        }
        *text += if width == 0 { "    " } else { " " };
        width += length + usize::from(width > 0);
        *text += word;
    }
    if width > 0 {
        text.push('\n');
    }
}
