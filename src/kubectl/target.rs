//! What a line means by `pods`, `pod/web`, `deploy,svc`, `-l app=web`, `-f FILE`: the objects that a verb works on.
//!
//! Models cli-runtime pkg/resource/builder.go.

use super::Call;
use super::apply;
use super::args::Args;
use super::failure::Failure;
use super::resource::Resource;
use super::selector::{FieldSelector, LabelSelector};
use super::sources;
use crate::api::{Kind, Node, Object, Text, Value};
use crate::manifest::Refusal;
use crate::record;

/// What is said where a command names nothing. Models builder.go: missingResourceError.
pub(super) const NOTHING_NAMED: &str = "You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'";

/// What was asked for: a resource, and a name, if one was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    pub resource: Resource,
    pub name: Option<String>,
    /// The namespace that a file names; else that of the command counts.
    pub namespace: Option<Text>,
    /// The file in which it stands.
    pub file: Option<String>,
}

impl Asked {
    fn new(resource: Resource, name: Option<&str>) -> Asked {
        Asked { resource, name: name.map(str::to_owned), namespace: None, file: None }
    }
}

/// Something that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub resource: Resource,
    /// The object in the store; none for what is made up when somebody asks, such as an Event.
    pub object: Option<Object>,
    value: Value,
    /// The address of a pod's node, which the pod itself does not know.
    host: Option<u32>,
    /// The file that asked for it.
    pub file: Option<String>,
}

impl Found {
    /// What is in no store.
    pub fn made_up(resource: Resource, value: Value) -> Found {
        Found { resource, object: None, value, host: None, file: None }
    }
    /// An object of the store, or one that was there.
    pub fn stored_as(call: &Call, resource: Resource, object: Object) -> Found {
        stored(call, resource, object)
    }
    /// The object as the API serves it.
    pub fn value(&self) -> Value {
        let Some(object) = &self.object else { return self.value.clone() };
        let mut value = object.to_value();
        if let Some(host) = self.host.filter(|_| !value.at("status.startTime").is_null()) {
            let ip = crate::api::dotted(host);
            value.set("status.hostIP", ip.clone());
            value.set("status.hostIPs", vec![record! { "ip" => ip }]);
        }
        value
    }
    /// An object that the store has.
    pub fn stored(&self) -> Result<&Object, Failure> {
        self.object.as_ref().ok_or_else(Failure::no_such_request)
    }
}

/// Everything that was found, and what was not.
#[derive(Default)]
pub(super) struct Search {
    pub asked: Vec<Asked>,
    pub found: Vec<Found>,
    pub missing: Vec<Failure>,
}

/// Finds what the words, the selectors and the files of a command mean.
pub(super) fn search(call: &Call, args: &Args, verb: &str) -> Result<Search, Failure> {
    let asked = match args.get("filename") {
        Some(_) => of_files(call, args, verb)?,
        None => asked(&args.words)?,
    };
    find(call, args, verb, asked)
}

/// A type by itself means nothing unless all of it or a selector is asked for. Models builder.go: visitorResult.
pub(super) fn must_be_chosen(args: &Args, search: &Search) -> Result<(), Failure> {
    let chosen = args.has("all") || args.get("selector").is_some() || args.get("field-selector").is_some();
    if search.asked.iter().any(|a| a.name.is_none()) && !chosen {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    Ok(())
}

/// The same, and nothing at all is refused as well.
pub(super) fn must_be_named(args: &Args, search: &Search) -> Result<(), Failure> {
    if search.asked.is_empty() {
        return Err(Failure::error(NOTHING_NAMED));
    }
    must_be_chosen(args, search)
}

/// Reads `TYPE NAME…`, `TYPE1,TYPE2 NAME…` or `TYPE/NAME…`.
/// Models cli-runtime pkg/resource/builder.go: ResourceTypeOrNameArgs.
pub(super) fn asked(words: &[String]) -> Result<Vec<Asked>, Failure> {
    let slashed = words.iter().filter(|w| w.contains('/')).count();
    if slashed > 0 {
        if slashed < words.len() {
            return Err(Failure::error(
                "there is no need to specify a resource type as a separate argument when passing arguments in \
                 resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource \
                 resource/<resource_name>'",
            ));
        }
        return words.iter().map(|w| one(w)).collect();
    }
    let [types, names @ ..] = words else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for word in types.split(',') {
        for resource in Resource::from_word(word)? {
            if names.is_empty() {
                all.push(Asked::new(resource, None));
            }
            all.extend(names.iter().map(|n| Asked::new(resource, Some(n))));
        }
    }
    Ok(all)
}

fn one(word: &str) -> Result<Asked, Failure> {
    match word.split('/').collect::<Vec<_>>().as_slice() {
        [kind, name] if !kind.is_empty() && !name.is_empty() => {
            Ok(Asked::new(Resource::from_word(kind)?[0], Some(name)))
        }
        [_, _] => Err(Failure::error("arguments in resource/name form must have a single resource and name")),
        _ => Err(Failure::error("arguments in resource/name form may not have more than one slash")),
    }
}

fn of_files(call: &Call, args: &Args, verb: &str) -> Result<Vec<Asked>, Failure> {
    let mut all = Vec::new();
    let namespace = namespace(call, args);
    for source in sources::read(call, args, verb)? {
        if let Some(why) = &source.document.undecoded {
            return Err(Failure::undecoded(why, &source.file, ""));
        }
        let kind = source.document.kind.expect("a document that can be sent has a kind");
        let mut value = source.document.value.clone();
        let must_be = args.get("namespace").is_some();
        let place = apply::Place { file: &source.file, namespace: &namespace, must_be };
        let key = apply::settle(kind, &mut value, &place)?;
        let name = Some(key.name.to_string());
        let (resource, namespace) = (Resource::Kind(kind), Some(key.namespace));
        all.push(Asked { resource, name, namespace, file: Some(source.file) });
    }
    Ok(all)
}

/// The namespace that a command works in.
pub(super) fn namespace(call: &Call, args: &Args) -> Text {
    match args.get("namespace") {
        Some(name) if !name.is_empty() => name.to_owned().into(),
        _ => call.context.namespace.clone(),
    }
}

/// The objects that were asked for, and what was not found.
pub(super) fn find(call: &Call, args: &Args, verb: &str, asked: Vec<Asked>) -> Result<Search, Failure> {
    let everywhere = args.has("all-namespaces");
    let by_name = asked.iter().any(|a| a.name.is_some());
    let selects = args.get("selector").is_some() || args.get("field-selector").is_some() || args.has("all");
    if by_name && selects && args.get("filename").is_none() {
        let slashed = args.words.iter().any(|w| w.contains('/'));
        return Err(Failure::error(match slashed {
            true => "selectors and the all flag cannot be used when passing resource/name arguments",
            false => "name cannot be provided when a selector is specified",
        }));
    }
    if by_name && everywhere && args.get("filename").is_none() {
        return Err(Failure::error("a resource cannot be retrieved by name across all namespaces"));
    }
    let own = namespace(call, args);
    let mut search = Search::default();
    for asked in asked {
        let namespaced = asked.resource.info().namespaced;
        match &asked.name {
            Some(name) => {
                let place = asked.namespace.as_deref().unwrap_or(&own);
                match lookup(call, asked.resource, if namespaced { place } else { "" }, name) {
                    Some(found) => search.found.push(Found { file: asked.file.clone(), ..found }),
                    None if args.has("ignore-not-found") => {}
                    None => {
                        let refusal = asked.resource.not_found(name);
                        let doing = asked.file.as_ref().filter(|_| verb == "delete");
                        let doing = doing.map_or(String::new(), |f| format!("error when deleting {f:?}"));
                        search.missing.push(Failure::refused(&refusal, &doing));
                    }
                }
            }
            None => {
                let place = (namespaced && !everywhere).then_some(own.as_str());
                search.found.extend(list(call, args, asked.resource, place)?);
            }
        }
        search.asked.push(asked);
    }
    Ok(search)
}

fn lookup(call: &Call, resource: Resource, namespace: &str, name: &str) -> Option<Found> {
    match resource {
        Resource::Kind(kind) => {
            let object = call.world().store.lookup(kind, namespace, name)?;
            Some(stored(call, resource, object.clone()))
        }
        made => {
            let all = made.made_up(call.world(), Some(namespace));
            let value = all.into_iter().find(|v| v.at("metadata.name").as_str() == Some(name))?;
            Some(Found::made_up(resource, value))
        }
    }
}

fn stored(call: &Call, resource: Resource, object: Object) -> Found {
    let node = match &object {
        Object::Pod(pod) => call.world().store.lookup(Kind::Node, "", &pod.node),
        _ => None,
    };
    let host = node.and_then(Object::as_ref::<Node>).map(|n| n.address);
    Found { resource, object: Some(object), value: Value::Null, host, file: None }
}

/// All objects of a resource that the selectors select.
fn list(call: &Call, args: &Args, resource: Resource, place: Option<&str>) -> Result<Vec<Found>, Failure> {
    let (labels, fields) = selectors(args, resource)?;
    let label_text = args.get("selector").unwrap_or_default();
    let Resource::Kind(kind) = resource else {
        let all = resource.made_up(call.world(), place).into_iter();
        let all = all.filter(|value| fields.matches(value) && label_text.is_empty());
        return Ok(all.map(|value| Found::made_up(resource, value)).collect());
    };
    let all = call.world().store.list(kind, place).filter(|o| labels.matches(&o.meta().labels));
    let all = all.filter(|o| fields.is_empty() || fields.matches(&o.to_value()));
    Ok(all.map(|o| stored(call, resource, o.clone())).collect())
}

/// What `-l` and `--field-selector` select of a resource.
pub(super) fn selectors(args: &Args, resource: Resource) -> Result<(LabelSelector, FieldSelector), Failure> {
    let (label_text, field_text) = (args.get("selector"), args.get("field-selector"));
    let (label_text, field_text) = (label_text.unwrap_or_default(), field_text.unwrap_or_default());
    let unable = |why: &str| {
        let info = resource.info();
        let slash = if info.group.is_empty() { "/" } else { "" };
        let which = format!("{slash}{}, Resource={}", info.api_version(), info.plural);
        Failure::refused(
            &Refusal::bad_request(format!(
                "Unable to find \"{which}\" that match label selector {label_text:?}, field selector \
                 {field_text:?}: {why}"
            )),
            "",
        )
    };
    let labels = LabelSelector::parse(label_text).map_err(|why| unable(&why))?;
    let fields = FieldSelector::parse(field_text).map_err(|why| unable(&why))?;
    if let Some(path) = fields.unknown(resource.info().name) {
        return Err(unable(&format!("field label not supported: {path}")));
    }
    Ok((labels, fields))
}
