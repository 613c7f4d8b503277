//! What sockets speak, read back as the words that stand in this program.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

use super::record::SPOKEN;
use super::{Counts, Host, NOT_SPLIT, Port};

/// One that is not known here counts with the others.
fn known(name: &str) -> &'static str {
    SPOKEN.iter().copied().chain([NOT_SPLIT]).find(|known| *known == name).unwrap_or("other")
}

/// A [`Host`] as it is read back.
#[derive(Deserialize)]
struct OfHost {
    protocol: String,
    address: Option<IpAddr>,
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        OfHost::deserialize(from).map(Into::into)
    }
}

impl From<OfHost> for Host {
    fn from(OfHost { protocol, address }: OfHost) -> Self {
        Self { protocol: known(&protocol), address }
    }
}

/// A [`Port`] as it is read back.
#[derive(Deserialize)]
struct OfPort {
    protocol: String,
    is_remote: bool,
    number: u16,
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        OfPort::deserialize(from).map(Into::into)
    }
}

impl From<OfPort> for Port {
    fn from(OfPort { protocol, is_remote, number }: OfPort) -> Self {
        Self { protocol: known(&protocol), is_remote, number }
    }
}

pub(super) fn counts<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<&'static str, Counts>, D::Error> {
    let mut counts: BTreeMap<&'static str, Counts> = BTreeMap::new();
    for (name, moved) in BTreeMap::<String, Counts>::deserialize(from)? {
        *counts.entry(known(&name)).or_default() += moved;
    }
    Ok(counts)
}
