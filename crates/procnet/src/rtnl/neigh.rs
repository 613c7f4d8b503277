//! Neighbours: hardware addresses of machines on the same link, with the state of each. `net/core/neighbour.c`
//! `neigh_fill_info` (`include/uapi/linux/neighbour.h`).

use std::net::IpAddr;

use super::{Family, RouteProtocol, RouteType, hardware_address};
use crate::diag::attribute::{Attribute, Attributes, Numbers};
use crate::diag::message::{Message, Messages};
use crate::row::row;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of neighbours.
pub static NEIGH: Messages = Messages::new::<Neighbours>(
    "neigh",
    "neighbours of both families",
    "net/core/neighbour.c neigh_fill_info",
);

row! {
    /// One neighbour.
    #[derive(Default)]
    pub struct Neigh {
        key family: Family, None, "family", "Address family: inet, inet6, or bridge for what a bridge has learned.";
        key dst: Option<IpAddr>, None, "address", "Address of the neighbour.";
        info lladdr: Option<Span>, None, "HW address", "Hardware address of the neighbour; absent before it is known.";
        key ifindex: u32, None, "ifindex", "Number of the interface.";
        info state: NeighState, None, "state", "What is known of it: REACHABLE as of late, STALE as of long, INCOMPLETE while it is asked for, FAILED, …";
        info flags: NeighFlags, None, "flags", "What holds of it: ROUTER, PROXY, EXT_LEARNED, …";
        info neigh_type: RouteType, None, "type", "Kind of its address: UNICAST, MULTICAST, LOCAL.";
        gauge probes: Option<u32>, Count, "probes", "Questions that were not answered.";
        gauge confirmed: Option<u32>, Ticks, "confirmed", "Time since it was last known to be reachable.";
        gauge used: Option<u32>, Ticks, "used", "Time since it was last used.";
        gauge updated: Option<u32>, Ticks, "updated", "Time since its state last changed.";
        gauge ref_count: Option<u32>, Count, "refs", "References beside the cache's own.";
        info vlan: Option<u16>, None, "vlan", "VLAN that a bridge learned it in.";
        info master: Option<u32>, None, "master", "Number of the bridge that learned it.";
        info nh_id: Option<u32>, None, "nexthop", "Number of the next hop object that it leads to.";
        info protocol: Option<RouteProtocol>, None, "protocol", "Who made it.";
    }
}

meaning! {
    /// A `NUD_*` state.
    pub struct NeighState, label dictionary::NUD
}

meaning! {
    /// The `NTF_*` flags of a neighbour.
    pub struct NeighFlags, flags dictionary::NTF
}

/// The messages.
#[derive(Default)]
pub struct Neighbours;

/// Bytes of `struct ndmsg`.
const HEADER: usize = 12;
/// Bits of the flags in it, behind which those of NDA_FLAGS_EXT begin.
const FLAGS: u32 = 8;

impl Message for Neighbours {
    type Row = Neigh;
    /// `RTM_NEWNEIGH`.
    const TYPE: u16 = 28;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<Neigh>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_first_chunk::<HEADER>().ok_or("shorter than ndmsg")?;
        let message = Numbers::new(header, endian);
        let mut row = Neigh {
            family: Family(header[0].into()),
            ifindex: message.u32(4).unwrap_or_default(),
            state: NeighState(message.u16(8).unwrap_or_default().into()),
            flags: NeighFlags(header[10].into()),
            neigh_type: RouteType(header[11].into()),
            ..Neigh::default()
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, &mut table.texts);
        }
        table.push(row);
        Ok(())
    }
}

impl Neigh {
    /// Takes an attribute (`NDA_*`).
    fn take(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        match attribute.kind {
            1 => self.dst = attribute.ip(),
            2 => self.lladdr = hardware_address(attribute.bytes(), texts),
            3 => {
                let times = attribute.numbers();
                (self.confirmed, self.used) = (times.u32(0), times.u32(4));
                (self.updated, self.ref_count) = (times.u32(8), times.u32(12));
            }
            4 => self.probes = attribute.u32(),
            5 => self.vlan = attribute.u16(),
            9 => self.master = attribute.u32(),
            12 => self.protocol = attribute.u8().map(|protocol| RouteProtocol(protocol.into())),
            13 => self.nh_id = attribute.u32(),
            15 => self.flags.0 |= attribute.u32().unwrap_or_default() << FLAGS,
            _ => {}
        }
    }
}
