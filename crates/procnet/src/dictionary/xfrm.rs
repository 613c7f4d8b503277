//! Xfrm: what IPsec refused, as `net/xfrm_stat` prints it. `net/xfrm/xfrm_proc.c` `xfrm_mib_list`. The file's
//! names begin with the group.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// IPsec of the namespace.
const XFRM: Group = Group::new("Xfrm", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    XFRM.warning("XfrmInError", "input error")
        .meaning(
            "A packet was dropped on IPsec input for a reason that no other counter names, such as want of \
             memory.",
        )
        .next("Look for memory pressure; with ESP in TCP also for broken streams.")
        .source("net/xfrm/xfrm_input.c xfrm_input; net/xfrm/espintcp.c espintcp_rcv")
        .related(&["Xfrm.XfrmInBufferError"]),
    XFRM.warning("XfrmInBufferError", "input buffer error")
        .meaning(
            "A packet needed more nested transformations than the kernel's limit of 6, or decryption in the \
             device failed.",
        )
        .next("Look for policies that wrap packets again and again.")
        .source("net/xfrm/xfrm_input.c xfrm_input; net/xfrm/xfrm_policy.c __xfrm_policy_check")
        .related(&["Xfrm.XfrmInError", "Xfrm.XfrmInStateProtoError"]),
    XFRM.warning("XfrmInHdrError", "input header error")
        .meaning("The AH, ESP or IPComp header of a packet could not be read, or the packet inside it.")
        .next("Capture it: cut on the way, or not IPsec at all.")
        .source("net/xfrm/xfrm_input.c xfrm_input; net/xfrm/xfrm_policy.c __xfrm_policy_check")
        .related(&["Xfrm.XfrmFwdHdrError"]),
    XFRM.warning("XfrmInNoStates", "input no states")
        .meaning("No security association fits the packet's destination, protocol and SPI.")
        .next(
            "One end forgot its associations (restart, expiry): compare the SPI with ip xfrm state at both \
             ends and negotiate anew.",
        )
        .source("net/xfrm/xfrm_input.c xfrm_input")
        .related(&["Xfrm.XfrmInStateInvalid", "Xfrm.XfrmInTmplMismatch"]),
    XFRM.warning("XfrmInStateProtoError", "input state protocol error")
        .meaning(
            "Decryption or authentication of a packet failed: a wrong key, a damaged or a forged packet.",
        )
        .next(
            "Compare keys and algorithms of both ends; show the associations and their counters (ip -s xfrm \
             state).",
        )
        .source("net/xfrm/xfrm_input.c xfrm_input")
        .related(&["Xfrm.XfrmInStateSeqError", "Xfrm.XfrmOutStateProtoError"]),
    XFRM.warning("XfrmInStateModeError", "input state mode error")
        .meaning(
            "The packet is of another mode (tunnel, transport) than the security association, or came by a \
             wrong interface.",
        )
        .next("Compare the mode and the interface identifier of both ends.")
        .source(
            "net/xfrm/xfrm_input.c xfrm_input; net/ipv4/ip_vti.c vti_rcv_cb; net/xfrm/xfrm_interface_core.c \
             xfrmi_rcv_cb",
        )
        .related(&["Xfrm.XfrmInStateMismatch"]),
    XFRM.warning("XfrmInStateSeqError", "input state sequence error")
        .meaning(
            "The sequence number was seen before or is too old for the replay window. The packet came twice, \
             very late, or was replayed.",
        )
        .next(
            "With several queues or paths packets come out of order: enlarge the replay window; else suspect \
             a replay.",
        )
        .source("net/xfrm/xfrm_input.c xfrm_input; net/xfrm/xfrm_replay.c xfrm_replay_check")
        .related(&["Xfrm.XfrmInStateProtoError", "Xfrm.XfrmOutStateSeqError"]),
    XFRM.warning("XfrmInStateExpired", "input state expired")
        .meaning("The security association of a packet is past its lifetime in time, bytes or packets.")
        .next("Negotiation of a new one comes too late: look at the key daemon's log.")
        .source("net/xfrm/xfrm_input.c xfrm_input")
        .related(&["Xfrm.XfrmInStateInvalid", "Xfrm.XfrmOutStateExpired"]),
    XFRM.warning("XfrmInStateMismatch", "input state mismatch")
        .meaning(
            "The packet inside does not fit the selector of its security association, or the encapsulation \
             differs (NAT).",
        )
        .next("Compare the selectors, and whether both ends see a NAT between them.")
        .source("net/xfrm/xfrm_policy.c __xfrm_policy_check; net/xfrm/xfrm_input.c xfrm_input")
        .related(&["Xfrm.XfrmInTmplMismatch"]),
    XFRM.warning("XfrmInStateInvalid", "input state invalid")
        .meaning("The security association of a packet is not in use any more: expired, dead or failed.")
        .next("Show the associations and their counters (ip -s xfrm state).")
        .source("net/xfrm/xfrm_input.c xfrm_input")
        .related(&["Xfrm.XfrmInStateExpired", "Xfrm.XfrmAcquireError"]),
    XFRM.warning("XfrmInTmplMismatch", "input template mismatch")
        .meaning(
            "A packet did not arrive through the transformations that the policy demands, for instance in \
             the clear.",
        )
        .next("Find the sender: one that does not encrypt, or a policy here that is too wide.")
        .source("net/xfrm/xfrm_policy.c __xfrm_policy_check")
        .related(&["Xfrm.XfrmInNoPols", "Xfrm.XfrmInStateMismatch"]),
    XFRM.warning("XfrmInNoPols", "input no policies")
        .meaning(
            "No policy allows a packet that came through a tunnel, or the default of the direction is to \
             block.",
        )
        .next("Show the policies (ip -s xfrm policy) and compare them with the packet.")
        .source("net/xfrm/xfrm_policy.c __xfrm_policy_check")
        .related(&["Xfrm.XfrmInPolBlock", "Xfrm.XfrmInTmplMismatch"]),
    XFRM.warning("XfrmInPolBlock", "input policy block")
        .meaning("A policy says that such packets are to be dropped.")
        .next("Intended? Show the policies (ip -s xfrm policy) and compare them with the packet.")
        .source("net/xfrm/xfrm_policy.c __xfrm_policy_check")
        .related(&["Xfrm.XfrmInNoPols", "Xfrm.XfrmOutPolBlock"]),
    XFRM.warning("XfrmInPolError", "input policy error")
        .meaning("Looking up the policy for a received packet failed inside the kernel.")
        .next("Look for memory pressure and for messages of security modules.")
        .source("net/xfrm/xfrm_policy.c __xfrm_policy_check")
        .related(&["Xfrm.XfrmOutPolError"]),
    XFRM.warning("XfrmOutError", "output error")
        .meaning(
            "A packet was dropped on IPsec output for a reason that no other counter names, such as want of \
             memory.",
        )
        .next("Look for memory pressure and lost routes.")
        .source("net/xfrm/xfrm_output.c xfrm_output_one, xfrm_output")
        .related(&["Xfrm.XfrmOutBundleGenError"]),
    XFRM.warning("XfrmOutBundleGenError", "output bundle generation error")
        .meaning(
            "The chain of route and transformations for a packet could not be built. Mostly there is no \
             route to the tunnel's end.",
        )
        .next("Look for the route to the other end of the tunnel.")
        .source("net/xfrm/xfrm_policy.c xfrm_resolve_and_create_bundle")
        .related(&["Xfrm.XfrmOutNoStates", "Xfrm.XfrmOutPolError"]),
    XFRM.normal("XfrmOutBundleCheckError", "output bundle check error")
        .meaning("Stays 0: no place in today's kernel counts it.")
        .source("net/xfrm/xfrm_proc.c xfrm_mib_list")
        .related(&["Xfrm.XfrmOutBundleGenError"]),
    XFRM.warning("XfrmOutNoStates", "output no states")
        .meaning("A policy demands IPsec, but no security association exists yet, so the packet was dropped.")
        .next(
            "A few at the start of a connection are normal; if it goes on, negotiation fails: look at the \
             key daemon's log.",
        )
        .source("net/xfrm/xfrm_policy.c xfrm_lookup_with_ifid")
        .related(&["Xfrm.XfrmInNoStates", "Xfrm.XfrmAcquireError"]),
    XFRM.warning("XfrmOutStateProtoError", "output state protocol error")
        .meaning("Encryption or authentication of a packet to be sent failed.")
        .next("Look for messages of the crypto driver or of the offloading device.")
        .source("net/xfrm/xfrm_output.c xfrm_output_one; net/xfrm/xfrm_device.c validate_xmit_xfrm")
        .related(&["Xfrm.XfrmInStateProtoError"]),
    XFRM.warning("XfrmOutStateModeError", "output state mode error")
        .meaning(
            "A packet could not be put into the mode (tunnel, transport) of its security association, often \
             for its size.",
        )
        .next("Compare the tunnel's MTU with the size of packets that must not be cut.")
        .source("net/xfrm/xfrm_output.c xfrm_output_one")
        .related(&["Xfrm.XfrmInStateModeError"]),
    XFRM.warning("XfrmOutStateSeqError", "output state sequence error")
        .meaning("The sequence numbers of a security association are used up, so it may not send any more.")
        .next("Negotiate anew, or use extended sequence numbers.")
        .source("net/xfrm/xfrm_output.c xfrm_output_one; net/xfrm/xfrm_replay.c xfrm_replay_overflow")
        .related(&["Xfrm.XfrmInStateSeqError", "Xfrm.XfrmOutStateExpired"]),
    XFRM.warning("XfrmOutStateExpired", "output state expired")
        .meaning(
            "The security association for a packet to be sent is past its lifetime in time, bytes or \
             packets.",
        )
        .next("Negotiation of a new one comes too late: look at the key daemon's log.")
        .source("net/xfrm/xfrm_output.c xfrm_output_one")
        .related(&["Xfrm.XfrmInStateExpired", "Xfrm.XfrmOutStateInvalid"]),
    XFRM.warning("XfrmOutPolBlock", "output policy block")
        .meaning("A policy says that such packets are not to be sent.")
        .next("Intended? Show the policies (ip -s xfrm policy) and compare them with the packet.")
        .source("net/xfrm/xfrm_policy.c xfrm_lookup_with_ifid")
        .related(&["Xfrm.XfrmInPolBlock", "Xfrm.XfrmOutPolDead"]),
    XFRM.normal("XfrmOutPolDead", "output policy dead")
        .meaning("Stays 0: no place in today's kernel counts it.")
        .source("net/xfrm/xfrm_proc.c xfrm_mib_list")
        .related(&["Xfrm.XfrmOutPolBlock"]),
    XFRM.warning("XfrmOutPolError", "output policy error")
        .meaning(
            "The policy for a packet to be sent could not be looked up, or its templates not be resolved.",
        )
        .next("Show the policies (ip -s xfrm policy) and compare them with the packet.")
        .source("net/xfrm/xfrm_policy.c xfrm_resolve_and_create_bundle, xfrm_bundle_lookup")
        .related(&["Xfrm.XfrmInPolError", "Xfrm.XfrmOutBundleGenError"]),
    XFRM.warning("XfrmFwdHdrError", "forward header error")
        .meaning(
            "A packet to be forwarded could not be read far enough to find its policy, or its route was \
             lost.",
        )
        .next("Capture what is forwarded; look for truncated packets.")
        .source("net/xfrm/xfrm_policy.c __xfrm_route_forward")
        .related(&["Xfrm.XfrmInHdrError"]),
    XFRM.warning("XfrmOutStateInvalid", "output state invalid")
        .meaning(
            "The security association for a packet to be sent is not in use any more: expired, dead or \
             failed.",
        )
        .next("Show the associations and their counters (ip -s xfrm state).")
        .source("net/xfrm/xfrm_output.c xfrm_output_one")
        .related(&["Xfrm.XfrmInStateInvalid", "Xfrm.XfrmOutStateExpired"]),
    XFRM.warning("XfrmAcquireError", "acquire error")
        .meaning(
            "A packet arrived for a security association that is still being negotiated and cannot be used \
             yet.",
        )
        .next("If it goes on: negotiation does not end; look at the key daemon's log.")
        .source("net/xfrm/xfrm_input.c xfrm_input")
        .related(&["Xfrm.XfrmInStateInvalid", "Xfrm.XfrmOutNoStates"]),
    XFRM.warning("XfrmOutStateDirError", "output state direction error")
        .meaning("A security association that is for input only was found for a packet to be sent.")
        .next("Look at the direction (dir) of the associations.")
        .source("net/xfrm/xfrm_policy.c xfrm_tmpl_resolve_one")
        .related(&["Xfrm.XfrmInStateDirError"])
        .since("6.10"),
    XFRM.warning("XfrmInStateDirError", "input state direction error")
        .meaning("A security association that is for output only was found for a packet received.")
        .next("Look at the direction (dir) of the associations.")
        .source("net/xfrm/xfrm_input.c xfrm_input; net/ipv6/xfrm6_input.c xfrm6_input_addr")
        .related(&["Xfrm.XfrmOutStateDirError"])
        .since("6.10"),
    XFRM.warning("XfrmInIptfsError", "input IP-TFS error")
        .meaning(
            "A payload of IP traffic flow security was malformed, or a piece was missing, so packets in it \
             were lost.",
        )
        .next("Look for loss and reordering between the ends of the tunnel.")
        .source("net/xfrm/xfrm_iptfs.c iptfs_input; RFC 9347")
        .related(&["Xfrm.XfrmOutNoQueueSpace"])
        .since("6.14"),
    XFRM.warning("XfrmOutNoQueueSpace", "output no queue space")
        .meaning(
            "A packet was dropped because the send queue of a tunnel with IP traffic flow security was full.",
        )
        .next("Enlarge the queue of the association (max-queue-size), or send less through it.")
        .source("net/xfrm/xfrm_iptfs.c iptfs_output_collect; RFC 9347")
        .related(&["Xfrm.XfrmInIptfsError"])
        .since("6.14"),
];
