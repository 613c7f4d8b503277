//! `netfilter/nfnetlink_log`: groups that packets are logged to, and who listens. `net/netfilter/nfnetlink_log.c`
//! `seq_show`.

use super::{File, FileScope};
use crate::cell::{Form, Value};
use crate::row::{Cell, words};
use crate::table::Texts;
use crate::word::Word;
use crate::{Endian, dictionary};

/// `net/netfilter/nfnetlink_log`.
pub static NFNETLINK_LOG: File = File::new::<Lines>(
    "netfilter/nfnetlink_log",
    "groups that packets are logged to",
    "net/netfilter/nfnetlink_log.c seq_show",
    FileScope::Namespace,
);

words! {
    /// One group.
    pub struct NfnetlinkLog,
    /// The lines of the file.
    Lines, header 0 {
        key group_num: u16, None, "group", "Number of the group.";
        info peer_portid: Option<u32>, None, "portid", "Netlink port of the program that listens.";
        amount qlen: Option<u32>, Packets, "qlen", "Packets that wait to be sent to it together.";
        info copy_mode: Option<CopyMode>, None, "copy mode", "How much of a packet is sent: NONE, META (no contents), PACKET.";
        info copy_range: Option<u32>, Bytes, "copy range", "Most bytes of a packet that are sent.";
        info flushtimeout: Option<u32>, None, "flush timeout", "How long packets wait, in hundredths of a second.";
        gauge r#use: Option<u32>, Count, "use", "References to the group.";
    }
}

/// `NFULNL_COPY_*` and `NFQNL_COPY_*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyMode(pub u8);

impl Word for CopyMode {
    fn read(word: Option<&[u8]>, texts: &mut Texts, endian: Endian) -> Option<Self> {
        u8::read(word, texts, endian).map(Self)
    }
}

impl Cell for CopyMode {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::NF_COPY_MODE, self.0.into())
    }
}
