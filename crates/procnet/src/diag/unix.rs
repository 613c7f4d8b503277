//! UNIX domain sockets. `net/unix/diag.c` `sk_diag_fill` (`include/uapi/linux/unix_diag.h`
//! `struct unix_diag_msg`).
//!
//! The state is that of the socket itself, in TCP's names; the text file tells that of its file. Inodes of the
//! peer and of the connections that wait are 0 where no process has the socket any more.

use std::fmt::Write;

use super::attribute::{Attribute, Attributes, Numbers};
use super::inet::SOCK_DIAG;
use super::memory::Memory;
use super::message::{Message, Messages};
use crate::cell::{Form, Value};
use crate::proc::inet::LISTEN;
use crate::proc::packet::SocketType;
use crate::row::{Cell, row};
use crate::shape::Words;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary, number};

/// Messages of UNIX sockets.
pub static UNIX: Messages =
    Messages::new::<Sockets>("unix", "UNIX domain sockets", "net/unix/diag.c sk_diag_fill");

row! {
    /// One socket.
    pub struct UnixSocket {
        key inode: u32, None, "inode", "Inode of the socket; 0 while no descriptor can belong to it.";
        info r#type: SocketType, None, "type", "Type of the socket: stream, dgram, seqpacket.";
        info state: SocketState, None, "state", "State: LISTEN, ESTABLISHED where it is connected, CLOSE where it is not.";
        key cookie: u64, None, "cookie", "Number of the socket that is never given again while the machine runs.";
        info path: Option<Span>, None, "path", "Path or, after an @, abstract name that the socket is bound to.";
        info vfs_inode: Option<u32>, None, "file inode", "Inode of the file that the path led to when it was bound.";
        info vfs_dev: Option<u32>, None, "file dev", "Device of that file, the kernel's number: major times 1048576, plus minor.";
        info peer: Option<u32>, None, "peer", "Inode of the socket that it is connected to.";
        info pending: Option<Span>, None, "pending", "Inodes of the sockets that wait to be accepted, of a listening socket.";
        amount rx_queue: Option<u32>, Bytes, "rx queue", "Bytes received and not read: all of a stream, the next one of datagrams.";
        amount tx_queue: Option<u32>, Bytes, "tx queue", "Memory of what was sent and not read.";
        amount accept_queue: Option<u32>, Count, "acceptq", "Connections that wait to be accepted, of a listening socket.";
        info accept_backlog: Option<u32>, Count, "backlog limit", "Limit of the accept queue, of a listening socket.";
        info shutdown: Option<Shutdown>, None, "shutdown", "Directions that are closed: receive, send.";
        info uid: Option<u32>, None, "uid", "User that the socket belongs to.";
        amount rmem: Option<u32>, Bytes, "rmem", "Memory that received messages hold.";
        info rcvbuf: Option<u32>, Bytes, "rcvbuf", "Limit of the memory of received messages; UNIX sockets do not use it.";
        amount wmem: Option<u32>, Bytes, "wmem", "Memory of messages sent and not read.";
        info sndbuf: Option<u32>, Bytes, "sndbuf", "Limit of the memory of messages sent and not read.";
    }
}

/// A `TCP_*` state, which every kind of socket uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketState(pub u32);

impl Cell for SocketState {
    const FORM: Form = Form::Label;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::label(dictionary::TCP_STATE, self.0.into())
    }
}

meaning! {
    /// `RCV_SHUTDOWN` and `SEND_SHUTDOWN`.
    pub struct Shutdown, flags dictionary::SHUTDOWN
}

impl UnixSocket {
    /// Inodes of the sockets that wait to be accepted; 0 for one that its process has closed.
    pub fn pending<'a>(&self, texts: &'a Texts) -> impl Iterator<Item = u64> + 'a {
        let inodes = self.pending.map(|pending| texts.get(pending)).unwrap_or_default();
        Words::new(inodes).filter_map(number::decimal)
    }
}

/// The messages.
#[derive(Default)]
pub struct Sockets;

/// Bytes of `struct unix_diag_msg`.
const HEADER: usize = 16;

impl Message for Sockets {
    type Row = UnixSocket;
    const TYPE: u16 = SOCK_DIAG;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<UnixSocket>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_at_checked(HEADER).ok_or("shorter than unix_diag_msg")?;
        let message = Numbers::new(header, endian);
        let [_, kind, state, ..] = *header else { return Err("shorter than unix_diag_msg") };
        let mut row = UnixSocket {
            inode: message.u32(4).unwrap_or_default(),
            r#type: SocketType(kind.into()),
            state: SocketState(state.into()),
            cookie: message.low_high(8).unwrap_or_default(),
            path: None,
            vfs_inode: None,
            vfs_dev: None,
            peer: None,
            pending: None,
            rx_queue: None,
            tx_queue: None,
            accept_queue: None,
            accept_backlog: None,
            shutdown: None,
            uid: None,
            rmem: None,
            rcvbuf: None,
            wmem: None,
            sndbuf: None,
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, &mut table.texts);
        }
        table.push(row);
        Ok(())
    }
}

impl UnixSocket {
    /// Takes an attribute (`UNIX_DIAG_*`).
    fn take(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        let numbers = attribute.numbers();
        match attribute.kind {
            0 => self.path = name(attribute.bytes(), texts),
            1 => (self.vfs_inode, self.vfs_dev) = (numbers.u32(0), numbers.u32(4)),
            2 => self.peer = attribute.u32(),
            3 => self.pending = Some(inodes(numbers, texts)),
            4 if self.state.0 == LISTEN.into() => {
                (self.accept_queue, self.accept_backlog) = (numbers.u32(0), numbers.u32(4));
            }
            4 => (self.rx_queue, self.tx_queue) = (numbers.u32(0), numbers.u32(4)),
            5 => {
                let memory = Memory(numbers);
                (self.rmem, self.rcvbuf) = (memory.rmem(), memory.rcvbuf());
                (self.wmem, self.sndbuf) = (memory.wmem(), memory.sndbuf());
            }
            6 => self.shutdown = attribute.u8().map(|bits| Shutdown(bits.into())),
            7 => self.uid = attribute.u32(),
            _ => {}
        }
    }
}

/// The name as the text file prints it: a path without the zero byte that ends it; of an abstract name, which
/// begins with a zero byte and has no end but its length, every zero byte as an `@`.
fn name(bytes: &[u8], texts: &mut Texts) -> Option<Span> {
    match *bytes {
        [] => None,
        [0, ..] => {
            let shown: Vec<u8> = bytes.iter().map(|&byte| if byte == 0 { b'@' } else { byte }).collect();
            Some(texts.keep(&shown))
        }
        [ref path @ .., 0] => Some(texts.keep(path)),
        ref path => Some(texts.keep(path)),
    }
}

fn inodes(list: Numbers<'_>, texts: &mut Texts) -> Span {
    let mut text = String::new();
    for place in (0..list.bytes().len()).step_by(4) {
        let Some(inode) = list.u32(place) else { break };
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{inode}", if place == 0 { "" } else { " " });
    }
    texts.keep(text.as_bytes())
}
