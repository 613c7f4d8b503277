//! The process that is watched: found by what the user typed, held so that no other can take its place.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open, test_kill_process};

use crate::dir::{Dir, denied, gone};
use crate::end::EndWatch;
use crate::stat::{Stat, status_line};
use crate::threads::{live_thread, read_stat};
use crate::tree::{Kind, ProcTree};

/// As much of a user's text as an error shows.
const SHOWN: usize = 64;

/// As many PIDs of a tree are named.
const NAMED: usize = 16;

/// A process, held by a descriptor of its directory and, where PIDs are ours, by a pidfd.
#[derive(Debug)]
pub struct Target {
    pid: u32,
    start_time: u64,
    kind: Kind,
    dir: Arc<Dir>,
    pidfd: Option<Arc<OwnedFd>>,
}

/// Why a text names no process that can be watched.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It has something other than digits.
    #[error("\"{text}\" is not a number: give the PID of a process, in digits")]
    NotANumber {
        /// What was typed, made safe to show.
        text: String,
    },
    /// PID 0 is the kernel's idle task.
    #[error("0 is not the PID of a process: give a PID from 1 on")]
    Zero,
    /// A number below zero.
    #[error("{text} is negative: give a PID from 1 on")]
    Negative {
        /// What was typed, made safe to show.
        text: String,
    },
    /// No process can have this number.
    #[error("{text} is above pid_max, which is {pid_max} here: no process can have that PID")]
    AbovePidMax {
        /// What was typed, made safe to show.
        text: String,
        /// `sys/kernel/pid_max` of the tree.
        pid_max: u64,
    },
    /// Nothing has this number.
    #[error("no process has the PID {pid}: it may have ended; list processes with `ps -e`")]
    NoSuchProcess {
        /// The number.
        pid: u32,
    },
    /// Another tree than this machine's own has nothing of this number.
    #[error("{} holds no process {pid}; in a proc tree each process is a directory with its PID as name", shown(&.tree.to_string_lossy()))]
    NotInTree {
        /// The number.
        pid: u32,
        /// The tree.
        tree: PathBuf,
    },
    /// No process was named, and the tree has no tables beside those of processes.
    #[error("{} has no net of its own, only of processes: name one of {processes}", shown(&.tree.to_string_lossy()))]
    NoTables {
        /// The tree.
        tree: PathBuf,
        /// PIDs of the first of its processes.
        processes: String,
    },
    /// It is a zombie: its threads have ended and its parent has not yet asked for its status.
    #[error("process {pid} has already exited (zombie): it has no sockets any more")]
    Exited {
        /// The number.
        pid: u32,
    },
    /// The number is a thread's.
    #[error("PID {tid} is a thread of process {tgid}: give {tgid}")]
    Thread {
        /// The number.
        tid: u32,
        /// The process that it is a thread of.
        tgid: u32,
    },
    /// It exists, and proc does not show it to this user.
    #[error("process {pid} is hidden from you (procfs mounted with hidepid): run as its user or as root")]
    Hidden {
        /// The number.
        pid: u32,
    },
    /// Its files cannot be read.
    #[error("cannot read {}: {source}", shown(&.path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
}

impl Target {
    /// Finds the process that a text names. In a copied tree nothing is asked of the running kernel.
    pub fn find(tree: &ProcTree, text: &str) -> Result<Self, TargetError> {
        let pid = parse(text, || tree.pid_max())?;
        let name = pid.to_string();
        let dir = match tree.dir().subdir(&name) {
            Ok(dir) => dir,
            Err(errno) if gone(errno) => return Err(absent(tree, pid, text)),
            Err(errno) if denied(errno) => return Err(TargetError::Hidden { pid }),
            Err(errno) => return Err(io(tree, pid, "", errno)),
        };
        not_a_thread(tree, &dir, pid)?;
        let stat = stat(tree, &dir, pid, text)?;
        // Opened after the directory: if the directory's process still lives when it has been opened, the
        // number was that process's all the time, and both descriptors mean the same process.
        let pidfd = if tree.is_ours() { open_pidfd(tree, pid)? } else { None };
        if stat.is_dead() && live_thread(&dir, None).ok().flatten().is_none() {
            return Err(TargetError::Exited { pid });
        }
        if pidfd.is_some() && self::stat(tree, &dir, pid, text)?.start_time != stat.start_time {
            return Err(TargetError::NoSuchProcess { pid });
        }
        Ok(Self {
            pid,
            start_time: stat.start_time,
            kind: tree.kind(),
            dir: Arc::new(dir),
            pidfd: pidfd.map(Arc::new),
        })
    }

    /// Of a captured tree the tables of a network namespace that it has for themselves, as bundles for support do:
    /// nothing is known of a process, whose PID is then 0.
    pub fn tables_of(tree: &ProcTree) -> Result<Self, TargetError> {
        let (path, kind) = (tree.path().to_owned(), tree.kind());
        if kind != Kind::Copy || !tree.has_tables() {
            let pids = tree.pids();
            let mut first: Vec<_> = pids.iter().take(NAMED).map(u32::to_string).collect();
            if pids.len() > NAMED {
                first.push("…".to_owned());
            }
            return Err(TargetError::NoTables { tree: path, processes: first.join(", ") });
        }
        let dir = tree.dir().subdir(".").map_err(|errno| TargetError::Io { path, source: errno.into() })?;
        Ok(Self { pid: 0, start_time: 0, kind, dir: Arc::new(dir), pidfd: None })
    }

    /// It is no process, but the tables of a captured tree alone.
    pub fn is_nobody(&self) -> bool {
        self.pid == 0
    }

    /// Its PID, in the tree's numbers.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// When it began, clock ticks after boot (field 22 of `stat`): with the PID it names one process only.
    /// 0 in a copy without `stat`.
    pub fn start_time(&self) -> u64 {
        self.start_time
    }

    /// Its pidfd, where PIDs of the tree are ours.
    pub fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_deref().map(AsFd::as_fd)
    }

    /// Something that tells when the process has ended. Fails only when descriptors have run out.
    pub fn end_watch(&self) -> io::Result<EndWatch> {
        EndWatch::new(self.kind, self.dir.clone(), self.pidfd.clone())
    }

    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }
}

/// The number that a text is. `pid_max` is asked only for a number that no tree could hold.
fn parse(text: &str, pid_max: impl Fn() -> u64) -> Result<u32, TargetError> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TargetError::NotANumber { text: shown(text) });
    }
    let number = digits.trim_start_matches('0');
    match number.parse::<u32>() {
        _ if number.is_empty() => Err(TargetError::Zero),
        _ if negative => Err(TargetError::Negative { text: shown(text) }),
        // A pid_t is signed.
        Ok(pid) if pid <= i32::MAX as u32 => Ok(pid),
        _ => Err(TargetError::AbovePidMax { text: shown(number), pid_max: pid_max() }),
    }
}

/// Why the tree has nothing of this number. A process may be above pid_max, if that was lowered after
/// it began: so this is asked only now.
fn absent(tree: &ProcTree, pid: u32, text: &str) -> TargetError {
    let pid_max = tree.pid_max();
    if u64::from(pid) > pid_max {
        return TargetError::AbovePidMax { text: shown(text.trim_start_matches('0')), pid_max };
    }
    let Some(number) = Pid::from_raw(pid.cast_signed()).filter(|_| tree.is_ours()) else {
        return TargetError::NotInTree { pid, tree: tree.path().to_owned() };
    };
    match test_kill_process(number) {
        Ok(()) | Err(Errno::PERM) => TargetError::Hidden { pid },
        Err(_) => TargetError::NoSuchProcess { pid },
    }
}

/// `/proc/TID` exists for every thread, though no listing shows it.
fn not_a_thread(tree: &ProcTree, dir: &Dir, pid: u32) -> Result<(), TargetError> {
    let mut status = Vec::new();
    match dir.small("status", 1024 * 1024, &mut status) {
        Ok(()) => {}
        // What a copy leaves out is not known; of a live process `stat` tells what is wrong.
        Err(errno) if gone(errno) || denied(errno) => return Ok(()),
        Err(errno) => return Err(io(tree, pid, "status", errno)),
    }
    let tgid = status_line(&status, "Tgid").and_then(|mut words| words.next()?.parse().ok());
    match tgid {
        Some(tgid) if tgid != pid => Err(TargetError::Thread { tid: pid, tgid }),
        _ => Ok(()),
    }
}

fn stat(tree: &ProcTree, dir: &Dir, pid: u32, text: &str) -> Result<Stat, TargetError> {
    match read_stat(dir, "stat", &mut Vec::new()) {
        Ok(stat) => Ok(stat),
        // Of a copy the tables are enough.
        Err(errno) if gone(errno) && tree.kind() == Kind::Copy => {
            dir.subdir("net").map_err(|_| TargetError::NotInTree { pid, tree: tree.path().to_owned() })?;
            Ok(Stat { state: b'?', ppid: 0, flags: 0, num_threads: 1, start_time: 0 })
        }
        // With hidepid=2 the directory can be opened and all in it is absent.
        Err(errno) if gone(errno) => Err(absent(tree, pid, text)),
        Err(errno) if denied(errno) => Err(TargetError::Hidden { pid }),
        Err(errno) => Err(io(tree, pid, "stat", errno)),
    }
}

/// None where the kernel has no pidfd or a filter forbids it: the end is then looked for in `stat`.
fn open_pidfd(tree: &ProcTree, pid: u32) -> Result<Option<OwnedFd>, TargetError> {
    let Some(number) = Pid::from_raw(pid.cast_signed()) else { return Ok(None) };
    match pidfd_open(number, PidfdFlags::empty()) {
        Ok(pidfd) => Ok(Some(pidfd)),
        Err(errno) if gone(errno) => Err(TargetError::NoSuchProcess { pid }),
        Err(Errno::NOSYS | Errno::PERM | Errno::ACCESS | Errno::INVAL) => Ok(None),
        Err(errno) => Err(io(tree, pid, "", errno)),
    }
}

fn io(tree: &ProcTree, pid: u32, file: &str, errno: Errno) -> TargetError {
    let mut path = tree.path().join(pid.to_string());
    if !file.is_empty() {
        path.push(file);
    }
    TargetError::Io { path, source: errno.into() }
}

/// A text from outside, safe to write to a terminal and not longer than a line.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (nth, character) in text.chars().enumerate() {
        if nth == SHOWN {
            shown.push('…');
            break;
        }
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text, || 32768).unwrap_err().to_string()
    }

    #[test]
    fn a_number_of_any_length_is_understood() {
        assert_eq!(parse("1", || 0).unwrap(), 1);
        assert_eq!(parse("0042", || 0).unwrap(), 42);
        assert_eq!(parse(&format!("{}7", "0".repeat(500)), || 0).unwrap(), 7);
        assert_eq!(refused("0"), refused("-000"));
        assert!(refused("-5").starts_with("-5 is negative"));
        for big in ["2147483648", "4294967296", "18446744073709551617", &"9".repeat(5000)] {
            let message = refused(big);
            assert!(message.contains("above pid_max, which is 32768"), "{message}");
            assert!(message.len() < 200, "{message}");
        }
    }

    #[test]
    fn what_is_no_number_is_shown_harmless_and_short() {
        for text in ["abc", "", "-", "--5", "+5", " 5", "5 ", "٣", "1e3", "0x10", "12a"] {
            assert!(matches!(parse(text, || 0), Err(TargetError::NotANumber { .. })), "{text}");
        }
        assert_eq!(
            refused("a\x1b[31m\u{202e}\"\u{9b}1;2H"),
            "\"a\\u{1b}[31m\\u{202e}\"\\u{9b}1;2H\" is not a number: give the PID of a process, in digits"
        );
        let long = refused(&"x\n".repeat(10_000));
        assert!(long.len() < 300 && !long.contains('\n'), "{long}");
    }
}
