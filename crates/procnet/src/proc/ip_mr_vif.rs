//! `ip_mr_vif`: interfaces of IPv4 multicast routing. `net/ipv4/ipmr.c` `ipmr_vif_seq_show`.
//!
//! The default table only. Where the USE_IFINDEX flag is set the column of the local address holds the number
//! of the interface.

use super::{File, FileScope};
use crate::Endian;
use crate::dictionary;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};
use crate::word::{HexIpv4, Wrapped, meaning, next};

/// `net/ip_mr_vif`.
pub static IP_MR_VIF: File = File::new::<Lines>(
    "ip_mr_vif",
    "interfaces of IPv4 multicast routing",
    "net/ipv4/ipmr.c ipmr_vif_seq_show",
    FileScope::Namespace,
);

row! {
    /// One virtual interface.
    pub struct IpMrVif {
        key vif: u32, None, "vif", "Number that multicast routes call it by.";
        key interface: Span, None, "interface", "Name of the interface; none where there is no device.";
        counter bytes_in: Wrapped, Bytes, "bytes in", "Bytes that came in by it.";
        counter pkts_in: Wrapped, Packets, "pkts in", "Packets that came in by it.";
        counter bytes_out: Wrapped, Bytes, "bytes out", "Bytes that were sent by it.";
        counter pkts_out: Wrapped, Packets, "pkts out", "Packets that were sent by it.";
        info flags: VifFlags, None, "flags", "What it is: a TUNNEL, the REGISTER interface of PIM, one named by its number (USE_IFINDEX).";
        info local: Option<HexIpv4>, None, "local", "Own address; absent where the interface is named by its number.";
        info lcl_ifindex: Option<u32>, None, "ifindex", "Number of the interface, where it is named by that.";
        info remote: Option<HexIpv4>, None, "remote", "Far end of a tunnel.";
    }
}

meaning! {
    /// The `VIFF_*` flags of an interface.
    pub struct VifFlags by number::hex, flags dictionary::VIFF
}

impl VifFlags {
    /// `VIFF_USE_IFINDEX`.
    pub const USE_IFINDEX: u32 = 8;
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = IpMrVif;

    fn line(&mut self, line: &[u8], table: &mut Table<IpMrVif>, endian: Endian) -> Result<(), &'static str> {
        let (mut words, texts) = (Words::new(line), &mut table.texts);
        let mut row = IpMrVif {
            vif: next(&mut words, texts, endian, "number unreadable")?,
            interface: next(&mut words, texts, endian, "no interface name")?,
            bytes_in: next(&mut words, texts, endian, "BytesIn unreadable")?,
            pkts_in: next(&mut words, texts, endian, "PktsIn unreadable")?,
            bytes_out: next(&mut words, texts, endian, "BytesOut unreadable")?,
            pkts_out: next(&mut words, texts, endian, "PktsOut unreadable")?,
            flags: next(&mut words, texts, endian, "Flags unreadable")?,
            local: None,
            lcl_ifindex: None,
            remote: None,
        };
        let local = words.clone().next();
        row.local = next(&mut words, texts, endian, "Local unreadable")?;
        row.remote = next(&mut words, texts, endian, "Remote unreadable")?;
        if row.flags.0 & VifFlags::USE_IFINDEX != 0 {
            row.local = None;
            row.lcl_ifindex = local.and_then(number::hex32);
        }
        table.push(row);
        table.extras(10, words);
        Ok(())
    }
}
