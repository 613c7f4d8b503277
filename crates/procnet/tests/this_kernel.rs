//! What the kernel of this machine has under `/proc/PID/net`: each file is known, and what can be read is decoded
//! completely.

#![cfg(target_os = "linux")]

mod common;

use std::io::ErrorKind;
use std::path::Path;

use procnet::{Endian, proc};

#[test]
fn every_file_of_this_kernel_is_known_and_decodes_without_faults() {
    let root = Path::new("/proc/self/net");
    let files = common::files(root);
    assert!(files.len() > 10, "{files:?}");
    let mut wrong = Vec::new();
    for path in files {
        let Some(file) = proc::find(&path) else {
            wrong.push(format!("{path}: not in the registry"));
            continue;
        };
        if file.side_effect.is_some() {
            continue;
        }
        let bytes = match std::fs::read(root.join(&path)) {
            Ok(bytes) => bytes,
            // Interfaces come and go, some files are root's, and some are closed while nothing is mounted.
            Err(error) => {
                let gone = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied);
                if !gone && file.raw_only.is_none() {
                    wrong.push(format!("{path}: {error}"));
                }
                continue;
            }
        };
        let mut decoder = file.decoder(Endian::NATIVE);
        decoder.feed(&bytes);
        let table = decoder.finish();
        if table.faults() > 0 {
            wrong.push(format!("{path}: {} faults, {:?}", table.faults(), table.first_fault()));
        }
        let extra = table.extra_columns();
        if !extra.is_empty() {
            println!("{path}: columns {extra:?} are not known");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
