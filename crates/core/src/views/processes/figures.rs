//! Columns of what processes have moved, alike for each of them and for groups of them.

use procnet::{Column, Value};

use crate::traffic::{Moved, Sums, Traffic};

/// How the value of a column is had.
pub(super) enum Figure {
    /// It is this number.
    Number(fn(&Sums) -> u64),
    /// It is this number, which grew in the last tick, a second.
    Rate(fn(&Sums) -> u64),
    /// It is this number, where retransmissions are counted.
    Retrans(fn(&Sums) -> u64),
    /// The same a second.
    RetransRate(fn(&Sums) -> u64),
}

impl Figure {
    /// The value, where anything is known.
    pub(super) fn value(&self, sums: Option<&Sums>, traffic: Option<&Traffic>) -> Value<'static> {
        let Some((sums, traffic)) = sums.zip(traffic) else { return Value::Absent("not known") };
        let rate = |grown| traffic.per_second(grown).map_or(Value::Absent(""), Value::Float);
        match self {
            Self::Number(get) => Value::Unsigned(get(sums)),
            Self::Rate(get) => rate(get(sums)),
            Self::Retrans(_) | Self::RetransRate(_) if !traffic.has_retransmissions => Value::Absent(""),
            Self::Retrans(get) => Value::Unsigned(get(sums)),
            Self::RetransRate(get) => rate(get(sums)),
        }
    }
}

fn both(moved: &Moved) -> u64 {
    moved.counts.rx_bytes.saturating_add(moved.counts.tx_bytes)
}

fn both_lately(moved: &Moved) -> u64 {
    moved.lately.rx_bytes.saturating_add(moved.lately.tx_bytes)
}

pub(super) static FIGURES: &[(Column, Figure)] = described! {
    "rx_bytes" "received" Counter Bytes "Payload received since it is counted, over all families." Figure::Number(|sums| sums.moved.counts.rx_bytes);
    "rx_bytes_rate" "received" Rate Bytes "The same a second." Figure::Rate(|sums| sums.moved.lately.rx_bytes);
    "tx_bytes" "sent" Counter Bytes "Payload sent since it is counted, over all families." Figure::Number(|sums| sums.moved.counts.tx_bytes);
    "tx_bytes_rate" "sent" Rate Bytes "The same a second." Figure::Rate(|sums| sums.moved.lately.tx_bytes);
    "remote_rx_bytes" "remote rx" Counter Bytes "Of rx_bytes, those through sockets of IP whose other end is not known to be on this machine."
        Figure::Number(|sums| sums.remote.counts.rx_bytes);
    "remote_rx_bytes_rate" "remote rx" Rate Bytes "The same a second." Figure::Rate(|sums| sums.remote.lately.rx_bytes);
    "remote_tx_bytes" "remote tx" Counter Bytes "Of tx_bytes, those through sockets of IP whose other end is not known to be on this machine."
        Figure::Number(|sums| sums.remote.counts.tx_bytes);
    "remote_tx_bytes_rate" "remote tx" Rate Bytes "The same a second." Figure::Rate(|sums| sums.remote.lately.tx_bytes);
    "loopback_bytes" "loopback" Counter Bytes "Of the bytes received and sent, those through sockets of IP whose other end is known to be on this machine."
        Figure::Number(|sums| both(&sums.loopback));
    "loopback_bytes_rate" "loopback" Rate Bytes "The same a second." Figure::Rate(|sums| both_lately(&sums.loopback));
    "unix_bytes" "unix" Counter Bytes "Of the bytes received and sent, those over UNIX sockets." Figure::Number(|sums| both(&sums.unix));
    "unix_bytes_rate" "unix" Rate Bytes "The same a second." Figure::Rate(|sums| both_lately(&sums.unix));
    "rx_calls" "rx calls" Counter Count "Calls that received something." Figure::Number(|sums| sums.moved.counts.rx_calls);
    "rx_calls_rate" "rx calls" Rate Count "The same a second." Figure::Rate(|sums| sums.moved.lately.rx_calls);
    "tx_calls" "tx calls" Counter Count "Calls that sent something." Figure::Number(|sums| sums.moved.counts.tx_calls);
    "tx_calls_rate" "tx calls" Rate Count "The same a second." Figure::Rate(|sums| sums.moved.lately.tx_calls);
    "total_retrans" "retrans" Counter Count "Segments that TCP sent again through its sockets since it is counted; of a socket that several processes use, for each of them."
        Figure::Retrans(|sums| sums.retrans);
    "total_retrans_rate" "retrans" Rate Count "The same a second." Figure::RetransRate(|sums| sums.retrans_lately);
    "sockets" "sockets" Amount Count "Sockets through which something was moved, closed ones included." Figure::Number(|sums| sums.sockets);
    "conns" "conns" Amount Count "Of these, those of IP that had another end: connections seen so far." Figure::Number(|sums| sums.conns);
};
