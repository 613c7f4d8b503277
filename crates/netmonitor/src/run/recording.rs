//! Opens what was recorded: a file, with those of its series that were written before it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::tz::TimeZone;
use netmonitor_core::record::{Head, Problem, Recording, Zone};
use netmonitor_sys::ProcTree;

use super::{Refused, tell};

/// Opens a recording. `FILE` means `FILE.1`, `FILE.2` and so on before it, as far as they belong together.
pub(super) fn open(path: &Path) -> anyhow::Result<Recording<File>> {
    let refused = |why: &dyn std::fmt::Display| Refused(format!("{}: {why}", path.display()));
    let mut paths = pieces(path).unwrap_or_default();
    paths.push(path.to_owned());
    let mut left_out = 0;
    loop {
        match open_all(&paths) {
            // What was put aside may be of another process, of the time before the machine was started, or no recording.
            Err(Problem::Mixed | Problem::NotOne | Problem::Newer { .. } | Problem::Empty)
                if paths.len() > 1 =>
            {
                paths.remove(0);
                left_out += 1;
            }
            Err(problem) => return Err(refused(&problem).into()),
            Ok(recording) => {
                if left_out > 0 {
                    let what = if left_out == 1 { "an older piece" } else { "older pieces" };
                    tell(&format!("note: {}: {what} of another recording left out", path.display()));
                }
                return Ok(recording);
            }
        }
    }
}

/// Whether it is no recording, but a captured tree: a directory, or an archive.
pub(super) fn is_tree(path: &Path) -> bool {
    let is_other = || matches!(open_all(&[path.to_owned()]), Err(Problem::NotOne));
    path.is_dir() || is_other() && ProcTree::open(path).is_ok()
}

fn open_all(paths: &[PathBuf]) -> Result<Recording<File>, Problem> {
    let open = |path: &PathBuf| {
        // Nobody waits for whoever writes into a pipe.
        match fs::metadata(path)? {
            meta if meta.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
            meta if !meta.is_file() => Err(io::Error::other("it is no regular file")),
            _ => File::open(path),
        }
    };
    let files: Vec<File> = paths.iter().map(open).collect::<io::Result<_>>()?;
    Recording::open(files)
}

/// The pieces of a series that were put aside, oldest first: the lowest number.
pub(super) fn pieces(path: &Path) -> io::Result<Vec<PathBuf>> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?.file_name();
        let number = entry.as_encoded_bytes().strip_prefix(name).and_then(|rest| rest.strip_prefix(b"."));
        let digits = number.filter(|digits| digits.iter().all(u8::is_ascii_digit));
        if let Some(number) = digits.and_then(|digits| str::from_utf8(digits).ok()?.parse::<u64>().ok()) {
            found.push((number, path.with_file_name(entry)));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Says what is missing of a recording, if something is.
pub(super) fn tell_damage(path: &Path, recording: &Recording<File>) {
    if let Some(words) = recording.damage().words() {
        tell(&format!("note: {} {words}", path.display()));
    }
}

/// The time zone of whoever looks.
pub(super) fn zone() -> Zone {
    Zone::of(TimeZone::try_system().unwrap_or(TimeZone::UTC))
}

/// By what it was recorded, where, and how long ago.
pub(super) fn origin(head: &Head, last: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    head.origin(last, now.as_nanos().try_into().unwrap_or(i64::MAX))
}
