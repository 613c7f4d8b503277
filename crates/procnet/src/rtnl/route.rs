//! Routes of all tables and both families. `net/ipv4/fib_semantics.c` `fib_dump_info`, `net/ipv6/route.c`
//! `rt6_fill_node` (`include/uapi/linux/rtnetlink.h` `struct rtmsg`).
//!
//! A route with several next hops is a row for each of them, which are numbered.

use std::net::IpAddr;

use super::{Family, Reach, RouteProtocol, RouteType, of_addresses};
use crate::diag::attribute::{Attribute, Attributes, Numbers, any, ip};
use crate::diag::message::{Message, Messages};
use crate::proc::fib_trie::TableId;
use crate::row::row;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of routes.
pub static ROUTE: Messages = Messages::new::<Routes>(
    "route",
    "routes of all tables and both families",
    "net/ipv4/fib_semantics.c fib_dump_info, net/ipv6/route.c rt6_fill_node",
);

row! {
    /// One route, or one next hop of it.
    #[derive(Default)]
    pub struct Route {
        key family: Family, None, "family", "Address family: inet, inet6, or that of multicast routing.";
        key dst: Option<IpAddr>, None, "destination", "Network or host that the route leads to; the address for any where it is the default.";
        key prefix_length: u8, None, "length", "Bits of the destination that must match.";
        key src: Option<IpAddr>, None, "source", "Network that packets must come from; absent for any.";
        key src_prefix_length: u8, None, "src length", "Bits of the source that must match.";
        key tos: u8, None, "tos", "Type of service that the route is for; 0 for any.";
        key table_id: TableId, None, "table", "Number of the routing table: 254 Main, 255 Local.";
        key priority: Option<u32>, None, "metric", "Metric: of two routes the smaller one is taken; absent where it is 0.";
        key hop: Option<u32>, None, "hop", "Number of the next hop, from 1, of a route that has several.";
        info protocol: RouteProtocol, None, "protocol", "Who made the route: kernel, boot, static, ra, dhcp, …";
        info route_scope: Reach, None, "scope", "How far the destination is: universe beyond a gateway, link on the link, host this machine.";
        info route_type: RouteType, None, "type", "What becomes of a packet: UNICAST forwarded, LOCAL taken here, BROADCAST, BLACKHOLE dropped, and so on.";
        info flags: RouteFlags, None, "flags", "What holds of the route or the next hop: dead, linkdown, onlink, …";
        info gateway: Option<IpAddr>, None, "gateway", "Address of the next machine, which may be of the other family; absent on the link.";
        info oif: Option<u32>, None, "out", "Number of the interface that packets leave by.";
        info iif: Option<u32>, None, "in", "Number of the interface that packets come from.";
        info weight: Option<u32>, None, "weight", "Share of this next hop, of a route that has several.";
        info nh_id: Option<u32>, None, "nexthop", "Number of the next hop object that the route uses.";
        info prefsrc: Option<IpAddr>, None, "prefsrc", "Address that packets of this machine are sent from.";
        info pref: Option<RouterPref>, None, "pref", "Preference of the router among others: low, medium, high.";
        info flow: Option<u32>, None, "realm", "Realms of the route: source in the high half, destination in the low one.";
        gauge expires: Option<i32>, Ticks, "expires", "Time until the route goes; absent where it stays.";
        info error: Option<i32>, None, "error", "Error number, below zero, that packets end with.";
        gauge used: Option<u32>, Count, "used", "Lookups, of an entry of the cache.";
        gauge last_used: Option<u32>, Ticks, "last used", "Time since the last one.";
        info encap_type: Option<u16>, None, "encap", "Kind of encapsulation that packets get.";
        info mtu: Option<u32>, Bytes, "mtu", "Largest packet for the destination.";
        info advmss: Option<u32>, Bytes, "advmss", "Largest segment that TCP asks the other side for.";
        info window: Option<u32>, Bytes, "window", "Largest window that TCP offers.";
        info rtt: Option<u32>, None, "rtt", "Round-trip time that TCP begins with, in eighths of a millisecond.";
        info rttvar: Option<u32>, None, "rttvar", "Deviation that TCP begins with, in quarters of a millisecond.";
        info ssthresh: Option<u32>, Segments, "ssthresh", "Slow start threshold that TCP begins with.";
        info cwnd: Option<u32>, Segments, "cwnd", "Limit of the congestion window.";
        info reordering: Option<u32>, Segments, "reordering", "Segments that may overtake each other before one counts as lost.";
        info hoplimit: Option<u32>, None, "hop limit", "Hop limit of packets.";
        info initcwnd: Option<u32>, Segments, "initcwnd", "Congestion window that TCP begins with.";
        info initrwnd: Option<u32>, Segments, "initrwnd", "Window that TCP offers first.";
        info rto_min: Option<u32>, Milliseconds, "rto min", "Smallest retransmission timeout.";
        info quickack: Option<u32>, None, "quickack", "1 where TCP acknowledges at once.";
        info features: Option<Features>, None, "features", "What connections use: ecn, …";
        info cc_algo: Option<Span>, None, "congctl", "Name of the congestion control.";
        info lock: Option<u32>, None, "lock", "Metrics that the kernel may not change, as bits by their number (RTAX_*).";
    }
}

meaning! {
    /// The `RTM_F_*` and `RTNH_F_*` flags of a route.
    pub struct RouteFlags, flags dictionary::RTM_FLAGS
}

meaning! {
    /// A router preference.
    pub struct RouterPref, label dictionary::ROUTER_PREF
}

meaning! {
    /// The `RTAX_FEATURE_*` bits.
    pub struct Features, flags dictionary::RTAX_FEATURES
}

/// The messages.
#[derive(Default)]
pub struct Routes;

/// Bytes of `struct rtmsg`.
const HEADER: usize = 12;

impl Message for Routes {
    type Row = Route;
    /// `RTM_NEWROUTE`.
    const TYPE: u16 = 24;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<Route>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_first_chunk::<HEADER>().ok_or("shorter than rtmsg")?;
        let [family, prefix_length, src_prefix_length, tos, id, protocol, reaches, kind, ..] = *header;
        let addresses = of_addresses(family);
        let mut row = Route {
            family: Family(family.into()),
            dst: any(addresses).filter(|_| prefix_length == 0),
            prefix_length,
            src_prefix_length,
            tos,
            table_id: TableId(id.into()),
            protocol: RouteProtocol(protocol.into()),
            route_scope: Reach(reaches.into()),
            route_type: RouteType(kind.into()),
            flags: RouteFlags(Numbers::new(header, endian).u32(8).unwrap_or_default()),
            ..Route::default()
        };
        let mut hops = None;
        for attribute in Attributes::new(attributes, endian) {
            match attribute.kind {
                8 => row.take_metrics(attribute.nested(), &mut table.texts),
                9 => hops = Some(attribute.numbers()),
                _ => row.take(attribute, addresses),
            }
        }
        match hops {
            None => table.push(row),
            Some(hops) => next_hops(&row, hops, addresses, table)?,
        }
        Ok(())
    }
}

/// Adds a row for each `struct rtnexthop`, which is followed by attributes of its own.
fn next_hops(
    route: &Route,
    hops: Numbers<'_>,
    addresses: u8,
    table: &mut Table<Route>,
) -> Result<(), &'static str> {
    const NEXT_HOP: usize = 8;
    let (mut rest, endian) = (hops.bytes(), hops.endian());
    let mut number = 0;
    while !rest.is_empty() {
        let hop = Numbers::new(rest, endian);
        let length = usize::from(hop.u16(0).unwrap_or_default());
        let attributes = rest.get(NEXT_HOP..length).ok_or("next hop cut short")?;
        let (flags, weight) = (hop.u8(2).unwrap_or_default(), hop.u8(3).unwrap_or_default());
        number += 1;
        let mut row = Route {
            hop: Some(number),
            weight: Some(u32::from(weight) + 1),
            oif: hop.u32(4),
            flags: RouteFlags(route.flags.0 | u32::from(flags)),
            ..route.clone()
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, addresses);
        }
        table.push(row);
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(())
}

impl Route {
    /// Takes an attribute (`RTA_*`) of a route or of a next hop.
    fn take(&mut self, attribute: Attribute<'_>, addresses: u8) {
        let numbers = attribute.numbers();
        match attribute.kind {
            1 => self.dst = ip(addresses, attribute.bytes()),
            2 => self.src = ip(addresses, attribute.bytes()),
            3 => self.iif = attribute.u32(),
            4 => self.oif = attribute.u32(),
            5 => self.gateway = ip(addresses, attribute.bytes()),
            6 => self.priority = attribute.u32(),
            7 => self.prefsrc = ip(addresses, attribute.bytes()),
            11 => self.flow = attribute.u32(),
            12 => {
                // `struct rta_cacheinfo`: zeros where nothing is to be said.
                self.last_used = numbers.u32(4).filter(|time| *time != 0);
                self.expires = numbers.u32(8).filter(|time| *time != 0).map(u32::cast_signed);
                self.error = numbers.u32(12).filter(|error| *error != 0).map(u32::cast_signed);
                self.used = numbers.u32(16).filter(|count| *count != 0);
            }
            15 => self.table_id = attribute.u32().map_or(self.table_id, TableId),
            18 => {
                // `struct rtvia`: a family, then an address of it.
                let family = numbers.u16(0).and_then(|family| family.try_into().ok()).unwrap_or_default();
                self.gateway = attribute.bytes().get(2..).and_then(|bytes| ip(family, bytes));
            }
            20 => self.pref = attribute.u8().map(|pref| RouterPref(pref.into())),
            21 => self.encap_type = attribute.u16(),
            30 => self.nh_id = attribute.u32(),
            _ => {}
        }
    }

    /// Takes the metrics (`RTAX_*`).
    fn take_metrics(&mut self, metrics: Attributes<'_>, texts: &mut Texts) {
        for metric in metrics {
            let number = metric.u32();
            match metric.kind {
                1 => self.lock = number,
                2 => self.mtu = number,
                3 => self.window = number,
                4 => self.rtt = number,
                5 => self.rttvar = number,
                6 => self.ssthresh = number,
                7 => self.cwnd = number,
                8 => self.advmss = number,
                9 => self.reordering = number,
                10 => self.hoplimit = number,
                11 => self.initcwnd = number,
                12 => self.features = number.map(Features),
                13 => self.rto_min = number,
                14 => self.initrwnd = number,
                15 => self.quickack = number,
                16 => self.cc_algo = Some(texts.keep(metric.text())),
                _ => {}
            }
        }
    }
}
