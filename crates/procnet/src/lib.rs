//! Decoders for the files under `/proc/PID/net` and for answers of netlink: bytes in, typed rows out.
//!
//! This crate reads nothing by itself. Bytes go in as they come, in pieces of any size; rows, and a count of
//! what could not be read as one, come out. Any bytes are welcome: a decoder never fails and never panics.
//!
//! ```
//! use procnet::{Endian, Table, proc::{self, arp::Arp}};
//!
//! let file = proc::find("arp").unwrap();
//! let mut decoder = file.decoder(Endian::NATIVE);
//! decoder.feed(b"IP address       HW type     Flags       HW address            Mask     Device\n");
//! decoder.feed(b"192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0\n");
//! let table = decoder.finish();
//! assert_eq!(table.len(), 1);
//! let rows = table.as_any().downcast_ref::<Table<Arp>>().unwrap();
//! assert_eq!(rows[0].ip_address, std::net::Ipv4Addr::new(192, 0, 2, 1));
//! ```
//!
//! The parts: [`cell`] is one typed value and the description of its column, [`row`] what every kind of row
//! offers, [`table`] rows with their texts and faults, [`shape`] the forms that the kernel prints in,
//! [`mod@proc`] one module for each file, [`diag`] sockets as sock_diag tells them, [`rtnl`] links, addresses,
//! neighbours, routes and rules as rtnetlink does, [`genl`] what families of generic netlink tell, [`dictionary`] what the kernel's numbers are called.

#![forbid(unsafe_code)]

pub mod cell;
pub mod diag;
pub mod dictionary;
pub mod genl;
pub mod number;
pub mod proc;
pub mod row;
pub mod rtnl;
pub mod shape;
pub mod table;
pub mod word;

pub use cell::{Column, Form, Kind, Unit, Value};
pub use row::{Field, Row};
pub use table::{AnyTable, Ending, Fault, Table};

/// Byte order of the machine that was read: IPv4 and IPv6 addresses of the socket files are printed as numbers
/// of the host's byte order, and netlink hands out numbers as they are in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl Endian {
    /// The byte order of this machine.
    pub const NATIVE: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };

    /// The number of these bytes.
    pub const fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    /// The number of these bytes.
    pub const fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    /// The number of these bytes.
    pub const fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        }
    }
}
