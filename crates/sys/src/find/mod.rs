//! The processes that a text names: by number, by name, by the port that they hold, by their cgroup.
//!
//! What is found is a list of candidates, never a guess: which of several is meant is decided above. A
//! candidate is opened as a [`Target`], which then holds the process that was found and no other.

mod cgroup;
mod entries;
mod name;
mod pid;
mod port;

use std::fmt;
use std::time::Duration;

use crate::clock::boottime;
use crate::dir::Dir;
use crate::stat::status_line;
use crate::target::{Target, TargetError, shown};
use crate::tree::{Kind as TreeKind, ProcTree};
use entries::Entry;

/// As much of a command line as is kept.
const CMDLINE: usize = 4096;

/// Longer than any `status` or `cgroup` of a process.
const SHORT: usize = 1024 * 1024;

/// How many names are told that are like one that nobody has.
const NEAREST: usize = 3;

/// What a user typed to say which process is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    kind: Kind,
}

/// The ways to name a process.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Pid,
    Name,
    Port(u16),
    Group(cgroup::Group),
}

/// Reads what stands behind a prefix, or says why it names nothing.
type Read = fn(&str) -> Result<Kind, &'static str>;

/// What a text begins with that names a process neither by its number nor by its name.
const PREFIXES: &[(&str, Read)] = &[
    (":", |port| port::parse(port).map(Kind::Port)),
    ("unit:", |name| cgroup::Group::unit(name).map(Kind::Group)),
    ("container:", |id| cgroup::Group::container(id).map(Kind::Group)),
    ("cgroup:", |path| cgroup::Group::path(path).map(Kind::Group)),
];

/// A text that names no process, whatever processes there are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" {why}")]
pub struct QueryError {
    text: String,
    why: &'static str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// One process.
    One(Candidate),
    /// More than one, the oldest first.
    Several(Vec<Candidate>),
    /// None.
    None(Nothing),
}

/// A process that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its PID, in the tree's numbers.
    pub pid: u32,
    /// When it began, clock ticks after boot; with the PID it names one process only.
    pub start_time: u64,
    /// How long it has been there; not known of a copied tree.
    pub age: Option<Duration>,
    /// Its user.
    pub uid: Option<u32>,
    /// Its name (`comm`).
    pub name: Vec<u8>,
    /// Its command line, words separated by zero bytes; the beginning of a long one.
    pub cmdline: Vec<u8>,
    /// By what it was found, where the query does not say it: the socket that has the port.
    pub by: Option<String>,
}

/// What was searched in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nothing {
    /// What does not exist: `no process is called "x"`.
    pub what: String,
    /// What of each process was compared.
    pub compared: &'static str,
    /// How many processes were looked at.
    pub searched: u64,
    /// Of them, how many kept something from this user that may have matched.
    pub unread: u64,
    /// The tree may leave processes out.
    pub hiding: bool,
    /// What would help, or how it can be that there is none.
    pub hint: Option<String>,
    /// The names most like it.
    pub nearest: Vec<String>,
}

impl Query {
    /// Reads a text. All digits are always a PID.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let kind = if pid::is_number(text) {
            Ok(Kind::Pid)
        } else if let Some((prefix, read)) = PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix)) {
            read(&text[prefix.len()..])
        } else if text.is_empty() {
            Err("names no process: give a PID, a name, :PORT, unit:NAME, container:ID or cgroup:PATH")
        } else {
            Ok(Kind::Name)
        };
        match kind {
            Ok(kind) => Ok(Self { text: text.to_owned(), kind }),
            Err(why) => Err(QueryError { text: shown(text), why }),
        }
    }

    /// It names a process by its number: no other process will ever be the one that it means.
    pub fn is_pid(&self) -> bool {
        self.kind == Kind::Pid
    }

    /// Searches the processes of a tree. This process itself is left out, except by its number.
    pub fn find(&self, tree: &ProcTree) -> Result<Found, TargetError> {
        match &self.kind {
            Kind::Pid => pid::find(tree, &self.text).map(Found::One),
            Kind::Name => name::find(tree, &self.text),
            Kind::Port(port) => port::find(tree, *port),
            Kind::Group(group) => group.find(tree),
        }
    }
}

/// The text as it was typed, made safe to show.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.text))
    }
}

impl Candidate {
    /// Opens it for watching. It may have ended since it was found.
    pub fn open(&self, tree: &ProcTree) -> Result<Target, TargetError> {
        let target = Target::find(tree, &self.pid.to_string())?;
        match target.start_time() == self.start_time {
            true => Ok(target),
            false => Err(TargetError::NoSuchProcess { pid: self.pid }),
        }
    }

    fn new(tree: &ProcTree, entry: &Entry<'_>) -> Self {
        Self::of(tree, entry.dir, entry.pid, entry.start_time(), entry.name.to_vec())
    }

    fn of(tree: &ProcTree, dir: &Dir, pid: u32, start_time: u64, name: Vec<u8>) -> Self {
        let (mut status, mut cmdline) = (Vec::new(), Vec::new());
        let _ = dir.small("status", SHORT, &mut status);
        let _ = dir.small("cmdline", CMDLINE, &mut cmdline);
        // The second is the effective user, whose rights it has.
        let uid = status_line(&status, "Uid").and_then(|mut words| words.nth(1)?.parse().ok());
        let age = (tree.kind() != TreeKind::Copy).then(|| age(start_time));
        Self { pid, start_time, age, uid, name, cmdline, by: None }
    }
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, compared, searched, unread, .. } = self;
        let processes = if *searched == 1 { "process was" } else { "processes were" };
        write!(f, "{what}; {searched} {processes} searched by {compared}")?;
        if *unread > 0 {
            write!(f, ", not all of it readable for {unread} of them")?;
        }
        if self.hiding {
            f.write_str("; others may be hidden from you")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        if !self.nearest.is_empty() {
            write!(f, "\nnearest: {}", self.nearest.join(", "))?;
        }
        Ok(())
    }
}

/// Calls `look` for every process of a tree that is no kernel thread and not this one.
pub(crate) fn each_process(tree: &ProcTree, look: &mut dyn FnMut(&Dir, u32)) -> Result<(), TargetError> {
    entries::each(tree, |entry| {
        if !entry.stat.is_some_and(|stat| stat.is_kernel_thread()) {
            look(entry.dir, entry.pid);
        }
    })
    .map(drop)
}

/// One, several or, if nothing matched, what `nothing` makes of it. The oldest comes first.
fn found(mut candidates: Vec<Candidate>, nothing: impl FnOnce() -> Nothing) -> Found {
    candidates.sort_by_key(|candidate| (candidate.start_time, candidate.pid));
    match candidates.len() {
        0 => Found::None(nothing()),
        1 => Found::One(candidates.remove(0)),
        _ => Found::Several(candidates),
    }
}

/// Those of some names that are most like one that nobody has.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let nearest = netmonitor_core::query::nearest::nearest(name, known, NEAREST);
    nearest.into_iter().map(shown).collect()
}

/// Time since a number of clock ticks after boot.
fn age(start_time: u64) -> Duration {
    let tick = 1_000_000_000 / rustix::param::clock_ticks_per_second().max(1);
    Duration::from_nanos(boottime().saturating_sub(start_time.saturating_mul(tick)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        Query::parse(text).unwrap().kind
    }

    fn refused(text: &str) -> String {
        Query::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn digits_are_always_a_pid() {
        for text in ["1", "0", "0042", "-7", "99999999999999999999999"] {
            assert_eq!(kind(text), Kind::Pid, "{text}");
            assert!(Query::parse(text).unwrap().is_pid());
        }
        for text in ["12a", "-", "--5", "+5", "0x10", "٣", "self", "kworker/0:1", "a:80", "nginx: master"] {
            assert_eq!(kind(text), Kind::Name, "{text}");
            assert!(!Query::parse(text).unwrap().is_pid());
        }
    }

    #[test]
    fn prefixes_say_what_is_meant() {
        assert_eq!(kind(":80"), Kind::Port(80));
        assert_eq!(kind("unit:nginx"), Kind::Group(cgroup::Group::unit("nginx").unwrap()));
        assert_eq!(kind("container:0123abcd"), Kind::Group(cgroup::Group::container("0123abcd").unwrap()));
        assert_eq!(kind("cgroup:/a"), Kind::Group(cgroup::Group::path("/a").unwrap()));
        for text in [":", ":0", ":65536", ":http", ":-1", ":+1"] {
            assert!(refused(text).contains("from 1 to 65535"), "{text}: {}", refused(text));
        }
        for text in ["", "unit:", "unit:a/b", "container:", "cgroup:"] {
            assert!(refused(text).starts_with(&format!("\"{text}\" ")), "{}", refused(text));
        }
        assert!(!refused(":\x1b[31m").contains('\x1b'));
    }

    #[test]
    fn what_was_searched_in_vain_is_told() {
        let nothing = Nothing {
            what: "no process is called \"x\"".into(),
            compared: "name",
            searched: 2,
            unread: 0,
            hiding: false,
            hint: None,
            nearest: vec![],
        };
        assert_eq!(nothing.to_string(), "no process is called \"x\"; 2 processes were searched by name");
        let more = Nothing {
            unread: 1,
            hiding: true,
            hint: Some("ask".into()),
            nearest: vec!["y".into(), "z".into()],
            ..nothing
        };
        assert!(more.to_string().ends_with(
            "by name, not all of it readable for 1 of them; others may be hidden from you\n\
             hint: ask\nnearest: y, z"
        ));
    }
}
