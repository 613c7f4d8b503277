//! The kernel's types, as far as the programs name them: `include/uapi/linux/btf.h`.
//!
//! `/sys/kernel/btf/vmlinux` describes more than a hundred thousand types, of which the programs name some dozens. They are
//! copied out of it in one pass, with what they hold by value and the fields that the programs name, under numbers of their
//! own: what fits programs to the kernel goes through all types that it is given once for each that it looks for. What a
//! program is attached to is named by its number in the kernel's own description, which is kept beside.

use std::collections::{HashMap, HashSet};

const MAGIC: u16 = 0xeb9f;
/// `struct btf_header`.
const HEADER: usize = 24;
/// `struct btf_type`.
const RECORD: usize = 12;

const INT: u32 = 1;
const PTR: u32 = 2;
const ARRAY: u32 = 3;
const STRUCT: u32 = 4;
const UNION: u32 = 5;
const ENUM: u32 = 6;
const FWD: u32 = 7;
const TYPEDEF: u32 = 8;
const VOLATILE: u32 = 9;
const CONST: u32 = 10;
const RESTRICT: u32 = 11;
const FUNC: u32 = 12;
const FUNC_PROTO: u32 = 13;
const VAR: u32 = 14;
const DATASEC: u32 = 15;
const FLOAT: u32 = 16;
const DECL_TAG: u32 = 17;
const TYPE_TAG: u32 = 18;
const ENUM64: u32 = 19;

/// What the names begin with of what a program can be attached to.
const TRACEPOINT: &str = "btf_trace_";
const ITERATOR: &str = "bpf_iter_";
/// The kernel's function that makes a pointer to one of its types out of an address (Linux 6.2).
const POINTER_TO: &str = "bpf_rdonly_cast";

/// What the programs need of the kernel's types.
#[derive(Debug)]
pub(super) struct Types {
    /// Their description, in the kernel's format.
    pub(super) described: Vec<u8>,
    /// Numbers in the kernel's description, by name.
    points: HashMap<Box<str>, u32>,
    /// The same of structures.
    structures: HashMap<Box<str>, u32>,
}

impl Types {
    /// Those of the kernel that the object names. None if one of both is no description of types.
    pub(super) fn new(kernel: &[u8], object: &[u8]) -> Option<Self> {
        let kernel = Description::read(kernel)?;
        let names = Names::of(&Description::read(object)?)?;
        let mut places = Vec::with_capacity(kernel.types.len() / 24);
        let (mut roots, mut points, mut structures) = (Vec::new(), HashMap::new(), HashMap::new());
        let mut place = 0;
        while place < kernel.types.len() {
            let record = kernel.record(place)?;
            places.push(place as u32);
            let number = places.len() as u32;
            let prefixes: &[&str] = match record.kind() {
                TYPEDEF => &[TRACEPOINT],
                FUNC => &[ITERATOR, POINTER_TO],
                _ => &[],
            };
            let text = kernel.text(record.name);
            if prefixes.iter().any(|prefix| text.starts_with(prefix.as_bytes())) {
                points.insert(String::from_utf8_lossy(kernel.name(record.name)).into(), number);
            } else if record.is_named() && names.types.contains(without_flavour(kernel.name(record.name))) {
                roots.push(number);
                if record.kind() == STRUCT {
                    structures.insert(String::from_utf8_lossy(kernel.name(record.name)).into(), number);
                }
            }
            place += RECORD + record.rest.len();
        }
        let described = Copy::of(&kernel, &names, &places, &roots);
        Some(Self { described, points, structures })
    }

    /// The number of what a program is attached to that is called at this tracepoint.
    pub(super) fn tracepoint(&self, name: &str) -> Option<u32> {
        self.points.get(&*format!("{TRACEPOINT}{name}")).copied()
    }

    /// The number of what a program is attached to that goes through all of a kind.
    pub(super) fn iterator(&self, name: &str) -> Option<u32> {
        self.points.get(&*format!("{ITERATOR}{name}")).copied()
    }

    /// The number of the function that makes pointers to the kernel's types.
    pub(super) fn pointer_to(&self) -> Option<u32> {
        self.points.get(POINTER_TO).copied()
    }

    /// The number of a structure that the programs name.
    pub(super) fn structure(&self, name: &str) -> Option<u32> {
        self.structures.get(name).copied()
    }

    /// The values of an enumeration with their names.
    pub(super) fn values(&self, name: &str) -> Vec<(u32, String)> {
        let Some(described) = Description::read(&self.described) else { return Vec::new() };
        let mut place = 0;
        while let Some(record) = described.record(place) {
            if record.kind() == ENUM && described.name(record.name) == name.as_bytes() {
                let value = |[name, value]: [u32; 2]| {
                    (value, String::from_utf8_lossy(described.name(name)).into_owned())
                };
                return words(record.rest).map(value).collect();
            }
            place += RECORD + record.rest.len();
        }
        Vec::new()
    }
}

/// One description of types.
struct Description<'a> {
    types: &'a [u8],
    strings: &'a [u8],
}

impl<'a> Description<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let magic = bytes.first_chunk().map(|magic| u16::from_ne_bytes(*magic))?;
        let number = |place: usize| word(bytes, place).map(|number| number as usize);
        let (length, header) = (bytes.len(), number(4)?);
        if magic != MAGIC || header < HEADER || header > length {
            return None;
        }
        let part = |offset: usize, size: usize| bytes[header..].get(offset..)?.get(..size);
        Some(Self { types: part(number(8)?, number(12)?)?, strings: part(number(16)?, number(20)?)? })
    }

    /// The type at a place. None if there is none, or one of a kind that is not known: no other can be found then.
    fn record(&self, place: usize) -> Option<Record<'a>> {
        let bytes = self.types.get(place..)?;
        let (name, info, about) = (word(bytes, 0)?, word(bytes, 4)?, word(bytes, 8)?);
        let record = Record { name, info, about, rest: &[] };
        let each = match record.kind() {
            INT | VAR | DECL_TAG => return Some(Record { rest: bytes[RECORD..].get(..4)?, ..record }),
            ARRAY => return Some(Record { rest: bytes[RECORD..].get(..12)?, ..record }),
            STRUCT | UNION | DATASEC | ENUM64 => 12,
            ENUM | FUNC_PROTO => 8,
            PTR | FWD | TYPEDEF | VOLATILE | CONST | RESTRICT | FUNC | FLOAT | TYPE_TAG => 0,
            _ => return None,
        };
        Some(Record { rest: bytes[RECORD..].get(..each * record.entries())?, ..record })
    }

    /// The strings from this one on.
    fn text(&self, offset: u32) -> &'a [u8] {
        self.strings.get(offset as usize..).unwrap_or_default()
    }

    fn name(&self, offset: u32) -> &'a [u8] {
        self.text(offset).split(|&byte| byte == 0).next().unwrap_or_default()
    }
}

/// `struct btf_type`, and what follows it.
#[derive(Clone, Copy)]
struct Record<'a> {
    name: u32,
    info: u32,
    /// A size or a type.
    about: u32,
    rest: &'a [u8],
}

impl<'a> Record<'a> {
    fn kind(&self) -> u32 {
        self.info >> 24 & 0x1f
    }

    fn entries(&self) -> usize {
        (self.info & 0xffff) as usize
    }

    /// It is of a kind that programs name.
    fn is_named(&self) -> bool {
        self.name != 0 && matches!(self.kind(), INT | STRUCT | UNION | ENUM | ENUM64 | TYPEDEF)
    }

    /// The fields of a structure or a union: name, type, place.
    fn fields(&self) -> impl Iterator<Item = [u32; 3]> + use<'a> {
        words(self.rest)
    }
}

/// What the programs name.
#[derive(Default)]
struct Names<'a> {
    types: HashSet<&'a [u8]>,
    fields: HashSet<&'a [u8]>,
}

impl<'a> Names<'a> {
    fn of(object: &Description<'a>) -> Option<Self> {
        let mut names = Self::default();
        let mut place = 0;
        while place < object.types.len() {
            let record = object.record(place)?;
            if record.is_named() {
                names.types.insert(without_flavour(object.name(record.name)));
            }
            if matches!(record.kind(), STRUCT | UNION) {
                names.fields.extend(record.fields().map(|[name, ..]| object.name(name)));
            }
            place += RECORD + record.rest.len();
        }
        Some(names)
    }
}

/// Copies types out of a description.
struct Copy<'a, 'k> {
    kernel: &'a Description<'k>,
    names: &'a Names<'a>,
    /// Where each type of the kernel begins, by its number less one.
    places: &'a [u32],
    /// New numbers by old ones, and the old ones in order of the new.
    numbers: HashMap<u32, u32>,
    old: Vec<u32>,
    types: Vec<u8>,
    offsets: HashMap<u32, u32>,
    strings: Vec<u8>,
}

impl<'a, 'k> Copy<'a, 'k> {
    fn of(kernel: &'a Description<'k>, names: &'a Names<'a>, places: &'a [u32], roots: &[u32]) -> Vec<u8> {
        let mut copy = Self {
            kernel,
            names,
            places,
            numbers: HashMap::new(),
            old: Vec::new(),
            types: Vec::new(),
            offsets: HashMap::new(),
            strings: vec![0],
        };
        for &root in roots {
            copy.number(root);
        }
        let mut next = 0;
        while let Some(&old) = copy.old.get(next) {
            if let Some(record) = copy.record(old) {
                copy.put(record);
            }
            next += 1;
        }
        copy.finish()
    }

    fn record(&self, number: u32) -> Option<Record<'k>> {
        let place = *self.places.get((number as usize).checked_sub(1)?)?;
        self.kernel.record(place as usize)
    }

    /// The new number of a type that something holds by value. What nothing can hold is `void`.
    fn number(&mut self, old: u32) -> u32 {
        if let Some(&new) = self.numbers.get(&old) {
            return new;
        }
        let is_held =
            |record: Record<'_>| !matches!(record.kind(), FUNC | FUNC_PROTO | VAR | DATASEC | DECL_TAG);
        if !self.record(old).is_some_and(is_held) {
            return 0;
        }
        self.old.push(old);
        let new = self.old.len() as u32;
        self.numbers.insert(old, new);
        new
    }

    fn string(&mut self, old: u32) -> u32 {
        let name = self.kernel.name(old);
        if name.is_empty() {
            return 0;
        }
        let strings = &mut self.strings;
        *self.offsets.entry(old).or_insert_with(|| {
            let new = strings.len() as u32;
            strings.extend_from_slice(name);
            strings.push(0);
            new
        })
    }

    fn put(&mut self, record: Record<'k>) {
        let name = self.string(record.name);
        match record.kind() {
            // Only that it is a pointer counts.
            PTR => self.words([name, record.info, 0]),
            TYPEDEF | VOLATILE | CONST | RESTRICT | TYPE_TAG => {
                let about = self.number(record.about);
                self.words([name, record.info, about]);
            }
            ARRAY => {
                self.words([name, record.info, record.about]);
                for [element, _, length] in words(record.rest) {
                    let element = self.number(element);
                    self.words([element, 0, length]);
                }
            }
            STRUCT | UNION => self.put_fields(name, record),
            ENUM => {
                self.words([name, record.info, record.about]);
                for [name, value] in words(record.rest) {
                    let name = self.string(name);
                    self.words([name, value]);
                }
            }
            ENUM64 => {
                self.words([name, record.info, record.about]);
                for [name, low, high] in words(record.rest) {
                    let name = self.string(name);
                    self.words([name, low, high]);
                }
            }
            _ => {
                self.words([name, record.info, record.about]);
                self.types.extend_from_slice(record.rest);
            }
        }
    }

    /// A structure with the fields that the programs name, and those without a name, which may hold such.
    fn put_fields(&mut self, name: u32, record: Record<'k>) {
        let (kernel, names) = (self.kernel, self.names);
        let is_named = |[name, ..]: &[u32; 3]| {
            let name = kernel.name(*name);
            name.is_empty() || names.fields.contains(name)
        };
        let fields: Vec<[u32; 3]> = record.fields().filter(is_named).collect();
        self.words([name, record.info & !0xffff | fields.len() as u32, record.about]);
        for [name, of, place] in fields {
            let (name, of) = (self.string(name), self.number(of));
            self.words([name, of, place]);
        }
    }

    fn words<const N: usize>(&mut self, words: [u32; N]) {
        self.types.extend(words.into_iter().flat_map(u32::to_ne_bytes));
    }

    fn finish(self) -> Vec<u8> {
        let (types, strings) = (self.types.len() as u32, self.strings.len() as u32);
        let mut all = Vec::with_capacity(HEADER + self.types.len() + self.strings.len());
        all.extend_from_slice(&MAGIC.to_ne_bytes());
        all.extend_from_slice(&[1, 0]);
        for number in [HEADER as u32, 0, types, types, strings] {
            all.extend_from_slice(&number.to_ne_bytes());
        }
        all.extend_from_slice(&self.types);
        all.extend_from_slice(&self.strings);
        all
    }
}

/// `task_struct___new` is another view of `task_struct`.
fn without_flavour(name: &[u8]) -> &[u8] {
    let end = name.windows(3).position(|three| three == b"___").filter(|&end| end > 0);
    &name[..end.unwrap_or(name.len())]
}

fn word(bytes: &[u8], place: usize) -> Option<u32> {
    bytes.get(place..)?.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}

/// Groups of numbers.
fn words<'a, const N: usize>(bytes: &'a [u8]) -> impl Iterator<Item = [u32; N]> + use<'a, N> {
    let group = |group: &[u8]| std::array::from_fn(|index| word(group, 4 * index).unwrap_or_default());
    bytes.chunks_exact(4 * N).map(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes descriptions.
    #[derive(Default)]
    struct Writer {
        types: Vec<u32>,
        strings: Vec<u8>,
    }

    impl Writer {
        fn name(&mut self, name: &str) -> u32 {
            if self.strings.is_empty() {
                self.strings.push(0);
            }
            let place = self.strings.len() as u32;
            self.strings.extend_from_slice(name.as_bytes());
            self.strings.push(0);
            if name.is_empty() { 0 } else { place }
        }

        fn put(&mut self, name: &str, kind: u32, entries: usize, about: u32, rest: &[u32]) {
            let name = self.name(name);
            self.types.extend([name, kind << 24 | entries as u32, about]);
            self.types.extend(rest);
        }

        /// A structure of eight bytes a field.
        fn structure(&mut self, name: &str, fields: &[(&str, u32)]) {
            let mut rest = Vec::new();
            for (index, (field, of)) in fields.iter().enumerate() {
                rest.extend([self.name(field), *of, 64 * index as u32]);
            }
            self.put(name, STRUCT, fields.len(), 8 * fields.len() as u32, &rest);
        }

        fn bytes(&self) -> Vec<u8> {
            let types: Vec<u8> = self.types.iter().flat_map(|number| number.to_ne_bytes()).collect();
            let mut bytes = MAGIC.to_ne_bytes().to_vec();
            bytes.extend([1, 0]);
            for number in [HEADER, 0, types.len(), types.len(), self.strings.len()] {
                bytes.extend((number as u32).to_ne_bytes());
            }
            [bytes, types, self.strings.clone()].concat()
        }
    }

    fn kernel() -> Vec<u8> {
        let mut kernel = Writer::default();
        kernel.put("int", INT, 0, 4, &[32]); // 1
        kernel.structure("unasked", &[("count", 1)]); // 2
        kernel.put("", PTR, 0, 2, &[]); // 3
        kernel.structure("held", &[("inner", 3), ("unasked", 2)]); // 4
        kernel.structure("", &[("count", 1)]); // 5
        kernel.structure("asked", &[("first", 2), ("inner", 4), ("", 5), ("next", 3), ("last", 2)]); // 6
        kernel.put("btf_trace_asked", TYPEDEF, 0, 3, &[]); // 7
        kernel.put("bpf_iter_asked", FUNC, 0, 0, &[]); // 8
        kernel.put("asked", FUNC, 0, 0, &[]); // 9
        kernel.put(POINTER_TO, FUNC, 0, 0, &[]); // 10
        kernel.bytes()
    }

    fn object() -> Vec<u8> {
        let mut object = Writer::default();
        object.put("int", INT, 0, 4, &[32]);
        object.structure("asked___other", &[("inner", 1), ("count", 1), ("next", 1)]);
        object.bytes()
    }

    /// Names of types, each with the fields it has and whether what they are is there.
    fn told(described: &[u8]) -> Vec<String> {
        let description = Description::read(described).unwrap();
        let (mut place, mut told) = (0, Vec::new());
        let name = |offset| String::from_utf8_lossy(description.name(offset)).into_owned();
        while place < description.types.len() {
            let record = description.record(place).unwrap();
            let fields = record.fields().map(|[field, of, place]| format!("{}:{of}@{place}", name(field)));
            let fields = if record.kind() == STRUCT { fields.collect() } else { Vec::new() };
            told.push(format!("{} {} {}", record.kind(), name(record.name), fields.join(" ")));
            place += RECORD + record.rest.len();
        }
        told
    }

    #[test]
    fn only_what_is_named_and_held_is_copied() {
        let types = Types::new(&kernel(), &object()).unwrap();
        // The fields of what is held are kept as far as they are named, their places and the sizes are the kernel's.
        assert_eq!(
            told(&types.described),
            ["1 int ", "4 asked inner:3@64 :4@128 next:5@192", "4 held inner:5@0", "4  count:1@0", "2  ",]
        );
    }

    #[test]
    fn what_programs_are_attached_to_has_the_kernels_number() {
        let types = Types::new(&kernel(), &object()).unwrap();
        assert_eq!(types.tracepoint("asked"), Some(7));
        assert_eq!(types.tracepoint("other"), None);
        assert_eq!(types.points["bpf_iter_asked"], 8);
    }

    #[test]
    fn what_programs_make_pointers_to_has_the_kernels_number() {
        let types = Types::new(&kernel(), &object()).unwrap();
        assert_eq!(types.pointer_to(), Some(10));
        assert_eq!((types.structure("asked"), types.structure("unasked")), (Some(6), None));
    }

    #[test]
    fn a_kind_that_is_not_known_is_no_description() {
        let mut kernel = Writer::default();
        kernel.put("new", 31, 0, 0, &[]);
        assert!(Types::new(&kernel.bytes(), &object()).is_none());
        assert!(Types::new(&[], &object()).is_none());
        assert!(Types::new(&object(), &[]).is_none());
    }

    #[test]
    fn any_bytes_are_harmless() {
        let (kernel, object) = (kernel(), object());
        let readable = |bytes: &[u8]| {
            if let Some(types) = Types::new(bytes, &object) {
                told(&types.described);
                aya_obj::btf::Btf::parse(&types.described, Default::default()).unwrap();
            }
            Types::new(&kernel, bytes);
        };
        for place in 0..kernel.len() {
            readable(&kernel[..place]);
            for value in [0, 1, 0x04, 0x0c, 0x7f, 0xff] {
                let mut damaged = kernel.clone();
                damaged[place] = value;
                readable(&damaged);
            }
        }
    }
}
