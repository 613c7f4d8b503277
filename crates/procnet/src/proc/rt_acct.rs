//! `rt_acct`: traffic of each routing realm, as binary numbers in the machine's byte order.
//! `net/ipv4/route.c` `rt_acct_proc_show`.
//!
//! The file is `struct ip_rt_acct` for 256 realms, of 32 bits each, and the machine's in every namespace. A packet
//! counts only where it is received or forwarded by a route with a realm, once at the realm of its source and
//! once at that of its destination; 0 stands for the one that has none. Realms without traffic are left out.

use super::{File, FileScope};
use crate::Endian;
use crate::row::row;
use crate::shape::Record;
use crate::table::Table;

/// `net/rt_acct`.
pub static RT_ACCT: File = File::records::<Realms>(
    "rt_acct",
    "traffic of each routing realm",
    "net/ipv4/route.c rt_acct_proc_show",
    FileScope::Host,
);

row! {
    /// One realm.
    pub struct RtAcct {
        key realm: u8, None, "realm", "Number of the realm; 0 stands for none.";
        counter o_bytes: u32, Bytes, "out bytes", "Bytes to the realm.";
        counter o_packets: u32, Packets, "out packets", "Packets to the realm.";
        counter i_bytes: u32, Bytes, "in bytes", "Bytes from the realm.";
        counter i_packets: u32, Packets, "in packets", "Packets from the realm.";
    }
}

/// The records of the file.
#[derive(Default)]
pub struct Realms;

impl Record for Realms {
    type Row = RtAcct;
    const SIZE: usize = 16;

    fn record(
        &mut self,
        number: u64,
        bytes: &[u8],
        table: &mut Table<RtAcct>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let realm = number.try_into().map_err(|_| "more than 256 realms")?;
        let mut numbers = [0; 4];
        for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(4)) {
            let bytes = bytes.try_into().unwrap_or_default();
            *number = match endian {
                Endian::Little => u32::from_le_bytes(bytes),
                Endian::Big => u32::from_be_bytes(bytes),
            };
        }
        let [o_bytes, o_packets, i_bytes, i_packets] = numbers;
        if numbers != [0; 4] {
            table.push(RtAcct { realm, o_bytes, o_packets, i_bytes, i_packets });
        }
        Ok(())
    }
}
