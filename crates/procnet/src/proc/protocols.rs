//! `protocols`: the protocols that sockets can be of. `net/core/sock.c` `proto_seq_printf`.
//!
//! Sockets are counted in the namespace, memory and pressure are the machine's. The columns of methods are
//! read by the header: the one for sendpage went with Linux 6.5.

use super::{File, FileScope};
use crate::Endian;
use crate::cell::{Form, Value};
use crate::dictionary;
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{MOST_COLUMNS, Span, Table, Texts};
use crate::word::next;

/// `net/protocols`.
pub static PROTOCOLS: File = File::new::<Lines>(
    "protocols",
    "protocols that sockets can be of",
    "net/core/sock.c proto_seq_printf",
    FileScope::Namespace,
);

row! {
    /// One protocol.
    pub struct Protocol {
        key protocol: Span, None, "protocol", "Name of the protocol.";
        info size: u32, Bytes, "size", "Size of one socket.";
        gauge sockets: i32, Count, "sockets", "Sockets of the namespace; some protocols do not count theirs.";
        gauge memory: Option<i64>, None, "memory", "Pages that its buffers hold on the machine; absent where that is not counted.";
        info press: Option<Span>, None, "press", "yes while the protocol is short of memory; absent where it has no such notion.";
        info maxhdr: u32, Bytes, "maxhdr", "Largest header that it puts before data.";
        info slab: Span, None, "slab", "yes where its sockets have a cache of their own.";
        info module: Span, None, "module", "Module that brought it, kernel where it is built in.";
        info methods: Methods, None, "methods", "What the protocol does itself, by the columns of y and n.";
    }
}

/// Methods of a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Methods(pub u32);

impl Cell for Methods {
    const FORM: Form = Form::List;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Flags(self.0, dictionary::PROTO_METHODS)
    }
}

/// Columns before those of the methods.
const FIRST: usize = 8;

/// Headings of the methods, in the order of [`dictionary::PROTO_METHODS`].
const HEADINGS: [&[u8]; 19] = [
    b"cl", b"co", b"di", b"ac", b"io", b"in", b"de", b"sh", b"ss", b"gs", b"se", b"re", b"sp", b"bi", b"br",
    b"ha", b"uh", b"gp", b"em",
];

/// Bits of the methods, by the place of their columns.
pub struct Lines {
    bits: [u32; MOST_COLUMNS],
}

impl Default for Lines {
    fn default() -> Self {
        Self { bits: [0; MOST_COLUMNS] }
    }
}

impl Format for Lines {
    type Row = Protocol;

    fn header(&mut self, line: &[u8], _: &mut Table<Protocol>) {
        for (bit, heading) in self.bits.iter_mut().zip(Words::new(line).skip(FIRST)) {
            *bit = HEADINGS.iter().position(|known| *known == heading).map_or(0, |place| 1 << place);
        }
    }

    fn line(&mut self, line: &[u8], table: &mut Table<Protocol>, endian: Endian) -> Result<(), &'static str> {
        let (mut words, texts) = (Words::new(line), &mut table.texts);
        let mut row = Protocol {
            protocol: next(&mut words, texts, endian, "no protocol")?,
            size: next(&mut words, texts, endian, "size unreadable")?,
            sockets: next(&mut words, texts, endian, "sockets unreadable")?,
            memory: Some(next(&mut words, texts, endian, "memory unreadable")?),
            press: Some(next(&mut words, texts, endian, "no press")?),
            maxhdr: next(&mut words, texts, endian, "maxhdr unreadable")?,
            slab: next(&mut words, texts, endian, "no slab")?,
            module: next(&mut words, texts, endian, "no module")?,
            methods: Methods(0),
        };
        row.memory = row.memory.filter(|pages| *pages >= 0);
        row.press = row.press.filter(|press| texts.get(*press) != b"NI");
        let bits = || words.clone().zip(self.bits);
        row.methods.0 = bits().filter(|(word, _)| *word == b"y").fold(0, |all, (_, bit)| all | bit);
        table.push(row);
        for (place, (word, _)) in bits().enumerate().filter(|(_, (_, bit))| *bit == 0) {
            table.extra(FIRST + 1 + place, word);
        }
        Ok(())
    }
}
