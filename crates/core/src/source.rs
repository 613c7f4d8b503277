//! What sources are called and how they are decoded: files under `net` by their path, lists that come over
//! netlink and a process's own sockets by names that no file has.

use procnet::shape::Decoder;
use procnet::{Endian, Field, diag, proc};

use crate::dumps::{self, OWN_INET, OWN_OTHER};
use crate::files::NetPath;
use crate::sample::Origin;

/// A decoder for a source; of a file that nobody knows the lines are taken as they are.
pub fn decoder(name: &str, endian: Endian) -> Box<dyn Decoder> {
    match name {
        OWN_INET => diag::own::INET.decoder(endian),
        OWN_OTHER => diag::own::OTHER.decoder(endian),
        name => match (dumps::find(name), proc::find(name)) {
            (Some(dump), _) => dump.messages.decoder(endian),
            (None, Some(file)) => file.decoder(endian),
            (None, None) => proc::unknown(endian),
        },
    }
}

/// The columns of a source.
pub fn fields(name: &str) -> &'static [Field] {
    match name {
        OWN_INET => diag::own::INET.fields,
        OWN_OTHER => diag::own::OTHER.fields,
        name => match (dumps::find(name), proc::find(name)) {
            (Some(dump), _) => dump.messages.fields,
            (None, Some(file)) => file.fields,
            (None, None) => &[],
        },
    }
}

/// Where a source comes from.
pub fn origin(name: &NetPath) -> Origin {
    match &**name {
        OWN_INET | OWN_OTHER => Origin::Own,
        path => match dumps::find(path) {
            Some(dump) => Origin::Dump(dump.name.into()),
            None => Origin::Net(name.clone()),
        },
    }
}

/// Whether counters of a source are followed from reading to reading.
pub fn is_counted(name: &str) -> bool {
    match proc::find(name) {
        Some(file) => file.counted,
        None => fields(name).iter().any(|field| field.rate.is_some()),
    }
}
