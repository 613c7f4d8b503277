//! `unix`: UNIX domain sockets. `net/unix/af_unix.c` `unix_seq_show`.
//!
//! An abstract name begins with `@`, and each zero byte of it is printed as `@` too: it cannot be told from
//! one that was meant. A path goes to the end of its line and may hold blanks; a newline in it cannot be told
//! from the end of the row, so what follows it is a line that is no row. The state is that of the socket as a
//! file: a connection that waits to be accepted has none, and is CONNECTING with inode 0. The address of the
//! socket in the kernel's memory is left out.

use super::packet::SocketType;
use super::{File, FileScope};
use crate::Endian;
use crate::dictionary;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};
use crate::word::meaning;

/// `net/unix`.
pub static UNIX: File = File::new::<Lines>(
    "unix",
    "UNIX domain sockets",
    "net/unix/af_unix.c unix_seq_show",
    FileScope::Namespace,
);

row! {
    /// One socket.
    pub struct Unix {
        gauge ref_count: u32, Count, "refs", "References to the socket.";
        info protocol: u32, None, "protocol", "Protocol of the socket, printed as 0.";
        info flags: UnixFlags, None, "flags", "`listening` for a socket that accepts connections.";
        info r#type: SocketType, None, "type", "Type of the socket: stream, dgram, seqpacket.";
        info st: UnixState, None, "st", "State; CONNECTING is a connection that nobody has accepted, DISCONNECTING a socket whose process has closed it.";
        key inode: u64, None, "inode", "Inode of the socket; 0 while no descriptor can belong to it.";
        info path: Option<Span>, None, "path", "Path or, after an @, abstract name that the socket is bound to.";
    }
}

meaning! {
    /// The flags of a UNIX socket.
    pub struct UnixFlags by number::hex, flags dictionary::UNIX_FLAGS
}

meaning! {
    /// An `SS_*` state.
    pub struct UnixState by number::hex, named dictionary::UNIX_STATE
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Unix;

    fn line(&mut self, line: &[u8], table: &mut Table<Unix>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        words.next().filter(|address| address.ends_with(b":")).ok_or("no socket")?;
        let mut number = || words.next().and_then(number::hex32);
        let row = Unix {
            ref_count: number().ok_or("RefCount unreadable")?,
            protocol: number().ok_or("Protocol unreadable")?,
            flags: UnixFlags(number().ok_or("Flags unreadable")?),
            r#type: SocketType(number().ok_or("Type unreadable")?),
            st: UnixState(number().ok_or("St unreadable")?),
            inode: words.next().and_then(number::decimal).ok_or("Inode unreadable")?,
            path: words.rest().strip_prefix(b" ").map(|path| table.texts.keep(path)),
        };
        table.push(row);
        Ok(())
    }
}
