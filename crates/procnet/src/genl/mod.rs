//! What families of generic netlink tell: decoders of their answers, and the list of them.
//!
//! They are messages of the same form as those of [`diag`](crate::diag), with the header of generic netlink before their
//! attributes. A family has another number on each machine, so that any type of message that can be one is taken. To add a
//! kind: write its module, and name it in [`MESSAGES`].

pub mod linkmodes;

use crate::diag::Messages;

/// Every answer that this version decodes.
pub static MESSAGES: &[&Messages] = &[&linkmodes::LINK_MODES];

/// Bytes of `struct genlmsghdr`: command, version, two that are reserved.
const HEADER: usize = 4;

/// `GENL_START_ALLOC`: the first number that families are given (`include/uapi/linux/genetlink.h`).
const FIRST_FAMILY: u16 = 0x13;
