//! `connector`: who listens to messages over the netlink connector. `drivers/connector/connector.c`
//! `cn_proc_show`.

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::Format;
use crate::table::{Span, Table};

/// `net/connector`.
pub static CONNECTOR: File = File::new::<Lines>(
    "connector",
    "parts of the kernel that talk over the netlink connector",
    "drivers/connector/connector.c cn_proc_show",
    FileScope::InitialNamespace,
);

row! {
    /// One of them.
    pub struct Connector {
        key name: Span, None, "name", "Its name.";
        key idx: u32, None, "idx", "First number of its ID.";
        key val: u32, None, "val", "Second number of its ID.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Connector;

    fn line(&mut self, line: &[u8], table: &mut Table<Connector>, _: Endian) -> Result<(), &'static str> {
        // A name may hold blanks: the ID is what follows the last one.
        let line = line.trim_ascii();
        let blank = memchr::memrchr(b' ', line).ok_or("no ID")?;
        let (name, id) = (line[..blank].trim_ascii(), &line[blank + 1..]);
        let colon = memchr::memchr(b':', id).ok_or("ID unreadable")?;
        let number = |digits| number::decimal(digits).and_then(|number| number.try_into().ok());
        let row = Connector {
            idx: number(&id[..colon]).ok_or("ID unreadable")?,
            val: number(&id[colon + 1..]).ok_or("ID unreadable")?,
            name: table.texts.keep(name),
        };
        table.push(row);
        Ok(())
    }
}
