//! Loading the programs into the kernel, and attaching them.

use std::error::Error;
use std::fmt;
use std::os::fd::{AsFd, OwnedFd};

use aya::maps::{Map, MapData};
use aya::programs::{BtfTracePoint, CgroupAttachMode, CgroupSock, ProgramError, TracePoint};
use aya::{Btf, Ebpf, EbpfLoader};
use netmonitor_core::sample::Status;
use rustix::io::Errno;

use super::splice;

/// The object that `cargo xtask bpf` makes of `bpf/netmonitor.bpf.c`.
static OBJECT: &[u8] = aya::include_bytes_aligned!("../../bpf/netmonitor.bpf.o");

/// Programs without which nothing is counted: the tracepoints have the same names.
const TRACEPOINTS: [&str; 4] =
    ["sock_send_length", "sock_recv_length", "sched_process_exit", "tcp_destroy_sock"];

/// Since when the kernel has the youngest of these tracepoints.
const SINCE: &str = "Linux 6.3";

/// Programs that count while this lives.
pub(super) struct Programs {
    /// Their links end with it.
    _ebpf: Ebpf,
    _splices: Vec<OwnedFd>,
    pub(super) sockets: MapData,
    pub(super) seen_sockets: MapData,
    pub(super) processes: MapData,
    pub(super) unattributed: MapData,
    /// What is spliced out of streams is counted.
    pub(super) has_splice: bool,
    /// The end of every socket of IP is noticed, not only of TCP's.
    pub(super) has_release: bool,
}

/// Why nothing is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// In a sentence.
    pub reason: String,
    /// What the kernel's verifier said, if it was asked.
    pub log: String,
    /// How a part ends that nothing is told in.
    pub(crate) status: Status,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Why {
    /// The kernel has all that is needed, and refuses it.
    pub(crate) fn is_offered(&self) -> bool {
        self.status != Status::Missing
    }

    fn missing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), log: String::new(), status: Status::Missing }
    }

    fn denied() -> Self {
        let reason = "loading BPF programs needs CAP_BPF and CAP_PERFMON".to_owned();
        Self { reason, log: String::new(), status: Status::Denied }
    }

    /// What an error of the loader means.
    fn of(what: &str, error: &(dyn Error + 'static)) -> Self {
        let mut causes =
            std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
        let io = causes.find_map(|cause| cause.downcast_ref::<std::io::Error>());
        let errno = io.and_then(std::io::Error::raw_os_error);
        if errno == Some(libc::EPERM) {
            return Self::denied();
        }
        let said = io.map_or_else(|| error.to_string(), ToString::to_string);
        Self {
            reason: format!("{what} was refused: {said}"),
            log: String::new(),
            status: Status::Error(errno.unwrap_or(libc::EINVAL)),
        }
    }

    fn of_program(name: &str, error: &ProgramError) -> Self {
        let log = match error {
            ProgramError::LoadError { verifier_log, .. } => verifier_log.to_string(),
            _ => String::new(),
        };
        Self { log, ..Self::of(&format!("the BPF program {name}"), error) }
    }
}

/// Loads and attaches. What is attached counts at once. `room` is for how many sockets and how many processes, where that is
/// not what the programs say.
pub(super) fn load(room: Option<(u32, u32)>) -> Result<Programs, Why> {
    may_load()?;
    let btf = Btf::from_sys_fs().map_err(|error| match error {
        aya::BtfError::FileError { .. } => {
            Why::missing("this kernel does not describe its types (/sys/kernel/btf/vmlinux)")
        }
        error => Why::of("/sys/kernel/btf/vmlinux", &error),
    })?;
    let mut loader = EbpfLoader::new();
    loader.btf(Some(&btf));
    if let Some((sockets, processes)) = room {
        loader.map_max_entries("sockets", sockets).map_max_entries("seen_sockets", sockets);
        loader.map_max_entries("processes", processes);
    }
    let mut ebpf = loader.load(OBJECT).map_err(|error| Why::of("a BPF map", &error))?;
    for name in TRACEPOINTS {
        trace(&mut ebpf, name, &btf)?;
    }
    let has_release = release(&mut ebpf).is_ok();
    let splices = splices(&mut ebpf).unwrap_or_default();
    let mut take = |name: &str| match ebpf.take_map(name) {
        Some(Map::PerCpuHashMap(map) | Map::HashMap(map) | Map::PerCpuArray(map)) => Ok(map),
        _ => Err(Why::missing(format!("the BPF map {name} is missing"))),
    };
    Ok(Programs {
        sockets: take("sockets")?,
        seen_sockets: take("seen_sockets")?,
        processes: take("processes")?,
        unattributed: take("unattributed")?,
        has_splice: !splices.is_empty(),
        has_release,
        _splices: splices,
        _ebpf: ebpf,
    })
}

/// Whether it is worth the while to read all the kernel's types.
fn may_load() -> Result<(), Why> {
    const SYS_ADMIN: u64 = 1 << 21;
    const BOTH: u64 = 1 << 38 | 1 << 39;
    let held = crate::caps::effective();
    if held & SYS_ADMIN != 0 || held & BOTH == BOTH { Ok(()) } else { Err(Why::denied()) }
}

fn trace(ebpf: &mut Ebpf, name: &str, btf: &Btf) -> Result<(), Why> {
    let program: &mut BtfTracePoint = program(ebpf, name)?;
    program.load(name, btf).map_err(|error| match error {
        ProgramError::Btf(_) => Why::missing(format!("this kernel has no tracepoint {name}: {SINCE} has it")),
        error => Why::of_program(name, &error),
    })?;
    program.attach().map_err(|error| Why::of_program(name, &error))?;
    Ok(())
}

fn program<'e, P>(ebpf: &'e mut Ebpf, name: &str) -> Result<&'e mut P, Why>
where
    &'e mut P: TryFrom<&'e mut aya::programs::Program, Error = ProgramError>,
{
    let found =
        ebpf.program_mut(name).ok_or_else(|| Why::missing(format!("the BPF program {name} is missing")))?;
    found.try_into().map_err(|error| Why::of_program(name, &error))
}

/// Attaches to the ends of sockets, at the root of the control groups.
fn release(ebpf: &mut Ebpf) -> Result<(), Why> {
    const NAME: &str = "sock_release";
    let root = cgroup_root().map_err(|errno| Why::missing(format!("no control group: {errno}")))?;
    let program: &mut CgroupSock = program(ebpf, NAME)?;
    program.load().map_err(|error| Why::of_program(NAME, &error))?;
    // A link always stands beside others: the flag that says so is for programs without one.
    program.attach(root, CgroupAttachMode::Single).map_err(|error| Why::of_program(NAME, &error))?;
    Ok(())
}

/// The root of the second version of control groups, wherever it is mounted.
fn cgroup_root() -> Result<OwnedFd, Errno> {
    let mounts = std::fs::read("/proc/self/mountinfo").map_err(|_| Errno::NOENT)?;
    let place = mounts.split(|&byte| byte == b'\n').find_map(|line| {
        let line = str::from_utf8(line).ok()?;
        let (before, after) = line.split_once(" - ")?;
        let mut words = before.split(' ').skip(3);
        let (root, place) = (words.next()?, words.next()?);
        (after.starts_with("cgroup2 ") && root == "/").then(|| place.to_owned())
    });
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC;
    rustix::fs::open(place.ok_or(Errno::NOENT)?, flags, rustix::fs::Mode::empty())
}

/// Attaches to the system call splice.
fn splices(ebpf: &mut Ebpf) -> Result<Vec<OwnedFd>, Why> {
    let refused = |errno: Errno| Why::missing(errno.to_string());
    let tracefs = splice::tracefs().map_err(refused)?;
    // Where a call ends first: one that is under way now has not been seen to begin.
    let pairs = [("exit_splice", "sys_exit_splice"), ("enter_splice", "sys_enter_splice")];
    let attach = |(name, tracepoint)| {
        let program: &mut TracePoint = program(ebpf, name)?;
        program.load().map_err(|error| Why::of_program(name, &error))?;
        let fd = program.fd().map_err(|error| Why::of_program(name, &error))?;
        splice::attach(&tracefs, tracepoint, fd.as_fd()).map_err(refused)
    };
    pairs.into_iter().map(attach).collect()
}
