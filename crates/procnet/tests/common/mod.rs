//! The files that a kernel printed, found by the registry: what a pattern means is any file that it matches.

#![allow(dead_code, reason = "each test uses its part")]

use std::path::{Path, PathBuf};

use procnet::diag::Messages;
use procnet::proc::{self, File};
use procnet::{Endian, Row, Table};

/// Where the fixtures are.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18/net")
}

/// Paths of all files below a directory, relative to it, in order.
pub(crate) fn files(root: &Path) -> Vec<String> {
    let (mut found, mut left) = (Vec::new(), vec![root.to_owned()]);
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.extend(path.strip_prefix(root).map(|path| path.display().to_string()));
            }
        }
    }
    found.sort();
    found
}

/// Paths below `net` of all fixtures of a file, in order.
pub(crate) fn paths_of(file: &File) -> Vec<String> {
    let of = |path: &String| proc::find(path).is_some_and(|of| std::ptr::eq(of, file));
    files(&root()).into_iter().filter(of).collect()
}

/// The bytes of the fixture of this path.
pub(crate) fn read(path: &str) -> Vec<u8> {
    let path = root().join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bytes of the answer of this name that a kernel gave over netlink.
pub(crate) fn netlink(name: &str) -> Vec<u8> {
    let path = root().join("../netlink").join(name).with_extension("bin");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every answer that is decoded.
pub(crate) fn answers() -> impl Iterator<Item = &'static Messages> {
    let all = [procnet::diag::MESSAGES, procnet::rtnl::MESSAGES, procnet::genl::MESSAGES];
    all.into_iter().flatten().copied()
}

/// The rows of the answer of this name.
pub(crate) fn netlink_table<R: Row + Clone>(name: &str) -> Table<R> {
    let messages = answers().find(|messages| messages.name == name);
    let mut decoder = messages.unwrap_or_else(|| panic!("no messages {name}")).decoder(Endian::Little);
    decoder.feed(&netlink(name));
    decoder.finish().as_any().downcast_ref::<Table<R>>().unwrap().clone()
}
