//! `ip6_mr_vif`: interfaces of IPv6 multicast routing. `net/ipv6/ip6mr.c` `ip6mr_vif_seq_show`.
//!
//! The default table only.

use super::{File, FileScope};
use crate::dictionary;
use crate::number;
use crate::row::words;
use crate::table::Span;
use crate::word::{Wrapped, meaning};

/// `net/ip6_mr_vif`.
pub static IP6_MR_VIF: File = File::new::<Lines>(
    "ip6_mr_vif",
    "interfaces of IPv6 multicast routing",
    "net/ipv6/ip6mr.c ip6mr_vif_seq_show",
    FileScope::Namespace,
);

words! {
    /// One virtual interface.
    pub struct Ip6MrVif,
    /// The lines of the file.
    Lines, header 1 {
        key vif: u32, None, "vif", "Number that multicast routes call it by.";
        key interface: Span, None, "interface", "Name of the interface; none where there is no device.";
        counter bytes_in: Wrapped, Bytes, "bytes in", "Bytes that came in by it.";
        counter pkts_in: Wrapped, Packets, "pkts in", "Packets that came in by it.";
        counter bytes_out: Wrapped, Bytes, "bytes out", "Bytes that were sent by it.";
        counter pkts_out: Wrapped, Packets, "pkts out", "Packets that were sent by it.";
        info flags: MifFlags, None, "flags", "REGISTER for the register interface of PIM.";
    }
}

meaning! {
    /// The `MIFF_*` flags of an interface.
    pub struct MifFlags by number::hex, flags dictionary::MIFF
}
