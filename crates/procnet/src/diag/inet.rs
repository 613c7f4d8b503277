//! TCP, UDP, raw, MPTCP and SCTP sockets of both families. `net/ipv4/inet_diag.c` `inet_sk_diag_fill`,
//! `inet_twsk_diag_fill`, `inet_req_diag_fill`; `net/sctp/sctp_diag.c` `inet_sctp_diag_fill`
//! (`include/uapi/linux/inet_diag.h` `struct inet_diag_msg`).
//!
//! A row is what the text file of the protocol prints, in the text file's units, so that both can stand in one
//! table; what else was sent stays as bytes and is read when it is asked for, by [`Detail`]. This differs from the
//! text: references are not told, nor is the user of a connection that waits to be accepted (0), nor the Fast Open
//! queue of a listening socket; drops are told of TCP too.

use std::marker::PhantomData;
use std::net::IpAddr;
use std::ops::Range;

use super::attribute::{Attribute, Attributes, INET6, Numbers, ip};
use super::columns::COLUMNS;
use super::detail::{Detail, INFO, PROTOCOL, SKMEMINFO};
use super::memory::Memory;
use super::message::{Message, Messages};
use super::tcp_info::TcpInfo;
use crate::Endian;
use crate::cell::{Column, Kind, Unit, Value};
use crate::dictionary;
use crate::proc::inet::{Inet, LISTEN};
use crate::row::{Field, Row};
use crate::table::{Span, Table, Texts};

/// `SOCK_DIAG_BY_FAMILY`.
pub(super) const SOCK_DIAG: u16 = 20;

/// `TCPDIAG_GETSOCK` (`include/uapi/linux/inet_diag.h`): the request before it, which asks for both families at once.
const TCPDIAG_GETSOCK: u16 = 18;

/// Bytes of `struct inet_diag_msg`.
pub(super) const HEADER: usize = 72;

/// Milliseconds of a clock tick: `USER_HZ` is 100 on every machine that has these messages.
const MILLISECONDS_PER_TICK: u32 = 10;
const MICROSECONDS_PER_TICK: u32 = 10_000;
/// `TCP_INFINITE_SSTHRESH`: the connection is still in its first slow start.
pub(super) const NO_SSTHRESH: u32 = 0x7fff_ffff;

/// Timers of `inet_csk_diag_fill` whose count is that of retransmissions, and of probes.
const RETRANSMIT_TIMER: u8 = 1;
const KEEPALIVE_TIMER: u8 = 2;
const PROBE_TIMER: u8 = 4;

/// What the socket speaks: the message does not say it, the request did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// UDP-Lite.
    UdpLite,
    /// Ping sockets: ICMP echo.
    Ping,
    /// Raw sockets.
    Raw,
    /// Multipath TCP.
    Mptcp,
    /// SCTP.
    Sctp,
}

/// One socket.
#[derive(Debug, Clone, PartialEq)]
pub struct DiagSocket {
    /// What the text file has. `ref_count` is 0, for it is not told.
    pub socket: Inet,
    /// Address family: 2 or 10.
    pub family: u8,
    /// Interface that the socket is bound to; 0 for none.
    pub ifindex: u32,
    /// Number of the socket that is never given again while the machine runs.
    pub cookie: u64,
    /// What the socket speaks.
    pub transport: Transport,
    /// Protocol that a raw socket was opened with.
    pub protocol: Option<u8>,
    /// Time until the timer ends, where one runs.
    pub timer_expires_ms: Option<u32>,
    /// Limit of the accept queue, of a listening socket.
    pub accept_backlog: Option<u32>,
    /// All attributes of the message, as they came.
    pub attributes: Span,
    /// Of these, what the protocol tells (`INET_DIAG_INFO`): it is looked at most, and stands far behind.
    pub info: Span,
    /// Byte order of them.
    pub endian: Endian,
}

impl DiagSocket {
    /// What else the message says; `texts` are those of the table that holds the row.
    pub fn detail<'a>(&'a self, texts: &'a Texts) -> Detail<'a> {
        Detail::new(self, texts.get(self.attributes), texts.get(self.info))
    }
}

/// Fields of [`Inet`] that a row has, the first ones: what follows is told more exactly by [`COLUMNS`], or not.
const TEXT: usize = 13;

const fn own(name: &'static str, title: &'static str, unit: Unit, kind: Kind, doc: &'static str) -> Field {
    Field { column: Column { name, title, unit, kind, doc }, rate: None, form: None }
}

const OWN: &[Field] = &[
    own("family", "family", Unit::None, Kind::Info, "Address family: inet or inet6."),
    own(
        "ifindex",
        "ifindex",
        Unit::None,
        Kind::Info,
        "Number of the interface that the socket is bound to; 0 for none.",
    ),
    own("protocol", "protocol", Unit::None, Kind::Info, "Protocol that a raw socket was opened with."),
    own(
        "timer_expires_ms",
        "expires",
        Unit::Milliseconds,
        Kind::Gauge,
        "Time until the timer ends; absent while none runs.",
    ),
];

const FIELDS: [Field; TEXT + OWN.len() + COLUMNS.len()] = {
    let mut fields = [OWN[0]; TEXT + OWN.len() + COLUMNS.len()];
    let mut at = 0;
    while at < fields.len() {
        fields[at] = if at < TEXT {
            Inet::FIELDS[at]
        } else if at < TEXT + OWN.len() {
            OWN[at - TEXT]
        } else {
            COLUMNS[at - TEXT - OWN.len()].field()
        };
        at += 1;
    }
    fields
};

impl Row for DiagSocket {
    const FIELDS: &'static [Field] = &FIELDS;

    fn cell<'a>(&'a self, field: usize, texts: &'a Texts) -> Value<'a> {
        let named = |protocol: u8| dictionary::named(dictionary::IP_PROTOCOL, protocol.into());
        let number = |number: u32| Value::Unsigned(number.into());
        match field.checked_sub(TEXT) {
            None => self.socket.cell(field, texts),
            Some(0) => dictionary::named(dictionary::FAMILY, self.family.into()),
            Some(1) => number(self.ifindex),
            Some(2) => self.protocol.map_or(Value::Absent(""), named),
            Some(3) => self.timer_expires_ms.map_or(Value::Absent(""), number),
            Some(at) => COLUMNS
                .get(at - OWN.len())
                .map_or(Value::Absent(""), |column| (column.get)(&self.detail(texts))),
        }
    }

    fn identity(&self) -> Option<u64> {
        // What is left of a connection keeps its number.
        (self.cookie != 0 && self.socket.inode != 0).then_some(self.cookie)
    }
}

/// Which protocol was asked for.
pub trait Asked: Default + Send + 'static {
    /// It.
    const TRANSPORT: Transport;
}

/// Messages of sockets of one protocol.
#[derive(Default)]
pub struct Sockets<A>(PhantomData<A>);

macro_rules! messages {
    ($($constant:ident $name:literal $asked:ident $transport:ident $what:literal $source:literal;)*) => {
        $(
            #[doc = concat!("Messages of ", $what, ".")]
            pub static $constant: Messages = Messages::new::<Sockets<$asked>>($name, $what, $source);

            #[doc = concat!("Asked for ", $what, ".")]
            #[derive(Default)]
            pub struct $asked;

            impl Asked for $asked {
                const TRANSPORT: Transport = Transport::$transport;
            }
        )*
    };
}

messages! {
    TCP "inet_tcp" Tcp Tcp "TCP sockets" "net/ipv4/inet_diag.c inet_sk_diag_fill, net/ipv4/tcp_diag.c tcp_diag_get_info";
    UDPLITE "inet_udplite" UdpLite UdpLite "UDP-Lite sockets" "net/ipv4/inet_diag.c inet_sk_diag_fill, net/ipv4/udp_diag.c udp_diag_get_info";
    UDP "inet_udp" Udp Udp "UDP sockets" "net/ipv4/inet_diag.c inet_sk_diag_fill, net/ipv4/udp_diag.c udp_diag_get_info";
    RAW "inet_raw" Raw Raw "raw sockets" "net/ipv4/inet_diag.c inet_sk_diag_fill, net/ipv4/raw_diag.c raw_diag_get_info";
    MPTCP "inet_mptcp" Mptcp Mptcp "Multipath TCP sockets" "net/ipv4/inet_diag.c inet_sk_diag_fill, net/mptcp/mptcp_diag.c mptcp_diag_get_info";
    SCTP "inet_sctp" Sctp Sctp "SCTP sockets" "net/sctp/sctp_diag.c inet_sctp_diag_fill";
}

impl<A: Asked> Message for Sockets<A> {
    type Row = DiagSocket;
    const TYPE: u16 = SOCK_DIAG;
    const OLDER: Option<u16> = Some(TCPDIAG_GETSOCK);

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<DiagSocket>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        push((payload, endian), A::TRANSPORT, table, &mut |_| {})
    }
}

/// Adds the row of a message. `also` sees the attributes that no row tells.
#[inline]
pub(super) fn push(
    (payload, endian): (&[u8], Endian),
    transport: Transport,
    table: &mut Table<DiagSocket>,
    also: &mut impl FnMut(Attribute<'_>),
) -> Result<(), &'static str> {
    let (mut row, info) = socket(payload, transport, endian, also)?;
    row.attributes = table.texts.keep(payload.get(HEADER..).unwrap_or_default());
    row.info = row.attributes.part(info.start, info.len());
    table.push(row);
    Ok(())
}

/// The row, and where among the attributes it is what the protocol tells.
#[inline]
fn socket(
    payload: &[u8],
    transport: Transport,
    endian: Endian,
    also: &mut impl FnMut(Attribute<'_>),
) -> Result<(DiagSocket, Range<usize>), &'static str> {
    let (header, attributes) = payload.split_first_chunk::<HEADER>().ok_or("shorter than inet_diag_msg")?;
    let message = Numbers::new(header, endian);
    let (family, st, tr, count) = (header[0], header[1], header[2], header[3]);
    let local_address = ip(family, &header[8..24]).ok_or("address family unknown")?;
    let remote_address = ip(family, &header[24..40]).ok_or("address family unknown")?;
    let number = |place| message.u32(place).unwrap_or_default();
    let (expires, rqueue, wqueue) = (number(52), number(56), number(60));
    let mut row = DiagSocket {
        socket: Inet {
            local_address,
            local_port: message.port(4).unwrap_or_default(),
            remote_address,
            remote_port: message.port(6).unwrap_or_default(),
            st,
            tx_queue: if st == LISTEN { 0 } else { wqueue },
            rx_queue: rqueue,
            tr,
            timer_expires: (expires / MILLISECONDS_PER_TICK).into(),
            retransmits: if tr == RETRANSMIT_TIMER { count.into() } else { 0 },
            uid: number(64),
            probes_out: if matches!(tr, KEEPALIVE_TIMER | PROBE_TIMER) { count.into() } else { 0 },
            inode: number(68).into(),
            ref_count: 0,
            rto: None,
            ato: None,
            quick_ack: None,
            snd_cwnd: None,
            last: None,
            drops: None,
        },
        family,
        ifindex: number(40),
        cookie: message.low_high(44).unwrap_or_default(),
        transport,
        protocol: None,
        timer_expires_ms: (tr != 0).then_some(expires),
        accept_backlog: (st == LISTEN).then_some(wqueue),
        attributes: Span::default(),
        info: Span::default(),
        endian,
    };
    let mut info = 0..0;
    for attribute in Attributes::new(attributes, endian) {
        match attribute.kind {
            INFO if info.is_empty() => {
                let start = attribute.bytes().as_ptr().addr() - attributes.as_ptr().addr();
                info = start..start + attribute.bytes().len();
                if transport == Transport::Tcp {
                    as_in_the_text(&mut row.socket, TcpInfo(attribute.numbers()));
                }
            }
            SKMEMINFO => row.socket.drops = Memory(attribute.numbers()).drops(),
            PROTOCOL => row.protocol = attribute.u8(),
            _ => also(attribute),
        }
    }
    Ok((row, info))
}

/// Fills what the text file takes from the same places as `tcp_info`. The count beside the timer is only that of
/// the timer that runs, these are both.
fn as_in_the_text(row: &mut Inet, info: TcpInfo<'_>) {
    row.snd_cwnd = info.snd_cwnd();
    if row.st == LISTEN {
        return;
    }
    row.rto = info.rto_us().map(|time| time / MICROSECONDS_PER_TICK);
    row.ato = info.ato_us().map(|time| time / MICROSECONDS_PER_TICK);
    row.last = info.snd_ssthresh().map(|segments| match segments {
        NO_SSTHRESH.. => -1,
        segments => segments.cast_signed(),
    });
    row.retransmits = info.retransmits().map_or(row.retransmits, Into::into);
    row.probes_out = info.probes().map_or(row.probes_out, Into::into);
}

/// The addresses of `struct sockaddr_storage`, one after another: an SCTP socket has several.
pub(super) fn addresses(list: Numbers<'_>) -> impl Iterator<Item = (IpAddr, u16)> {
    const SOCKADDR_STORAGE: usize = 128;
    list.bytes().chunks_exact(SOCKADDR_STORAGE).filter_map(move |bytes| {
        let address = Numbers::new(bytes, list.endian());
        let family = address.u16(0)?.try_into().ok()?;
        let start = if family == INET6 { 8 } else { 4 };
        Some((ip(family, &bytes[start..])?, address.port(2)?))
    })
}
