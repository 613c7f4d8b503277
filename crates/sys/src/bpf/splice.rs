//! Attaching to tracepoints by their numbers, which stand in tracefs only: those of system calls are reached in no other way.
//!
//! Where tracefs is mounted nowhere, an instance of it is opened that no place in the tree of files has, which goes with its
//! descriptor.

use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};

/// Where tracefs is mounted, if it is.
const PLACES: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

const PERF_TYPE_TRACEPOINT: u32 = 2;
const PERF_FLAG_FD_CLOEXEC: libc::c_ulong = 8;
const PERF_EVENT_IOC_ENABLE: libc::c_ulong = 0x2400;
const PERF_EVENT_IOC_SET_BPF: libc::c_ulong = 0x4004_2408;

/// `struct perf_event_attr`, as its first version has it.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    bp_type: u32,
    config1: u64,
}

/// The root of a tracefs.
pub(super) fn tracefs() -> Result<OwnedFd, Errno> {
    let open = |place: &&str| {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(*place, flags, Mode::empty()).ok()?;
        rustix::fs::statat(&root, "events/syscalls", rustix::fs::AtFlags::empty()).ok()?;
        Some(root)
    };
    if let Some(root) = PLACES.iter().find_map(open) {
        return Ok(root);
    }
    let context = fsopen("tracefs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(context.as_fd())?;
    let read_only = MountAttrFlags::MOUNT_ATTR_RDONLY;
    fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, read_only)
}

/// Attaches a program to a tracepoint, `GROUP/NAME`, for as long as the result lives.
pub(super) fn attach(tracefs: &OwnedFd, tracepoint: &str, program: impl AsFd) -> Result<OwnedFd, Errno> {
    let path = format!("events/{tracepoint}/id");
    let file = rustix::fs::openat(tracefs, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut digits = [0; 32];
    let length = rustix::io::read(&file, &mut digits)?;
    let number = procnet::number::decimal(digits[..length].trim_ascii()).ok_or(Errno::INVAL)?;
    let size = size_of::<Attributes>() as u32;
    let attributes = Attributes {
        kind: PERF_TYPE_TRACEPOINT,
        size,
        config: number,
        sample_period: 1,
        ..Attributes::default()
    };
    let (all, any_cpu, group) = (-1, 0, -1);
    // SAFETY: the attributes are as large as they say.
    let event = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            all,
            any_cpu,
            group,
            PERF_FLAG_FD_CLOEXEC,
        )
    };
    let event = i32::try_from(event).ok().filter(|event| *event >= 0).ok_or_else(last)?;
    // SAFETY: the descriptor is new, and nobody else's.
    let event = unsafe { OwnedFd::from_raw_fd(event) };
    let program = program.as_fd().as_raw_fd();
    for (request, argument) in [(PERF_EVENT_IOC_SET_BPF, program), (PERF_EVENT_IOC_ENABLE, 0)] {
        // SAFETY: both requests take a number.
        if unsafe { libc::ioctl(event.as_raw_fd(), request, argument) } < 0 {
            return Err(last());
        }
    }
    Ok(event)
}

fn last() -> Errno {
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO);
    Errno::from_raw_os_error(errno)
}
