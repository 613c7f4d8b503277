//! `pnp`: what the kernel set up itself at its start (`ip=`), as a `resolv.conf`. `net/ipv4/ipconfig.c`
//! `pnp_seq_show`.

use super::{File, FileScope};
use crate::Endian;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};

/// `net/pnp`.
pub static PNP: File = File::new::<Lines>(
    "pnp",
    "name servers and domain that the kernel set up at its start",
    "net/ipv4/ipconfig.c pnp_seq_show",
    FileScope::InitialNamespace,
);

row! {
    /// One setting.
    pub struct Pnp {
        key name: Span, None, "name", "MANUAL or PROTO, the way it was set up; domain, nameserver, bootserver.";
        key value: Option<Span>, None, "value", "The setting; that of PROTO is DHCP, BOOTP or RARP.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Pnp;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<Pnp>, _: Endian) -> Result<(), &'static str> {
        let line = line.strip_prefix(b"#").unwrap_or(line);
        let mut words = Words::new(line);
        let name = words.next().ok_or("no name")?;
        let value = words.rest().trim_ascii();
        let row = Pnp {
            name: table.texts.keep(name.strip_suffix(b":").unwrap_or(name)),
            value: (!value.is_empty()).then(|| table.texts.keep(value)),
        };
        table.push(row);
        Ok(())
    }
}
