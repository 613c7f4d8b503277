//! What the kernel is asked for over netlink, and the files that tell some of it where it does not answer.

use procnet::diag::{self, Messages};
use procnet::{genl, rtnl};

/// One list that the kernel gives over netlink.
pub struct Dump {
    /// Name of the source: `sock_diag/tcp`, `rtnetlink/route`.
    pub name: &'static str,
    /// Its messages.
    pub messages: &'static Messages,
    /// Files under `net` that are read where the kernel does not answer.
    pub files: &'static [&'static str],
    /// The process's own sockets say the same when they are asked through its descriptors.
    pub is_own: bool,
}

impl std::fmt::Debug for Dump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Dump {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Dump {}

macro_rules! dumps {
    ($($id:ident $name:literal $messages:path, $own:literal, $files:expr;)*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub static $id: Dump = Dump { name: $name, messages: &$messages, files: &$files, is_own: $own };
        )*

        /// All of them.
        pub static ALL: &[&Dump] = &[$(&$id,)*];
    };
}

dumps! {
    TCP "sock_diag/tcp" diag::inet::TCP, true, ["tcp", "tcp6"];
    UDP "sock_diag/udp" diag::inet::UDP, true, ["udp", "udp6"];
    UDPLITE "sock_diag/udplite" diag::inet::UDPLITE, true, ["udplite", "udplite6"];
    RAW "sock_diag/raw" diag::inet::RAW, true, ["raw", "raw6"];
    // There is no such request: the files are all that tells of them, but for the sockets themselves.
    PING "sock_diag/ping" diag::inet::RAW, true, ["icmp", "icmp6"];
    MPTCP "sock_diag/mptcp" diag::inet::MPTCP, true, [];
    SCTP "sock_diag/sctp" diag::inet::SCTP, true, [];
    UNIX "sock_diag/unix" diag::unix::UNIX, false, ["unix"];
    NETLINK "sock_diag/netlink" diag::netlink::NETLINK, false, ["netlink"];
    PACKET "sock_diag/packet" diag::packet::PACKET, false, ["packet"];
    VSOCK "sock_diag/vsock" diag::vsock::VSOCK, false, [];
    LINK "rtnetlink/link" rtnl::link::LINK, false, [];
    ADDR "rtnetlink/addr" rtnl::addr::ADDR, false, [];
    NEIGH "rtnetlink/neigh" rtnl::neigh::NEIGH, false, [];
    ROUTE "rtnetlink/route" rtnl::route::ROUTE, false, [];
    RULE "rtnetlink/rule" rtnl::rule::RULE, false, [];
    LINK_MODES "ethtool/linkmodes" genl::linkmodes::LINK_MODES, false, [];
}

/// The list of this name.
pub fn find(name: &str) -> Option<&'static Dump> {
    ALL.iter().copied().find(|dump| dump.name == name)
}

/// Sources that come from the process's own sockets: IP, and all others.
pub const OWN_INET: &str = "own/inet";
/// The others.
pub const OWN_OTHER: &str = "own/other";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_files_are_known() {
        for dump in ALL {
            assert!(std::ptr::eq(find(dump.name).unwrap(), *dump), "{}", dump.name);
            for path in dump.files {
                assert!(procnet::proc::find(path).is_some(), "{path}");
            }
        }
    }
}
