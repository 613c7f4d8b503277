//! `dev_mcast`: link-layer multicast addresses that interfaces listen to. `net/core/net-procfs.c`
//! `dev_mc_seq_show`.

use super::{File, FileScope};
use crate::row::words;
use crate::table::Span;

/// `net/dev_mcast`.
pub static DEV_MCAST: File = File::new::<Lines>(
    "dev_mcast",
    "link-layer multicast addresses of each interface",
    "net/core/net-procfs.c dev_mc_seq_show",
    FileScope::Namespace,
);

words! {
    /// One address that one interface listens to.
    pub struct DevMcast,
    /// The lines of the file.
    Lines, header 0 {
        info ifindex: u32, None, "ifindex", "Number of the interface.";
        key interface: Span, None, "interface", "Name of the interface.";
        gauge refcount: u32, Count, "refcount", "How many users asked for the address.";
        gauge global_use: u32, Count, "global use", "1 while the address was asked for by hand or by sync.";
        key address: Span, None, "address", "The address, in hexadecimal digits.";
    }
}
