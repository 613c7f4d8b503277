//! `mcfilter`: source filters of IPv4 multicast groups. `net/ipv4/igmp.c` `ip_mcf_seq_show`.
//!
//! The file can be empty though there are filters: the kernel begins with the first interface whose group
//! that was joined last has one (`igmp_mcf_get_first`), and prints nothing if there is none.

use std::net::Ipv4Addr;

use super::{File, FileScope};
use crate::Endian;
use crate::cell::{Form, Value};
use crate::number;
use crate::row::{Cell, words};
use crate::table::{Span, Texts};
use crate::word::Word;

/// `net/mcfilter`.
pub static MCFILTER: File = File::new::<Lines>(
    "mcfilter",
    "source filters of IPv4 multicast groups",
    "net/ipv4/igmp.c ip_mcf_seq_show",
    FileScope::Namespace,
);

words! {
    /// One source that one group takes or refuses.
    pub struct Mcfilter,
    /// The lines of the file.
    Lines, header 1 {
        key idx: u32, None, "idx", "Number of the interface.";
        info device: Span, None, "device", "Name of the interface, cut to six characters.";
        key mca: NetworkIpv4, None, "mca", "The group.";
        key src: NetworkIpv4, None, "src", "The source.";
        gauge inc: u64, Count, "inc", "How many sockets want this source.";
        gauge exc: u64, Count, "exc", "How many sockets refuse this source.";
    }
}

/// An address that the file prints in network order on any machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkIpv4(pub Ipv4Addr);

impl Word for NetworkIpv4 {
    fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
        let number = u32::try_from(number::prefixed_hex(word?)?).ok()?;
        Some(Self(Ipv4Addr::from(number)))
    }
}

impl Cell for NetworkIpv4 {
    const FORM: Form = Form::Text;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        self.0.value(texts)
    }
}
