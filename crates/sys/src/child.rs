//! A command that is started stopped before its exec, so that it can be watched from its very first moment, with all that
//! descend from it.

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread::JoinHandle;

use netmonitor_core::sample::{Machine, Moment, Sink};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::bpf::{Counter, Why};
use crate::clock::{boottime, wall};
use crate::etc::Etc;
use crate::reader::Reader;
use crate::tree::ProcTree;

/// A command that waits for its exec.
pub struct Waiting {
    pid: u32,
    go: PipeWriter,
    /// The thread that waits for the exec.
    spawning: JoinHandle<io::Result<Child>>,
}

impl Waiting {
    /// Forks. The new process has the number that the command will have.
    pub fn start(program: OsString, arguments: Vec<OsString>) -> io::Result<Self> {
        let (mut told, tell) = io::pipe()?;
        let (wait, go) = io::pipe()?;
        let parents = go.as_raw_fd();
        let spawning = std::thread::Builder::new().name("exec".into()).spawn(move || {
            let mut command = Command::new(program);
            command.args(arguments);
            let before = move || wait_for_go((&tell, &wait), parents);
            // SAFETY: between fork and exec only write, close and read are called, which may be.
            unsafe { command.pre_exec(before) };
            command.spawn()
        })?;
        let mut pid = [0; 4];
        match told.read_exact(&mut pid) {
            Ok(()) => Ok(Self { pid: u32::from_ne_bytes(pid), go, spawning }),
            // There was no fork.
            Err(error) => Err(spawned(spawning).err().unwrap_or(error)),
        }
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Lets it go on to its exec. Fails with what the exec says.
    pub fn go(mut self) -> io::Result<Child> {
        // Where it has been killed meanwhile, its end tells.
        let _ = self.go.write_all(&[1]);
        drop(self.go);
        spawned(self.spawning)
    }
}

fn spawned(spawning: JoinHandle<io::Result<Child>>) -> io::Result<Child> {
    spawning.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

/// Tells the number of the new process, and waits.
fn wait_for_go((mut tell, mut wait): (&PipeWriter, &PipeReader), parents: i32) -> io::Result<()> {
    tell.write_all(&std::process::id().to_ne_bytes())?;
    // SAFETY: in this process nobody uses it; it would keep the pipe open whose end says that netmonitor has gone.
    unsafe { libc::close(parents) };
    wait.read_exact(&mut [0])
}

/// What is counted of a command and of all that descend from it.
pub struct Followed {
    counter: Counter,
    reader: Reader,
    etc: Etc,
    seq: u64,
}

impl Followed {
    /// Follows a process from now on. Fails with the reason why that cannot be.
    pub fn start(pid: u32) -> Result<Self, Why> {
        let counter = Counter::following(pid)?;
        Ok(Self { counter, reader: Reader::new(), etc: Etc::default(), seq: 0 })
    }

    /// The machine that it runs on.
    pub fn machine(tree: &ProcTree) -> Machine {
        tree.machine()
    }

    /// Hands on what was counted so far.
    pub fn tick(&mut self, sink: &mut dyn Sink) {
        sink.begin(Moment { wall: wall(), boottime: boottime(), seq: self.seq });
        self.seq += 1;
        self.etc.tick(false, &mut self.reader, sink);
        self.counter.tick(sink);
    }
}

/// Sends signals to a process, and to no other that has its number later.
pub struct Signalled(OwnedFd);

impl Signalled {
    /// Of a process that was started here and was not waited for.
    pub fn open(pid: u32) -> io::Result<Self> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self(pidfd_open(pid, PidfdFlags::empty())?))
    }

    /// Sends one. Who has ended takes none.
    pub fn send(&self, signal: i32) {
        let none = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: the descriptor is of a process, and nothing is told beside the number.
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, self.0.as_raw_fd(), signal, none, 0) };
    }
}
