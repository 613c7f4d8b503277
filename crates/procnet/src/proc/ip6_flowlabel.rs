//! `ip6_flowlabel`: IPv6 flow labels that sockets hold. `net/ipv6/ip6_flowlabel.c` `ip6fl_seq_show`.
//!
//! An owner is printed as 0 where the label has none: it is absent here.

use super::{File, FileScope};
use crate::Endian;
use crate::dictionary;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::Table;
use crate::word::{Hex, HexIpv6, meaning, next};

/// `net/ip6_flowlabel`.
pub static IP6_FLOWLABEL: File = File::new::<Lines>(
    "ip6_flowlabel",
    "IPv6 flow labels that sockets hold",
    "net/ipv6/ip6_flowlabel.c ip6fl_seq_show",
    FileScope::Namespace,
);

row! {
    /// One flow label.
    pub struct FlowLabel {
        key label: Hex<u32>, None, "label", "The label, which the file prints in hexadecimal digits.";
        info share: Share, None, "share", "Who may use the label: EXCL its holder, PROCESS the process, USER the user, ANY everybody.";
        info owner: Option<u32>, None, "owner", "PID or uid that may use the label, by share.";
        gauge users: u32, Count, "users", "Sockets that use the label.";
        info linger: u64, None, "linger", "Seconds that the label is kept after its last user.";
        gauge expires: i64, None, "expires", "Seconds until the label may go, if nobody uses it.";
        key dst: HexIpv6, None, "dst", "Destination that the label is for.";
        info opt: Option<u32>, Bytes, "opt", "Length of the extension headers that go with the label.";
    }
}

meaning! {
    /// An `IPV6_FL_S_*` kind of sharing.
    pub struct Share by number::decimal, named dictionary::FLOWLABEL_SHARE
}

impl Share {
    /// `IPV6_FL_S_PROCESS`.
    pub const PROCESS: u32 = 2;
    /// `IPV6_FL_S_USER`.
    pub const USER: u32 = 3;
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = FlowLabel;

    fn line(
        &mut self,
        line: &[u8],
        table: &mut Table<FlowLabel>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (mut words, texts) = (Words::new(line), &mut table.texts);
        let mut row = FlowLabel {
            label: next(&mut words, texts, endian, "Label unreadable")?,
            share: next(&mut words, texts, endian, "S unreadable")?,
            owner: Some(next(&mut words, texts, endian, "Owner unreadable")?),
            users: next(&mut words, texts, endian, "Users unreadable")?,
            linger: next(&mut words, texts, endian, "Linger unreadable")?,
            expires: next(&mut words, texts, endian, "Expires unreadable")?,
            dst: next(&mut words, texts, endian, "Dst unreadable")?,
            opt: next(&mut words, texts, endian, "Opt unreadable")?,
        };
        row.owner = row.owner.filter(|_| [Share::PROCESS, Share::USER].contains(&row.share.0));
        table.push(row);
        table.extras(9, words);
        Ok(())
    }
}
