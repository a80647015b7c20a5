//! `kubectl create configmap` and `kubectl create secret`: keys and values, from the line or from files.
//!
//! Models kubectl pkg/cmd/create/{create_configmap,create_secret,create_secret_docker,create_secret_tls}.go.

use super::{Made, make, one_name};
use crate::api::{Kind, Map, Text, base64};
use crate::kubectl::args::{self, Args, Flag, truth, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words};
use crate::record;

const FROM: &[Flag] = &[
    value("from-literal", ' '),
    value("from-file", ' '),
    value("from-env-file", ' '),
    value("type", ' '),
    truth("append-hash", ' '),
];

/// `kubectl create configmap NAME [--from-literal=KEY=VALUE] [--from-file=[KEY=]FILE] [--from-env-file=FILE]`.
pub(in crate::kubectl) const CONFIGMAP: Verb =
    Verb { name: "create configmap", takes: Words::Nothing, flags: &[args::CHANGE, FROM], run: configmap };
/// `kubectl create secret generic NAME …`.
pub(in crate::kubectl) const SECRET: Verb =
    Verb { name: "create secret generic", takes: Words::Nothing, flags: &[args::CHANGE, FROM], run: generic };
/// `kubectl create secret tls NAME --cert=FILE --key=FILE`.
pub(in crate::kubectl) const TLS: Verb = Verb {
    name: "create secret tls",
    takes: Words::Nothing,
    flags: &[args::CHANGE, &[value("cert", ' '), value("key", ' '), truth("append-hash", ' ')]],
    run: tls,
};
/// `kubectl create secret docker-registry NAME --docker-username=… --docker-password=…`.
pub(in crate::kubectl) const REGISTRY: Verb = Verb {
    name: "create secret docker-registry",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        &[
            value("docker-username", ' '),
            value("docker-password", ' '),
            value("docker-email", ' '),
            value("docker-server", ' '),
        ],
    ],
    run: registry,
};

const DEFAULT_REGISTRY: &str = "https://index.docker.io/v1/";

fn configmap(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create configmap")?.to_owned();
    let data: Map = read(call, args)?.into_iter().map(|(k, v)| (k, v.into())).collect();
    let data = (!data.is_empty()).then_some(data);
    let fields = record! { "data" => data };
    make(
        call,
        args,
        Made { kind: Kind::ConfigMap, name: &name, fields, failed: "failed to create configmap: " },
    )
}

fn generic(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create secret generic")?.to_owned();
    let data = read(call, args)?;
    secret(call, args, &name, args.get("type"), data)
}

fn tls(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create secret tls")?.to_owned();
    let mut data = Vec::new();
    for (flag, key) in [("cert", "tls.crt"), ("key", "tls.key")] {
        let file = args.get(flag).ok_or_else(|| Failure::error("key and cert must be specified"))?;
        data.push((key.into(), file_text(call, file)?));
    }
    secret(call, args, &name, Some("kubernetes.io/tls"), data)
}

fn registry(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create secret docker-registry")?.to_owned();
    let needed = |flag: &'static str| args.get(flag).map(str::to_owned);
    let (Some(user), Some(password)) = (needed("docker-username"), needed("docker-password")) else {
        let why = "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required";
        return Err(Failure::error(why));
    };
    let server = args.get("docker-server").unwrap_or(DEFAULT_REGISTRY).to_owned();
    let auth = base64(format!("{user}:{password}").as_bytes());
    let login = record! { "auth" => auth, "email" => needed("docker-email"), "password" => password, "username" => user };
    let mut auths = Map::new();
    auths.insert(server.into(), login);
    let config = record! { "auths" => auths }.to_json();
    let data = vec![(".dockerconfigjson".into(), config)];
    secret(call, args, &name, Some("kubernetes.io/dockerconfigjson"), data)
}

fn secret(
    call: &mut Call,
    args: &Args,
    name: &str,
    of_type: Option<&str>,
    data: Vec<(Text, String)>,
) -> Result<(), Failure> {
    let data: Map = data.into_iter().map(|(k, v)| (k, base64(v.as_bytes()).into())).collect();
    let data = (!data.is_empty()).then_some(data);
    let fields = record! { "data" => data, "type" => of_type.map(str::to_owned) };
    make(call, args, Made { kind: Kind::Secret, name, fields, failed: "failed to create secret " })
}

/// The keys and values that the flags name, in order.
fn read(call: &Call, args: &Args) -> Result<Vec<(Text, String)>, Failure> {
    let mut all: Vec<(Text, String)> = Vec::new();
    for file in args.all("from-file") {
        let (key, path) = match file.split_once('=') {
            Some(pair) => pair,
            None => (file.rsplit('/').next().unwrap_or(file), file),
        };
        all.push((key.to_owned().into(), file_text(call, path)?));
    }
    for literal in args.all("from-literal") {
        let wrong = || Failure::error(format!("invalid literal source {literal}, expected key=value"));
        let (key, text) = literal.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
        all.push((key.to_owned().into(), text.trim_matches(['"', '\'']).to_owned()));
    }
    for file in args.all("from-env-file") {
        let text = file_text(call, file)?;
        let lines = text.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#'));
        for line in lines {
            let (key, text) = line.split_once('=').unwrap_or((line, ""));
            all.push((key.to_owned().into(), text.to_owned()));
        }
    }
    for (at, (key, _)) in all.iter().enumerate() {
        if all[..at].iter().any(|(other, _)| other == key) {
            let why = format!(
                "cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {:?}",
                args.words[0]
            );
            return Err(Failure::error(why));
        }
    }
    Ok(all)
}

fn file_text(call: &Call, path: &str) -> Result<String, Failure> {
    let missing =
        || Failure::error(format!("Cannot read file {path}, open {path}: no such file or directory"));
    call.files.read(path).ok_or_else(missing)
}
