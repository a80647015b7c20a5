//! `kubectl create configmap` and `kubectl create secret`: keys and values, from the line or from files.
//!
//! Models kubectl pkg/cmd/create/{create_configmap,create_secret,create_secret_docker,create_secret_tls}.go.

use super::{Made, make, one_name};
use crate::api::{Kind, Map, Text, Value, base64};
use crate::kubectl::args::{self, Args, Flag, truth, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words};
use crate::manifest;
use crate::record;

const FROM: &[Flag] = &[
    value("from-literal", ' '),
    value("from-file", ' '),
    value("from-env-file", ' '),
    value("type", ' '),
    truth("append-hash", ' '),
];

/// `kubectl create configmap NAME [--from-literal=KEY=VALUE] [--from-file=[KEY=]FILE] [--from-env-file=FILE]`.
pub(in crate::kubectl) const CONFIGMAP: Verb = Verb {
    name: "create configmap",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, FROM],
    run: configmap,
};
/// `kubectl create secret generic NAME …`.
pub(in crate::kubectl) const SECRET: Verb = Verb {
    name: "create secret generic",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, FROM],
    run: generic,
};
/// `kubectl create secret tls NAME --cert=FILE --key=FILE`.
pub(in crate::kubectl) const TLS: Verb = Verb {
    name: "create secret tls",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, &[value("cert", ' '), value("key", ' '), truth("append-hash", ' ')]],
    run: tls,
};
/// `kubectl create secret docker-registry NAME --docker-username=… --docker-password=…`.
pub(in crate::kubectl) const REGISTRY: Verb = Verb {
    name: "create secret docker-registry",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        args::MAKE,
        &[
            value("from-file", ' '),
            truth("append-hash", ' '),
            value("docker-username", ' '),
            value("docker-password", ' '),
            value("docker-email", ' '),
            value("docker-server", ' '),
        ],
    ],
    run: registry,
};

const DEFAULT_REGISTRY: &str = "https://index.docker.io/v1/";

/// What a ConfigMap and a Secret say differently.
struct Said {
    /// What is said of a key that cannot be one.
    no_key: fn(&str, &[String]) -> String,
    /// What is said of a key that is there already.
    twice: fn(&str, &str) -> String,
}
const OF_CONFIGMAP: Said = Said {
    no_key: |key, why| format!("{key:?} is not a valid key name for a ConfigMap: {}", why.join(",")),
    twice: |key, name| {
        format!(
            "cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {name:?}"
        )
    },
};
const OF_SECRET: Said = Said {
    no_key: |key, why| format!("{key:?} is not valid key name for a Secret {}", why.join(";")),
    twice: |key, _| format!("cannot add key {key}, another key by that name already exists"),
};

fn configmap(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create configmap")?.to_owned();
    let data: Map = read(call, args, &OF_CONFIGMAP)?.into_iter().map(|(k, v)| (k, v.into())).collect();
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
    let data = read(call, args, &OF_SECRET)?;
    secret(call, args, &name, args.get("type"), data)
}

fn tls(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create secret tls")?.to_owned();
    let (Some(cert), Some(key)) = (args.get("cert"), args.get("key")) else {
        return Err(Failure::error("key and cert must be specified"));
    };
    let mut data = Vec::new();
    for (file, key) in [(cert, "tls.crt"), (key, "tls.key")] {
        let missing =
            || Failure::error(format!("Cannot read file {file}, open {file}: no such file or directory"));
        data.push((key.into(), call.files.read(file).ok_or_else(missing)?));
    }
    secret(call, args, &name, Some("kubernetes.io/tls"), data)
}

fn registry(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create secret docker-registry")?.to_owned();
    let data = match (args.get("from-file"), args.get("docker-username"), args.get("docker-password")) {
        (Some(_), ..) => files(call, args)?,
        (None, Some(user), Some(password)) => {
            let server = args.get("docker-server").unwrap_or(DEFAULT_REGISTRY);
            vec![(".dockerconfigjson".into(), login(server, user, password, args.get("docker-email")))]
        }
        _ => {
            let why = "either --from-file or the combination of --docker-username, --docker-password and \
                       --docker-server is required";
            return Err(Failure::error(why));
        }
    };
    secret(call, args, &name, Some("kubernetes.io/dockerconfigjson"), data)
}

/// Models create_secret_docker.go: handleDockerCfgJSONContent, whose fields are not sorted.
fn login(server: &str, user: &str, password: &str, email: Option<&str>) -> String {
    let quoted = |text: &str| Value::from(text.to_owned()).to_json();
    let auth = base64(format!("{user}:{password}").as_bytes());
    let email = email.map_or(String::new(), |email| format!("\"email\":{},", quoted(email)));
    format!(
        "{{\"auths\":{{{}:{{\"username\":{},\"password\":{},{email}\"auth\":{}}}}}}}",
        quoted(server),
        quoted(user),
        quoted(password),
        quoted(&auth)
    )
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

/// The keys and values that the flags name, in order. Models create_configmap.go: createConfigMap.
fn read(call: &Call, args: &Args, said: &Said) -> Result<Vec<(Text, String)>, Failure> {
    let name = args.words[0].as_str();
    let whole = args.get("from-file").is_some() || args.get("from-literal").is_some();
    if whole && args.get("from-env-file").is_some() {
        return Err(Failure::error("from-env-file cannot be combined with from-file or from-literal"));
    }
    let mut all = Vec::new();
    for literal in args.all("from-literal") {
        let wrong = || Failure::error(format!("invalid literal source {literal}, expected key=value"));
        let (key, text) = literal.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
        all.push((key.to_owned().into(), text.trim_matches(['"', '\'']).to_owned()));
    }
    all.splice(0..0, files(call, args)?);
    for file in args.all("from-env-file").flat_map(|files| files.split(',')) {
        all.extend(environment(&file_text(call, file)?)?);
    }
    for (at, (key, _)) in all.iter().enumerate() {
        let why = manifest::config_key(key);
        if !why.is_empty() {
            return Err(Failure::error((said.no_key)(key, &why)));
        }
        if all[..at].iter().any(|(other, _)| other == key) {
            return Err(Failure::error((said.twice)(key, name)));
        }
    }
    Ok(all)
}

/// Models kubectl pkg/util/util.go: ParseFileSource.
fn files(call: &Call, args: &Args) -> Result<Vec<(Text, String)>, Failure> {
    let mut all = Vec::new();
    for file in args.all("from-file").flat_map(|files| files.split(',')) {
        let (key, path) = match file.split('=').collect::<Vec<_>>().as_slice() {
            [path] => (path.rsplit('/').next().unwrap_or(path), *path),
            ["", path] => return Err(Failure::error(format!("key name for file path {path} missing"))),
            [key, ""] => return Err(Failure::error(format!("file path for key name {key} missing"))),
            [key, path] => (*key, *path),
            _ => return Err(Failure::error("key names or file paths cannot contain '='")),
        };
        all.push((key.to_owned().into(), file_text(call, path)?));
    }
    Ok(all)
}

/// `KEY=VALUE` a line. Models kubectl pkg/cmd/util/env_file.go; there is no environment to take a value from.
fn environment(text: &str) -> Result<Vec<(Text, String)>, Failure> {
    let mut all = Vec::new();
    for line in text.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (key, text) = line.split_once('=').unwrap_or((line, ""));
        let why = manifest::env_name(key);
        if !why.is_empty() {
            return Err(Failure::error(format!("{key:?} is not a valid key name: {}", why.join(";"))));
        }
        all.push((key.to_owned().into(), text.to_owned()));
    }
    Ok(all)
}

fn file_text(call: &Call, path: &str) -> Result<String, Failure> {
    let missing = || Failure::error(format!("error reading {path}: no such file or directory"));
    call.files.read(path).ok_or_else(missing)
}
