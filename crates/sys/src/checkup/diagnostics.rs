//! What the kernel answers over netlink in the namespace of this thread: each list is asked for once. The
//! kernel may load the module of a protocol for that, as it does whenever the protocol is used.

use std::ops::ControlFlow;

use rustix::io::Errno;
use rustix::net::AddressFamily;

use super::privileges::{Privileges, SYS_ADMIN};
use super::{Check, said};
use crate::netlink::{
    Extensions, Netlink, NetlinkShow, Outcome, PacketShow, Protocol, Request, Subsystem, UnixShow, inet,
    links, neighbours, netlink_sockets, packet, routes, unix, vsock,
};

/// State 10, `TCP_LISTEN`, as a mask: the shortest list that is worth asking for.
const LISTENING: u32 = 1 << 10;

/// A list of the kernel.
struct List {
    name: &'static str,
    what: &'static str,
    request: fn() -> Request,
}

const fn list(name: &'static str, what: &'static str, request: fn() -> Request) -> List {
    List { name, what, request }
}

fn of(protocol: Protocol) -> Request {
    inet(AddressFamily::INET, protocol, LISTENING, Extensions::NONE)
}

const SOCKETS: &[List] = &[
    list("sock_diag_tcp", "TCP sockets", || of(Protocol::TCP)),
    list("sock_diag_udp", "UDP sockets", || of(Protocol::UDP)),
    list("sock_diag_udplite", "UDP-Lite sockets", || of(Protocol::UDPLITE)),
    list("sock_diag_raw", "raw sockets", || of(Protocol::RAW)),
    list("sock_diag_mptcp", "MPTCP connections", || of(Protocol::MPTCP)),
    list("sock_diag_sctp", "SCTP sockets", || of(Protocol::SCTP)),
    list("sock_diag_unix", "UNIX sockets", || unix(LISTENING, UnixShow::NONE)),
    list("sock_diag_netlink", "netlink sockets", || netlink_sockets(NetlinkShow::NONE)),
    list("sock_diag_packet", "packet sockets", || packet(PacketShow::NONE)),
    list("sock_diag_vsock", "VSOCK sockets", || vsock(LISTENING)),
];

const ROUTES: &[List] = &[
    list("rtnetlink_links", "interfaces", links),
    list("rtnetlink_neighbours", "neighbours", || neighbours(AddressFamily::UNSPEC)),
    list("rtnetlink_routes", "routes", || routes(AddressFamily::UNSPEC)),
];

/// Asks for all of them.
pub(super) fn all(privileges: &Privileges) -> Vec<Check> {
    let of = |subsystem, lists: &[List]| {
        let mut netlink = Netlink::open(subsystem);
        lists.iter().map(|list| ask(&mut netlink, list, privileges)).collect::<Vec<_>>()
    };
    let mut checks = of(Subsystem::SockDiag, SOCKETS);
    checks.extend(of(Subsystem::Route, ROUTES));
    checks
}

fn ask(netlink: &mut Result<Netlink, Errno>, list: &List, privileges: &Privileges) -> Check {
    let List { name, what, .. } = *list;
    let outcome = match netlink {
        Ok(netlink) => netlink.dump(&(list.request)(), &mut |_| ControlFlow::Continue(())).outcome,
        Err(Errno::PROTONOSUPPORT | Errno::AFNOSUPPORT) => Outcome::Unsupported,
        Err(Errno::ACCESS | Errno::PERM) => Outcome::Denied,
        Err(errno) => Outcome::Error(*errno),
    };
    match outcome {
        Outcome::Done | Outcome::Stopped => Check::ok(name, format!("the kernel lists {what}")),
        Outcome::Unsupported => Check::note(name, format!("{what} are not offered by this kernel")),
        Outcome::Denied => {
            Check::missing(name, format!("to list {what} is refused"), privileges.fix(SYS_ADMIN))
        }
        Outcome::Error(errno) => Check::missing(name, format!("listing {what} fails: {}", said(errno)), None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn tcp_and_interfaces_are_listed_and_a_kernel_that_has_no_netlink_is_told() {
        let privileges = Privileges::read();
        let checks = all(&privileges);
        assert_eq!(checks.len(), SOCKETS.len() + ROUTES.len());
        for name in ["sock_diag_tcp", "sock_diag_udp", "sock_diag_unix", "rtnetlink_links"] {
            let check = checks.iter().find(|check| check.name == name).unwrap();
            assert_eq!(check.status, Status::Ok, "{check:?}");
        }
        let status = |errno| ask(&mut Err(errno), &SOCKETS[0], &privileges).status;
        assert_eq!(status(Errno::PROTONOSUPPORT), Status::Note);
        assert_eq!(status(Errno::PERM), Status::Missing);
        assert_eq!(status(Errno::MFILE), Status::Missing);
    }
}
