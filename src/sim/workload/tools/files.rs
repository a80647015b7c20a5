//! Tools that work on files.

use super::filter::Options;
use super::{Act, Call, Server, is_directory};
use crate::api::{Span, Text};
use crate::sim::workload::Files;

/// How often `tail -f` looks again.
const FOLLOW: Span = Span::secs(1);

/// `cat [-n] [FILE...]`.
pub(super) fn cat(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let (text, status) = call.read_all(&options.operands());
    if options.has('n') {
        let numbered = text.lines().enumerate().map(|(i, line)| format!("{:>6}\t{line}\n", i + 1)).collect();
        call.raw(numbered);
    } else {
        call.raw(text);
    }
    Act::Done(status)
}
/// `tac [FILE...]`.
pub(super) fn tac(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let (text, status) = call.read_all(&options.operands());
    call.raw(text.lines().rev().map(|line| format!("{line}\n")).collect());
    Act::Done(status)
}
/// `rev [FILE...]`.
pub(super) fn rev(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let (text, status) = call.read_all(&options.operands());
    call.raw(text.lines().map(|line| line.chars().rev().chain(['\n']).collect::<String>()).collect());
    Act::Done(status)
}
/// `tee [-a] FILE...`.
pub(super) fn tee(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let text = call.rest_of_input();
    for path in options.operands() {
        let path = call.shell.path(path);
        let old = if options.has('a') {
            call.files.read(&path).cloned().unwrap_or_default()
        } else {
            Text::default()
        };
        call.files.write(&path, format!("{old}{text}").into());
    }
    call.raw(text.to_string());
    Act::Done(0)
}
/// `tail [-n N] [-f | -F] [FILE...]`.
pub(super) fn tail(call: &mut Call) -> Act {
    let args = call.args();
    let old_style = args.first().and_then(|arg| arg.strip_prefix('-')).and_then(|n| n.parse::<usize>().ok());
    let options = Options::of(if old_style.is_some() { &args[1..] } else { &args }, "nc");
    let follows = options.has('f') || options.has('F') || args.contains(&"--follow");
    let count = options.value('n').unwrap_or("10").to_owned();
    if follows && (options.operands.is_empty() || options.operands.iter().all(|path| path == "/dev/null")) {
        return Act::Serve(Server::idle());
    }
    if call.phase > 0 {
        return follow(call, &options.operands());
    }
    let (text, status) = call.read_all(&options.operands());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let skip = match count.strip_prefix('+') {
        Some(from) => from.parse::<usize>().unwrap_or(1).saturating_sub(1),
        None => lines.len().saturating_sub(old_style.unwrap_or(count.parse().unwrap_or(10))),
    };
    call.raw(lines.iter().skip(skip).copied().collect());
    if !follows || (status != 0 && !options.has('F')) {
        return Act::Done(status);
    }
    *call.memo = text.len().to_string().into();
    Act::Sleep(FOLLOW)
}
fn follow(call: &mut Call, paths: &[&str]) -> Act {
    let shown: usize = call.memo.parse().unwrap_or(0);
    let whole: String =
        paths.iter().filter_map(|path| call.files.read(&call.shell.path(path))).map(|t| t.as_str()).collect();
    // A file that has shrunk was begun anew.
    let new = whole.get(shown..).unwrap_or(&whole).to_owned();
    call.raw(new);
    *call.memo = whole.len().to_string().into();
    Act::Sleep(FOLLOW)
}
/// `ls [-a] [-l] [-1] [PATH...]`.
pub(super) fn ls(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let mut paths = options.operands();
    let here = call.shell.directory.to_string();
    if paths.is_empty() {
        paths.push(&here);
    }
    let (many, mut status) = (paths.len() > 1, 0);
    for path in paths {
        let absolute = call.shell.path(path);
        let entry = |name: &str, size: usize, directory: bool| {
            if !options.has('l') {
                return format!("{name}\n");
            }
            let (mode, links) = if directory { ("drwxr-xr-x", 2) } else { ("-rw-r--r--", 1) };
            format!("{mode}    {links} root     root     {size:>9} Jan  1 00:00 {name}\n")
        };
        if let Some(content) = call.files.read(&absolute) {
            let line = entry(path, content.len(), false);
            call.raw(line);
        } else if is_directory(call.files, &absolute) {
            let names = children(call.files, &absolute);
            let mut out = if many { format!("{path}:\n") } else { String::new() };
            for (name, size, directory) in
                names.into_iter().filter(|(n, ..)| !n.starts_with('.') || options.has('a'))
            {
                out.push_str(&entry(&name, size, directory));
            }
            call.raw(out);
        } else {
            let why = format!("ls: {path}: No such file or directory");
            call.error(why);
            status = 1;
        }
    }
    Act::Done(status)
}
/// What lies directly in a directory: name, bytes, and whether it is a directory.
fn children(files: &Files, directory: &str) -> Vec<(String, usize, bool)> {
    let inside = format!("{}/", directory.trim_end_matches('/'));
    let mut found: Vec<(String, usize, bool)> = Vec::new();
    for (path, content) in files.iter() {
        let Some(rest) = path.strip_prefix(&inside).filter(|rest| !rest.is_empty()) else { continue };
        let (name, deeper) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
        if found.last().is_none_or(|(last, ..)| last != name) {
            found.push((name.to_owned(), if deeper { 4096 } else { content.len() }, deeper));
        }
    }
    found
}
/// `find PATH [-name PATTERN] [-type f|d] [-delete] [-print]`: times are not kept, so `-mtime` is always true.
pub(super) fn find(call: &mut Call) -> Act {
    let args: Vec<String> = call.args().iter().map(|arg| (*arg).to_owned()).collect();
    let root = args.first().filter(|arg| !arg.starts_with('-')).cloned().unwrap_or(".".to_owned());
    let after = |name: &str| args.iter().position(|arg| arg == name).and_then(|i| args.get(i + 1)).cloned();
    let (pattern, kind) = (after("-name"), after("-type"));
    let absolute = call.shell.path(&root);
    if !is_directory(call.files, &absolute) && call.files.read(&absolute).is_none() {
        return call.fail(1, &format!("{root}: No such file or directory"));
    }
    let inside = format!("{}/", absolute.trim_end_matches('/'));
    let fits = |path: &str| {
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        pattern.as_ref().is_none_or(|pattern| glob(pattern, name))
            && kind.as_ref().is_none_or(|kind| (kind == "d") == path.ends_with('/'))
    };
    let found: Vec<Text> = call
        .files
        .iter()
        .map(|(path, _)| path.clone())
        .filter(|path| (path.starts_with(&inside) || **path == *absolute) && fits(path))
        .collect();
    for path in found {
        call.cost += 1;
        if args.iter().any(|arg| arg == "-delete") {
            call.files.remove(&path);
        }
        if !args.iter().any(|arg| arg == "-delete") || args.iter().any(|arg| arg == "-print") {
            let rest = path.strip_prefix(&inside).unwrap_or_default().trim_end_matches('/').to_owned();
            call.line(format!("{}/{rest}", root.trim_end_matches('/')));
        }
    }
    Act::Done(0)
}
fn glob(pattern: &str, name: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    pattern.len() < 256 && crate::sim::workload::shell::fits(&chars(pattern), &chars(name))
}
/// `mkdir [-p] PATH...`.
pub(super) fn mkdir(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "m");
    for path in options.operands() {
        let absolute = call.shell.path(path);
        if is_directory(call.files, &absolute) && !options.has('p') {
            return call.fail(1, &format!("can't create directory '{path}': File exists"));
        }
        call.files.write(&format!("{}/", absolute.trim_end_matches('/')), Text::default());
    }
    Act::Done(0)
}
/// `rm [-r] [-f] PATH...`.
pub(super) fn rm(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let mut status = 0;
    let recursive = options.has('r') || options.has('R') || call.name() == "rmdir";
    for path in options.operands() {
        let absolute = call.shell.path(path);
        let inside = format!("{}/", absolute.trim_end_matches('/'));
        let doomed: Vec<Text> = call
            .files
            .iter()
            .map(|(other, _)| other.clone())
            .filter(|other| **other == *absolute || (recursive && other.starts_with(&inside)))
            .collect();
        if doomed.is_empty() && !options.has('f') {
            let directory = is_directory(call.files, &absolute);
            let why = if directory { "is a directory" } else { "No such file or directory" };
            call.error(format!("rm: can't remove '{path}': {why}"));
            status = 1;
        }
        for other in doomed {
            call.cost += 1;
            call.files.remove(&other);
        }
    }
    Act::Done(status)
}
/// `touch PATH...`.
pub(super) fn touch(call: &mut Call) -> Act {
    for path in Options::of(&call.args(), "dtr").operands() {
        let absolute = call.shell.path(path);
        if call.files.read(&absolute).is_none() && !call.files.write(&absolute, Text::default()) {
            return call.fail(1, &format!("{path}: No space left on device"));
        }
    }
    Act::Done(0)
}
/// `cp [-r] FROM... TO`.
pub(super) fn cp(call: &mut Call) -> Act {
    copy(call, false)
}
/// `mv FROM... TO`.
pub(super) fn mv(call: &mut Call) -> Act {
    copy(call, true)
}
fn copy(call: &mut Call, moves: bool) -> Act {
    let options = Options::of(&call.args(), "");
    let operands = options.operands();
    let Some((to, from)) = operands.split_last().filter(|(_, from)| !from.is_empty()) else {
        return call.fail(1, "missing file operand");
    };
    let target = call.shell.path(to);
    let into = is_directory(call.files, &target);
    let mut status = 0;
    for path in from {
        let absolute = call.shell.path(path);
        let base = absolute.rsplit('/').next().unwrap_or_default();
        let target = if into { format!("{}/{base}", target.trim_end_matches('/')) } else { target.clone() };
        if let Some(content) = call.files.read(&absolute).cloned() {
            call.cost += (content.len() / 64) as u32;
            call.files.write(&target, content);
        } else if is_directory(call.files, &absolute) {
            let tree = call.files.clone();
            call.files.mount(&target, &tree, &absolute);
        } else {
            let why = format!(
                "can't {} '{path}': No such file or directory",
                if moves { "rename" } else { "stat" }
            );
            call.fail(1, &why);
            status = 1;
            continue;
        }
        if moves && target != absolute {
            call.files.remove(&absolute);
            call.files.mount(&absolute, &Files::default(), "/");
        }
    }
    Act::Done(status)
}
/// `du [-s] [-h] [PATH...]`: the sum, in KiB.
pub(super) fn du(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "d");
    let mut paths = options.operands();
    if paths.is_empty() {
        paths.push(".");
    }
    for path in paths {
        let absolute = call.shell.path(path);
        let inside = format!("{}/", absolute.trim_end_matches('/'));
        let here = |other: &Text| **other == *absolute || other.starts_with(&inside);
        let bytes: usize =
            call.files.iter().filter(|(other, _)| here(other)).map(|(_, content)| content.len()).sum();
        let size = if options.has('h') {
            format!("{}.0K", bytes.div_ceil(1024) + 4)
        } else {
            (bytes.div_ceil(1024) + 4).to_string()
        };
        call.line(format!("{size}\t{path}"));
    }
    Act::Done(0)
}
/// `mktemp [-d]`.
pub(super) fn mktemp(call: &mut Call) -> Act {
    *call.luck = crate::api::mix(*call.luck);
    let path = format!("/tmp/tmp.{:06x}", *call.luck & 0xff_ffff);
    let directory = call.args().contains(&"-d");
    call.files.write(&if directory { format!("{path}/") } else { path.clone() }, Text::default());
    call.line(path);
    Act::Done(0)
}
/// `tar c… ARCHIVE PATH...`, `gzip FILE`: makes a file that holds the contents one after the other; nothing is packed.
pub(super) fn archive(call: &mut Call) -> Act {
    let args: Vec<String> = call.args().iter().map(|arg| (*arg).to_owned()).collect();
    let paths: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let name = call.name();
    if name != "tar" {
        let Some(path) = paths.last() else {
            let text = call.rest_of_input();
            call.raw(text.to_string());
            return Act::Done(0);
        };
        let absolute = call.shell.path(path);
        let Some(content) = call.files.read(&absolute).cloned() else {
            call.not_there(path);
            return Act::Done(1);
        };
        call.files.remove(&absolute);
        let to = if name == "gunzip" {
            absolute.trim_end_matches(".gz").to_owned()
        } else {
            format!("{absolute}.gz")
        };
        call.files.write(&to, content);
        return Act::Done(0);
    }
    let letters = args.first().map_or("", |arg| arg.trim_start_matches('-')).to_owned();
    let after = |flag: &str| args.iter().position(|arg| arg == flag).and_then(|i| args.get(i + 1)).cloned();
    let base = after("-C").unwrap_or_default();
    let mut operands: Vec<String> =
        args.iter().skip(1).filter(|arg| !arg.starts_with('-') && **arg != base).cloned().collect();
    if letters.contains('x') || letters.contains('t') || operands.is_empty() {
        return Act::Done(0);
    }
    let target = operands.remove(0);
    let mut whole = String::new();
    for path in operands {
        let absolute =
            call.shell.path(&if base.is_empty() { path.clone() } else { format!("{base}/{path}") });
        let inside = format!("{}/", absolute.trim_end_matches('/'));
        let size = whole.len();
        for (other, content) in call.files.iter().filter(|(o, _)| **o == *absolute || o.starts_with(&inside))
        {
            whole.push_str(&format!("{other}\n{content}"));
        }
        if whole.len() == size && !is_directory(call.files, &absolute) {
            return call.fail(1, &format!("{path}: No such file or directory"));
        }
    }
    let target = call.shell.path(&target);
    if target == "/" || target.ends_with("/-") {
        call.raw(whole);
    } else {
        call.files.write(&target, whole.into());
    }
    Act::Done(0)
}
