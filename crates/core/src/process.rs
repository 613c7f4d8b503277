//! Who the target is, from `/proc/PID/stat`, `status`, `cmdline` and `exe`.

use procnet::number::decimal;
use serde::{Deserialize, Serialize};

use crate::format::harmless_text;

/// The target as one tick saw it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Process {
    /// Process identifier; 0 where only the tables of a network namespace are known.
    pub pid: u32,
    /// Name of the leader thread (`comm`); any bytes.
    pub name: Vec<u8>,
    /// State letter: `R` `S` `D` `T` `Z`…
    pub state: u8,
    /// Start, in clock ticks since boot: with the PID it names one process only.
    pub start_time: u64,
    /// Threads.
    pub threads: u64,
    /// Real user.
    pub uid: Option<u32>,
    /// Command line, arguments separated by zero bytes; any bytes.
    pub cmdline: Vec<u8>,
    /// The file that it executes, where that may be seen.
    pub exe: Option<Vec<u8>>,
    /// The control groups that it is in, where they were read: lines `NUMBER:CONTROLLERS:PATH`.
    pub cgroup: Option<Vec<u8>>,
    /// How many descriptors it has open, where that was read.
    pub fds: Option<u64>,
    /// How many it may have open (`RLIMIT_NOFILE`, the soft limit), where that was read.
    pub fd_limit: Option<Limit>,
    /// Where its stack begins: an `exec` moves it. 0 where it may not be seen.
    stack: u64,
}

/// A limit of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// So many.
    Of(u64),
    /// There is none.
    Unlimited,
}

impl Process {
    /// Takes over what `stat` says; bytes that are no `stat` change nothing.
    pub fn read_stat(&mut self, stat: &[u8]) {
        // The name may hold anything, parentheses and line ends too: the last one closes it.
        let (Some(open), Some(close)) =
            (memchr(b'(', stat), stat.iter().rposition(|&byte| byte == b')').filter(|close| *close > 0))
        else {
            return;
        };
        let Some(name) = stat.get(open + 1..close) else { return };
        let pid = decimal(stat[..open].trim_ascii()).and_then(|pid| pid.try_into().ok());
        let fields: Vec<&[u8]> =
            stat[close + 1..].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        // Numbered as in proc(5), where the state is field 3.
        let field = |number: usize| fields.get(number - 3).copied().unwrap_or_default();
        let (Some(pid), Some(start_time)) = (pid, decimal(field(22))) else { return };
        self.pid = pid;
        self.name = name.to_vec();
        self.state = field(3).first().copied().unwrap_or(b'?');
        self.threads = decimal(field(20)).unwrap_or(0);
        self.start_time = start_time;
        self.stack = decimal(field(28)).unwrap_or(0);
    }

    /// Takes over what `status` says.
    pub fn read_status(&mut self, status: &[u8]) {
        let line = status.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"Uid:"));
        let mut words =
            line.unwrap_or_default().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        self.uid = words.next().and_then(decimal).and_then(|uid| uid.try_into().ok());
    }

    /// Takes over what `limits` says.
    pub fn read_limits(&mut self, limits: &[u8]) {
        let line = limits.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"Max open files"));
        let mut words =
            line.unwrap_or_default().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        self.fd_limit = match words.next() {
            Some(b"unlimited") => Some(Limit::Unlimited),
            word => word.and_then(decimal).map(Limit::Of),
        };
    }

    /// Whether the program was replaced since `before`. Every `exec` moves the stack, unless its place is
    /// not chosen at random: then the executed file and the name change together. A file that is deleted or
    /// renamed, or a name that is changed, alone proves nothing.
    pub fn executed_since(&self, before: &Self) -> bool {
        let moved = self.stack > 1 && before.stack > 1 && self.stack != before.stack;
        let file = self.exe.is_some() && before.exe.is_some() && self.exe != before.exe;
        moved || file && self.name != before.name
    }

    /// It is a process: of a captured tree there may be tables alone.
    pub fn is_known(&self) -> bool {
        self.pid > 0
    }

    /// Its PID and name, harmless.
    pub fn title(&self) -> String {
        match self.is_known() {
            true => format!("{} {}", self.pid, harmless_text(&self.name)),
            false => "not known".to_owned(),
        }
    }

    /// Whether an `exec` would be seen.
    pub fn shows_exec(&self) -> bool {
        self.stack > 1
    }
}

fn memchr(byte: u8, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&other| other == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &[u8] =
        b"42 (a) b (c) S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 140000 0 0";

    #[test]
    fn the_name_ends_at_the_last_parenthesis() {
        let mut process = Process::default();
        process.read_stat(STAT);
        assert_eq!((process.pid, process.name.as_slice(), process.state), (42, &b"a) b (c"[..], b'S'));
        assert_eq!((process.threads, process.start_time, process.stack), (3, 987_654, 140_000));
        process.read_status(b"Name:\tx\nUid:\t1000\t0\t0\t0\n");
        assert_eq!(process.uid, Some(1000));
    }

    #[test]
    fn the_soft_limit_of_descriptors_counts() {
        let limits = |line: &str| {
            let mut process = Process::default();
            process.read_limits(
                format!("Limit   Soft Limit   Hard Limit   Units\nMax processes 5 6 processes\n{line}")
                    .as_bytes(),
            );
            process.fd_limit
        };
        assert_eq!(
            limits("Max open files            1024                 524288               files \n"),
            Some(Limit::Of(1024))
        );
        assert_eq!(
            limits("Max open files            unlimited            unlimited            files"),
            Some(Limit::Unlimited)
        );
        assert_eq!((limits("Max open files x"), limits("")), (None, None));
    }

    #[test]
    fn junk_changes_nothing() {
        let mut process = Process::default();
        for junk in [&b""[..], b")", b"(", b")(", b"1 (x)", b"x (y) S 1", b"\xff\xfe(\0)"] {
            process.read_stat(junk);
            process.read_status(junk);
        }
        assert_eq!(process, Process::default());
    }

    #[test]
    fn an_exec_moves_the_stack_or_the_file() {
        let old = Process { stack: 10, exe: Some(b"/a".to_vec()), ..Process::default() };
        assert!(!old.executed_since(&old));
        assert!(Process { stack: 11, ..old.clone() }.executed_since(&old));
        let other = Process { exe: Some(b"/b".to_vec()), name: b"b".to_vec(), ..old.clone() };
        assert!(other.executed_since(&old));
        let deleted = Process { exe: Some(b"/a (deleted)".to_vec()), ..old.clone() };
        assert!(!deleted.executed_since(&old), "the file was deleted, the program runs on");
        assert!(
            !Process { stack: 0, exe: None, name: b"other".to_vec(), ..old.clone() }.executed_since(&old)
        );
    }
}
