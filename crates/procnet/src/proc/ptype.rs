//! `ptype`: who takes packets of which protocol. `net/core/net-procfs.c` `ptype_seq_show`.
//!
//! Of those that are bound to one interface only those for all protocols are listed. `packet_rcv` and
//! `tpacket_rcv` are packet sockets.

use super::packet::EtherType;
use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};

/// `net/ptype`.
pub static PTYPE: File = File::new::<Lines>(
    "ptype",
    "functions that take packets, by protocol",
    "net/core/net-procfs.c ptype_seq_show",
    FileScope::Namespace,
);

row! {
    /// One function.
    pub struct Ptype {
        key r#type: EtherType, None, "type", "Protocol of the packets; ALL also takes those being sent.";
        key device: Option<Span>, None, "device", "Interface that the function is bound to; absent for all.";
        key function: Span, None, "function", "Function of the kernel, with its module where it is in one.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Ptype;

    fn line(&mut self, line: &[u8], table: &mut Table<Ptype>, _: Endian) -> Result<(), &'static str> {
        // The columns have their places: the type four characters, one that is empty means all interfaces.
        let (word, rest) = line.split_at_checked(5).ok_or("too few columns")?;
        let r#type = match word.trim_ascii() {
            b"ALL" => 3,
            word => number::hex32(word).ok_or("type unreadable")?,
        };
        let mut words = Words::new(rest);
        let device = if rest.starts_with(b" ") { None } else { words.next() };
        let function = words.rest().trim_ascii();
        if function.is_empty() {
            return Err("no function");
        }
        let row = Ptype {
            r#type: EtherType(r#type),
            device: device.map(|device| table.texts.keep(device)),
            function: table.texts.keep(function),
        };
        table.push(row);
        Ok(())
    }
}
