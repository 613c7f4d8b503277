//! Processes that move bytes over sockets of every kind, and say exactly how many.
//!
//! The processes are the test program itself, started again in a role: a test file that wants them has a test
//! that calls [`run_if_asked`], and starts them with [`run`]. What they tell each other and the test goes over
//! pipes only, since the bytes of every socket are counted.

mod bulk;
mod datagrams;
mod mapped;
mod processes;
mod raw;
mod role;
mod scenarios;
mod streams;
mod unix;
mod uring;

pub(crate) use raw::unknown_frames;

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, Protocol, SocketType};
use rustix::process::{Pid, Signal};

use crate::netns::Netns;

pub use mapped::{send_a_frame, sockets_with_rings};
pub use scenarios::SCENARIOS;

const ROLE: &str = "NETMONITOR_TEST_TRAFFIC";

/// How long a scenario may take.
const LONGEST: Duration = Duration::from_secs(30);

/// What one process moved, as it counted itself from what its calls returned: bytes of payload. Errors, zero,
/// and what was read with MSG_PEEK or MSG_ERRQUEUE are not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its PID.
    pub pid: u32,
    /// Its `comm`, which is that of its first thread.
    pub name: String,
    /// What calls that receive returned.
    pub rx_bytes: u64,
    /// What calls that send returned.
    pub tx_bytes: u64,
}

/// One kind of traffic.
pub struct Scenario {
    /// A short name.
    pub name: &'static str,
    /// What happens, in one sentence.
    pub doc: &'static str,
    /// Where it happens.
    pub over: Over,
    /// Starts first and says when it is ready.
    server: Option<fn()>,
    client: fn(),
    /// Why this system cannot do it, if it cannot.
    refused: fn() -> Option<String>,
}

/// Where a scenario happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Over a link between two namespaces.
    Link,
    /// Over loopback or a UNIX socket in one namespace.
    Loopback,
}

/// The scenario of this name.
pub fn scenario(name: &str) -> &'static Scenario {
    let named = SCENARIOS.iter().find(|scenario| scenario.name == name);
    named.unwrap_or_else(|| panic!("{name}: no such scenario"))
}

/// The error number with which the kernel refuses SCTP, if it does.
pub fn sctp_is_refused() -> Option<i32> {
    const IPPROTO_SCTP: u32 = 132;
    let protocol = Protocol::from_raw(IPPROTO_SCTP.try_into().expect("not 0"));
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, Some(protocol));
    socket.err().map(rustix::io::Errno::raw_os_error)
}

/// Runs a scenario to its end, and returns what each of its processes moved, in the order of their ends; those
/// that moved nothing are left out. A scenario over a link has its client in `here` (192.0.2.1) and its server in
/// `there`, which is `here.peer()`; others are in `here` alone. `test` is the name of the test that calls
/// [`run_if_asked`]. Empty, with a word on standard error, if the kernel refuses what the scenario needs.
///
/// # Panics
///
/// If a process fails, or after 30 seconds; the processes are ended then.
pub fn run(scenario: &Scenario, test: &str, here: &Netns, there: &Netns) -> Vec<Moved> {
    if let Some(why) = (scenario.refused)() {
        eprintln!("{}: {why}", scenario.name);
        return Vec::new();
    }
    let (sender, said) = channel();
    let mut running =
        Running { name: scenario.name, test, until: Instant::now() + LONGEST, children: Vec::new() };
    let mut moved = Vec::new();
    if scenario.server.is_some() {
        let netns = if scenario.over == Over::Link { there } else { here };
        running.start(netns, "server", &sender);
        match running.listen(&said) {
            Said::Ready => {}
            other => panic!("{}: the server was not ready but said {other:?}", scenario.name),
        }
    }
    running.start(here, "client", &sender);
    while running.children.iter().any(Option::is_some) {
        match running.listen(&said) {
            Said::Ready => {}
            Said::Moved(one) => moved.push(one),
            Said::Ended(number) => running.finish(number),
        }
    }
    moved
}

/// Plays the role that this process was started for, if any, says what it moved and ends the process; else
/// returns at once.
pub fn run_if_asked() {
    let Ok(role) = std::env::var(ROLE) else { return };
    role::end_in(LONGEST);
    let (name, part) = role.split_once(' ').expect("a scenario and a part");
    let scenario = scenario(name);
    if part == "server" {
        scenario.server.expect("it has a server")()
    } else {
        (scenario.client)()
    }
    role::report();
    std::process::exit(0);
}

/// What a process says on its standard output.
#[derive(Debug)]
enum Said {
    Ready,
    Moved(Moved),
    /// The process of this number, and all that it started.
    Ended(usize),
}

impl Said {
    /// The test harness may have written to the same line before.
    fn parse(line: &str) -> Option<Self> {
        if line.ends_with(role::READY) {
            return Some(Self::Ready);
        }
        let mut words = line.split_once(role::MOVED)?.1.trim_start().splitn(4, ' ');
        let mut number = || words.next().unwrap().parse::<u64>().unwrap();
        let (pid, rx_bytes, tx_bytes) = (number(), number(), number());
        let name = words.next().unwrap().to_owned();
        Some(Self::Moved(Moved { pid: pid.try_into().unwrap(), name, rx_bytes, tx_bytes }))
    }
}

/// The processes of a scenario that have not ended, each the leader of a process group.
struct Running<'a> {
    name: &'a str,
    test: &'a str,
    until: Instant,
    children: Vec<Option<Child>>,
}

impl Running<'_> {
    fn start(&mut self, netns: &Netns, part: &str, sender: &Sender<Said>) {
        let mut command: Command = netns.command(std::env::current_exe().unwrap());
        command.args(["--exact", self.test, "--nocapture", "--test-threads=1"]);
        command.env(ROLE, format!("{} {part}", self.name)).process_group(0);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let (output, sender) = (child.stdout.take().unwrap(), sender.clone());
        let number = self.children.len();
        self.children.push(Some(child));
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            for said in lines.filter_map(|line| Said::parse(&line)).chain([Said::Ended(number)]) {
                // Nobody listens after a failure.
                let _ = sender.send(said);
            }
        });
    }

    fn listen(&self, said: &Receiver<Said>) -> Said {
        let left = self.until.saturating_duration_since(Instant::now());
        said.recv_timeout(left).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// Waits for a process whose output has ended.
    fn finish(&mut self, number: usize) {
        let mut child = self.children[number].take().expect("ends once");
        let status = child.wait().unwrap();
        assert!(status.success(), "{}: {status}", self.name);
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        for child in self.children.iter_mut().flatten() {
            // Not waited for yet, so the number is still its own.
            let group = Pid::from_child(child);
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
            let _ = child.wait();
        }
    }
}
