//! Addresses of interfaces. `net/ipv4/devinet.c` `inet_fill_ifaddr`, `net/ipv6/addrconf.c` `inet6_fill_ifaddr`
//! (`include/uapi/linux/if_addr.h`).

use std::net::IpAddr;

use super::{Family, Reach};
use crate::cell::{Form, Value};
use crate::diag::attribute::{Attributes, INET6, Numbers, ip};
use crate::diag::message::{Message, Messages};
use crate::row::{Cell, row};
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of addresses.
pub static ADDR: Messages = Messages::new::<Addresses>(
    "addr",
    "addresses of interfaces",
    "net/ipv4/devinet.c inet_fill_ifaddr, net/ipv6/addrconf.c inet6_fill_ifaddr",
);

row! {
    /// One address.
    #[derive(Default)]
    pub struct Addr {
        key family: Family, None, "family", "Address family: inet or inet6.";
        key ifindex: u32, None, "ifindex", "Number of the interface.";
        key address: Option<IpAddr>, None, "address", "The address.";
        info prefix_length: u8, None, "prefix", "Bits of the address that name its network; with a peer, of the peer's.";
        info peer: Option<IpAddr>, None, "peer", "Address of the other end, of an interface that has one.";
        info broadcast: Option<IpAddr>, None, "broadcast", "Address that means all of the network.";
        info label: Option<Span>, None, "label", "Name that the address goes by, mostly the interface's.";
        info addr_scope: Reach, None, "reaches", "How far the address is valid: universe, link, host.";
        info flags: AddrFlags, None, "flags", "What holds of the address: PERMANENT, TENTATIVE while its uniqueness is tested, SECONDARY, DEPRECATED, …";
        gauge preferred_lft: Option<u32>, None, "preferred", "Seconds in which new connections use the address; absent where it is forever.";
        gauge valid_lft: Option<u32>, None, "valid", "Seconds until the address goes; absent where it is forever.";
        info created: Option<u32>, Ticks, "created", "Time from the start of the machine to when the address was made, in hundredths of a second.";
        info updated: Option<u32>, Ticks, "updated", "The same of its last change.";
        info metric: Option<u32>, None, "metric", "Metric of the route to its network, where one was set.";
        info protocol: Option<AddrProtocol>, None, "protocol", "Who set it.";
    }
}

/// The `IFA_F_*` flags of an address; the first one means something else in each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddrFlags {
    /// The bits.
    pub bits: u32,
    v6: bool,
}

impl Cell for AddrFlags {
    const FORM: Form = Form::List;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        let names = if self.v6 { dictionary::IFA_FLAGS_INET6 } else { dictionary::IFA_FLAGS_INET };
        Value::Flags(self.bits, names)
    }
}

meaning! {
    /// An `IFAPROT_*` number.
    pub struct AddrProtocol, label dictionary::IFAPROT
}

/// The messages.
#[derive(Default)]
pub struct Addresses;

/// Bytes of `struct ifaddrmsg`.
const HEADER: usize = 8;
/// `INFINITY_LIFE_TIME`.
const FOREVER: u32 = u32::MAX;

impl Message for Addresses {
    type Row = Addr;
    /// `RTM_NEWADDR`.
    const TYPE: u16 = 20;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<Addr>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_first_chunk::<HEADER>().ok_or("shorter than ifaddrmsg")?;
        let [family, prefix_length, flags, reaches, ..] = *header;
        let mut row = Addr {
            family: Family(family.into()),
            ifindex: Numbers::new(header, endian).u32(4).unwrap_or_default(),
            prefix_length,
            addr_scope: Reach(reaches.into()),
            flags: AddrFlags { bits: flags.into(), v6: family == INET6 },
            ..Addr::default()
        };
        let (mut address, mut local) = (None, None);
        for attribute in Attributes::new(attributes, endian) {
            match attribute.kind {
                1 => address = ip(family, attribute.bytes()),
                2 => local = ip(family, attribute.bytes()),
                3 => row.label = Some(table.texts.keep(attribute.text())),
                4 => row.broadcast = ip(family, attribute.bytes()),
                6 => row.take_times(attribute.numbers()),
                8 => row.flags.bits = attribute.u32().unwrap_or(row.flags.bits),
                9 => row.metric = attribute.u32(),
                11 => row.protocol = attribute.u8().map(|protocol| AddrProtocol(protocol.into())),
                _ => {}
            }
        }
        // Where both are told, the first one is that of the other end, or the same.
        row.address = local.or(address);
        row.peer = address.filter(|address| local.is_some_and(|local| local != *address));
        table.push(row);
        Ok(())
    }
}

impl Addr {
    /// Takes `struct ifa_cacheinfo`.
    fn take_times(&mut self, times: Numbers<'_>) {
        self.preferred_lft = times.u32(0).filter(|time| *time != FOREVER);
        self.valid_lft = times.u32(4).filter(|time| *time != FOREVER);
        (self.created, self.updated) = (times.u32(8), times.u32(12));
    }
}
