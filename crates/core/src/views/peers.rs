//! `peers`: with whom, and at which ports, programs have exchanged how much, connections that are closed included.

use std::net::{IpAddr, Ipv4Addr};

use procnet::{Column, Value};

use super::not_counted::counted;
use super::remote_columns::{self, Remote};
use super::{Content, Rows, TableDef, View};
use crate::naming::Naming;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Host, Part, Peers, Port, Traffic};

pub(super) static VIEW: View = View {
    name: super::PEERS,
    help: "remote addresses and ports by what was sent and received since it is counted, closed sockets included",
    owners: false,
    tables: &[&HOSTS, &PORTS],
};

static HOSTS: TableDef = TableDef {
    name: "hosts",
    doc: "remote addresses by what programs sent to and received from them since it is counted, those first that moved most in the last tick",
    scope: None,
    content: &BY_HOST,
};

static PORTS: TableDef = TableDef {
    name: "ports",
    doc: "ports by what programs sent and received there since it is counted: of the two ports of a connection the lower one, which mostly is that of the service",
    scope: None,
    content: &BY_PORT,
};

/// What was counted of one of them; of the rest where there is no key.
type Sum<K> = (Option<K>, Part);

/// What was counted, split by hosts or by ports.
struct Parts<K: 'static> {
    keys: &'static [(Column, Key<K>)],
    /// What is told of names, behind the figures.
    names: &'static [(Column, remote_columns::Get)],
    /// Address, port and protocol of a row.
    remote: fn(&K) -> (IpAddr, u16, &'static str),
    /// The columns that fit on a screen.
    shown: &'static [&'static str],
    of: fn(&Peers) -> &[Sum<K>],
}

/// The columns that fit on a screen, behind those that tell what a row is about.
macro_rules! shown {
    ($($key:literal),*) => {
        &[$($key,)* "rx_bytes_rate", "tx_bytes_rate", "rx_bytes", "tx_bytes", "total_retrans", "conns"]
    };
}

static BY_HOST: Parts<Host> = Parts {
    keys: HOST,
    names: remote_columns::OF_ADDRESS,
    remote: |host| (host.address.unwrap_or(NOWHERE), 0, host.protocol),
    shown: shown!("remote_address", "protocol"),
    of: |peers| &peers.hosts,
};

static BY_PORT: Parts<Port> = Parts {
    keys: PORT,
    names: described! { "service" "service" Info None "Name of the port on this machine." remote_columns::service; },
    remote: |port| (NOWHERE, port.number, port.protocol),
    shown: shown!("port", "end", "protocol"),
    of: |peers| &peers.ports,
};

/// No address.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl<K: Sync> Content for Parts<K> {
    fn needs(&self) -> Needs {
        Needs { traffic: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        let keys = self.keys.iter().map(|(column, _)| *column);
        let names = self.names.iter().map(|(column, _)| *column);
        keys.chain(FIGURES.iter().map(|(column, _)| *column)).chain(names).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(self.shown)
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        Some(match counted(snapshot, scope) {
            Ok(traffic) => {
                let (parts, naming) = ((self.of)(snapshot.peers(scope)), &snapshot.naming);
                Box::new(PartRows { traffic, parts, naming, of: self })
            }
            Err(why) => Box::new(why),
        })
    }

    fn is_of_the_machine(&self) -> bool {
        true
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing was counted so far")
    }
}

struct PartRows<'a, K: 'static> {
    traffic: &'a Traffic,
    parts: &'a [Sum<K>],
    naming: &'a Naming,
    of: &'a Parts<K>,
}

impl<'a, K> PartRows<'a, K> {
    fn name(&self, key: Option<&K>, column: usize) -> Value<'a> {
        let Some((key, (_, get))) = key.zip(self.of.names.get(column)) else { return Value::Absent("") };
        let (address, port, protocol) = (self.of.remote)(key);
        get(&Remote { address, port, protocol, naming: self.naming })
    }
}

impl<K: 'static> Rows for PartRows<'_, K> {
    fn len(&self) -> usize {
        self.parts.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some((key, part)) = self.parts.get(row) else { return Value::Absent("") };
        let rate = |lately| self.traffic.per_second(lately).map_or(Value::Absent(""), Value::Float);
        let keys = self.of.keys;
        match (keys.get(column), FIGURES.get(column.wrapping_sub(keys.len()))) {
            (Some((_, get)), _) => get(key),
            (None, Some((_, Get::Count(get)))) => Value::Unsigned(get(part)),
            (None, Some((_, Get::Rate(get)))) => rate(get(part)),
            (None, Some((_, Get::Retrans(_) | Get::RetransRate(_)))) if !self.traffic.has_retransmissions => {
                Value::Absent("")
            }
            (None, Some((_, Get::Retrans(get)))) => Value::Unsigned(get(part)),
            (None, Some((_, Get::RetransRate(get)))) => rate(get(part)),
            (None, None) => self.name(key.as_ref(), column - keys.len() - FIGURES.len()),
        }
    }
}

type Key<K> = fn(&Option<K>) -> Value<'static>;

/// What stands in the place of a protocol where not all could be told apart.
const REST: Value<'static> = Value::Label("rest");

static HOST: &[(Column, Key<Host>)] = described! {
    "remote_address" "remote address" Key None "Address of the other end, one of IPv4 on a socket of IPv6 as that of IPv4; none for sockets that were not connected when they first moved something."
        |host| host.and_then(|host| host.address).map_or(Value::Absent(""), Value::Ip);
    "protocol" "protocol" Key None "What the sockets speak; rest: what there was no room to tell apart, in sum."
        |host| host.map_or(REST, |host| Value::Label(host.protocol));
};

static PORT: &[(Column, Key<Port>)] = described! {
    "port" "port" Key None "The port." |port| port.map_or(Value::Absent(""), |port| Value::Unsigned(port.number.into()));
    "end" "end" Key None "Whose port it is: local or remote."
        |port| port.map_or(Value::Absent(""), |port| Value::Label(if port.is_remote { "remote" } else { "local" }));
    "protocol" "protocol" Key None "What the sockets speak; rest: what there was no room to tell apart, in sum."
        |port| port.map_or(REST, |port| Value::Label(port.protocol));
};

enum Get {
    Count(fn(&Part) -> u64),
    Rate(fn(&Part) -> u64),
    Retrans(fn(&Part) -> u64),
    RetransRate(fn(&Part) -> u64),
}

static FIGURES: &[(Column, Get)] = described! {
    "rx_bytes" "received" Counter Bytes "Payload received since it is counted." Get::Count(|part| part.moved.counts.rx_bytes);
    "rx_bytes_rate" "received" Rate Bytes "The same a second." Get::Rate(|part| part.moved.lately.rx_bytes);
    "tx_bytes" "sent" Counter Bytes "Payload sent since it is counted." Get::Count(|part| part.moved.counts.tx_bytes);
    "tx_bytes_rate" "sent" Rate Bytes "The same a second." Get::Rate(|part| part.moved.lately.tx_bytes);
    "rx_calls" "rx calls" Counter Count "Calls that received something." Get::Count(|part| part.moved.counts.rx_calls);
    "rx_calls_rate" "rx calls" Rate Count "The same a second." Get::Rate(|part| part.moved.lately.rx_calls);
    "tx_calls" "tx calls" Counter Count "Calls that sent something." Get::Count(|part| part.moved.counts.tx_calls);
    "tx_calls_rate" "tx calls" Rate Count "The same a second." Get::Rate(|part| part.moved.lately.tx_calls);
    "total_retrans" "retrans" Counter Count "Segments that TCP sent again since it is counted." Get::Retrans(|part| part.retrans);
    "total_retrans_rate" "retrans" Rate Count "The same a second." Get::RetransRate(|part| part.retrans_lately);
    "sockets" "sockets" Amount Count "Sockets through which something was moved, closed ones included." Get::Count(|part| part.sockets);
    "conns" "conns" Amount Count "Of these, those that had another end: connections seen so far." Get::Count(|part| part.conns);
};
