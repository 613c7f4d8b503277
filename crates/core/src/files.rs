//! The list of all files under `net`, and what reading each of them took.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use procnet::proc::{self, File};

use crate::sample::Reading;

/// Path of a file below `net`. Most are known when the program is built; those of interfaces, sets and
/// modules are not.
pub type NetPath = Cow<'static, str>;

/// The most names that are kept: a directory for each of many thousand interfaces is possible.
const MOST: usize = 1 << 17;

/// What is known of the files under `net`.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// How the list was read; `None` before it was.
    pub listed: Option<Reading>,
    paths: Arc<[Arc<str>]>,
    measured: Arc<BTreeMap<NetPath, Measured>>,
}

/// What the last reading of a file was like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// How it went.
    pub reading: Reading,
    /// Rows that were decoded, or lines of a file that has no decoder.
    pub rows: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Lines that were no rows.
    pub faults: u64,
}

impl Files {
    /// Takes over a list: paths below `net`, each ended by a zero byte.
    pub(crate) fn list(&mut self, bytes: &[u8], reading: Reading) {
        let names = bytes.split(|&byte| byte == 0).filter(|name| !name.is_empty()).take(MOST);
        let mut paths: Vec<Arc<str>> = names.map(|name| String::from_utf8_lossy(name).into()).collect();
        paths.sort_unstable();
        self.paths = paths.into();
        self.listed = Some(reading);
    }

    /// Takes over a reading.
    pub(crate) fn measure(&mut self, path: NetPath, measured: Measured) {
        Arc::make_mut(&mut self.measured).insert(path, measured);
    }

    /// The paths, in order.
    pub fn paths(&self) -> &[Arc<str>] {
        &self.paths
    }

    /// The last reading of a file.
    pub fn measured(&self, path: &str) -> Option<&Measured> {
        self.measured.get(path)
    }
}

/// Whether a file may be read without having been asked for by its name: reading some changes things.
pub fn is_harmless(path: &str) -> bool {
    proc::find(path).is_none_or(|file| file.side_effect.is_none())
}

/// What is known of a file's contents.
pub fn decoding(file: Option<&File>) -> &'static str {
    match file {
        None => "unknown",
        Some(File { raw_only: Some(_), .. }) => "raw-only",
        Some(_) => "yes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Status;

    #[test]
    fn a_list_is_ordered_and_its_names_are_any_bytes() {
        let reading = Reading { status: Status::Ok, at: 1, took: 0 };
        let mut files = Files::default();
        files.list(b"tcp\0dev_snmp6/a\nb\0\0arp\0x\xff\0", reading);
        let paths: Vec<&str> = files.paths().iter().map(|path| &**path).collect();
        assert_eq!(paths, ["arp", "dev_snmp6/a\nb", "tcp", "x\u{fffd}"]);
        files.measure("tcp".into(), Measured { reading, rows: 3, bytes: 450, faults: 0 });
        assert_eq!(files.measured("tcp").map(|measured| measured.rows), Some(3));
        assert_eq!(files.measured("arp"), None);
    }

    #[test]
    fn what_changes_things_is_not_read_by_the_way() {
        assert!(is_harmless("tcp") && is_harmless("of a newer kernel"));
        assert!(!is_harmless("can/reset_stats") && !is_harmless("rpc/nfs4/channel"));
        let decoding = |path| decoding(proc::find(path));
        assert_eq!([decoding("tcp"), decoding("bnep"), decoding("new")], ["yes", "raw-only", "unknown"]);
    }
}
