//! The object that `cargo xtask bpf` makes of `bpf/netmonitor.bpf.c`: its maps are made, its programs fitted to the kernel,
//! and loaded when they are asked for.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use aya_obj::btf::{Btf, BtfFeatures};
use aya_obj::generated::{bpf_attach_type, bpf_insn, bpf_map_type, bpf_prog_type};
use aya_obj::{EbpfSectionKind, Function, Map, Program, ProgramSection};
use rustix::io::Errno;

use super::btf::Types;
use super::maps::{remove, update};
use super::syscall::{self, MapKind};
use super::why::Why;

/// Parsed as it lies there, so it has the alignment of what is in it.
#[repr(C, align(8))]
struct Aligned<T: ?Sized>(T);

static OBJECT: &Aligned<[u8]> = &Aligned(*include_bytes!("../../bpf/netmonitor.bpf.o"));

/// The key of the first entry of an array.
const FIRST: [u8; 4] = [0; 4];

/// The number that stands in the programs for the function that makes pointers to the kernel's types.
const POINTER_TO: i32 = 0x7fff_ff00;

/// How much of the verifier's words is kept.
const LOG: usize = 1 << 20;

/// What the kernel has to offer that has any of the tracepoints needed (Linux 6.3), but for empty sections.
const FEATURES: BtfFeatures = BtfFeatures::new(true, true, true, false, true, true, true, true);

/// The object, with its maps.
pub(super) struct Object {
    object: aya_obj::Object,
    types: OwnedFd,
    maps: HashMap<String, OwnedFd>,
    /// What stands in maps of maps, and room for how much, by the name of those.
    later: HashMap<String, (Map, Option<u32>)>,
}

impl Object {
    /// Parses the object.
    fn parse() -> Result<aya_obj::Object, Why> {
        aya_obj::Object::parse(&OBJECT.0).map_err(|error| Why::unfit(&error))
    }

    /// Picks the types that the object names out of a description of the kernel's.
    pub(super) fn types(kernel: &[u8]) -> Result<Option<Types>, Why> {
        let own = Self::parse()?.btf.map(|btf| btf.to_bytes()).unwrap_or_default();
        Ok(Types::new(kernel, &own))
    }

    /// Makes the maps, and fits the programs to these types. `room` is for how many entries, by map, where that is not what
    /// the object says; `globals` are numbers that the programs are told.
    pub(super) fn new(types: &Types, room: &[(&str, u32)], globals: &[(&str, u32)]) -> Result<Self, Why> {
        let mut object = Self::parse()?;
        let pointers = pointers(types);
        let globals = globals.iter().chain(&pointers);
        let globals: Vec<_> = globals.map(|(name, number)| (*name, number.to_ne_bytes())).collect();
        let told = globals.iter().map(|(name, number)| (*name, (&number[..], true))).collect();
        object.patch_map_data(told).map_err(|error| Why::unfit(&error))?;
        let sanitized = object.fixup_and_sanitize_btf(&FEATURES).map_err(|error| Why::unfit(&error))?;
        let own = sanitized.map(Btf::to_bytes).unwrap_or_default();
        let own = syscall::load_types(&own).map_err(|errno| Why::refused("describing BPF maps", errno))?;
        // In the order of bytes of this machine.
        let kernel = Btf::parse(&types.described, Default::default());
        let kernel = kernel.map_err(|error| Why::unfit(&error))?;
        object.relocate_btf(&kernel).map_err(|error| Why::unfit(&error))?;
        let declared = std::mem::take(&mut object.maps);
        let room = |name: &str| room.iter().find(|(of, _)| *of == name).map(|(_, room)| *room);
        let made = declared.iter().map(|(name, map)| {
            let room = room(name);
            let made = create(name, map, room, &own);
            Ok((name.clone(), made.map_err(|errno| Why::refused("a BPF map", errno))?))
        });
        let maps: HashMap<String, OwnedFd> = made.collect::<Result<_, Why>>()?;
        let sections: HashSet<usize> = object.functions.keys().map(|(section, _)| *section).collect();
        let numbers = declared.iter().map(|(name, map)| (name.as_str(), maps[name].as_raw_fd(), map));
        object.relocate_maps(numbers, &sections).map_err(|error| Why::unfit(&error))?;
        object.relocate_calls(&sections).map_err(|error| Why::unfit(&error))?;
        if let Some(number) = types.pointer_to() {
            object
                .functions
                .values_mut()
                .for_each(|function| call_kernel(&mut function.instructions, number));
        }
        let later =
            declared.iter().filter_map(|(name, map)| Some((name.clone(), (map.inner()?, room(name)))));
        Ok(Self { object, types: own, maps, later: later.collect() })
    }

    /// Makes the map that is to stand in a map of maps, which the programs find there.
    pub(super) fn make(&self, name: &str) -> Result<OwnedFd, Why> {
        let refused = |errno| Why::refused(&format!("the BPF map {name}"), errno);
        let (map, room) =
            self.later.get(name).ok_or_else(|| Why::missing(format!("the BPF map {name} is missing")))?;
        let made = create(name, map, *room, &self.types).map_err(refused)?;
        update(self.map(name)?, &FIRST, &syscall::number(&made).to_ne_bytes()).map_err(refused)?;
        Ok(made)
    }

    /// Takes it out again.
    pub(super) fn unmake(&self, name: &str) -> Result<(), Why> {
        remove(self.map(name)?, &FIRST).map_err(|errno| Why::refused(&format!("the BPF map {name}"), errno))
    }

    /// One of its maps. It is the same one that the programs use.
    pub(super) fn map(&self, name: &str) -> Result<OwnedFd, Why> {
        let map =
            self.maps.get(name).ok_or_else(|| Why::missing(format!("the BPF map {name} is missing")))?;
        map.try_clone().map_err(|_| Why::refused("a BPF map", Errno::MFILE))
    }

    /// Loads a program. `attach_type_id` is the number of what it is attached to, if that is one of the kernel's types.
    pub(super) fn load(&self, name: &str, attach_type_id: u32) -> Result<OwnedFd, Why> {
        let (program, function) =
            self.program(name).ok_or_else(|| Why::missing(format!("the BPF program {name} is missing")))?;
        let (kind, attach) = kind_of(&program.section)
            .ok_or_else(|| Why::missing(format!("the BPF program {name} is of a kind that is not known")))?;
        let (functions, lines) = (function.func_info.func_info_bytes(), function.line_info.line_info_bytes());
        let program = syscall::Program {
            name,
            kind,
            attach,
            attach_type_id,
            instructions: bytes_of(&function.instructions),
            license: &program.license,
            types: syscall::number(&self.types),
            functions: (&functions, function.func_info.len()),
            lines: (&lines, function.line_info.len()),
        };
        syscall::load_program(&program, None).map_err(|errno| {
            // Only now, for it takes longer.
            let mut log = vec![0; LOG];
            let again = syscall::load_program(&program, Some(&mut log));
            let end = log.iter().position(|&byte| byte == 0).unwrap_or(log.len());
            let log = String::from_utf8_lossy(&log[..end]).trim_end().to_owned();
            let why = Why::refused(&format!("the BPF program {name}"), again.err().unwrap_or(errno));
            Why { log, ..why }
        })
    }

    /// Loads a program and attaches it to the tracepoint that has its name. Since when kernels have it is said if this one has
    /// not.
    pub(super) fn trace(&self, name: &str, types: &Types, since: &str) -> Result<OwnedFd, Why> {
        self.trace_at(name, name, types, since)
    }

    /// The same at a tracepoint of another name.
    pub(super) fn trace_at(&self, name: &str, at: &str, types: &Types, since: &str) -> Result<OwnedFd, Why> {
        let point = types
            .tracepoint(at)
            .ok_or_else(|| Why::missing(format!("this kernel has no tracepoint {at}: {since} has it")))?;
        let program = self.load(name, point)?;
        syscall::attach_tracepoint(program).map_err(|errno| refused(name, errno))
    }

    /// Loads a program and attaches it to a control group.
    pub(super) fn attach_to_group(&self, name: &str, group: impl AsFd) -> Result<OwnedFd, Why> {
        let attach = self.program(name).and_then(|(program, _)| kind_of(&program.section));
        let program = self.load(name, 0)?;
        let (_, attach) = attach.unwrap_or_default();
        syscall::attach(program, group, attach).map_err(|errno| refused(name, errno))
    }

    fn program(&self, name: &str) -> Option<(&Program, &Function)> {
        let program = self.object.programs.get(name)?;
        Some((program, self.object.functions.get(&program.function_key())?))
    }
}

/// What the programs are told of the types that they make pointers to; nothing where the kernel cannot do that.
fn pointers(types: &Types) -> Vec<(&'static str, u32)> {
    const POINTED_TO: [(&str, &str); 4] = [
        ("type_of_dst_metrics", "dst_metrics"),
        ("type_of_files_struct", "files_struct"),
        ("type_of_socket", "socket"),
        ("type_of_tcp_sock", "tcp_sock"),
    ];
    let number = |(global, name): &(&'static str, &str)| Some((*global, types.structure(name)?));
    let numbers = types.pointer_to().and_then(|_| POINTED_TO.iter().map(number).collect());
    numbers.unwrap_or_default()
}

/// Puts the number of a function of the kernel in the place of the one that stands for it.
fn call_kernel(instructions: &mut [bpf_insn], number: u32) {
    /// `BPF_JMP | BPF_CALL`, and `BPF_PSEUDO_KFUNC_CALL`.
    const CALL: u8 = 0x85;
    const OF_KERNEL: u8 = 2;
    for instruction in instructions {
        if instruction.code == CALL && instruction.src_reg() == 0 && instruction.imm == POINTER_TO {
            instruction.set_src_reg(OF_KERNEL);
            instruction.imm = number.cast_signed();
        }
    }
}

fn refused(name: &str, errno: Errno) -> Why {
    Why::refused(&format!("the BPF program {name}"), errno)
}

/// What the kernel calls a program of a section, and where it is attached.
fn kind_of(section: &ProgramSection) -> Option<(u32, u32)> {
    use bpf_attach_type::{BPF_CGROUP_INET_EGRESS, BPF_TRACE_ITER, BPF_TRACE_RAW_TP};
    let (kind, attach) = match section {
        ProgramSection::BtfTracePoint => (bpf_prog_type::BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP),
        ProgramSection::Iter { .. } => (bpf_prog_type::BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER),
        // It has no attachment of its own: 0.
        ProgramSection::TracePoint => return Some((bpf_prog_type::BPF_PROG_TYPE_TRACEPOINT as u32, 0)),
        ProgramSection::CgroupSkb { attach_type } => {
            let attach = attach_type.map_or(BPF_CGROUP_INET_EGRESS, Into::into);
            (bpf_prog_type::BPF_PROG_TYPE_CGROUP_SKB, attach)
        }
        ProgramSection::CgroupSock { attach_type } => {
            (bpf_prog_type::BPF_PROG_TYPE_CGROUP_SOCK, (*attach_type).into())
        }
        _ => return None,
    };
    Some((kind as u32, attach as u32))
}

/// Makes a map as it is declared.
fn create(name: &str, map: &Map, room: Option<u32>, types: &OwnedFd) -> Result<OwnedFd, Errno> {
    const RING: u32 = bpf_map_type::BPF_MAP_TYPE_RINGBUF as u32;
    // By the smallest one the kernel knows what is to stand in it.
    let inner = map.inner().map(|inner| create(name, &inner, Some(1), types)).transpose()?;
    let room = room.filter(|_| inner.is_none());
    let (map_type, entries) = (map.map_type(), room.unwrap_or(map.max_entries()));
    let mut kind = MapKind {
        map_type,
        key_size: map.key_size(),
        value_size: map.value_size(),
        // A ring has whole pages, and as many as a power of two.
        max_entries: if map_type == RING { ring(entries) } else { entries },
        map_flags: map.map_flags(),
        inner_map_fd: inner.as_ref().map_or(0, syscall::number),
        ..MapKind::default()
    };
    if let (Map::Btf(map), true) = (map, map_type != RING && inner.is_none()) {
        kind.btf_fd = syscall::number(types);
        (kind.btf_key_type_id, kind.btf_value_type_id) = (map.def.btf_key_type_id, map.def.btf_value_type_id);
    }
    let made = syscall::create_map(name, kind)?;
    if map.section_kind() == EbpfSectionKind::Rodata {
        syscall::set_globals(&made, map.data())?;
    }
    Ok(made)
}

fn ring(bytes: u32) -> u32 {
    bytes.max(rustix::param::page_size() as u32).next_power_of_two()
}

fn bytes_of(instructions: &[bpf_insn]) -> &[u8] {
    // SAFETY: an instruction is eight bytes without a gap.
    unsafe { std::slice::from_raw_parts(instructions.as_ptr().cast(), size_of_val(instructions)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The instructions of all programs, fitted to a kernel's types.
    fn fitted(types: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut object = Object::parse().unwrap();
        object.relocate_btf(&Btf::parse(types, Default::default()).unwrap()).unwrap();
        let all = object.functions.values();
        all.map(|function| (function.name.clone(), bytes_of(&function.instructions).to_vec())).collect()
    }

    #[test]
    fn programs_are_fitted_as_with_all_of_the_kernels_types() {
        let Ok(kernel) = std::fs::read(super::super::load::TYPES) else {
            return println!("skipped: this kernel does not describe its types");
        };
        let types = Object::types(&kernel).unwrap().unwrap();
        assert!(types.described.len() < kernel.len() / 50, "{} bytes", types.described.len());
        let (all, some) = (fitted(&kernel), fitted(&types.described));
        assert!(!all.is_empty());
        for (all, some) in all.iter().zip(&some) {
            assert!(all == some, "{}", all.0);
        }
    }
}
