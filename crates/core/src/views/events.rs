//! `events`: connections as they come and go, segments that are sent again, dropped packets.

use procnet::dictionary::{self, TCP_STATE};
use procnet::{Column, Value};

use super::not_counted::NotCounted;
use super::{Content, Rows, TableDef, View};
use crate::events::{Bytes, Event, Events, Why};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;

pub(super) static VIEW: View = View {
    name: "events",
    help: "connections as they come and go, segments that are sent again, packets that are dropped and why",
    owners: false,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "events",
    doc: "what happened to sockets since this tab was first looked at, the newest first; printed again and again only what is new, the oldest first",
    scope: None,
    content: &Happened,
};

struct Happened;

impl Content for Happened {
    fn needs(&self) -> Needs {
        Needs { events: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(SHOWN)
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let events = match &snapshot.events {
            Some(Ok(events)) => events,
            Some(Err(reason)) => return Some(Box::new(NotCounted::unwatched(reason))),
            None => {
                let why = "watched from reading to reading: give --interval".to_owned();
                return Some(Box::new(NotCounted(Some(why))));
            }
        };
        let inode = snapshot.netns.inode;
        let mut places: Vec<u32> = match scope {
            Scope::Host => (0..events.all.len() as u32).collect(),
            Scope::Namespace => {
                let is_here =
                    |event: &Event| inode.is_none_or(|inode| inode == u64::from(event.socket().netns));
                (0..)
                    .zip(events.all.iter())
                    .filter(|(_, event)| is_here(event))
                    .map(|(place, _)| place)
                    .collect()
            }
            Scope::Process | Scope::Tree | Scope::Cgroup => events.own.to_vec(),
        };
        if events.is_kept {
            places.reverse();
        }
        Some(Box::new(EventRows { snapshot, events, places }))
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing has happened so far")
    }

    fn is_of_the_machine(&self) -> bool {
        true
    }
}

struct EventRows<'a> {
    snapshot: &'a Snapshot,
    events: &'a Events,
    places: Vec<u32>,
}

impl Rows for EventRows<'_> {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let event = self.places.get(row).and_then(|place| self.events.all.get(*place as usize));
        match (event, COLUMNS.get(column)) {
            (Some(event), Some((_, get))) => get(event, self.snapshot),
            _ => Value::Absent(""),
        }
    }

    fn remark(&self) -> Option<String> {
        let Events { lost_connections, lost_packets, forgotten, missing, .. } = self.events;
        let mut said = Vec::new();
        if *lost_connections > 0 {
            said.push(format!(
                "{lost_connections} events of connections were lost: there was no room for them"
            ));
        }
        if *lost_packets > 0 {
            said.push(format!("{lost_packets} events of packets were lost: there was no room for them"));
        }
        if *forgotten > 0 && self.events.is_kept {
            said.push(format!("the {forgotten} oldest are not kept"));
        }
        let (late, missing): (Vec<&str>, Vec<&str>) =
            missing.iter().map(String::as_str).partition(|name| OWNERS.contains(name));
        if !late.is_empty() {
            said.push("whose a socket is may be told only from its first use on: the rest needs CAP_NET_ADMIN and tracefs".into());
        }
        if !missing.is_empty() {
            said.push(format!("not told, refused or not offered by this kernel: {}", missing.join(", ")));
        }
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// What tells whose a socket is before it is used.
const OWNERS: [&str; 2] = ["sock_create", "accept"];

type Get = for<'a> fn(&'a Event, &'a Snapshot) -> Value<'a>;

/// What fits on a screen of 120 columns.
const SHOWN: &[&str] = &[
    "time",
    "event",
    "protocol",
    "local_port",
    "remote_address",
    "remote_port",
    "reason",
    "duration_us",
    "rx_bytes",
    "tx_bytes",
    "count",
    "pid",
    "name",
];

static COLUMNS: &[(Column, Get)] = described! {
    "seq" "seq" Key None "Its number since events are watched, from 1." |event, _| Value::Unsigned(event.seq);
    "time" "time" Info None "When it happened; of packets in the same second that are told of together, the first." |event, _| Value::Time(event.wall);
    "event" "event" Info None "opened, accepted, listening; closed (by both sides, and read to its end), refused, reset, timed_out, failed; retransmitted, reset_sent, dropped."
        |event, _| Value::Label(event.kind.word());
    "protocol" "protocol" Info None "What the socket speaks: tcp, mptcp, udp, unix..." |event, _| Value::Label(event.speaks());
    "local_address" "local address" Info None "Own address." |event, _| event.socket().local.map_or(Value::Absent(""), Value::Ip);
    "local_port" "port" Info None "Own port." |event, _| port(event, event.socket().local_port);
    "remote_address" "remote address" Info None "Address of the other end." |event, _| event.socket().remote.map_or(Value::Absent(""), Value::Ip);
    "remote_port" "port" Info None "Port of the other end." |event, _| port(event, event.socket().remote_port);
    "pid" "pid" Info None "Process that has opened, connected or accepted the socket, or used it last when it had not before."
        |event, _| event.owner().map_or(Value::Absent("nobody known"), |id| Value::Unsigned(id.pid.into()));
    "start_time" "start time" Info None "When that process began, in clock ticks since boot."
        |event, snapshot| {
            let tick = 1_000_000_000 / snapshot.machine.clk_tck.max(1);
            owned(event, event.record.id.start / tick)
        };
    "name" "name" Info None "Its name." |event, _| event.owner().map_or(Value::Absent(""), |_| Value::Text(event.name()));
    "ppid" "ppid" Info None "Its parent." |event, _| owned(event, event.record.ppid);
    "user" "user" Info None "Name of its user on this machine."
        |event, snapshot| match (event.owner(), snapshot.naming.users.name(event.record.uid)) {
            (Some(_), Some(name)) => Value::Text(name),
            _ => owned(event, event.record.uid),
        };
    "uid" "uid" Info None "Its user." |event, _| owned(event, event.record.uid);
    "cgroup" "cgroup" Info None "Path of its control group of version 2, looked up while the group is there."
        |event, snapshot| match event.owner().and_then(|_| snapshot.cgroups.get(event.record.cgroup)) {
            Some(path) => Value::Text(path),
            None => Value::Absent(""),
        };
    "cgroup_id" "cgroup id" Info None "Number of its control group of version 2: the inode of the group's directory." |event, _| owned(event, event.record.cgroup);
    "state" "state" Info None "State of the connection before the event, the kernel's name."
        |event, _| match (event.speaks(), event.record.old_state) {
            ("udp" | "udplite" | "unix" | "raw" | "other", _) | (_, 0) => Value::Absent(""),
            (_, state) => dictionary::label(TCP_STATE, state.into()),
        };
    "reason" "reason" Info None "Of dropped and reset_sent the kernel's name of the reason; of reset by whom, or the kernel's reason for the reset that was sent."
        |event, _| match &event.why {
            Why::Unknown => Value::Absent(""),
            Why::Words(words) => Value::Label(words),
            Why::Named(name) => Value::Text(name.as_bytes()),
            Why::Number(number) => Value::Unsigned((*number).into()),
        };
    "error" "error" Info None "Error that the event leaves with the socket, as its number."
        |event, _| if event.record.error == 0 { Value::Absent("") } else { dictionary::named(ERRORS, event.record.error.into()) };
    "connect_us" "connect" Gauge Microseconds "How long the process had to wait for the connection." |event, _| time(event.connecting());
    "first_byte_us" "first byte" Gauge Microseconds "From the connection to the first payload that a call returned, as far as it is counted."
        |event, _| time(event.first_byte());
    "duration_us" "duration" Gauge Microseconds "Of an end: how long the connection was there, where it never was how long it was tried."
        |event, _| time(event.duration());
    "rx_bytes" "rx bytes" Amount Bytes "Of the end of a connection of TCP: payload that processes received through it, since it began."
        |event, _| bytes(event, |bytes| bytes.rx_bytes);
    "tx_bytes" "tx bytes" Amount Bytes "Of the end of a connection of TCP: payload that processes sent through it, since it began."
        |event, _| bytes(event, |bytes| bytes.tx_bytes);
    "bytes_retrans" "retransmitted" Amount Bytes "Of the end of a connection of TCP: payload that was sent again."
        |event, _| bytes(event, |bytes| bytes.bytes_retrans);
    "total_retrans" "retrans" Gauge Count "Segments of the connection that were sent again, up to this moment."
        |event, _| event.total_retrans().map_or(Value::Absent(""), |count| Value::Unsigned(count.into()));
    "count" "count" Amount Packets "As many packets (of those that are sent again: segments) of the same socket, in the same second and for the same reason, are told of here."
        |event, _| if event.kind.is_of_packets() { Value::Unsigned(event.count) } else { Value::Absent("") };
    "length" "length" Amount Bytes "Bytes of these packets: of a retransmission payload, of a drop as far as headers were there."
        |event, _| if event.kind.is_of_packets() { Value::Unsigned(event.length) } else { Value::Absent("") };
    "direction" "direction" Info None "Whether a dropped packet came in or was to go out: in or out."
        |event, _| match (event.kind, event.record.is_received) {
            (crate::events::Kind::Dropped, true) => Value::Label("in"),
            (crate::events::Kind::Dropped, false) => Value::Label("out"),
            _ => Value::Absent(""),
        };
    "socket_netns" "netns" Info None "Inode of the socket's network namespace." |event, _| Value::Unsigned(event.socket().netns.into());
    "cookie" "cookie" Info None "Number of the socket, the same as in tables of sockets." |event, _| match event.record.cookie {
        0 => Value::Absent("no socket"),
        cookie => Value::Unsigned(cookie),
    };
};

/// Errors that end connections (include/uapi/asm-generic/errno.h).
const ERRORS: dictionary::Names = &[
    (1, "EPERM"),
    (11, "EAGAIN"),
    (12, "ENOMEM"),
    (13, "EACCES"),
    (22, "EINVAL"),
    (32, "EPIPE"),
    (71, "EPROTO"),
    (90, "EMSGSIZE"),
    (92, "ENOPROTOOPT"),
    (95, "EOPNOTSUPP"),
    (99, "EADDRNOTAVAIL"),
    (100, "ENETDOWN"),
    (101, "ENETUNREACH"),
    (103, "ECONNABORTED"),
    (104, "ECONNRESET"),
    (105, "ENOBUFS"),
    (110, "ETIMEDOUT"),
    (111, "ECONNREFUSED"),
    (112, "EHOSTDOWN"),
    (113, "EHOSTUNREACH"),
];

fn owned<'a>(event: &Event, number: impl Into<u64>) -> Value<'a> {
    event.owner().map_or(Value::Absent(""), |_| Value::Unsigned(number.into()))
}

fn port<'a>(event: &Event, port: u16) -> Value<'a> {
    if event.socket().local.is_some() { Value::Unsigned(port.into()) } else { Value::Absent("") }
}

fn time<'a>(nanoseconds: Option<u64>) -> Value<'a> {
    nanoseconds.map_or(Value::Absent(""), |nanoseconds| Value::Unsigned(nanoseconds.div_ceil(1_000)))
}

fn bytes<'a>(event: &Event, figure: fn(&Bytes) -> u64) -> Value<'a> {
    event.bytes().map_or(Value::Absent(""), |bytes| Value::Unsigned(figure(&bytes)))
}
