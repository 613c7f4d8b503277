//! Where tables are printed to: standard output, or a file of the user's. What is written ends at the end of a line,
//! so that whoever reads meanwhile, or finds a file that was not finished, has whole rows.

use std::fs::File;
use std::io::{self, Stdout, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Refused;

/// As many bytes are gathered before they are written.
const GATHER: usize = 64 << 10;

/// Printed bytes on their way.
pub(super) struct Output {
    to: To,
    gathered: Vec<u8>,
    /// Bytes that were written; a file is as long.
    written: u64,
}

enum To {
    Stdout(Stdout),
    File {
        file: File,
        path: PathBuf,
        /// It can be made shorter.
        is_regular: bool,
    },
}

impl Output {
    /// Standard output, or a file: a new one, with the permissions that the user's others get, or an old one that is
    /// written anew.
    pub(super) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let to = match path {
            None => To::Stdout(io::stdout()),
            Some(path) => {
                let opened = File::create(path).and_then(|file| Ok((file.metadata()?.is_file(), file)));
                let (is_regular, file) = opened
                    .map_err(|error| Refused(format!("cannot write to {}: {error}", path.display())))?;
                To::File { file, path: path.to_owned(), is_regular }
            }
        };
        Ok(Self { to, gathered: Vec::with_capacity(2 * GATHER), written: 0 })
    }

    /// It is standard output, and nobody reads that any more.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.to, To::Stdout(_)) && netmonitor_sys::output_is_closed()
    }

    /// Prints, and writes what was printed.
    pub(super) fn print(
        &mut self,
        print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let printed = print(self).and_then(|()| self.flush());
        printed.with_context(|| match &self.to {
            To::Stdout(_) => "writing".to_owned(),
            To::File { path, .. } => format!("writing {}", path.display()),
        })
    }

    /// Writes the first of the gathered bytes.
    fn write_out(&mut self, count: usize) -> io::Result<()> {
        let bytes = &self.gathered[..count];
        match &mut self.to {
            To::Stdout(stdout) => stdout.write_all(bytes)?,
            To::File { file, is_regular, .. } => {
                let (done, result) = write_all(file, bytes);
                let whole =
                    bytes[..done].iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
                if result.is_err() && *is_regular {
                    // A row that is not whole helps nobody; where it must stay it stays.
                    let _ = file.set_len(self.written + whole as u64);
                }
                result?;
            }
        }
        self.written += count as u64;
        self.gathered.drain(..count);
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHER
            && let Some(end) = self.gathered.iter().rposition(|byte| *byte == b'\n')
        {
            self.write_out(end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_out(self.gathered.len())?;
        match &mut self.to {
            To::Stdout(stdout) => stdout.flush(),
            To::File { .. } => Ok(()),
        }
    }
}

/// Writes all, and says how much was written.
fn write_all(file: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut done = 0;
    while done < bytes.len() {
        match file.write(&bytes[done..]) {
            Ok(0) => return (done, Err(io::ErrorKind::WriteZero.into())),
            Ok(more) => done += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (done, Err(error)),
        }
    }
    (done, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_ends_at_the_end_of_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let length = || std::fs::metadata(&path).unwrap().len();
        let mut output = Output::open(Some(&path)).unwrap();
        for _ in 0..GATHER / 10 {
            output.write_all(b"123456789\n").unwrap();
        }
        output.write_all(b"12345").unwrap();
        assert_eq!(length(), 0);
        output.write_all(b"6789").unwrap();
        assert_eq!(length(), (GATHER / 10 * 10) as u64);
        output.flush().unwrap();
        assert_eq!(length(), (GATHER / 10 * 10) as u64 + 9);
    }

    #[test]
    fn of_a_line_that_is_longer_nothing_is_written_before_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let mut output = Output::open(Some(&path)).unwrap();
        output.write_all(&vec![b'x'; 3 * GATHER]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap().len(), 0);
        output.flush().unwrap();
        assert_eq!(std::fs::read(&path).unwrap().len(), 3 * GATHER);
    }

    #[test]
    fn a_place_that_is_none_is_refused_with_its_name() {
        for path in ["/nonexistent/rows", "/"] {
            let error = Output::open(Some(path.as_ref())).err().unwrap().to_string();
            assert!(error.starts_with(&format!("cannot write to {path}: ")), "{error}");
        }
    }
}
