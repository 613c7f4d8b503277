//! Netlink messages, cut out of the bytes that `recv` hands out. `include/uapi/linux/netlink.h` `struct nlmsghdr`,
//! `net/netlink/af_netlink.c` `netlink_dump`, `netlink_ack`.
//!
//! Nothing marks where a message begins: after a length that cannot be true there is no way back to one, and
//! what follows is not read. Replies are told from the kernel's notes about them (end, error, overrun), which
//! are kept as an [`Ending`].

use std::sync::Arc;

use super::attribute::Numbers;
use crate::Endian;
use crate::row::{Field, Row};
use crate::shape::Decoder;
use crate::table::{AnyTable, Ending, Fault, Table};

/// The longest message that is believed: the kernel builds its replies in 32 KiB.
pub const LONGEST_MESSAGE: usize = 1 << 20;

/// Bytes of `struct nlmsghdr`: length, type, flags, sequence number, port.
const HEADER: usize = 16;
/// `NLM_F_DUMP_INTR`.
const DUMP_INTERRUPTED: u16 = 0x10;

const NOOP: u16 = 1;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const OVERRUN: u16 = 4;

/// What the messages of one kind mean.
pub trait Message: Default + Send + 'static {
    /// What they are a table of.
    type Row: Row;

    /// Type of the messages that are rows.
    const TYPE: u16;

    /// Another type that such messages have where an older request was made.
    const OLDER: Option<u16> = None;

    /// Type of messages that may stand between them, which another decoder takes.
    const LEFT_OUT: Option<u16> = None;

    /// Whether messages of a type are rows.
    fn is_row(kind: u16) -> bool {
        kind == Self::TYPE || Some(kind) == Self::OLDER
    }

    /// Reads what follows the header of a message of that type; `Err` says what is wrong with it.
    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<Self::Row>,
        endian: Endian,
    ) -> Result<(), &'static str>;
}

/// The answer to one kind of request.
#[derive(Debug)]
pub struct Messages {
    /// Name of it, ours.
    pub name: &'static str,
    /// What it lists.
    pub what: &'static str,
    /// Kernel source file and function that fill the messages.
    pub source: &'static str,
    /// Columns of its rows.
    pub fields: &'static [Field],
    decoder: fn(Endian) -> Box<dyn Decoder>,
}

impl Messages {
    /// Messages of this kind.
    pub const fn new<M: Message>(name: &'static str, what: &'static str, source: &'static str) -> Self {
        Self {
            name,
            what,
            source,
            fields: M::Row::FIELDS,
            decoder: |endian| Box::new(Dump::<M>::new(endian)),
        }
    }

    /// A decoder for what a machine of this byte order sends.
    pub fn decoder(&self, endian: Endian) -> Box<dyn Decoder> {
        (self.decoder)(endian)
    }
}

/// Cuts bytes into messages for a [`Message`].
pub struct Dump<M: Message> {
    message: M,
    table: Table<M::Row>,
    stream: Stream,
}

impl<M: Message> Dump<M> {
    /// A decoder for a machine of this byte order.
    pub fn new(endian: Endian) -> Self {
        Self { message: M::default(), table: Table::default(), stream: Stream::new(endian) }
    }

    /// Decodes bytes that are there as a whole.
    pub fn decode(bytes: &[u8], endian: Endian) -> Table<M::Row> {
        let mut dump = Self::new(endian);
        dump.feed(bytes);
        dump.end()
    }

    fn end(&mut self) -> Table<M::Row> {
        if let Some(what) = self.stream.cut_short() {
            self.table.fault(Fault { line: self.stream.number + 1, what });
        }
        self.table.set_ending(self.stream.ending);
        self.table.shrink();
        std::mem::take(&mut self.table)
    }
}

impl<M: Message> Decoder for Dump<M> {
    fn expect(&mut self, rows: usize, texts: usize) {
        self.table.reserve(rows, texts);
    }

    fn feed(&mut self, bytes: &[u8]) {
        let Self { message, table, stream } = self;
        let endian = stream.endian;
        stream.feed(bytes, &mut |number, event| {
            let result = match event {
                Event::Message(kind, payload) if M::is_row(kind) => message.message(payload, table, endian),
                Event::Message(kind, _) if Some(kind) == M::LEFT_OUT => Ok(()),
                Event::Message(..) => Err("message of another kind"),
                Event::Fault(what) => Err(what),
            };
            if let Err(what) = result {
                table.fault(Fault { line: number, what });
            }
        });
    }

    fn rows(&self) -> usize {
        self.table.len()
    }

    fn take(&mut self) -> Arc<dyn AnyTable> {
        Arc::new(self.table.split())
    }

    fn finish(mut self: Box<Self>) -> Arc<dyn AnyTable> {
        Arc::new(self.end())
    }
}

/// What was found in the bytes.
enum Event<'a> {
    /// A message that is no note of the kernel's: its type, and what follows its header.
    Message(u16, &'a [u8]),
    /// No message, and why.
    Fault(&'static str),
}

/// Bytes as they come, and where messages end in them.
struct Stream {
    endian: Endian,
    number: u64,
    unfinished: Vec<u8>,
    /// Bytes to leave out before the next message: padding to four.
    padding: usize,
    broken: bool,
    ending: Ending,
}

impl Stream {
    fn new(endian: Endian) -> Self {
        let ending = Ending::default();
        Self { endian, number: 0, unfinished: Vec::new(), padding: 0, broken: false, ending }
    }

    fn feed(&mut self, mut bytes: &[u8], each: &mut impl FnMut(u64, Event<'_>)) {
        while !self.broken && !bytes.is_empty() {
            let padding = self.padding.min(bytes.len());
            self.padding -= padding;
            bytes = &bytes[padding..];
            bytes =
                if self.unfinished.is_empty() { self.whole(bytes, each) } else { self.begun(bytes, each) };
        }
    }

    /// Reads a message that begins with these bytes, or keeps them until its end comes. Returns what is left.
    fn whole<'a>(&mut self, bytes: &'a [u8], each: &mut impl FnMut(u64, Event<'_>)) -> &'a [u8] {
        let Some(length) = self.length(bytes, each) else {
            if !self.broken {
                self.unfinished.extend_from_slice(bytes);
            }
            return &[];
        };
        let Some((message, rest)) = bytes.split_at_checked(length) else {
            self.unfinished.extend_from_slice(bytes);
            return &[];
        };
        self.message(message, each);
        rest
    }

    /// Adds to a message that an earlier piece began. Returns what is left.
    fn begun<'a>(&mut self, mut bytes: &'a [u8], each: &mut impl FnMut(u64, Event<'_>)) -> &'a [u8] {
        let mut unfinished = std::mem::take(&mut self.unfinished);
        let mut take = |length: usize, unfinished: &mut Vec<u8>| {
            let wanted = length.saturating_sub(unfinished.len()).min(bytes.len());
            let (start, rest) = bytes.split_at(wanted);
            unfinished.extend_from_slice(start);
            bytes = rest;
            unfinished.len() >= length
        };
        if take(HEADER, &mut unfinished) {
            match self.length(&unfinished, each) {
                Some(length) if take(length, &mut unfinished) => {
                    self.message(&unfinished, each);
                    unfinished.clear();
                }
                Some(_) => {}
                None => unfinished.clear(),
            }
        }
        self.unfinished = unfinished;
        bytes
    }

    /// Length of the message that begins here, once its header is there. One that cannot be ends the stream.
    fn length(&mut self, bytes: &[u8], each: &mut impl FnMut(u64, Event<'_>)) -> Option<usize> {
        let length = Numbers::new(bytes.get(..HEADER)?, self.endian).u32(0)? as usize;
        let what = match length {
            HEADER..=LONGEST_MESSAGE => return Some(length),
            0..HEADER => "message shorter than its header",
            _ => "message longer than 1 MiB",
        };
        self.broken = true;
        each(self.number + 1, Event::Fault(what));
        None
    }

    fn message(&mut self, message: &[u8], each: &mut impl FnMut(u64, Event<'_>)) {
        self.number += 1;
        self.padding = message.len().next_multiple_of(4) - message.len();
        let Some((header, payload)) = message.split_at_checked(HEADER) else { return };
        let header = Numbers::new(header, self.endian);
        let (Some(kind), Some(flags)) = (header.u16(4), header.u16(6)) else { return };
        self.ending.interrupted |= flags & DUMP_INTERRUPTED != 0;
        let code = || Numbers::new(payload, self.endian).u32(0).map(u32::cast_signed);
        match kind {
            NOOP => {}
            OVERRUN => self.ending.overrun = true,
            ERROR => match code() {
                Some(code) => keep(&mut self.ending.error, code),
                None => each(self.number, Event::Fault("error without a number")),
            },
            DONE => {
                keep(&mut self.ending.done, code().unwrap_or_default());
                self.ending.dumps = self.ending.dumps.saturating_add(1);
            }
            kind => each(self.number, Event::Message(kind, payload)),
        }
    }

    fn cut_short(&self) -> Option<&'static str> {
        (!self.broken && !self.unfinished.is_empty()).then_some("message cut short")
    }
}

/// Keeps the first number that tells of a failure.
fn keep(kept: &mut Option<i32>, code: i32) {
    if kept.is_none_or(|kept| kept == 0) {
        *kept = Some(code);
    }
}

#[cfg(test)]
mod tests {
    #![allow(unreachable_pub, reason = "a row is declared public")]

    use super::*;
    use crate::cell::Value;
    use crate::row::row;

    row! {
        /// The bytes of a message.
        pub struct Length {
            gauge length: u32, Bytes, "length", "Bytes after the header.";
        }
    }

    #[derive(Default)]
    struct Lengths;

    impl Message for Lengths {
        type Row = Length;
        const TYPE: u16 = 20;
        fn message(
            &mut self,
            payload: &[u8],
            table: &mut Table<Length>,
            _: Endian,
        ) -> Result<(), &'static str> {
            table.push(Length { length: payload.len() as u32 });
            Ok(())
        }
    }

    fn message(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = ((HEADER + payload.len()) as u32).to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(flags.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn lengths(bytes: &[u8]) -> (Vec<u32>, Option<Fault>, Ending) {
        let table = Dump::<Lengths>::decode(bytes, Endian::Little);
        let rows = table.iter().map(|row| row.length).collect();
        (rows, AnyTable::first_fault(&table), AnyTable::ending(&table).unwrap())
    }

    #[test]
    fn messages_are_padded_to_four() {
        let bytes = [message(20, 2, b"12345"), message(20, 2, b""), message(3, 2, &[0; 4])].concat();
        let (rows, fault, ending) = lengths(&bytes);
        assert_eq!((rows, fault), (vec![5, 0], None));
        assert!(ending.is_whole());
        assert_eq!(ending.dumps, 1);
    }

    #[test]
    fn rows_are_handed_out_while_others_come() {
        let bytes = [message(20, 2, b"1"), message(21, 2, b""), message(20, 2, b"12")].concat();
        let mut dump = Box::new(Dump::<Lengths>::new(Endian::Little));
        // The first piece ends within the third message.
        dump.feed(&bytes[..bytes.len() - 4]);
        let first = dump.take();
        assert_eq!((first.len(), first.faults(), first.ending()), (1, 0, None));
        dump.feed(&bytes[bytes.len() - 4..]);
        dump.feed(&message(3, 2, &[0; 4]));
        let last = dump.finish();
        assert_eq!((last.len(), last.first_fault().unwrap().line), (1, 2));
        assert!(last.ending().unwrap().is_whole());
        assert!(matches!((first.cell(0, 0), last.cell(0, 0)), (Value::Unsigned(1), Value::Unsigned(2))));
    }

    #[test]
    fn what_the_kernel_says_of_a_dump_is_kept() {
        let no_such = (-2i32).to_le_bytes();
        let (_, _, ending) = lengths(&message(3, 2, &no_such));
        assert_eq!((ending.done, ending.is_whole()), (Some(-2), false));
        let (_, _, ending) = lengths(&message(2, 0, &no_such));
        assert_eq!((ending.error, ending.done, ending.is_whole()), (Some(-2), None, false));
        let (_, _, ending) = lengths(&message(3, DUMP_INTERRUPTED, &[0; 4]));
        assert!(ending.interrupted && !ending.is_whole());
        let (_, _, ending) = lengths(&message(4, 0, &[]));
        assert!(ending.overrun && !ending.is_whole());
        let two = [message(3, 2, &no_such), message(3, 2, &[0; 4])].concat();
        let (_, _, ending) = lengths(&two);
        assert_eq!((ending.done, ending.dumps), (Some(-2), 2));
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_stream() {
        for length in [0u32, 15, (LONGEST_MESSAGE + 1) as u32, u32::MAX] {
            let mut wrong = message(20, 0, &[]);
            wrong[..4].copy_from_slice(&length.to_le_bytes());
            let bytes = [message(20, 0, &[1]), wrong, message(20, 0, &[2])].concat();
            let (rows, fault, _) = lengths(&bytes);
            assert_eq!(rows, [1]);
            assert_eq!(fault.unwrap().line, 2);
        }
    }

    #[test]
    fn a_message_that_did_not_come_whole_is_a_fault() {
        let bytes = message(20, 0, &[0; 8]);
        for end in 1..bytes.len() {
            let (rows, fault, _) = lengths(&bytes[..end]);
            assert_eq!((rows.len(), fault.unwrap().what), (0, "message cut short"));
        }
    }
}
