//! Rules of policy routing: which table is looked up for which packets. `net/core/fib_rules.c` `fib_nl_fill_rule`
//! (`include/uapi/linux/fib_rules.h`).

use std::net::IpAddr;

use super::{Family, RouteProtocol, of_addresses};
use crate::diag::attribute::{Attribute, Attributes, Numbers, ip};
use crate::diag::message::{Message, Messages};
use crate::proc::fib_trie::TableId;
use crate::row::row;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of rules.
pub static RULE: Messages =
    Messages::new::<Rules>("rule", "rules of policy routing", "net/core/fib_rules.c fib_nl_fill_rule");

row! {
    /// One rule.
    #[derive(Default)]
    pub struct Rule {
        key family: Family, None, "family", "Address family: inet or inet6.";
        key priority: u32, None, "priority", "Place of the rule: the smallest number is tried first.";
        info action: RuleAction, None, "action", "What is done with a packet that matches: lookup in a table, goto another rule, blackhole, unreachable, prohibit.";
        info table_id: TableId, None, "table", "Number of the routing table that is looked up: 254 Main, 255 Local; 0 for none.";
        info goto: Option<u32>, None, "goto", "Priority of the rule that is gone on with.";
        info flags: RuleFlags, None, "flags", "What holds of the rule: not where it is for packets that do not match, iif_detached where the interface is gone, …";
        info src: Option<IpAddr>, None, "source", "Network that packets come from; absent for any.";
        info src_prefix_length: u8, None, "src length", "Bits of the source that must match.";
        info dst: Option<IpAddr>, None, "destination", "Network that packets go to; absent for any.";
        info dst_prefix_length: u8, None, "dst length", "Bits of the destination that must match.";
        info tos: u8, None, "tos", "Type of service of packets; 0 for any.";
        info iif: Option<Span>, None, "in", "Name of the interface that packets come from; lo for packets of this machine.";
        info oif: Option<Span>, None, "out", "Name of the interface that the socket is bound to.";
        info fwmark: Option<u32>, None, "mark", "Mark of packets; absent for any.";
        info fwmask: Option<u32>, None, "mask", "Bits of the mark that must match.";
        info uid_start: Option<u32>, None, "first uid", "First user whose sockets are meant; absent for any.";
        info uid_end: Option<u32>, None, "last uid", "Last user whose sockets are meant.";
        info ip_proto: Option<IpProtocol>, None, "ip protocol", "Protocol of packets; absent for any.";
        info sport_start: Option<u16>, None, "first sport", "First port that packets come from; absent for any.";
        info sport_end: Option<u16>, None, "last sport", "Last port that packets come from.";
        info dport_start: Option<u16>, None, "first dport", "First port that packets go to; absent for any.";
        info dport_end: Option<u16>, None, "last dport", "Last port that packets go to.";
        info suppress_prefixlength: Option<u32>, None, "suppress length", "Routes with a prefix of no more bits than this do not count.";
        info suppress_ifgroup: Option<u32>, None, "suppress group", "Routes by interfaces of this group do not count.";
        info protocol: Option<RouteProtocol>, None, "protocol", "Who made the rule.";
        info flow: Option<u32>, None, "realm", "Realms that the rule gives.";
        info tun_id: Option<u64>, None, "tunnel", "Number of the tunnel that packets come from.";
        info l3mdev: Option<u8>, None, "l3mdev", "1 where the table is that of the VRF of the interface.";
        info dscp: Option<u8>, None, "dscp", "Differentiated services code point of packets; absent for any.";
    }
}

meaning! {
    /// An `FR_ACT_*` action.
    pub struct RuleAction, label dictionary::FR_ACT
}

meaning! {
    /// The `FIB_RULE_*` flags of a rule.
    pub struct RuleFlags, flags dictionary::FIB_RULE
}

meaning! {
    /// A protocol number of IP.
    pub struct IpProtocol, named dictionary::IP_PROTOCOL
}

/// The messages.
#[derive(Default)]
pub struct Rules;

/// Bytes of `struct fib_rule_hdr`.
const HEADER: usize = 12;
/// What stands for none among numbers that may be 0.
const NONE: u32 = u32::MAX;

impl Message for Rules {
    type Row = Rule;
    /// `RTM_NEWRULE`.
    const TYPE: u16 = 32;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<Rule>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) =
            payload.split_first_chunk::<HEADER>().ok_or("shorter than fib_rule_hdr")?;
        let [family, dst_prefix_length, src_prefix_length, tos, id, _, _, action, ..] = *header;
        let mut row = Rule {
            family: Family(family.into()),
            dst_prefix_length,
            src_prefix_length,
            tos,
            table_id: TableId(id.into()),
            action: RuleAction(action.into()),
            flags: RuleFlags(Numbers::new(header, endian).u32(8).unwrap_or_default()),
            ..Rule::default()
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, of_addresses(family), &mut table.texts);
        }
        table.push(row);
        Ok(())
    }
}

impl Rule {
    /// Takes an attribute (`FRA_*`). A priority of 0 is not sent.
    fn take(&mut self, attribute: Attribute<'_>, addresses: u8, texts: &mut Texts) {
        let numbers = attribute.numbers();
        match attribute.kind {
            1 => self.dst = ip(addresses, attribute.bytes()),
            2 => self.src = ip(addresses, attribute.bytes()),
            3 => self.iif = Some(texts.keep(attribute.text())),
            4 => self.goto = attribute.u32(),
            6 => self.priority = attribute.u32().unwrap_or_default(),
            10 => self.fwmark = attribute.u32(),
            11 => self.flow = attribute.u32(),
            // In network byte order, which no flag says.
            12 => self.tun_id = attribute.bytes().first_chunk().map(|bytes| u64::from_be_bytes(*bytes)),
            13 => self.suppress_ifgroup = attribute.u32().filter(|group| *group != NONE),
            14 => self.suppress_prefixlength = attribute.u32().filter(|length| *length != NONE),
            15 => self.table_id = attribute.u32().map_or(self.table_id, TableId),
            16 => self.fwmask = attribute.u32(),
            17 => self.oif = Some(texts.keep(attribute.text())),
            19 => self.l3mdev = attribute.u8(),
            20 => (self.uid_start, self.uid_end) = (numbers.u32(0), numbers.u32(4)),
            21 => self.protocol = attribute.u8().map(|protocol| RouteProtocol(protocol.into())),
            22 => self.ip_proto = attribute.u8().map(|protocol| IpProtocol(protocol.into())),
            23 => (self.sport_start, self.sport_end) = (numbers.u16(0), numbers.u16(2)),
            24 => (self.dport_start, self.dport_end) = (numbers.u16(0), numbers.u16(2)),
            25 => self.dscp = attribute.u8(),
            _ => {}
        }
    }
}
