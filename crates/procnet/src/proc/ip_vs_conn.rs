//! `ip_vs_conn`: connections of the kernel's load balancer. `net/netfilter/ipvs/ip_vs_conn.c` `ip_vs_conn_seq_show`.

use std::net::IpAddr;

use super::ip_vs::{address, port};
use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};

/// `net/ip_vs_conn`.
pub static IP_VS_CONN: File = File::new::<Lines>(
    "ip_vs_conn",
    "connections of the load balancer",
    "net/netfilter/ipvs/ip_vs_conn.c ip_vs_conn_seq_show",
    FileScope::Namespace,
);

row! {
    /// One connection.
    pub struct IpVsConn {
        key pro: Span, None, "pro", "Protocol of the connection.";
        key from_ip: IpAddr, None, "from IP", "Address of the client.";
        key f_prt: u16, None, "from port", "Port of the client.";
        key to_ip: IpAddr, None, "to IP", "Address of the service.";
        key t_prt: u16, None, "to port", "Port of the service.";
        key dest_ip: IpAddr, None, "dest IP", "Address of the server.";
        key d_prt: u16, None, "dest port", "Port of the server.";
        info state: Option<Span>, None, "state", "State of the connection in the kernel's words.";
        gauge expires: Option<u64>, None, "expires", "Seconds until the entry goes unless packets come.";
        info pe_name: Option<Span>, None, "PE name", "What tells clients apart beside their address, where something does.";
        info pe_data: Option<Span>, None, "PE data", "What it found in the client's packets.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = IpVsConn;

    fn line(&mut self, line: &[u8], table: &mut Table<IpVsConn>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let pro = words.next().ok_or("no protocol")?;
        let mut end = || {
            let address = words.next().and_then(address).ok_or("address unreadable")?;
            let port = words.next().and_then(port).ok_or("port unreadable")?;
            Ok::<_, &'static str>((address, port))
        };
        let ((from_ip, f_prt), (to_ip, t_prt), (dest_ip, d_prt)) = (end()?, end()?, end()?);
        let state = words.next();
        let expires =
            words.next().map(|word| number::decimal(word).ok_or("expiry unreadable")).transpose()?;
        let pe_name = words.next();
        // What a program sent may hold blanks.
        let pe_data = Some(words.rest().trim_ascii()).filter(|data| !data.is_empty());
        let mut keep = |word: &[u8]| table.texts.keep(word);
        let row = IpVsConn {
            pro: keep(pro),
            from_ip,
            f_prt,
            to_ip,
            t_prt,
            dest_ip,
            d_prt,
            state: state.map(&mut keep),
            expires,
            pe_name: pe_name.map(&mut keep),
            pe_data: pe_data.map(&mut keep),
        };
        table.push(row);
        Ok(())
    }
}
