//! A socket of a family that has no `inet_diag_msg`: UNIX, netlink, packet, VSOCK and whatever a kernel has.
//! The message is described at [`OTHER_SOCKET`].

use libc::SOL_SOCKET;

use super::{
    ATTR_LOCAL, ATTR_MARK, ATTR_NETNS, ATTR_PEER, ATTR_PEER_CREDENTIALS, ATTR_QUEUES, ATTR_SKMEMINFO,
    OTHER_SOCKET, Socket,
};
use crate::netlink::message::Writer;
use crate::sockopt::{
    NAME, SIOCINQ, SIOCOUTQ, SO_MEMINFO, local_name, option, option_u32, peer_name, queued,
};

/// Writes the message.
pub(super) fn write(socket: &Socket<'_>, out: &mut Vec<u8>) {
    let (fd, known) = (socket.fd, &socket.known);
    let accepts = option_u32(fd, SOL_SOCKET, libc::SO_ACCEPTCONN).unwrap_or(0);
    let mut message = Writer::new(out, OTHER_SOCKET, 0);
    message.bytes(&(known.family as u16).to_ne_bytes());
    message.bytes(&(known.kind as u16).to_ne_bytes());
    [known.protocol, known.uid, accepts].iter().for_each(|number| message.bytes(&number.to_ne_bytes()));
    message.bytes(&known.inode.to_ne_bytes());
    message.bytes(&known.cookie.unwrap_or(0).to_ne_bytes());
    let mut local = [0; NAME];
    if let Ok(local @ [_, ..]) = local_name(fd, &mut local) {
        message.attribute(ATTR_LOCAL, local);
    }
    let mut peer = [0; NAME];
    if let Ok(peer @ [_, ..]) = peer_name(fd, &mut peer) {
        message.attribute(ATTR_PEER, peer);
    }
    let mut credentials = [0; 12];
    if known.family == libc::AF_UNIX
        && option(fd, SOL_SOCKET, libc::SO_PEERCRED, &mut credentials).is_ok_and(|len| len == 12)
        && credentials[..4] != [0; 4]
    {
        message.attribute(ATTR_PEER_CREDENTIALS, &credentials);
    }
    // A listening socket has none; those of other families count something else.
    if matches!(known.family, libc::AF_UNIX | libc::AF_VSOCK)
        && let (Ok(unread), Ok(unsent)) = (queued(fd, SIOCINQ), queued(fd, SIOCOUTQ))
    {
        let mut queues = [0; 8];
        queues[..4].copy_from_slice(&unread.to_ne_bytes());
        queues[4..].copy_from_slice(&unsent.to_ne_bytes());
        message.attribute(ATTR_QUEUES, &queues);
    }
    let mut memory = [0; 64];
    if let Ok(len) = option(fd, SOL_SOCKET, SO_MEMINFO, &mut memory) {
        message.attribute(ATTR_SKMEMINFO, &memory[..len]);
    }
    if let Ok(mark) = option_u32(fd, SOL_SOCKET, libc::SO_MARK) {
        message.attribute(ATTR_MARK, &mark.to_ne_bytes());
    }
    if let Some(netns) = known.netns {
        message.attribute(ATTR_NETNS, &netns.to_ne_bytes());
    }
    message.end();
}
