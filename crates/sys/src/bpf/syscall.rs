//! The system call `bpf`: `include/uapi/linux/bpf.h`, `union bpf_attr`.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::io::Errno;

const MAP_CREATE: libc::c_int = 0;
const MAP_UPDATE_ELEM: libc::c_int = 2;
const PROG_LOAD: libc::c_int = 5;
const OBJ_GET_INFO_BY_FD: libc::c_int = 15;
const RAW_TRACEPOINT_OPEN: libc::c_int = 17;
const BTF_LOAD: libc::c_int = 18;
const MAP_FREEZE: libc::c_int = 22;
const LINK_CREATE: libc::c_int = 28;
const ITER_CREATE: libc::c_int = 33;

/// `BPF_TRACE_ITER`.
const TRACE_ITER: u32 = 28;

/// Characters of a name, its end included.
const NAME: usize = 16;

/// What a map is.
#[repr(C)]
#[derive(Default)]
pub(super) struct MapKind {
    pub(super) map_type: u32,
    pub(super) key_size: u32,
    pub(super) value_size: u32,
    pub(super) max_entries: u32,
    pub(super) map_flags: u32,
    pub(super) inner_map_fd: u32,
    pub(super) numa_node: u32,
    pub(super) name: [u8; NAME],
    pub(super) ifindex: u32,
    pub(super) btf_fd: u32,
    pub(super) btf_key_type_id: u32,
    pub(super) btf_value_type_id: u32,
}

/// Makes a map.
pub(super) fn create_map(name: &str, kind: MapKind) -> Result<OwnedFd, Errno> {
    let mut attributes = MapKind { name: short(name), ..kind };
    // SAFETY: the attributes point nowhere.
    unsafe { descriptor(MAP_CREATE, &mut attributes) }
}

/// Sets the only entry of a map of globals, which programs only read.
pub(super) fn set_globals(map: impl AsFd, value: &[u8]) -> Result<(), Errno> {
    let map_fd = number(map.as_fd());
    set_first(map, value)?;
    // SAFETY: the kernel reads the number of a descriptor.
    unsafe { bpf(MAP_FREEZE, (&raw const map_fd).cast_mut().cast(), size_of::<u32>()) }.map(drop)
}

/// Sets the first entry of an array, whose values have this size.
pub(super) fn set_first(map: impl AsFd, value: &[u8]) -> Result<(), Errno> {
    #[repr(C)]
    struct Element {
        map_fd: u32,
        padding: u32,
        key: u64,
        value: u64,
        flags: u64,
    }
    let (key, map_fd) = (0_u32, number(map.as_fd()));
    let mut element =
        Element { map_fd, padding: 0, key: (&raw const key) as u64, value: value.as_ptr() as u64, flags: 0 };
    // SAFETY: the kernel reads a key of four bytes and a value, which has the size that the map was made with.
    unsafe { bpf(MAP_UPDATE_ELEM, (&raw mut element).cast(), size_of::<Element>()) }.map(drop)
}

/// How many entries a map has room for; of a ring, how many bytes.
pub(super) fn room(map: impl AsFd) -> Result<u32, Errno> {
    #[repr(C)]
    struct Attributes {
        map_fd: u32,
        length: u32,
        info: u64,
    }
    /// The first fields of `struct bpf_map_info`: type, number, sizes of keys and values, entries.
    type Info = [u32; 5];
    let mut info: Info = [0; 5];
    let mut attributes = Attributes {
        map_fd: number(map.as_fd()),
        length: size_of::<Info>() as u32,
        info: (&raw mut info) as u64,
    };
    // SAFETY: the kernel writes as many bytes as there are.
    unsafe { bpf(OBJ_GET_INFO_BY_FD, (&raw mut attributes).cast(), size_of::<Attributes>()) }?;
    Ok(info[4])
}

/// Tells the kernel of the types of programs and maps.
pub(super) fn load_types(types: &[u8]) -> Result<OwnedFd, Errno> {
    #[repr(C)]
    struct Attributes {
        btf: u64,
        log: u64,
        size: u32,
        log_size: u32,
        log_level: u32,
        true_size: u32,
    }
    let size = types.len() as u32;
    let mut attributes =
        Attributes { btf: types.as_ptr() as u64, log: 0, size, log_size: 0, log_level: 0, true_size: 0 };
    // SAFETY: the kernel reads as many bytes as there are.
    unsafe { descriptor(BTF_LOAD, &mut attributes) }
}

/// A program that is handed to the kernel.
#[derive(Default)]
pub(super) struct Program<'a> {
    pub(super) name: &'a str,
    pub(super) kind: u32,
    pub(super) attach: u32,
    /// The number of the type that it is attached to.
    pub(super) attach_type_id: u32,
    /// Instructions of eight bytes.
    pub(super) instructions: &'a [u8],
    pub(super) license: &'a std::ffi::CStr,
    pub(super) types: u32,
    /// `struct bpf_func_info` and `struct bpf_line_info` with how many they are.
    pub(super) functions: (&'a [u8], usize),
    pub(super) lines: (&'a [u8], usize),
}

#[repr(C)]
#[derive(Default)]
struct ProgramAttributes {
    prog_type: u32,
    insn_cnt: u32,
    insns: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log_buf: u64,
    kern_version: u32,
    prog_flags: u32,
    prog_name: [u8; NAME],
    prog_ifindex: u32,
    expected_attach_type: u32,
    prog_btf_fd: u32,
    func_info_rec_size: u32,
    func_info: u64,
    func_info_cnt: u32,
    line_info_rec_size: u32,
    line_info: u64,
    line_info_cnt: u32,
    attach_btf_id: u32,
}

/// Hands a program to the kernel. With a log, the kernel's verifier says in it what it did.
pub(super) fn load_program(program: &Program<'_>, log: Option<&mut [u8]>) -> Result<OwnedFd, Errno> {
    const INSTRUCTION: usize = 8;
    let each = |(bytes, count): (&[u8], usize)| bytes.len().checked_div(count).unwrap_or(0) as u32;
    let mut attributes = ProgramAttributes {
        prog_type: program.kind,
        insn_cnt: (program.instructions.len() / INSTRUCTION) as u32,
        insns: program.instructions.as_ptr() as u64,
        license: program.license.as_ptr() as u64,
        prog_name: short(program.name),
        expected_attach_type: program.attach,
        prog_btf_fd: program.types,
        func_info_rec_size: each(program.functions),
        func_info: program.functions.0.as_ptr() as u64,
        func_info_cnt: program.functions.1 as u32,
        line_info_rec_size: each(program.lines),
        line_info: program.lines.0.as_ptr() as u64,
        line_info_cnt: program.lines.1 as u32,
        attach_btf_id: program.attach_type_id,
        ..ProgramAttributes::default()
    };
    if let Some(log) = log {
        attributes.log_level = 1;
        (attributes.log_buf, attributes.log_size) = (log.as_mut_ptr() as u64, log.len() as u32);
    }
    // SAFETY: everything that is pointed to outlives the call and has the size that is said; the kernel writes to the log
    // only.
    unsafe { descriptor(PROG_LOAD, &mut attributes) }
}

/// Attaches to the tracepoint that the program was loaded for, for as long as the result lives.
pub(super) fn attach_tracepoint(program: impl AsFd) -> Result<OwnedFd, Errno> {
    #[repr(C)]
    struct Attributes {
        name: u64,
        program: u32,
        padding: u32,
    }
    let mut attributes = Attributes { name: 0, program: number(program.as_fd()), padding: 0 };
    // SAFETY: the attributes point nowhere.
    unsafe { descriptor(RAW_TRACEPOINT_OPEN, &mut attributes) }
}

/// Attaches to something that a descriptor stands for, beside others, for as long as the result lives.
pub(super) fn attach(program: impl AsFd, target: impl AsFd, attach: u32) -> Result<OwnedFd, Errno> {
    let mut attributes = [number(program.as_fd()), number(target.as_fd()), attach, 0];
    // SAFETY: the attributes point nowhere.
    unsafe { descriptor(LINK_CREATE, &mut attributes) }
}

/// What an iterator over tasks is to go through: the threads of the process of a pidfd (Linux 6.1), or all.
pub(super) fn attach_iterator(program: impl AsFd, process: Option<BorrowedFd<'_>>) -> Result<OwnedFd, Errno> {
    #[repr(C)]
    struct Attributes {
        link: [u32; 4],
        info: u64,
        info_size: u32,
        padding: u32,
    }
    // `union bpf_iter_link_info`, `task`: a thread, a process, a pidfd.
    let info = [0, 0, process.map_or(0, number)];
    let info_size = if process.is_some() { size_of_val(&info) as u32 } else { 0 };
    let place = if process.is_some() { (&raw const info) as u64 } else { 0 };
    let link = [number(program.as_fd()), 0, TRACE_ITER, 0];
    let mut attributes = Attributes { link, info: place, info_size, padding: 0 };
    // SAFETY: the kernel reads as many bytes of the information as it is told that there are, and these outlive the call.
    unsafe { descriptor(LINK_CREATE, &mut attributes) }
}

/// What an iterator writes in one pass, to be read.
pub(super) fn iterate(link: impl AsFd) -> Result<OwnedFd, Errno> {
    let mut attributes = [number(link.as_fd()), 0];
    // SAFETY: the attributes point nowhere.
    unsafe { descriptor(ITER_CREATE, &mut attributes) }
}

/// As much of a name as the kernel keeps.
fn short(name: &str) -> [u8; NAME] {
    let mut short = [0; NAME];
    let kept = name.len().min(NAME - 1);
    short[..kept].copy_from_slice(&name.as_bytes()[..kept]);
    short
}

/// The number of a descriptor.
pub(super) fn number(descriptor: impl AsFd) -> u32 {
    descriptor.as_fd().as_raw_fd().cast_unsigned()
}

/// The system call, with what it makes.
///
/// # Safety
///
/// As `bpf`; and the command makes a descriptor.
unsafe fn descriptor<T>(command: libc::c_int, attributes: &mut T) -> Result<OwnedFd, Errno> {
    // SAFETY: as the caller says.
    let made = unsafe { bpf(command, (&raw mut *attributes).cast(), size_of::<T>()) }?;
    // SAFETY: the descriptor is new, and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(made) })
}

/// The system call.
///
/// # Safety
///
/// The attributes must be those of the command, with room wherever it writes to.
pub(super) unsafe fn bpf(
    command: libc::c_int,
    attributes: *mut libc::c_void,
    size: usize,
) -> Result<libc::c_int, Errno> {
    // SAFETY: as the caller says.
    let done = unsafe { libc::syscall(libc::SYS_bpf, command, attributes, size) };
    if done < 0 {
        let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO);
        return Err(Errno::from_raw_os_error(errno));
    }
    Ok(done as libc::c_int)
}
