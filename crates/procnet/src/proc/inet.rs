//! The row of the socket files of IPv4 and IPv6: `tcp`, `udp`, `udplite`, `raw`, `icmp` and their `6`.
//!
//! All of them print the same 12 words, addresses as numbers of the host's byte order; TCP sockets that
//! are whole have five more (`get_tcp4_sock`), datagram sockets one (`udp4_format_sock`, `raw_sock_seq_show`,
//! `ping_v4_format_sock`). This is the hot path: it walks each line once and copies no text.

use std::marker::PhantomData;
use std::net::IpAddr;

use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::Table;

row! {
    /// One socket.
    pub struct Inet {
        key local_address: IpAddr, None, "local address", "Address that the socket is bound to.";
        key local_port: u16, None, "port", "Port that the socket is bound to; raw sockets: the protocol, ping sockets: the identifier.";
        key remote_address: IpAddr, None, "remote address", "Address that the socket is connected to.";
        key remote_port: u16, None, "port", "Port that the socket is connected to.";
        info st: u8, None, "st", "State as the kernel's number (TCP_ESTABLISHED is 1).";
        amount tx_queue: u32, Bytes, "tx queue", "TCP: bytes written and not acknowledged; else memory of what waits to be sent.";
        amount rx_queue: u32, Bytes, "rx queue", "Bytes received and not read; of a listening socket: connections that wait to be accepted.";
        info tr: u8, None, "tr", "Timer that runs, as the kernel's number.";
        gauge timer_expires: u64, Ticks, "expires", "Time until the timer ends.";
        gauge retransmits: u32, Count, "retrans", "Retransmission timeouts since the last acknowledgement.";
        info uid: u32, None, "uid", "User that the socket belongs to.";
        gauge probes_out: u32, Count, "probes", "Unanswered window probes (the file calls it timeout).";
        key inode: u64, None, "inode", "Inode of the socket; 0 while no process can have it.";
        gauge ref_count: u32, Count, "ref", "References that the kernel holds to the socket.";
        gauge rto: Option<u32>, Ticks, "rto", "Retransmission timeout.";
        gauge ato: Option<u32>, Ticks, "ato", "Delayed acknowledgement timeout.";
        gauge quick_ack: Option<u32>, None, "quick ack", "Quick acknowledgements left, times two, plus one in interactive mode.";
        gauge snd_cwnd: Option<u32>, Segments, "cwnd", "Congestion window.";
        gauge last: Option<i32>, None, "last", "Slow start threshold, -1 before there is one; of a listening socket: limit of its Fast Open queue.";
        counter drops: Option<u32>, Packets, "drops", "Packets that this socket dropped, mostly for want of room.";
    }
}

/// Stands for a timer of which nobody knows: the kernel's numbers are smaller.
pub const UNKNOWN_TIMER: u8 = u8::MAX;

/// State 10, `TCP_LISTEN`.
pub const LISTEN: u8 = 10;

/// Words of a whole row, with the slot number: of TCP, and of the others.
const TCP_WORDS: usize = 17;
const DATAGRAM_WORDS: usize = 13;

/// What stands behind the 12 words that all files share.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Tcp,
    Drops,
}

/// How a file differs: family and tail.
pub trait Variant: Default + Send + 'static {
    /// Addresses of 32 digits.
    const V6: bool;
    /// The last words are TCP's.
    const TCP: bool;
}

macro_rules! variants {
    ($($name:ident $v6:literal $tcp:literal, $doc:literal;)*) => {
        $(#[doc = $doc]
        #[derive(Default)]
        pub struct $name;
        impl Variant for $name {
            const V6: bool = $v6;
            const TCP: bool = $tcp;
        })*
    };
}

variants! {
    Tcp4 false true, "TCP over IPv4.";
    Tcp6 true true, "TCP over IPv6.";
    Datagram4 false false, "UDP, UDP-Lite, raw and ping sockets of IPv4.";
    Datagram6 true false, "UDP, UDP-Lite, raw and ping sockets of IPv6.";
}

/// The lines of a socket file.
#[derive(Default)]
pub struct Sockets<V>(PhantomData<V>);

impl<V: Variant> Format for Sockets<V> {
    type Row = Inet;

    fn line(&mut self, line: &[u8], table: &mut Table<Inet>, endian: Endian) -> Result<(), &'static str> {
        let mut scan = Scan(line);
        let tail = if V::TCP { Tail::Tcp } else { Tail::Drops };
        table.push(socket(&mut scan, V::V6, tail, endian)?);
        scan.blanks();
        if !scan.0.is_empty() {
            let known = if V::TCP { TCP_WORDS } else { DATAGRAM_WORDS };
            table.extras(known + 1, Words::new(scan.0));
        }
        Ok(())
    }
}

#[inline]
fn socket(scan: &mut Scan<'_>, v6: bool, tail: Tail, endian: Endian) -> Result<Inet, &'static str> {
    scan.slot().ok_or("no slot number")?;
    let (local_address, local_port) = scan.endpoint(v6, endian).ok_or("local address unreadable")?;
    let (remote_address, remote_port) = scan.endpoint(v6, endian).ok_or("remote address unreadable")?;
    let st = scan.hex().ok_or("state unreadable")?;
    let (tx_queue, rx_queue) = scan.pair().ok_or("queues unreadable")?;
    let (tr, timer_expires) = scan.pair().ok_or("timer unreadable")?;
    let retransmits = scan.hex().ok_or("retransmits unreadable")?;
    let uid = scan.decimal().ok_or("uid unreadable")?;
    let probes_out = scan.decimal().ok_or("timeout unreadable")?;
    let inode = scan.decimal().ok_or("inode unreadable")?;
    let ref_count = scan.decimal().ok_or("ref unreadable")?;
    scan.skip_word().ok_or("no pointer")?;
    let mut row = Inet {
        local_address,
        local_port,
        remote_address,
        remote_port,
        st,
        tx_queue,
        rx_queue,
        tr,
        timer_expires,
        retransmits,
        uid,
        probes_out,
        inode,
        ref_count,
        rto: None,
        ato: None,
        quick_ack: None,
        snd_cwnd: None,
        last: None,
        drops: None,
    };
    match tail {
        Tail::Drops => row.drops = scan.last(Scan::decimal).ok_or("drops unreadable")?,
        Tail::Tcp => {
            row.rto = scan.last(Scan::decimal).ok_or("rto unreadable")?;
            row.ato = scan.last(Scan::decimal).ok_or("ato unreadable")?;
            row.quick_ack = scan.last(Scan::decimal).ok_or("quick unreadable")?;
            row.snd_cwnd = scan.last(Scan::decimal).ok_or("cwnd unreadable")?;
            row.last = scan.last(Scan::signed).ok_or("ssthresh unreadable")?;
        }
    }
    Ok(row)
}

/// What is left of a line. Each step skips blanks before it and ends where its number ends: every byte is
/// looked at once. A number that does not end where its word ends makes the next step fail.
struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    /// The slot number, which is of no use, and its colon.
    #[inline]
    fn slot(&mut self) -> Option<()> {
        let colon = self.0.iter().position(|&byte| byte == b':')?;
        self.0 = &self.0[colon + 1..];
        Some(())
    }

    #[inline]
    fn blanks(&mut self) {
        while let [b' ', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    /// At the end of a word.
    #[inline]
    fn at_end(&self) -> bool {
        matches!(self.0, [] | [b' ', ..])
    }

    #[inline]
    fn colon(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(b":")?;
        Some(())
    }

    #[inline]
    fn skip_word(&mut self) -> Option<()> {
        self.blanks();
        let end = self.0.iter().position(|&byte| byte == b' ').unwrap_or(self.0.len());
        self.0 = &self.0[end..];
        (end > 0).then_some(())
    }

    #[inline]
    fn hex_digits(&mut self) -> Option<u64> {
        let (mut number, mut length) = (0, 0);
        for &byte in self.0 {
            let digit = number::HEX[byte as usize];
            if digit > 15 {
                break;
            }
            number = number << 4 | u64::from(digit);
            length += 1;
        }
        self.0 = &self.0[length..];
        (1..=16).contains(&length).then_some(number)
    }

    /// A hexadecimal word.
    #[inline]
    fn hex<T: TryFrom<u64>>(&mut self) -> Option<T> {
        self.blanks();
        let number = self.hex_digits()?.try_into().ok()?;
        self.at_end().then_some(number)
    }

    /// Two hexadecimal numbers with a colon between them.
    #[inline]
    fn pair<A: TryFrom<u64>, B: TryFrom<u64>>(&mut self) -> Option<(A, B)> {
        self.blanks();
        let first = self.hex_digits()?.try_into().ok()?;
        self.colon()?;
        let second = self.hex_digits()?.try_into().ok()?;
        self.at_end().then_some((first, second))
    }

    /// A word that not all rows have: `Some(None)` where the line has ended.
    #[inline]
    fn last<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        self.blanks();
        if self.0.is_empty() { Some(None) } else { read(self).map(Some) }
    }

    /// A decimal word.
    #[inline]
    fn decimal<T: TryFrom<u64>>(&mut self) -> Option<T> {
        self.blanks();
        let (mut number, mut length) = (0u64, 0);
        for &byte in self.0 {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            number = number.checked_mul(10)?.checked_add(digit.into())?;
            length += 1;
        }
        self.0 = &self.0[length..];
        (length > 0 && self.at_end()).then_some(())?;
        number.try_into().ok()
    }

    /// A decimal word that may begin with a minus.
    #[inline]
    fn signed(&mut self) -> Option<i32> {
        self.blanks();
        let minus = self.0.first() == Some(&b'-');
        self.0 = &self.0[usize::from(minus)..];
        let number: u32 = self.decimal()?;
        if minus { 0i32.checked_sub_unsigned(number) } else { number.try_into().ok() }
    }

    /// Address and port.
    #[inline]
    fn endpoint(&mut self, v6: bool, endian: Endian) -> Option<(IpAddr, u16)> {
        self.blanks();
        let (digits, rest) = self.0.split_at_checked(if v6 { 32 } else { 8 })?;
        let address = match v6 {
            true => number::ipv6(digits, endian)?.into(),
            false => number::ipv4(digits, endian)?.into(),
        };
        self.0 = rest;
        self.colon()?;
        let port = self.hex_digits()?.try_into().ok()?;
        self.at_end().then_some((address, port))
    }
}
