//! `ip_mr_cache` and `ip6_mr_cache`: multicast routes, and packets that wait for one. `net/ipv4/ipmr.c`
//! `ipmr_mfc_seq_show`, `net/ipv6/ip6mr.c` `ip6mr_mfc_seq_show`.
//!
//! The default table only. A route that no daemon has answered for yet has -1 for its interface and zeroes
//! for figures that it does not have: they are absent here.

use std::marker::PhantomData;
use std::net::{IpAddr, Ipv6Addr};

use super::{File, FileScope};
use crate::Endian;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};
use crate::word::{HexIpv4, Word, Wrapped, next};

/// `net/ip_mr_cache`.
pub static IP_MR_CACHE: File = File::new::<Lines<HexIpv4>>(
    "ip_mr_cache",
    "IPv4 multicast routes",
    "net/ipv4/ipmr.c ipmr_mfc_seq_show",
    FileScope::Namespace,
);

/// `net/ip6_mr_cache`.
pub static IP6_MR_CACHE: File = File::new::<Lines<Ipv6Addr>>(
    "ip6_mr_cache",
    "IPv6 multicast routes",
    "net/ipv6/ip6mr.c ip6mr_mfc_seq_show",
    FileScope::Namespace,
);

row! {
    /// One route.
    pub struct MrCache {
        key group: IpAddr, None, "group", "Group that packets are sent to.";
        key origin: IpAddr, None, "origin", "Source of the packets; the unspecified address for any.";
        info iif: Option<i32>, None, "iif", "Number of the virtual interface that packets must come in by; absent while the route is unresolved.";
        counter pkts: Option<Wrapped>, Packets, "pkts", "Packets that took the route.";
        counter bytes: Option<Wrapped>, Bytes, "bytes", "Bytes that took the route.";
        counter wrong: Option<Wrapped>, Packets, "wrong", "Packets that came in by another interface.";
        info oifs: Option<Span>, None, "oifs", "Virtual interfaces that packets are sent by, each with the TTL that a packet must exceed.";
    }
}

/// The lines of the file, with addresses as this kind of word.
pub struct Lines<A>(PhantomData<A>);

impl<A> Default for Lines<A> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<A: Word + Into<IpAddr> + Send + 'static> Format for Lines<A> {
    type Row = MrCache;

    fn line(&mut self, line: &[u8], table: &mut Table<MrCache>, endian: Endian) -> Result<(), &'static str> {
        let (mut words, texts) = (Words::new(line), &mut table.texts);
        let group: A = next(&mut words, texts, endian, "group unreadable")?;
        let origin: A = next(&mut words, texts, endian, "origin unreadable")?;
        let iif: i32 = next(&mut words, texts, endian, "Iif unreadable")?;
        let mut figure = || next(&mut words, texts, endian, "number unreadable");
        let (pkts, bytes, wrong): (Option<_>, Option<_>, Option<_>) = (figure()?, figure()?, figure()?);
        let resolved = iif >= 0;
        let oifs = words.clone().next().map(|_| texts.join(words));
        table.push(MrCache {
            group: group.into(),
            origin: origin.into(),
            iif: resolved.then_some(iif),
            pkts: pkts.filter(|_| resolved),
            bytes: bytes.filter(|_| resolved),
            wrong: wrong.filter(|_| resolved),
            oifs,
        });
        Ok(())
    }
}

impl From<HexIpv4> for IpAddr {
    fn from(address: HexIpv4) -> Self {
        address.0.into()
    }
}
