//! What of processes may be seen: the processes themselves, their descriptors, their sockets, their network
//! namespaces, and files that are not everybody's.

use std::mem::MaybeUninit;

use rustix::fd::{AsFd, BorrowedFd};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use super::privileges::{DAC_READ_SEARCH, Privileges, SYS_ADMIN, SYS_PTRACE};
use super::{Check, namespace_of, said};
use crate::dir::{Dir, denied, gone};
use crate::find::each_process;
use crate::hiding::{below_the_first, hides_processes};
use crate::netns::{Namespace, sysctl};
use crate::target::{Target, TargetError};
use crate::tree::{Kind, ProcTree};

/// A descriptor that no process has: to ask for it is answered with a refusal where it is not allowed, and
/// else with that there is none. Nothing is ever duplicated.
const NO_DESCRIPTOR: i32 = i32::MAX;

/// A setting that every kernel with IPv4 has.
const SETTING: &str = "net/ipv4/tcp_rmem";

/// A file that is not everybody's.
const CONNTRACK: &str = "net/nf_conntrack";

/// Longer than the text of a namespace's link.
const LINK: usize = 64;

/// Why a capability that is held does not help.
const REFUSED_ALL_THE_SAME: &str =
    ", although cap_sys_ptrace is held: a security module forbids it, or another user namespace";

/// Whether processes are hidden.
pub(super) fn procfs(tree: &ProcTree, privileges: Option<&Privileges>) -> Check {
    let name = "procfs";
    let (Kind::Live { ours }, Some(privileges)) = (tree.kind(), privileges) else {
        return Check::note(name, "a captured copy: what its files say is all that is known of it");
    };
    if hides_processes(tree.dir()) {
        let reason = "mounted with hidepid: processes of other users are hidden";
        return Check::missing(name, reason, privileges.fix(SYS_PTRACE));
    }
    match (below_the_first(tree.dir(), ours), ours) {
        (true, _) => Check::note(name, "shows the processes of one PID namespace, not all of the machine"),
        (false, true) => Check::ok(name, "shows all processes"),
        (false, false) => Check::ok(name, "shows all processes, by other numbers than they have here"),
    }
}

/// Whether it can be seen what sockets processes have.
pub(super) fn descriptors(
    tree: &ProcTree,
    target: Option<&Target>,
    privileges: Option<&Privileges>,
) -> Result<Check, TargetError> {
    let name = "descriptors";
    // To list them is allowed sooner than to read what they are, for which the same is needed as for the link
    // of the namespace.
    let (seen, refused) = count(tree, target, |dir, _| {
        dir.listing("fd")?;
        let mut link = [MaybeUninit::uninit(); LINK];
        if dir.is_copy() { Ok(()) } else { dir.link("ns/net", &mut link).map(drop) }
    })?;
    let Some(privileges) = privileges else {
        return Ok(match seen {
            0 => Check::note(name, "the copy has none"),
            _ => Check::ok(name, format!("the copy has those of {seen} of its processes")),
        });
    };
    Ok(judge(name, &DESCRIPTORS, (seen, refused), target.is_some(), "", privileges))
}

/// Whether the sockets of processes can be asked themselves.
pub(super) fn own_sockets(
    tree: &ProcTree,
    target: Option<&Target>,
    privileges: &Privileges,
) -> Result<Check, TargetError> {
    let name = "own_sockets";
    if !tree.is_ours() {
        return Ok(Check::note(name, "processes of another PID namespace's procfs cannot be asked"));
    }
    let mut unsupported = false;
    let (seen, refused) = count(tree, target, |_, pid| {
        let answer = ask_for_descriptor(pid, target.and_then(Target::pidfd));
        unsupported |= answer == Err(Errno::NOSYS);
        answer
    })?;
    if unsupported {
        return Ok(Check::note(name, "not offered by this kernel, or forbidden by a filter (pidfd_getfd)"));
    }
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let yama = match scope.as_deref().map(str::trim) {
        Ok("1") => " (ptrace_scope 1: of one's own user only children)",
        Ok("2") => " (ptrace_scope 2: with cap_sys_ptrace only)",
        Ok("3") => " (ptrace_scope 3: nobody until the next boot)",
        _ => "",
    };
    let mut check = judge(name, &OWN_SOCKETS, (seen, refused), target.is_some(), yama, privileges);
    if yama.contains("nobody") {
        check.fix = None;
    }
    Ok(check)
}

/// What can be done where something is allowed, and what cannot where it is refused.
struct Words {
    can: &'static str,
    cannot: &'static str,
}

const DESCRIPTORS: Words = Words {
    can: "they can be read, so that it is known whose a socket is",
    cannot: "whose a socket is cannot be told",
};

const OWN_SOCKETS: Words = Words {
    can: "sockets can be asked themselves",
    cannot: "sockets cannot be asked themselves, the kernel's lists have to do",
};

/// How it stands with something that was tried on one process or all: how many allowed it, how many did not.
fn judge(
    name: &'static str,
    words: &Words,
    (seen, refused): (u64, u64),
    is_one: bool,
    why: &str,
    privileges: &Privileges,
) -> Check {
    let Words { can, cannot } = words;
    let fix = privileges.fix(SYS_PTRACE);
    let why = if fix.is_none() { REFUSED_ALL_THE_SAME } else { why };
    match (seen, refused) {
        (0, 0) => Check::note(name, "there is no process to be tried"),
        (_, 0) if is_one => Check::ok(name, *can),
        (_, 0) => Check::ok(name, format!("{can}, of all {seen} processes")),
        (0, _) => Check::missing(name, format!("refused{why}: {cannot}"), fix),
        _ => {
            let reason =
                format!("{can}, of {seen} of {} processes; refused of the others{why}", seen + refused);
            // Who holds the capability cannot get more.
            if fix.is_none() { Check::note(name, reason) } else { Check::partly(name, reason, fix) }
        }
    }
}

/// Tries something on the target, or on every process that is no kernel thread: how often it was allowed, and
/// how often refused.
fn count(
    tree: &ProcTree,
    target: Option<&Target>,
    mut attempt: impl FnMut(&Dir, u32) -> Result<(), Errno>,
) -> Result<(u64, u64), TargetError> {
    let (mut seen, mut refused) = (0, 0);
    let mut look = |dir: &Dir, pid: u32| match attempt(dir, pid) {
        Ok(()) => seen += 1,
        Err(errno) if denied(errno) => refused += 1,
        Err(_) => {}
    };
    match target {
        Some(target) => look(target.dir(), target.pid()),
        None => each_process(tree, &mut look)?,
    }
    Ok((seen, refused))
}

/// Whether descriptors of a process may be duplicated.
fn ask_for_descriptor(pid: u32, pidfd: Option<BorrowedFd<'_>>) -> Result<(), Errno> {
    let opened;
    let pidfd = match pidfd {
        Some(pidfd) => pidfd,
        None => {
            let pid = Pid::from_raw(pid.cast_signed()).ok_or(Errno::SRCH)?;
            opened = pidfd_open(pid, PidfdFlags::empty())?;
            opened.as_fd()
        }
    };
    match pidfd_getfd(pidfd, NO_DESCRIPTOR, PidfdGetfdFlags::empty()) {
        Ok(_) | Err(Errno::BADF) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// Whether the target's network namespace, or any, can be entered; with it the namespace, if it can.
pub(super) fn namespace(target: Option<&Target>, privileges: &Privileges) -> (Option<Namespace>, Check) {
    let name = "namespace";
    let lost = "settings there, and what the kernel lists there, are not told";
    let Some(target) = target else {
        return match Namespace::may_enter() {
            Ok(()) => (None, Check::ok(name, "other network namespaces can be entered")),
            Err(errno) => {
                let reason = format!("other network namespaces cannot be entered ({}): {lost}", said(errno));
                (None, Check::missing(name, reason, privileges.fix(SYS_ADMIN)))
            }
        };
    };
    let namespace = match namespace_of(target) {
        Ok(namespace) => namespace,
        Err(errno) => {
            let reason = format!("which one the process is in cannot be seen ({}): {lost}", said(errno));
            return (None, Check::missing(name, reason, privileges.fix(SYS_PTRACE)));
        }
    };
    match namespace.run(|| ()) {
        Ok(()) if namespace.is_own() => (Some(namespace), Check::ok(name, "the process is in this one")),
        Ok(()) => (Some(namespace), Check::ok(name, "the process's can be entered")),
        Err(errno) => {
            let reason = format!("the process's cannot be entered ({}): {lost}", said(errno));
            (None, Check::missing(name, reason, privileges.fix(SYS_ADMIN)))
        }
    }
}

/// Whether settings of the namespace in which this thread is can be read.
pub(super) fn settings() -> Check {
    let name = "settings";
    let mut bytes = [0; 1];
    match sysctl(SETTING).and_then(|file| rustix::io::read(&file, &mut bytes)) {
        Ok(_) => Check::ok(name, "settings below /proc/sys/net can be read"),
        Err(errno) => Check::missing(
            name,
            format!("settings below /proc/sys/net cannot be read ({})", said(errno)),
            None,
        ),
    }
}

/// Whether files that are root's alone can be read.
pub(super) fn conntrack(tree: &ProcTree, target: Option<&Target>, privileges: &Privileges) -> Check {
    let name = "nf_conntrack";
    let opened = match target {
        Some(target) => target.dir().file(CONNTRACK),
        None => tree.dir().file(&format!("self/{CONNTRACK}")),
    };
    match opened {
        Ok(_) => Check::ok(name, "tracked connections can be read, and other files that are root's alone"),
        Err(errno) if gone(errno) => Check::note(name, "this kernel has no file of tracked connections here"),
        Err(errno) => {
            let reason = format!("tracked connections cannot be read ({})", said(errno));
            Check::missing(name, reason, privileges.fix(DAC_READ_SEARCH))
        }
    }
}
