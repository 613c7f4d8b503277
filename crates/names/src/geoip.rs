//! Countries and networks from files in the format of MaxMind, which the user has.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::{MaxMindDbError, Reader};
use netmonitor_core::networks::Network;
use serde::Deserialize;

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {} to look up countries and networks: {source}: give a file in the format of MaxMind (.mmdb)", .path.display())]
pub struct BadFile {
    path: PathBuf,
    source: MaxMindDbError,
}

/// The files that are asked, in their order.
#[derive(Debug, Default)]
pub(crate) struct Databases(Vec<Reader<Vec<u8>>>);

/// What files of several kinds say of an address.
#[derive(Deserialize)]
struct Record<'r> {
    #[serde(borrow)]
    country: Option<Country<'r>>,
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<&'r str>,
}

#[derive(Deserialize)]
struct Country<'r> {
    iso_code: Option<&'r str>,
}

impl Databases {
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, BadFile> {
        let open = |path: &Path| {
            Reader::open_readfile(path).map_err(|source| BadFile { path: path.to_owned(), source })
        };
        paths.iter().map(|path| open(path)).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the first that knows something says of each; `None`: none knows the address. What cannot be read of a damaged
    /// file is not known.
    pub(crate) fn network(&self, address: IpAddr) -> Option<Network> {
        let mut network = Network::default();
        for file in &self.0 {
            let Ok(found) = file.lookup(address) else { continue };
            let Ok(Some(record)) = found.decode::<Record<'_>>() else { continue };
            let country = record.country.and_then(|country| country.iso_code).unwrap_or_default();
            if network.country.is_empty() {
                network.country = country.as_bytes().into();
            }
            if network.asn.is_none() {
                network.asn = record.autonomous_system_number;
                network.as_org = record.autonomous_system_organization.unwrap_or_default().as_bytes().into();
            }
        }
        (network != Network::default()).then_some(network)
    }
}
