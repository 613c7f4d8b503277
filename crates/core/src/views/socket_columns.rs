//! Columns of socket tables that files and diagnostics both tell, and those of owners and users.

use procnet::dictionary::{self, IP_PROTOCOL, TCP_STATE, TIMER};
use procnet::proc::inet::{Inet, LISTEN, UNKNOWN_TIMER};
use procnet::{Column, Kind, Unit, Value};

use super::socket_table::{Placed, SocketColumn};

macro_rules! columns {
    ($($id:ident $name:literal $title:literal $kind:ident $unit:ident $doc:literal |$socket:ident| $get:expr;)*) => {
        $(pub(super) const $id: SocketColumn = SocketColumn {
            column: Column { name: $name, title: $title, unit: Unit::$unit, kind: Kind::$kind, doc: $doc },
            get: |$socket| $get,
        };)*
    };
}

columns! {
    FAMILY "family" "family" Info None "Address family: inet or inet6." |s| Value::Label(s.family());
    PROTOCOL "protocol" "protocol" Key None "udp or udplite." |s| Value::Label(s.protocol());
    LOCAL_ADDRESS "local_address" "local address" Key None "Address that the socket is bound to."
        |s| Value::Ip(s.inet().local_address);
    LOCAL_PORT "local_port" "port" Key None "Port that the socket is bound to." |s| number(s.inet().local_port);
    REMOTE_ADDRESS "remote_address" "remote address" Key None "Address that the socket is connected to."
        |s| Value::Ip(s.inet().remote_address);
    REMOTE_PORT "remote_port" "port" Key None "Port that the socket is connected to." |s| number(s.inet().remote_port);
    STATE "state" "state" Info None "State of the connection, the kernel's name."
        |s| dictionary::label(TCP_STATE, s.inet().st.into());
    CONNECTED "state" "state" Info None "CONNECTED to one remote socket, or UNCONNECTED." |s| connected(s.inet().st);
    KERNEL_STATE "st" "st" Info None "State as the kernel's number: 1 connected, 7 not; it uses TCP's names."
        |s| number(s.inet().st);
    TX_QUEUE "tx_queue" "tx queue" Amount Bytes "TCP: bytes written and not yet acknowledged; else memory of packets that wait to be sent."
        |s| number(s.inet().tx_queue);
    RX_QUEUE "rx_queue" "rx queue" Amount Bytes "Bytes received and not yet read; see accept_queue for a listening socket."
        |s| unless(s.inet().st == LISTEN, number(s.inet().rx_queue));
    RX_MEMORY "rx_queue" "rx queue" Amount Bytes "Memory of packets received and not yet read."
        |s| number(s.inet().rx_queue);
    ACCEPT_QUEUE "accept_queue" "acceptq" Amount Count "Connections that wait to be accepted, of a listening socket."
        |s| unless(s.inet().st != LISTEN, number(s.inet().rx_queue));
    TIMER_NAME "timer" "timer" Info None "Timer that runs: none, retransmit, keepalive, time-wait or window-probe."
        |s| unless(s.inet().tr == UNKNOWN_TIMER, dictionary::label(TIMER, s.inet().tr.into()));
    TIMER_EXPIRES "timer_expires" "expires" Gauge Ticks "Time until the timer ends, in clock ticks."
        |s| unless(matches!(s.inet().tr, 0 | UNKNOWN_TIMER), Value::Unsigned(s.inet().timer_expires));
    RETRANSMITS "retransmits" "retrans" Gauge Count "Retransmission timeouts since the last acknowledgement."
        |s| number(s.inet().retransmits);
    UID "uid" "uid" Info None "User that the socket belongs to; in TIME_WAIT the kernel has forgotten it."
        |s| uid(s.inet()).map_or(Value::Absent(""), number);
    USER "user" "user" Info None "Name of that user on this machine."
        |s| uid(s.inet()).and_then(|uid| s.snapshot.naming.users.name(uid)).map_or(Value::Absent(""), Value::Text);
    PROBES_OUT "probes_out" "probes" Gauge Count "Unanswered window probes; the file calls it timeout."
        |s| number(s.inet().probes_out);
    INODE "inode" "inode" Key None "Inode of the socket; 0 while no process can have it."
        |s| Value::Unsigned(s.inet().inode);
    REF "ref" "ref" Gauge Count "References that the kernel holds to the socket." |s| unless(s.socket.diag().is_some(), number(s.inet().ref_count));
    OWNERS "owners" "owners" Info None "All processes known to hold the socket."
        |s| s.snapshot.owners.cell(s.inet().inode, s.is_tcp().then_some(s.inet().st));
    FASTOPEN "fastopen_max_queue" "fastopen" Gauge Count "Limit of the Fast Open queue, of a listening socket."
        |s| unless(s.inet().st != LISTEN, s.inet().last.map_or(Value::Absent(""), |limit| Value::Signed(limit.into())));
    DROPS "drops" "drops" Counter Packets "Packets that this socket dropped, mostly for want of room."
        |s| maybe(s.inet().drops);
    DROPS_RATE "drops_rate" "drops" Rate Packets "Packets that this socket dropped, a second." |s| s.rate("drops");
    RAW_PROTOCOL "protocol" "protocol" Key None "Protocol number that the socket was opened with."
        |s| dictionary::named(IP_PROTOCOL, raw_protocol(s));
    PROTOCOL_NAME "protocol_name" "protocol name" Info None "Name of that protocol."
        |s| dictionary::name(IP_PROTOCOL, raw_protocol(s)).map_or(Value::Absent(""), Value::Label);
    IDENTIFIER "identifier" "id" Key None "ICMP identifier that the socket sends and receives with."
        |s| number(s.inet().local_port);
}

/// The user of a socket. Where only the end of a connection is left (timer 3) the kernel says 0, whoever it
/// was.
fn uid(row: &Inet) -> Option<u32> {
    const TIME_WAIT_TIMER: u8 = 3;
    (row.tr != TIME_WAIT_TIMER).then_some(row.uid)
}

fn number<'a>(number: impl Into<u64>) -> Value<'a> {
    Value::Unsigned(number.into())
}

fn maybe<'a>(number: Option<u32>) -> Value<'a> {
    number.map_or(Value::Absent(""), |number| Value::Unsigned(number.into()))
}

fn unless(not: bool, value: Value<'_>) -> Value<'_> {
    if not { Value::Absent("") } else { value }
}

fn connected(st: u8) -> Value<'static> {
    match st {
        1 => Value::Label("CONNECTED"),
        7 => Value::Label("UNCONNECTED"),
        other => number(other),
    }
}

/// The name of a TCP state.
pub fn state_of(st: u8) -> &'static str {
    dictionary::name(TCP_STATE, st.into()).unwrap_or("unknown")
}

/// The protocol of a raw socket: files tell it in the place of a port.
fn raw_protocol(placed: &Placed<'_>) -> u64 {
    let told = placed.socket.diag().and_then(|diag| diag.protocol);
    told.map_or(placed.inet().local_port.into(), Into::into)
}
