//! `vlan/config`: VLAN interfaces and what they belong to. `net/8021q/vlanproc.c` `vlan_seq_show`.

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::Format;
use crate::table::{Span, Table};

/// `net/vlan/config`.
pub static VLAN_CONFIG: File = File::new::<Lines>(
    "vlan/config",
    "VLAN interfaces",
    "net/8021q/vlanproc.c vlan_seq_show",
    FileScope::Namespace,
);

row! {
    /// One interface.
    pub struct VlanConfig {
        key device: Span, None, "device", "Name of the VLAN interface.";
        info vlan_id: u16, None, "vlan id", "Number of the VLAN.";
        info real_dev: Span, None, "real device", "Interface that its packets take.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = VlanConfig;
    const HEADER: u64 = 2;

    fn line(&mut self, line: &[u8], table: &mut Table<VlanConfig>, _: Endian) -> Result<(), &'static str> {
        let mut parts = line.split(|byte| *byte == b'|').map(<[u8]>::trim_ascii);
        let device = parts.next().filter(|name| !name.is_empty()).ok_or("no name")?;
        let vlan_id = parts.next().and_then(number::decimal).and_then(|id| id.try_into().ok());
        let vlan_id = vlan_id.ok_or("VLAN ID unreadable")?;
        let real_dev = table.texts.keep(parts.next().ok_or("no real device")?);
        let device = table.texts.keep(device);
        table.push(VlanConfig { device, vlan_id, real_dev });
        for (number, word) in parts.enumerate() {
            table.extra(4 + number, word);
        }
        Ok(())
    }
}
