//! Children of the tests: this binary again, in a role that an environment variable names.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// Names the role.
pub(crate) const ROLE: &str = "NETMONITOR_TEST_ROLE";

/// Words after the role's name, for the role.
pub(crate) const WORDS: &str = "NETMONITOR_TEST_WORDS";

/// A child in a role. It ends when it is dropped; it also ends by itself when its input is closed.
pub(crate) struct Role {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Role {
    pub(crate) fn start(role: &str, words: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(ROLE, role)
            .env(WORDS, words)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that the child prints, without its end. Empty when it has closed its output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The numbers of the next line.
    pub(crate) fn numbers<const N: usize>(&mut self) -> [u64; N] {
        let line = self.line();
        let numbers: Vec<u64> = line.split(' ').map_while(|word| word.parse().ok()).collect();
        numbers.try_into().unwrap_or_else(|_| panic!("{N} numbers expected: {line:?}"))
    }

    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills it and returns when it is a zombie.
    pub(crate) fn kill_to_zombie(&self) {
        self.signal(Signal::KILL);
        self.await_zombie();
    }

    /// Returns when it has ended, leaving it a zombie.
    pub(crate) fn await_zombie(&self) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(Pid::from_child(&self.child)), options).unwrap();
    }

    /// Returns when it has been stopped by a signal.
    pub(crate) fn await_stop(&self) {
        let stopped = waitid(WaitId::Pid(Pid::from_child(&self.child)), WaitIdOptions::STOPPED).unwrap();
        assert!(stopped.is_some_and(|status| status.stopped()));
    }

    /// Kills it and lets its number go.
    pub(crate) fn kill_and_reap(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
