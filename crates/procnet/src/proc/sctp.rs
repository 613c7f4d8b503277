//! `sctp/*`: endpoints, associations, addresses of peers and counters of SCTP. `net/sctp/proc.c`
//! `sctp_eps_seq_show`, `sctp_assocs_seq_show`, `sctp_remaddr_seq_show`, `sctp_snmp_seq_show`.
//!
//! An address with a `*` before it is the primary one. The addresses of endpoints, associations and sockets
//! in the kernel's memory are left out, and so are the columns that the kernel prints as 0: HBKT of
//! associations, REM_ADDR_RTX and START of addresses. Intervals are in jiffies.

use std::net::IpAddr;

use super::counter::Names;
use super::{File, FileScope};
use crate::Endian;
use crate::dictionary;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};
use crate::word::{meaning, next};

/// `net/sctp/snmp`.
pub static SNMP: File = File::new::<Names>(
    "sctp/snmp",
    "counters of the standard MIB, SCTP",
    "net/sctp/proc.c sctp_snmp_seq_show",
    FileScope::Namespace,
);

/// `net/sctp/eps`.
pub static EPS: File = File::new::<Endpoints>(
    "sctp/eps",
    "SCTP endpoints",
    "net/sctp/proc.c sctp_eps_seq_show",
    FileScope::Namespace,
);

/// `net/sctp/assocs`.
pub static ASSOCS: File = File::new::<Associations>(
    "sctp/assocs",
    "SCTP associations",
    "net/sctp/proc.c sctp_assocs_seq_show",
    FileScope::Namespace,
);

/// `net/sctp/remaddr`.
pub static REMADDR: File = File::new::<Addresses>(
    "sctp/remaddr",
    "addresses of SCTP peers",
    "net/sctp/proc.c sctp_remaddr_seq_show",
    FileScope::Namespace,
);

row! {
    /// One endpoint.
    pub struct Endpoint {
        info sty: Style, None, "sty", "Style of the socket: UDP for one to many, TCP for one to one.";
        info sst: SocketState, None, "sst", "State of the socket.";
        info hbkt: u32, None, "hbkt", "Place in the kernel's table of endpoints.";
        key lport: u16, None, "lport", "Own port.";
        info uid: u32, None, "uid", "User that the socket belongs to.";
        key inode: u64, None, "inode", "Inode of the socket.";
        info laddrs: Option<Span>, None, "laddrs", "Own addresses.";
    }
}

row! {
    /// One association.
    pub struct Association {
        info sty: Style, None, "sty", "Style of the socket: UDP for one to many, TCP for one to one.";
        info sst: SocketState, None, "sst", "State of the socket.";
        info st: AssociationState, None, "st", "State of the association.";
        key assoc_id: i32, None, "assoc id", "Number of the association.";
        amount tx_queue: i32, Bytes, "tx queue", "Bytes that are sent and not yet acknowledged, or not yet sent.";
        amount rx_queue: i32, Bytes, "rx queue", "Bytes that are received and not yet read.";
        info uid: u32, None, "uid", "User that the socket belongs to.";
        info inode: u64, None, "inode", "Inode of the socket.";
        key lport: u16, None, "lport", "Own port.";
        key rport: u16, None, "rport", "Port of the peer.";
        info laddrs: Option<Span>, None, "laddrs", "Own addresses.";
        info raddrs: Option<Span>, None, "raddrs", "Addresses of the peer.";
        info hbint: Option<u64>, None, "hbint", "Time between heartbeats, in jiffies.";
        info ins: Option<u32>, Count, "ins", "Streams coming in.";
        info outs: Option<u32>, Count, "outs", "Streams going out.";
        info maxrt: Option<i32>, Count, "maxrt", "Retransmissions after which the association is given up.";
        gauge t1x: Option<i32>, Count, "t1x", "Times that INIT or COOKIE ECHO was sent again.";
        gauge t2x: Option<i32>, Count, "t2x", "Times that SHUTDOWN was sent again.";
        counter rtxc: Option<u32>, Count, "rtxc", "Data chunks that were sent again.";
        amount wmema: Option<i32>, Bytes, "wmema", "Memory that the socket's packets being sent hold.";
        amount wmemq: Option<i32>, Bytes, "wmemq", "Memory that the socket's send queue holds.";
        info sndbuf: Option<i32>, Bytes, "sndbuf", "Size of the socket's send buffer.";
        info rcvbuf: Option<i32>, Bytes, "rcvbuf", "Size of the socket's receive buffer.";
    }
}

row! {
    /// One address of a peer.
    pub struct Address {
        key addr: IpAddr, None, "addr", "The address.";
        key assoc_id: i32, None, "assoc id", "Number of the association.";
        info hb_act: u32, None, "hb act", "1 while heartbeats are sent to the address.";
        gauge rto: u64, None, "rto", "Retransmission timeout, in jiffies.";
        info max_path_rtx: i32, Count, "max path rtx", "Retransmissions after which the address is taken for unreachable.";
        info state: Option<PathState>, None, "state", "State of the address: ACTIVE, INACTIVE, UNCONFIRMED, PF (potentially failed).";
    }
}

meaning! {
    /// A style of sockets.
    pub struct Style by number::decimal, named dictionary::SCTP_STYLE
}

meaning! {
    /// An `SCTP_SS_*` state.
    pub struct SocketState by number::decimal, named dictionary::SCTP_SOCKET_STATE
}

meaning! {
    /// An `SCTP_STATE_*` state, as the kernel numbers them now: 2.6.32 has each of them one higher.
    pub struct AssociationState by number::decimal, named dictionary::SCTP_STATE
}

meaning! {
    /// The state of an address.
    pub struct PathState by number::decimal, named dictionary::SCTP_PATH_STATE
}

/// The lines of `sctp/eps`.
#[derive(Default)]
pub struct Endpoints;

impl Format for Endpoints {
    type Row = Endpoint;

    fn line(&mut self, line: &[u8], table: &mut Table<Endpoint>, endian: Endian) -> Result<(), &'static str> {
        let (mut words, texts) = (Words::new(line), &mut table.texts);
        words.nth(1).ok_or("no socket")?;
        let row = Endpoint {
            sty: next(&mut words, texts, endian, "STY unreadable")?,
            sst: next(&mut words, texts, endian, "SST unreadable")?,
            hbkt: next(&mut words, texts, endian, "HBKT unreadable")?,
            lport: next(&mut words, texts, endian, "LPORT unreadable")?,
            uid: next(&mut words, texts, endian, "UID unreadable")?,
            inode: next(&mut words, texts, endian, "INODE unreadable")?,
            laddrs: words.clone().next().map(|_| texts.join(words)),
        };
        table.push(row);
        Ok(())
    }
}

/// The lines of `sctp/assocs`.
#[derive(Default)]
pub struct Associations;

impl Format for Associations {
    type Row = Association;

    fn line(
        &mut self,
        line: &[u8],
        table: &mut Table<Association>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        // A tab stands between the lists of addresses, which have any length, and the figures after them.
        let tab = memchr::memchr(b'\t', line).unwrap_or(line.len());
        let (mut words, mut figures) = (Words::new(&line[..tab]), Words::new(&line[tab..]));
        let texts = &mut table.texts;
        words.nth(1).ok_or("no socket")?;
        let row = Association {
            sty: next(&mut words, texts, endian, "STY unreadable")?,
            sst: next(&mut words, texts, endian, "SST unreadable")?,
            st: next(&mut words, texts, endian, "ST unreadable")?,
            assoc_id: {
                words.next().ok_or("no HBKT")?;
                next(&mut words, texts, endian, "ASSOC-ID unreadable")?
            },
            tx_queue: next(&mut words, texts, endian, "TX_QUEUE unreadable")?,
            rx_queue: next(&mut words, texts, endian, "RX_QUEUE unreadable")?,
            uid: next(&mut words, texts, endian, "UID unreadable")?,
            inode: next(&mut words, texts, endian, "INODE unreadable")?,
            lport: next(&mut words, texts, endian, "LPORT unreadable")?,
            rport: next(&mut words, texts, endian, "RPORT unreadable")?,
            laddrs: words
                .clone()
                .next()
                .filter(|word| *word != ARROW)
                .map(|_| texts.join(words.by_ref().take_while(|word| *word != ARROW))),
            raddrs: words
                .clone()
                .find(|word| *word != ARROW)
                .map(|_| texts.join(words.filter(|word| *word != ARROW))),
            hbint: next(&mut figures, texts, endian, "HBINT unreadable")?,
            ins: next(&mut figures, texts, endian, "INS unreadable")?,
            outs: next(&mut figures, texts, endian, "OUTS unreadable")?,
            maxrt: next(&mut figures, texts, endian, "MAXRT unreadable")?,
            t1x: next(&mut figures, texts, endian, "T1X unreadable")?,
            t2x: next(&mut figures, texts, endian, "T2X unreadable")?,
            rtxc: next(&mut figures, texts, endian, "RTXC unreadable")?,
            wmema: next(&mut figures, texts, endian, "wmema unreadable")?,
            wmemq: next(&mut figures, texts, endian, "wmemq unreadable")?,
            sndbuf: next(&mut figures, texts, endian, "sndbuf unreadable")?,
            rcvbuf: next(&mut figures, texts, endian, "rcvbuf unreadable")?,
        };
        table.push(row);
        for (number, word) in figures.enumerate() {
            table.extra(28 + number, word);
        }
        Ok(())
    }
}

/// What stands between own addresses and those of the peer.
const ARROW: &[u8] = b"<->";

/// The lines of `sctp/remaddr`.
#[derive(Default)]
pub struct Addresses;

impl Format for Addresses {
    type Row = Address;

    fn line(&mut self, line: &[u8], table: &mut Table<Address>, endian: Endian) -> Result<(), &'static str> {
        let (mut words, texts) = (Words::new(line), &mut table.texts);
        let row = Address {
            addr: next(&mut words, texts, endian, "ADDR unreadable")?,
            assoc_id: next(&mut words, texts, endian, "ASSOC_ID unreadable")?,
            hb_act: next(&mut words, texts, endian, "HB_ACT unreadable")?,
            rto: next(&mut words, texts, endian, "RTO unreadable")?,
            max_path_rtx: next(&mut words, texts, endian, "MAX_PATH_RTX unreadable")?,
            state: {
                words.by_ref().take(2).for_each(drop);
                next(&mut words, texts, endian, "STATE unreadable")?
            },
        };
        table.push(row);
        table.extras(9, words);
        Ok(())
    }
}
