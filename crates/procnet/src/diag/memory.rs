//! Memory of a socket, as every kind of socket tells it. `net/core/sock.c` `sk_get_meminfo`
//! (`include/uapi/linux/sock_diag.h` `SK_MEMINFO_*`).

use super::attribute::Numbers;

/// The numbers of `SK_MEMINFO_VARS`, as many as were sent.
#[derive(Debug, Clone, Copy)]
pub struct Memory<'a>(pub Numbers<'a>);

macro_rules! places {
    ($($name:ident $place:literal $doc:literal;)*) => {
        impl Memory<'_> {
            $(#[doc = $doc]
            pub fn $name(&self) -> Option<u32> {
                self.0.u32($place * 4)
            })*
        }
    };
}

places! {
    rmem 0 "Memory that received packets hold.";
    rcvbuf 1 "Limit of it (`SO_RCVBUF`).";
    wmem 2 "Memory of packets that are on their way out.";
    sndbuf 3 "Limit of what waits to be sent (`SO_SNDBUF`).";
    wmem_queued 5 "Memory of what was written and has not been acknowledged.";
    optmem 6 "Memory of options and filters.";
    backlog 7 "Memory of packets that came while the process held the socket.";
    drops 8 "Packets that the socket dropped.";
}

impl Memory<'_> {
    /// Memory that is set aside for the socket and not used; the kernel may be in debt for a moment.
    pub fn fwd_alloc(&self) -> Option<i32> {
        self.0.u32(4 * 4).map(u32::cast_signed)
    }
}
