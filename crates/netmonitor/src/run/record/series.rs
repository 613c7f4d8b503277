//! The files of a recording: the newest is called as the user says, those before it have numbers behind that name, the
//! oldest the lowest.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;

use crate::run::Refused;
use crate::run::recording::pieces;

/// What is kept of a recording.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) max_size: Option<u64>,
    pub(super) keep: Option<Duration>,
}

/// In so many pieces a recording is kept, beside the one that is being written: as much of what is to be kept goes when the
/// oldest one goes.
const PIECES: u32 = 8;

/// A piece is not shorter: segments are up to two minutes long.
const SHORTEST: Duration = Duration::from_secs(60);

impl Limits {
    pub(super) fn are_set(self) -> bool {
        self.max_size.is_some() || self.keep.is_some()
    }

    /// Whether a piece of this size and age is to be followed by another: better between two segments than within one.
    pub(super) fn is_full(self, bytes: u64, age: Duration, is_between: bool) -> bool {
        let piece = self.max_size.map_or(u64::MAX, |most| most / u64::from(PIECES));
        let is_old = self.keep.is_some_and(|keep| age >= (keep / PIECES).max(SHORTEST));
        is_between && (bytes >= piece || is_old) || bytes >= piece.saturating_add(piece / 2)
    }
}

/// The name of a piece.
fn numbered(path: &Path, number: u64) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

/// Makes the file that is written to. One that is there already becomes a piece where pieces are kept, and is not touched
/// otherwise.
pub(super) fn create(path: &Path, limits: Limits) -> anyhow::Result<File> {
    match make(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return lock(made.with_context(|| format!("cannot make {}", path.display()))?, path),
    }
    let is_file = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
    let old = OpenOptions::new().write(true).open(path);
    if is_file && let Ok(old) = old {
        // Whoever writes it holds it.
        lock(old, path)?;
    }
    if !is_file || !limits.are_set() {
        let how = "choose another name, or give --keep or --max-size to go on beside it";
        return Err(Refused(format!("{} exists: {how}", path.display())).into());
    }
    put_aside(path).with_context(|| format!("cannot rename {}", path.display()))?;
    lock(make(path).with_context(|| format!("cannot make {}", path.display()))?, path)
}

/// Command lines and peers are nobody else's business.
pub(super) fn make(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

pub(super) fn lock(file: File, path: &Path) -> anyhow::Result<File> {
    match netmonitor_sys::lock(&file) {
        Ok(()) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Err(Refused(format!("another recorder writes to {}", path.display())).into())
        }
        // A file system without locks.
        Err(_) => Ok(file),
    }
}

/// Makes the newest file a numbered piece.
pub(super) fn put_aside(path: &Path) -> io::Result<()> {
    let last = pieces(path)?.last().and_then(|last| last.extension()?.to_str()?.parse::<u64>().ok());
    fs::rename(path, numbered(path, last.unwrap_or(0) + 1))
}

/// Removes the oldest pieces until the rest, with the newest file, is within the limits.
pub(super) fn remove_oldest(path: &Path, newest: u64, limits: Limits, now: SystemTime) -> io::Result<()> {
    let pieces = pieces(path)?;
    let of = |path: &PathBuf| fs::metadata(path).map(|meta| (meta.len(), meta.modified().unwrap_or(now)));
    let mut sum = newest;
    // From the newest one on, so that the oldest ones are over.
    for piece in pieces.iter().rev() {
        let (bytes, modified) = of(piece)?;
        sum += bytes;
        let age = now.duration_since(modified).unwrap_or_default();
        let is_over =
            limits.max_size.is_some_and(|most| sum > most) || limits.keep.is_some_and(|keep| age > keep);
        if is_over {
            fs::remove_file(piece)?;
            sum -= bytes;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("web.nmr");
        for number in [1, 2, 9, 10] {
            fs::write(numbered(&path, number), [0; 100]).unwrap();
        }
        for other in ["web.nmr.txt", "web.nmr.", "other.nmr.1", "web.nmr.1.2"] {
            fs::write(dir.path().join(other), "mine").unwrap();
        }
        let numbers = || {
            let number = |path: PathBuf| path.extension().unwrap().to_str().unwrap().to_owned();
            pieces(&path).unwrap().into_iter().map(number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(), ["1", "2", "9", "10"]);
        fs::write(&path, "newest").unwrap();
        put_aside(&path).unwrap();
        assert_eq!(numbers().last().unwrap(), "11");
        let limits = Limits { max_size: Some(250), keep: None };
        remove_oldest(&path, 20, limits, SystemTime::now()).unwrap();
        assert_eq!(numbers(), ["9", "10", "11"]);
        let old = Limits { max_size: None, keep: Some(Duration::from_secs(100)) };
        remove_oldest(&path, 0, old, SystemTime::now() + Duration::from_secs(50)).unwrap();
        assert_eq!(numbers(), ["9", "10", "11"]);
        remove_oldest(&path, 0, old, SystemTime::now() + Duration::from_secs(150)).unwrap();
        assert_eq!(numbers().len(), 0);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);
    }
}
