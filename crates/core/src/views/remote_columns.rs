//! Columns of who is at the other end: its name, service, country and network.

use std::net::IpAddr;

use procnet::{Column, Value};

use crate::naming::Naming;

/// The other end of a socket.
pub(super) struct Remote<'a> {
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) protocol: &'static str,
    pub(super) naming: &'a Naming,
}

/// How the value of such a column is had.
pub(super) type Get = for<'a> fn(&Remote<'a>) -> Value<'a>;

/// Columns that tell of an address.
pub(super) static OF_ADDRESS: &[(Column, Get)] = described! {
    "remote_name" "remote name" Info None "Name of the remote address, as whoever owns that address says; looked up with --resolve, or d in a session."
        |it| it.naming.hosts.cell(it.address);
    "remote_country" "country" Info None "Code of the country of the remote address, as a file of --geoip tells it."
        |it| it.naming.networks.country(it.address);
    "remote_asn" "asn" Info None "Number of the autonomous system of the remote address, as a file of --geoip tells it."
        |it| it.naming.networks.asn(it.address);
    "remote_as_org" "network" Info None "Whose that autonomous system is." |it| it.naming.networks.as_org(it.address);
};

/// Columns that tell of a port.
pub(super) static OF_PORT: &[(Column, Get)] = described! {
    "remote_service" "service" Info None "Name of the remote port on this machine." service;
};

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static (Column, Get)> {
    OF_ADDRESS.iter().chain(OF_PORT)
}

/// The service at the port.
pub(super) fn service<'a>(it: &Remote<'a>) -> Value<'a> {
    it.naming.services.name(it.protocol, it.port).map_or(Value::Absent(""), Value::Text)
}

/// The columns that a screen shows, and behind those of the other end what is known of its name.
pub(super) fn with_names(shown: &'static [&'static str], naming: &Naming) -> Vec<&'static str> {
    let names: &[&str] = if naming.hosts.is_on() { &["remote_name"] } else { &[] };
    let networks: &[&str] = if naming.networks.is_on() { &["remote_country", "remote_as_org"] } else { &[] };
    let end =
        ["remote_port", "remote_address"].iter().find_map(|name| shown.iter().position(|it| it == name));
    let mut columns = shown.to_vec();
    if let Some(end) = end {
        columns.splice(end + 1..end + 1, names.iter().chain(networks).copied());
    }
    columns
}
