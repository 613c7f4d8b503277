//! `ip_vs_stats`: traffic of the kernel's load balancer, in hexadecimal. `net/netfilter/ipvs/ip_vs_ctl.c`
//! `ip_vs_stats_show`.
//!
//! Totals come first, then, below a heading of their own, the kernel's averages over some seconds.

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::Table;

/// `net/ip_vs_stats`.
pub static IP_VS_STATS: File = File::new::<Lines>(
    "ip_vs_stats",
    "traffic of the load balancer",
    "net/netfilter/ipvs/ip_vs_ctl.c ip_vs_stats_show",
    FileScope::Namespace,
);

row! {
    /// All services together.
    pub struct IpVsStats {
        counter conns: u64, Count, "conns", "Connections.";
        counter inpkts: u64, Packets, "in packets", "Packets to servers.";
        counter outpkts: u64, Packets, "out packets", "Packets from servers.";
        counter inbytes: u64, Bytes, "in bytes", "Bytes to servers.";
        counter outbytes: u64, Bytes, "out bytes", "Bytes from servers.";
        gauge cps: Option<u64>, Count, "conns/s", "Connections a second, as the kernel averages.";
        gauge inpps: Option<u64>, Packets, "in packets/s", "Packets to servers a second, as the kernel averages.";
        gauge outpps: Option<u64>, Packets, "out packets/s", "Packets from servers a second, as the kernel averages.";
        gauge inbps: Option<u64>, Bytes, "in bytes/s", "Bytes to servers a second, as the kernel averages.";
        gauge outbps: Option<u64>, Bytes, "out bytes/s", "Bytes from servers a second, as the kernel averages.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = IpVsStats;
    const HEADER: u64 = 2;

    fn line(&mut self, line: &[u8], table: &mut Table<IpVsStats>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line).peekable();
        if words.peek().is_none_or(|word| word.ends_with(b"/s")) {
            return Ok(());
        }
        let mut next = || words.next().and_then(number::hex).ok_or("number unreadable");
        let [conns, inpkts, outpkts, inbytes, outbytes] = [next()?, next()?, next()?, next()?, next()?];
        if let Some(row) = table.last_mut() {
            if row.cps.is_some() {
                return Err("a line too many");
            }
            (row.cps, row.inpps, row.outpps) = (Some(conns), Some(inpkts), Some(outpkts));
            (row.inbps, row.outbps) = (Some(inbytes), Some(outbytes));
            return Ok(());
        }
        let (cps, inpps, outpps, inbps, outbps) = (None, None, None, None, None);
        table.push(IpVsStats {
            conns,
            inpkts,
            outpkts,
            inbytes,
            outbytes,
            cps,
            inpps,
            outpps,
            inbps,
            outbps,
        });
        Ok(())
    }
}
