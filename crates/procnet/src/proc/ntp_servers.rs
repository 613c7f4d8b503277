//! `ipconfig/ntp_servers`: time servers that the kernel was told of when it configured its network itself at boot.
//! `net/ipv4/ipconfig.c` `ntp_servers_show`.

use std::net::Ipv4Addr;

use super::{File, FileScope};
use crate::row::words;

/// `net/ipconfig/ntp_servers`.
pub static NTP_SERVERS: File = File::new::<Lines>(
    "ipconfig/ntp_servers",
    "time servers that the kernel was told of at boot",
    "net/ipv4/ipconfig.c ntp_servers_show",
    FileScope::InitialNamespace,
);

words! {
    /// One server.
    pub struct NtpServer,
    /// The lines of the file.
    Lines, header 0 {
        key server: Ipv4Addr, None, "server", "Address of the server.";
    }
}
