//! `doctor`: what works here, what does not, and the command that puts it right.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use netmonitor_core::format::harmless_text;
use netmonitor_sys::ProcTree;
use netmonitor_sys::checkup::{self, Check, Fix, Status};
use serde::Serialize;

use super::{Refused, target};

/// Exit status 1: a negative answer.
const MISSING: u8 = 1;

/// What is to be looked at, and how it is told.
pub(crate) struct Doctor {
    /// The process, as typed; none for all of them.
    pub(crate) target: Option<String>,
    /// The proc tree.
    pub(crate) procfs: PathBuf,
    /// As JSON.
    pub(crate) json: bool,
    /// With what the kernel said at length.
    pub(crate) verbose: bool,
}

/// The JSON document.
#[derive(Serialize)]
struct Document {
    schema: u32,
    checks: Vec<Told>,
}

/// One check, in words.
#[derive(Debug, Serialize)]
struct Told {
    name: &'static str,
    status: &'static str,
    reason: String,
    fix: Option<String>,
    #[serde(skip)]
    log: String,
}

impl Doctor {
    /// Tries everything and prints how it went.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let tree = ProcTree::open(&self.procfs).map_err(|error| Refused(error.to_string()))?;
        let target = match &self.target {
            Some(typed) => Some(target::find(&tree, typed, false, false).map_err(Refused)?.target),
            None => None,
        };
        let checks = checkup::examine(&tree, target.as_ref()).context("looking at processes")?;
        let is_missing = checks.iter().any(|check| matches!(check.status, Status::Partly | Status::Missing));
        let again = Again::new(self.target.as_deref());
        let checks: Vec<_> = checks.into_iter().map(|check| told(check, &again)).collect();
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            let document = Document { schema: 1, checks };
            serde_json::to_writer_pretty(&mut out, &document)
                .map_err(io::Error::from)
                .and_then(|()| out.write_all(b"\n"))
        } else {
            checks.iter().try_for_each(|check| {
                writeln!(out, "{}", line(check))?;
                let log = check.log.lines().filter(|_| self.verbose);
                log.map(|line| harmless_text(line.as_bytes()))
                    .try_for_each(|line| writeln!(out, "    {line}"))
            })
        }
        .and_then(|()| out.flush())
        .context("writing")?;
        Ok(ExitCode::from(if is_missing { MISSING } else { 0 }))
    }
}

/// How this program is called.
struct Again {
    program: String,
    /// Its words, to be called with once more.
    words: String,
}

impl Again {
    fn new(target: Option<&str>) -> Self {
        let path = std::env::current_exe().unwrap_or_else(|_| "netmonitor".into());
        let program = quoted(&path.to_string_lossy());
        let target = target.map(|target| format!(" {}", quoted(target))).unwrap_or_default();
        Self { program, words: format!("doctor{target}") }
    }
}

fn told(check: Check, again: &Again) -> Told {
    let status = match check.status {
        Status::Ok => "ok",
        Status::Partly => "partly",
        Status::Missing => "missing",
        Status::Note => "note",
    };
    let fix = check.fix.map(|fix| command(&fix, again));
    Told { name: check.name, status, reason: check.reason, fix, log: check.log }
}

/// What is to be done, as one command where one can do it.
fn command(fix: &Fix, Again { program, words }: &Again) -> String {
    match fix {
        Fix::Capabilities(names) => format!("sudo setcap {}+ep {program}", names.join(",")),
        Fix::Root => format!("sudo {program} {words}"),
        Fix::Outside(names) => {
            format!("run it outside of this container or sandbox, or have that keep {}", names.join(", "))
        }
    }
}

/// A check as a line.
fn line(Told { name, status, reason, fix, .. }: &Told) -> String {
    let fix = fix.as_ref().map(|fix| format!("; fix: {fix}")).unwrap_or_default();
    format!("{status:7}  {name:20}  {reason}{fix}")
}

/// A word as a shell takes it, harmless to a terminal.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:+@=,".contains(&byte);
    let harmless = harmless_text(word.as_bytes());
    match !word.is_empty() && word.bytes().all(is_plain) {
        true => harmless,
        false => format!("'{}'", harmless.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again() -> Again {
        Again { program: quoted("/opt/my tools/netmonitor"), words: "doctor nginx".into() }
    }

    #[test]
    fn a_fix_is_a_command() {
        let names = vec!["cap_net_admin", "cap_sys_ptrace"];
        assert_eq!(
            command(&Fix::Capabilities(names.clone()), &again()),
            "sudo setcap cap_net_admin,cap_sys_ptrace+ep '/opt/my tools/netmonitor'"
        );
        assert_eq!(command(&Fix::Root, &again()), "sudo '/opt/my tools/netmonitor' doctor nginx");
        assert!(command(&Fix::Outside(names), &again()).ends_with("keep cap_net_admin, cap_sys_ptrace"));
    }

    #[test]
    fn a_check_is_a_line() {
        let check = Check {
            log: String::new(),
            name: "cap_bpf",
            status: Status::Missing,
            reason: "not held".into(),
            fix: Some(Fix::Root),
        };
        assert_eq!(
            line(&told(check, &again())),
            "missing  cap_bpf               not held; fix: sudo '/opt/my tools/netmonitor' doctor nginx"
        );
    }

    #[test]
    fn words_are_quoted_and_harmless() {
        assert_eq!(quoted("unit:a@b"), "unit:a@b");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("\x1b[31m"), r"'\u{1b}[31m'");
        assert_eq!(quoted(""), "''");
    }
}
