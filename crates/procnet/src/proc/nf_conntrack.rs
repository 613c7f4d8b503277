//! `nf_conntrack`: connections that netfilter tracks. `net/netfilter/nf_conntrack_standalone.c` `ct_seq_show`.
//!
//! A line is the protocols, the seconds left (not of an offloaded connection), the state where the protocol has
//! one, then words `key=value`: the addresses of the first packet's direction, those that answers are expected
//! with, each with its packets and bytes where `nf_conntrack_acct` is on, and flags in brackets. Words that are not
//! known here are kept in one column. Translation of addresses shows as answers to others than the first packet's.

use std::net::IpAddr;

use super::{File, FileScope};
use crate::cell::{Form, Value};
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};
use crate::word::Word;
use crate::{Endian, dictionary, number};

/// `net/nf_conntrack`.
pub static NF_CONNTRACK: File = File::new::<Lines>(
    "nf_conntrack",
    "connections that netfilter tracks",
    "net/netfilter/nf_conntrack_standalone.c ct_seq_show",
    FileScope::Namespace,
);

row! {
    /// One connection.
    pub struct NfConntrack {
        key l3proto: L3Proto, None, "l3proto", "Address family: 2 ipv4, 10 ipv6.";
        key l4proto: L4Proto, None, "l4proto", "Protocol number, with the name that the kernel gives it.";
        gauge timeout: Option<i64>, None, "timeout", "Seconds until the entry goes unless packets come; absent where the connection is offloaded.";
        info state: Option<Span>, None, "state", "State of TCP, SCTP or DCCP in the kernel's words; absent of other protocols.";
        info flags: CtFlags, None, "flags", "UNREPLIED: no answer yet; ASSURED: kept when the table is full; OFFLOAD and HW_OFFLOAD: forwarded by the flow table or the hardware.";
        key src: IpAddr, None, "src", "Source of the first packet.";
        key dst: IpAddr, None, "dst", "Destination of the first packet.";
        key sport: Option<u16>, None, "sport", "Source port of the first packet.";
        key dport: Option<u16>, None, "dport", "Destination port of the first packet.";
        key r#type: Option<IcmpType>, None, "icmp type", "ICMP type of the first packet.";
        key code: Option<u8>, None, "icmp code", "ICMP code of the first packet.";
        key id: Option<u16>, None, "icmp id", "Identifier of the ICMP query.";
        key srckey: Option<u16>, None, "srckey", "GRE key of the first packet's source.";
        key dstkey: Option<u16>, None, "dstkey", "GRE key of the first packet's destination.";
        counter packets: Option<u64>, Packets, "packets", "Packets in the direction of the first; absent while nf_conntrack_acct is off.";
        counter bytes: Option<u64>, Bytes, "bytes", "Bytes in the direction of the first packet, with IP headers.";
        info reply_src: Option<IpAddr>, None, "reply src", "Source that answers have.";
        info reply_dst: Option<IpAddr>, None, "reply dst", "Destination that answers have.";
        info reply_sport: Option<u16>, None, "reply sport", "Source port that answers have.";
        info reply_dport: Option<u16>, None, "reply dport", "Destination port that answers have.";
        info reply_type: Option<IcmpType>, None, "reply type", "ICMP type that answers have.";
        info reply_code: Option<u8>, None, "reply code", "ICMP code that answers have.";
        info reply_id: Option<u16>, None, "reply id", "Identifier that ICMP answers have.";
        info reply_srckey: Option<u16>, None, "reply srckey", "GRE key of the source of answers.";
        info reply_dstkey: Option<u16>, None, "reply dstkey", "GRE key of the destination of answers.";
        counter reply_packets: Option<u64>, Packets, "reply packets", "Packets in the direction of answers.";
        counter reply_bytes: Option<u64>, Bytes, "reply bytes", "Bytes in the direction of answers, with IP headers.";
        info mark: Option<u32>, None, "mark", "Mark that rules gave the connection.";
        info secctx: Option<Span>, None, "secctx", "Security context of the connection.";
        key zone: Option<u16>, None, "zone", "Zone of both directions: entries of different zones know nothing of each other.";
        key zone_orig: Option<u16>, None, "zone orig", "Zone of the first packet's direction alone.";
        key zone_reply: Option<u16>, None, "zone reply", "Zone of the direction of answers alone.";
        gauge delta_time: Option<u64>, None, "delta time", "Seconds since the entry was made; absent while nf_conntrack_timestamp is off.";
        gauge r#use: Option<u32>, Count, "use", "References to the entry.";
        info other: Option<Span>, None, "other", "Words that this version does not know, and those of GRE about its timeouts.";
    }
}

/// The family of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct L3Proto(pub u16);

impl Cell for L3Proto {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::CT_L3PROTO, self.0.into())
    }
}

/// The protocol of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct L4Proto(pub u8);

impl Cell for L4Proto {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::CT_L4PROTO, self.0.into())
    }
}

/// Words in brackets, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CtFlags(pub u32);

impl Cell for CtFlags {
    const FORM: Form = Form::List;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Flags(self.0, dictionary::CT_FLAGS)
    }
}

/// A type of ICMP or of ICMPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcmpType {
    /// Of ICMPv6.
    pub v6: bool,
    /// The number.
    pub number: u8,
}

impl Cell for IcmpType {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        let name = if self.v6 { dictionary::icmpv6_type } else { dictionary::icmp_type };
        let number = self.number.into();
        name(self.number).map_or(Value::Unsigned(number), |name| Value::Named(number, name))
    }
}

/// One direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tuple {
    pub(super) src: Option<IpAddr>,
    pub(super) dst: Option<IpAddr>,
    pub(super) sport: Option<u16>,
    pub(super) dport: Option<u16>,
    pub(super) r#type: Option<u8>,
    pub(super) code: Option<u8>,
    pub(super) id: Option<u16>,
    pub(super) srckey: Option<u16>,
    pub(super) dstkey: Option<u16>,
    packets: Option<u64>,
    bytes: Option<u64>,
}

impl Tuple {
    /// Takes a word of a direction; `None` for one that belongs to none or cannot be read.
    pub(super) fn take(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        match key {
            b"src" => set(&mut self.src, address(value)),
            b"dst" => set(&mut self.dst, address(value)),
            b"sport" => set(&mut self.sport, decimal(value)),
            b"dport" => set(&mut self.dport, decimal(value)),
            b"type" => set(&mut self.r#type, decimal(value)),
            b"code" => set(&mut self.code, decimal(value)),
            b"id" => set(&mut self.id, decimal(value)),
            b"srckey" => set(&mut self.srckey, key_number(value)),
            b"dstkey" => set(&mut self.dstkey, key_number(value)),
            b"packets" => set(&mut self.packets, decimal(value)),
            b"bytes" => set(&mut self.bytes, decimal(value)),
            _ => None,
        }
    }
}

/// Keeps a value where there is none yet: what comes twice is not known.
fn set<T>(place: &mut Option<T>, value: Option<T>) -> Option<()> {
    if place.is_some() {
        return None;
    }
    *place = Some(value?);
    Some(())
}

fn address(word: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

pub(super) fn decimal<T: TryFrom<u64>>(word: &[u8]) -> Option<T> {
    number::decimal(word)?.try_into().ok()
}

fn key_number(word: &[u8]) -> Option<u16> {
    number::prefixed_hex(word)?.try_into().ok()
}

/// Splits `key=value`.
pub(super) fn pair(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = memchr::memchr(b'=', word)?;
    Some((&word[..equals], &word[equals + 1..]))
}

/// Adds a word to those that are not known.
pub(super) fn unknown(other: &mut Vec<u8>, word: &[u8]) {
    if !other.is_empty() {
        other.push(b' ');
    }
    other.extend_from_slice(word);
}

/// What is of no direction.
#[derive(Default)]
struct Rest {
    state: Option<Span>,
    flags: CtFlags,
    mark: Option<u32>,
    secctx: Option<Span>,
    zone: Option<u16>,
    zone_orig: Option<u16>,
    zone_reply: Option<u16>,
    delta_time: Option<u64>,
    use_count: Option<u32>,
}

impl Rest {
    fn take(&mut self, key: &[u8], value: &[u8], texts: &mut Texts) -> Option<()> {
        match key {
            b"mark" => set(&mut self.mark, decimal(value)),
            b"secctx" if self.secctx.is_none() => set(&mut self.secctx, Some(texts.keep(value))),
            b"zone" => set(&mut self.zone, decimal(value)),
            b"zone-orig" => set(&mut self.zone_orig, decimal(value)),
            b"zone-reply" => set(&mut self.zone_reply, decimal(value)),
            b"delta-time" => set(&mut self.delta_time, decimal(value)),
            b"use" => set(&mut self.use_count, decimal(value)),
            _ => None,
        }
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines {
    /// States that were met, so that the text of each is kept once.
    states: Vec<Span>,
    /// Words of the line that are not known.
    other: Vec<u8>,
}

/// More states than all protocols have.
const MOST_STATES: usize = 64;

impl Lines {
    /// Reads what stands behind the protocols and the timeout.
    fn read(&mut self, words: Words<'_>, texts: &mut Texts) -> ([Tuple; 2], Rest) {
        let (mut tuples, mut reply, mut rest) = ([Tuple::default(); 2], 0, Rest::default());
        self.other.clear();
        for word in words {
            if let Some((key, value)) = pair(word) {
                if key == b"src" && tuples[0].src.is_some() {
                    reply = 1;
                }
                let taken = tuples[reply].take(key, value);
                if taken.or_else(|| rest.take(key, value, texts)).is_none() {
                    unknown(&mut self.other, word);
                }
            } else if let Some(flag) = flag(word) {
                rest.flags.0 |= flag;
            } else if rest.state.is_none() && tuples[0].src.is_none() {
                rest.state = Some(self.state(word, texts));
            } else {
                unknown(&mut self.other, word);
            }
        }
        (tuples, rest)
    }

    fn state(&mut self, word: &[u8], texts: &mut Texts) -> Span {
        if let Some(known) = self.states.iter().find(|known| texts.get(**known) == word) {
            return *known;
        }
        let state = texts.keep(word);
        if self.states.len() < MOST_STATES {
            self.states.push(state);
        }
        state
    }
}

impl Format for Lines {
    type Row = NfConntrack;
    const HEADER: u64 = 0;

    fn line(
        &mut self,
        line: &[u8],
        table: &mut Table<NfConntrack>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let l3proto = words.nth(1).and_then(decimal).map(L3Proto).ok_or("l3proto unreadable")?;
        let l4proto = words.nth(1).and_then(decimal).map(L4Proto).ok_or("l4proto unreadable")?;
        let mut ahead = words.clone();
        let timeout = i64::read(ahead.next(), &mut table.texts, endian);
        if timeout.is_some() {
            words = ahead;
        }
        let ([first, answer], rest) = self.read(words, &mut table.texts);
        let other = (!self.other.is_empty()).then(|| table.texts.keep(&self.other));
        let icmp = |number: Option<u8>| number.map(|number| IcmpType { v6: l4proto.0 == 58, number });
        table.push(NfConntrack {
            l3proto,
            l4proto,
            timeout,
            state: rest.state,
            flags: rest.flags,
            src: first.src.ok_or("no source")?,
            dst: first.dst.ok_or("no destination")?,
            sport: first.sport,
            dport: first.dport,
            r#type: icmp(first.r#type),
            code: first.code,
            id: first.id,
            srckey: first.srckey,
            dstkey: first.dstkey,
            packets: first.packets,
            bytes: first.bytes,
            reply_src: answer.src,
            reply_dst: answer.dst,
            reply_sport: answer.sport,
            reply_dport: answer.dport,
            reply_type: icmp(answer.r#type),
            reply_code: answer.code,
            reply_id: answer.id,
            reply_srckey: answer.srckey,
            reply_dstkey: answer.dstkey,
            reply_packets: answer.packets,
            reply_bytes: answer.bytes,
            mark: rest.mark,
            secctx: rest.secctx,
            zone: rest.zone,
            zone_orig: rest.zone_orig,
            zone_reply: rest.zone_reply,
            delta_time: rest.delta_time,
            r#use: rest.use_count,
            other,
        });
        Ok(())
    }
}

fn flag(word: &[u8]) -> Option<u32> {
    let name = word.strip_prefix(b"[")?.strip_suffix(b"]")?;
    dictionary::number(dictionary::CT_FLAGS, name)
}
