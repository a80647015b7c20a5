//! Databases and their clients. No data is kept: a client that can reach its server works for some seconds and succeeds.

use super::web::Site;
use crate::api::{Span, Text};
use crate::sim::workload::tools::{Act, Call, Options, Server, Tool, formatted};
use crate::sim::workload::{Answer, Question};

/// How long a database takes from its start to its first answer.
const START: Span = Span::secs(2);
/// How long a dump of a small database takes.
const DUMP: Span = Span::secs(3);

/// The programs of this file.
pub(super) fn program(name: &str) -> Option<Tool> {
    Some(match name {
        "postgres" => postgres,
        "psql" | "pg_dump" | "pg_dumpall" | "pg_restore" | "createdb" | "pg_isready" => postgres_client,
        "mysqld" | "mariadbd" => mysqld,
        "mysql" | "mariadb" | "mysqldump" | "mariadb-dump" | "mysqladmin" | "mariadb-admin" => mysql_client,
        "mongod" => mongod,
        "mongosh" | "mongodump" => mongo_client,
        _ => return None,
    })
}

fn set(call: &Call, names: &[&str]) -> bool {
    names.iter().any(|name| call.shell.get(name).is_some_and(|value| !value.is_empty()))
}

const POSTGRES_WANTS: [&str; 10] = [
    "Error: Database is uninitialized and superuser password is not specified.",
    "       You must specify POSTGRES_PASSWORD to a non-empty value for the",
    "       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".",
    "",
    "       You may also use \"POSTGRES_HOST_AUTH_METHOD=trust\" to allow all",
    "       connections without a password. This is *not* recommended.",
    "",
    "       See PostgreSQL documentation about \"trust\":",
    "       https://www.postgresql.org/docs/current/auth-trust.html",
    "",
];

fn postgres(call: &mut Call) -> Act {
    let names =
        ["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRESQL_PASSWORD", "POSTGRES_HOST_AUTH_METHOD"];
    if !set(call, &names) {
        POSTGRES_WANTS.iter().for_each(|line| call.error(*line));
        return Act::Done(1);
    }
    if call.phase == 0 {
        call.line("The files belonging to this database system will be owned by user \"postgres\".");
        return Act::Sleep(START);
    }
    let stamp = formatted(call.now, "%Y-%m-%d %H:%M:%S.000 UTC");
    call.line("PostgreSQL init process complete; ready for start up.");
    call.error(format!("{stamp} [1] LOG:  database system is ready to accept connections"));
    Act::Serve(Server::graceful(&[5432], Site::Silent))
}

const MYSQL_WANTS: [&str; 4] = [
    "    You need to specify one of the following as an environment variable:",
    "    - MYSQL_ROOT_PASSWORD",
    "    - MYSQL_ALLOW_EMPTY_PASSWORD",
    "    - MYSQL_RANDOM_ROOT_PASSWORD",
];

fn mysqld(call: &mut Call) -> Act {
    let names = [
        "ROOT_PASSWORD",
        "ROOT_PASSWORD_FILE",
        "ROOT_PASSWORD_HASH",
        "ALLOW_EMPTY_PASSWORD",
        "RANDOM_ROOT_PASSWORD",
        "ALLOW_EMPTY_ROOT_PASSWORD",
    ];
    let names: Vec<String> =
        names.iter().flat_map(|name| [format!("MYSQL_{name}"), format!("MARIADB_{name}")]).collect();
    let stamp = formatted(call.now, "%Y-%m-%d %H:%M:%S+00:00");
    if !set(call, &names.iter().map(String::as_str).collect::<Vec<_>>()) {
        call.error(format!(
            "{stamp} [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified"
        ));
        MYSQL_WANTS.iter().for_each(|line| call.error(*line));
        return Act::Done(1);
    }
    if call.phase == 0 {
        call.line(format!("{stamp} [Note] [Entrypoint]: Initializing database files"));
        return Act::Sleep(START);
    }
    call.line(format!("{stamp} [Note] [Entrypoint]: MySQL init process done. Ready for start up."));
    call.error("[Server] /usr/sbin/mysqld: ready for connections. port: 3306  MySQL Community Server - GPL.");
    Act::Serve(Server::graceful(&[3306], Site::Silent))
}

fn mongod(call: &mut Call) -> Act {
    call.line("{\"c\":\"NETWORK\",\"msg\":\"Waiting for connections\",\"attr\":{\"port\":27017}}");
    Act::Serve(Server::graceful(&[27017], Site::Silent))
}

/// The host and port that a client is told, by its flags or its environment.
fn target(
    call: &Call,
    options: &Options,
    names: [&str; 2],
    port_flag: char,
    port: u16,
) -> Option<(Text, u16)> {
    let long = |name: &str| {
        let args = call.args();
        args.iter().enumerate().find_map(|(i, arg)| {
            let rest = arg.strip_prefix("--")?.strip_prefix(name)?;
            Some(rest.strip_prefix('=').or(args.get(i + 1).copied().filter(|_| rest.is_empty()))?.to_owned())
        })
    };
    // `postgresql://user:password@host:port/database`.
    let url = options.operands.iter().chain(options.values.iter().map(|(_, v)| v)).find_map(|word| {
        let rest = word.split_once("://")?.1.split(['/', '?']).next()?;
        crate::sim::workload::tools::host_and_port(rest.rsplit('@').next()?, port)
    });
    if let Some((host, port)) = url {
        return Some((host.into(), port));
    }
    let env = |name: &str| call.shell.get(name).map(|value| value.to_string());
    let host = options.value('h').map(str::to_owned).or_else(|| long("host")).or_else(|| env(names[0]))?;
    let given =
        options.value(port_flag).map(str::to_owned).or_else(|| long("port")).or_else(|| env(names[1]));
    Some((host.into(), given.and_then(|port| port.parse().ok()).unwrap_or(port)))
}

fn postgres_client(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "hpUdcfFtnTjW");
    let name = call.name();
    let Some((host, port)) = target(call, &options, ["PGHOST", "PGPORT"], 'p', 5432) else {
        let why = "connection to server on socket \"/var/run/postgresql/.s.PGSQL.5432\" failed: No such file or directory";
        call.error(format!("{name}: error: {why}"));
        call.error("\tIs the server running locally and accepting connections on that socket?");
        return Act::Done(if name == "psql" { 2 } else { 1 });
    };
    if call.phase == 0 {
        return Act::Ask(Question::Tcp { host, port, timeout: None });
    }
    if name == "pg_isready" {
        let open = matches!(call.answer.take(), Some(Answer::Connected { .. }));
        call.line(format!("{host}:{port} - {}", if open { "accepting connections" } else { "no response" }));
        return Act::Done(if open { 0 } else { 2 });
    }
    let at = format!("connection to server at \"{host}\"");
    let why = match call.answer.take() {
        Some(Answer::Connected { .. }) => {
            return Act::Sleep(if name == "psql" { Span::millis(200) } else { DUMP });
        }
        None => {
            if name == "pg_dump" || name == "pg_dumpall" {
                dump(
                    call,
                    options.value('f'),
                    &[
                        "--",
                        "-- PostgreSQL database dump",
                        "--",
                        "",
                        "--",
                        "-- PostgreSQL database dump complete",
                        "--",
                    ],
                );
            }
            return Act::Done(0);
        }
        Some(Answer::Refused { address }) => format!(
            "{at} ({address}), port {port} failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?"
        ),
        Some(Answer::TimedOut { address }) => format!(
            "{at} ({address}), port {port} failed: Connection timed out\n\tIs the server running on that host and accepting TCP/IP connections?"
        ),
        Some(_) => format!("could not translate host name \"{host}\" to address: Name or service not known"),
    };
    for line in format!("{name}: error: {why}").lines() {
        call.error(line.to_owned());
    }
    Act::Done(if name == "psql" { 2 } else { 1 })
}

fn dump(call: &mut Call, file: Option<&str>, lines: &[&'static str]) {
    match file {
        Some(path) => {
            let path = call.shell.path(path);
            call.files.write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>().into());
        }
        None => lines.iter().for_each(|line| call.line(*line)),
    }
}

fn mysql_client(call: &mut Call) -> Act {
    // -p takes a password only where it is glued on.
    let args: Vec<String> =
        call.args().iter().filter(|arg| !arg.starts_with("-p")).map(|arg| (*arg).to_owned()).collect();
    let options = Options::of(&args.iter().map(String::as_str).collect::<Vec<_>>(), "huPeDr");
    let name = call.name();
    let dumps = name.contains("dump");
    let refusal = |number: u32, text: String| match () {
        () if dumps => format!("{name}: Got error: {number}: {text} when trying to connect"),
        () if name.contains("admin") => format!("{name}: connect to server failed: error: '{text}'"),
        () => format!("ERROR {number} (HY000): {text}"),
    };
    let code = if dumps { 2 } else { 1 };
    let Some((host, port)) = target(call, &options, ["MYSQL_HOST", "MYSQL_TCP_PORT"], 'P', 3306) else {
        let socket = "Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)";
        call.error(refusal(2002, socket.to_owned()));
        return Act::Done(code);
    };
    if call.phase == 0 {
        return Act::Ask(Question::Tcp { host, port, timeout: None });
    }
    let line = match call.answer.take() {
        Some(Answer::Connected { .. }) => return Act::Sleep(if dumps { DUMP } else { Span::millis(200) }),
        None => {
            if dumps {
                let lines = ["-- MySQL dump 10.13", "--", "-- Dump completed"];
                dump(call, options.value('r'), &lines);
            } else if name.contains("admin") && options.operands.iter().any(|word| word == "ping") {
                call.line("mysqld is alive");
            }
            return Act::Done(0);
        }
        Some(Answer::Refused { .. }) => {
            refusal(2003, format!("Can't connect to MySQL server on '{host}:{port}' (111)"))
        }
        Some(Answer::TimedOut { .. }) => {
            refusal(2003, format!("Can't connect to MySQL server on '{host}:{port}' (110)"))
        }
        Some(_) => refusal(2005, format!("Unknown MySQL server host '{host}' (-2)")),
    };
    call.error(line);
    Act::Done(code)
}

fn mongo_client(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "hpu");
    let found = target(call, &options, ["MONGO_HOST", "MONGO_PORT"], 'p', 27017);
    let (host, port) = found.unwrap_or(("127.0.0.1".into(), 27017));
    match (call.phase, call.answer.take()) {
        (0, _) => Act::Ask(Question::Tcp { host, port, timeout: None }),
        (_, Some(Answer::Connected { .. })) => {
            Act::Sleep(if call.name() == "mongodump" { DUMP } else { Span::millis(200) })
        }
        (_, None) => Act::Done(0),
        (_, Some(_)) => {
            call.error(format!("MongoServerSelectionError: cannot connect to {host}:{port}"));
            Act::Done(1)
        }
    }
}
