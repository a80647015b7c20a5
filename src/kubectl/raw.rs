//! `kubectl create --raw PATH -f FILE`: what is sent past all of kubectl's own ways. Evictions alone are taken.

use super::args::Args;
use super::failure::Failure;
use super::{Call, sources};
use crate::api::{Key, Kind};
use crate::sim::Request;

pub(super) fn create(call: &mut Call, args: &Args, path: &str) -> Result<(), Failure> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let ["api", "v1", "namespaces", namespace, "pods", name, "eviction"] = parts.as_slice() else {
        return Err(Failure::no_such_request());
    };
    let sources = sources::read(call, args, "create")?;
    let body = sources.first().map(|s| &s.document.value);
    let grace = body.and_then(|b| b.at("deleteOptions.gracePeriodSeconds").as_int());
    let key = Key::new(Kind::Pod, (*namespace).to_owned(), (*name).to_owned());
    call.timeline.call(Request::Evict(key, grace)).map_err(|refusal| Failure::refused(&refusal, ""))?;
    call.say(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}"#);
    Ok(())
}
