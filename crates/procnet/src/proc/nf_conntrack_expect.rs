//! `nf_conntrack_expect`: connections that a helper read of in another one and that will be tracked as related
//! to it. `net/netfilter/nf_conntrack_expect.c` `exp_seq_show`.
//!
//! Neither the connection that announced it nor the mask of the addresses is printed; a port of 0 stands for any.

use std::net::IpAddr;

use super::nf_conntrack::{IcmpType, L3Proto, L4Proto, Tuple, decimal, pair, unknown};
use super::{File, FileScope};
use crate::cell::{Form, Value};
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};
use crate::{Endian, dictionary, number};

/// `net/nf_conntrack_expect`.
pub static NF_CONNTRACK_EXPECT: File = File::new::<Lines>(
    "nf_conntrack_expect",
    "connections that helpers of connection tracking expect",
    "net/netfilter/nf_conntrack_expect.c exp_seq_show",
    FileScope::Namespace,
);

row! {
    /// One expected connection.
    pub struct NfConntrackExpect {
        gauge timeout: Option<i64>, None, "timeout", "Seconds until it is expected no more; absent where it has no timer.";
        key l3proto: L3Proto, None, "l3proto", "Address family: 2 ipv4, 10 ipv6.";
        key l4proto: L4Proto, None, "l4proto", "Protocol number, with the name that the kernel gives it.";
        key src: IpAddr, None, "src", "Source that is expected; all zeros may stand for any.";
        key dst: IpAddr, None, "dst", "Destination that is expected.";
        key sport: Option<u16>, None, "sport", "Source port that is expected, 0 for any.";
        key dport: Option<u16>, None, "dport", "Destination port that is expected.";
        key r#type: Option<IcmpType>, None, "icmp type", "ICMP type that is expected.";
        key code: Option<u8>, None, "icmp code", "ICMP code that is expected.";
        key id: Option<u16>, None, "icmp id", "Identifier of the ICMP query that is expected.";
        key srckey: Option<u16>, None, "srckey", "GRE key of the source that is expected.";
        key dstkey: Option<u16>, None, "dstkey", "GRE key of the destination that is expected.";
        info flags: ExpectFlags, None, "flags", "PERMANENT: stays after its connection came; INACTIVE: not in force yet; USERSPACE: made by a program.";
        info helper: Option<Span>, None, "helper", "Helper that expects it.";
        info class: Option<Span>, None, "class", "Which of the helper's kinds of connections it is, where the helper names them.";
        info other: Option<Span>, None, "other", "Words that this version does not know.";
    }
}

/// The `NF_CT_EXPECT_*` flags of an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExpectFlags(pub u32);

impl Cell for ExpectFlags {
    const FORM: Form = Form::List;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Flags(self.0, dictionary::CT_EXPECT_FLAGS)
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines {
    /// Words of the line that are not known.
    other: Vec<u8>,
}

impl Format for Lines {
    type Row = NfConntrackExpect;
    const HEADER: u64 = 0;

    fn line(
        &mut self,
        line: &[u8],
        table: &mut Table<NfConntrackExpect>,
        _: Endian,
    ) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let timeout = match words.next() {
            Some(b"-") => None,
            word => Some(word.and_then(number::signed).ok_or("timeout unreadable")?),
        };
        if words.next() != Some(b"l3proto") || words.next() != Some(b"=") {
            return Err("no l3proto");
        }
        let l3proto = words.next().and_then(decimal).map(L3Proto).ok_or("l3proto unreadable")?;
        let (mut tuple, mut l4proto) = (Tuple::default(), None);
        let (mut flags, mut helper) = (ExpectFlags::default(), None);
        self.other.clear();
        for word in words {
            if let Some((key, value)) = pair(word) {
                if key == b"proto" && l4proto.is_none() {
                    l4proto = Some(decimal(value).map(L4Proto).ok_or("proto unreadable")?);
                } else if tuple.take(key, value).is_none() {
                    unknown(&mut self.other, word);
                }
            } else if let Some(bits) = bits(word) {
                flags.0 |= bits;
            } else if helper.is_none() {
                helper = Some(word);
            } else {
                unknown(&mut self.other, word);
            }
        }
        let r#type = tuple.r#type.map(|number| IcmpType { v6: l4proto == Some(L4Proto(58)), number });
        let (l4proto, src) = (l4proto.ok_or("no proto")?, tuple.src.ok_or("no source")?);
        let dst = tuple.dst.ok_or("no destination")?;
        let slash = |helper: &[u8]| memchr::memchr(b'/', helper);
        let class = helper.and_then(|helper| Some(table.texts.keep(&helper[slash(helper)? + 1..])));
        let helper = helper.map(|helper| table.texts.keep(&helper[..slash(helper).unwrap_or(helper.len())]));
        let Tuple { sport, dport, code, id, srckey, dstkey, .. } = tuple;
        let other = (!self.other.is_empty()).then(|| table.texts.keep(&self.other));
        table.push(NfConntrackExpect {
            timeout,
            l3proto,
            l4proto,
            src,
            dst,
            sport,
            dport,
            r#type,
            code,
            id,
            srckey,
            dstkey,
            flags,
            helper,
            class,
            other,
        });
        Ok(())
    }
}

/// The flags of a word, where all of it is flags.
fn bits(word: &[u8]) -> Option<u32> {
    word.split(|byte| *byte == b',')
        .try_fold(0, |bits, name| Some(bits | dictionary::number(dictionary::CT_EXPECT_FLAGS, name)?))
}
