//! `dev`: packets and bytes of each interface. `net/core/net-procfs.c` `dev_seq_printf_stats`.
//!
//! Bytes include the link header. A name is glued to its first number when that is wide.

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};

/// `net/dev`.
pub static DEV: File = File::new::<Lines>(
    "dev",
    "traffic of each interface",
    "net/core/net-procfs.c dev_seq_printf_stats",
    FileScope::Namespace,
);

row! {
    /// One interface.
    pub struct Dev {
        key interface: Span, None, "interface", "Name of the interface.";
        counter rx_bytes: u64, Bytes, "rx bytes", "Bytes received, with link headers.";
        counter rx_packets: u64, Packets, "rx packets", "Packets received.";
        counter rx_errs: u64, Packets, "rx errs", "Packets received with an error.";
        counter rx_drop: u64, Packets, "rx drop", "Packets received and dropped, with those missed for want of buffers.";
        counter rx_fifo: u64, Packets, "rx fifo", "Receive queue overruns.";
        counter rx_frame: u64, Packets, "rx frame", "Length, overrun, CRC and frame alignment errors together.";
        counter rx_compressed: u64, Packets, "rx compr", "Compressed packets received.";
        counter rx_multicast: u64, Packets, "rx mcast", "Multicast packets received.";
        counter tx_bytes: u64, Bytes, "tx bytes", "Bytes sent, with link headers.";
        counter tx_packets: u64, Packets, "tx packets", "Packets sent.";
        counter tx_errs: u64, Packets, "tx errs", "Packets that could not be sent.";
        counter tx_drop: u64, Packets, "tx drop", "Packets dropped on their way out.";
        counter tx_fifo: u64, Packets, "tx fifo", "Send queue underruns.";
        counter tx_colls: u64, Packets, "tx colls", "Collisions.";
        counter tx_carrier: u64, Packets, "tx carrier", "Carrier, abort, window and heartbeat errors together.";
        counter tx_compressed: u64, Packets, "tx compr", "Compressed packets sent.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Dev;
    const HEADER: u64 = 2;

    fn line(&mut self, line: &[u8], table: &mut Table<Dev>, _: Endian) -> Result<(), &'static str> {
        let colon = memchr::memchr(b':', line).ok_or("no interface name")?;
        let mut words = Words::new(&line[colon + 1..]);
        let mut next = || words.next().and_then(number::decimal).ok_or("number unreadable");
        let mut row = Dev {
            interface: Span::default(),
            rx_bytes: next()?,
            rx_packets: next()?,
            rx_errs: next()?,
            rx_drop: next()?,
            rx_fifo: next()?,
            rx_frame: next()?,
            rx_compressed: next()?,
            rx_multicast: next()?,
            tx_bytes: next()?,
            tx_packets: next()?,
            tx_errs: next()?,
            tx_drop: next()?,
            tx_fifo: next()?,
            tx_colls: next()?,
            tx_carrier: next()?,
            tx_compressed: next()?,
        };
        row.interface = table.texts.keep(line[..colon].trim_ascii());
        table.push(row);
        table.extras(18, words);
        Ok(())
    }
}
