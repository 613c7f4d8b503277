//! Sockets between a virtual machine and its host. `net/vmw_vsock/diag.c` `sk_diag_fill`
//! (`include/uapi/linux/vm_sockets_diag.h` `struct vsock_diag_msg`).
//!
//! The message has no attributes. Ports and context numbers are in the machine's byte order.

use super::attribute::Numbers;
use super::inet::SOCK_DIAG;
use super::message::{Message, Messages};
use super::unix::{Shutdown, SocketState};
use crate::Endian;
use crate::dictionary;
use crate::proc::packet::SocketType;
use crate::row::row;
use crate::table::Table;
use crate::word::meaning;

/// Messages of vsock sockets.
pub static VSOCK: Messages = Messages::new::<Sockets>(
    "vsock",
    "sockets between virtual machines and their host",
    "net/vmw_vsock/diag.c sk_diag_fill",
);

row! {
    /// One socket.
    pub struct VsockSocket {
        info r#type: SocketType, None, "type", "Type of the socket: stream, seqpacket or dgram.";
        info state: SocketState, None, "state", "State, in TCP's names.";
        info shutdown: Shutdown, None, "shutdown", "Directions that are closed: receive, send.";
        key src_cid: ContextId, None, "local", "Machine that the socket is bound to: HOST, LOCAL, ANY, or the number of one.";
        key src_port: u32, None, "port", "Port that the socket is bound to.";
        key dst_cid: ContextId, None, "remote", "Machine that the socket is connected to.";
        key dst_port: u32, None, "port", "Port that the socket is connected to.";
        key inode: u32, None, "inode", "Inode of the socket; 0 while no process can have it.";
        key cookie: u64, None, "cookie", "Number of the socket that is never given again while the machine runs.";
    }
}

meaning! {
    /// A `VMADDR_CID_*` number of a machine.
    pub struct ContextId, named dictionary::VMADDR_CID
}

/// The messages.
#[derive(Default)]
pub struct Sockets;

/// Bytes of `struct vsock_diag_msg`.
const SIZE: usize = 32;

impl Message for Sockets {
    type Row = VsockSocket;
    const TYPE: u16 = SOCK_DIAG;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<VsockSocket>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let message = payload.first_chunk::<SIZE>().ok_or("shorter than vsock_diag_msg")?;
        let [_, kind, state, shutdown, ..] = *message;
        let message = Numbers::new(message, endian);
        let number = |place| message.u32(place).unwrap_or_default();
        table.push(VsockSocket {
            r#type: SocketType(kind.into()),
            state: SocketState(state.into()),
            shutdown: Shutdown(shutdown.into()),
            src_cid: ContextId(number(4)),
            src_port: number(8),
            dst_cid: ContextId(number(12)),
            dst_port: number(16),
            inode: number(20),
            cookie: message.low_high(24).unwrap_or_default(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::message::Dump;

    /// No kernel at hand has them: built from the structure.
    #[test]
    fn a_socket_is_read_in_either_byte_order() {
        for endian in [Endian::Little, Endian::Big] {
            let number = |number: u32| match endian {
                Endian::Little => number.to_le_bytes(),
                Endian::Big => number.to_be_bytes(),
            };
            let mut bytes = number(48).to_vec();
            bytes.extend(if endian == Endian::Little { [20, 0, 2, 0] } else { [0, 20, 0, 2] });
            bytes.extend([0; 8]);
            bytes.extend([40, 1, 1, 2]);
            for field in [3, 1024, 2, 5000, 777, 9, 1] {
                bytes.extend(number(field));
            }
            let table = Dump::<Sockets>::decode(&bytes, endian);
            let expected = VsockSocket {
                r#type: SocketType(1),
                state: SocketState(1),
                shutdown: Shutdown(2),
                src_cid: ContextId(3),
                src_port: 1024,
                dst_cid: ContextId(2),
                dst_port: 5000,
                inode: 777,
                cookie: 1 << 32 | 9,
            };
            assert_eq!(table[..], [expected]);
        }
    }
}
