//! Network interfaces. `net/core/rtnetlink.c` `rtnl_fill_ifinfo` (`include/uapi/linux/if_link.h`).

use super::hardware_address;
use crate::diag::attribute::{Attribute, Attributes, Numbers};
use crate::diag::message::{Message, Messages};
use crate::proc::arp::HwType;
use crate::row::row;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of interfaces.
pub static LINK: Messages =
    Messages::new::<Links>("link", "network interfaces", "net/core/rtnetlink.c rtnl_fill_ifinfo");

row! {
    /// One interface.
    #[derive(Default)]
    pub struct Link {
        key ifindex: u32, None, "ifindex", "Number of the interface.";
        key interface: Span, None, "interface", "Name of the interface.";
        info r#type: HwType, None, "type", "Kind of hardware address (ARPHRD_*).";
        info flags: LinkFlags, None, "flags", "What holds of the interface: UP as it was set, RUNNING and LOWER_UP as it is, …";
        info operstate: Option<OperState>, None, "state", "Whether it can carry traffic: UP, DOWN, UNKNOWN where its driver does not say.";
        info mtu: Option<u32>, Bytes, "mtu", "Largest packet that it carries.";
        info min_mtu: Option<u32>, Bytes, "min mtu", "Smallest value that the MTU may have.";
        info max_mtu: Option<u32>, Bytes, "max mtu", "Largest value that the MTU may have; 0 for any.";
        info qdisc: Option<Span>, None, "qdisc", "Name of the queueing discipline at its root.";
        info txqlen: Option<u32>, Packets, "txqlen", "Packets that may wait to be sent.";
        info num_tx_queues: Option<u32>, Count, "tx queues", "Queues for sending.";
        info num_rx_queues: Option<u32>, Count, "rx queues", "Queues for receiving.";
        info promiscuity: Option<u32>, Count, "promisc", "How many want all packets of the wire.";
        info allmulti: Option<u32>, Count, "allmulti", "How many want all multicast packets.";
        info address: Option<Span>, None, "address", "Hardware address.";
        info broadcast: Option<Span>, None, "broadcast", "Hardware address that means all.";
        info perm_address: Option<Span>, None, "perm address", "Hardware address that it was made with, where it is another one.";
        info kind: Option<Span>, None, "kind", "Kind of a virtual interface: veth, bridge, vlan, …";
        info slave_kind: Option<Span>, None, "slave kind", "Kind of the interface that it is a part of.";
        info master: Option<u32>, None, "master", "Number of the interface that it is a part of: a bridge, a bond.";
        info link: Option<u32>, None, "link", "Number of the interface that it is made on, or of the other end of a pair.";
        info link_netnsid: Option<i32>, None, "link netns", "Number, in this network namespace, of the namespace that this interface is in.";
        info group: Option<u32>, None, "group", "Group of interfaces that it was put into.";
        info alias: Option<Span>, None, "alias", "Text that was put to it.";
        info alt_names: Option<Span>, None, "alt names", "Other names that it goes by.";
        info parent_device: Option<Span>, None, "parent", "Name of the device that it belongs to.";
        info gso_max_size: Option<u32>, Bytes, "gso max", "Largest packet that is handed to it to be cut.";
        info gso_max_segs: Option<u32>, Packets, "gso segs", "Most packets that it is cut into.";
        info gro_max_size: Option<u32>, Bytes, "gro max", "Largest packet that received ones are joined to.";
        info carrier: Option<u8>, None, "carrier", "1 where there is something at the other end of the wire.";
        counter carrier_changes: Option<u32>, Count, "carrier chg", "Times that the carrier came or went.";
        counter carrier_up_count: Option<u32>, Count, "carrier up", "Times that the carrier came.";
        counter carrier_down_count: Option<u32>, Count, "carrier down", "Times that the carrier went.";
        counter rx_bytes: Option<u64>, Bytes, "rx bytes", "Bytes received, with link headers.";
        counter rx_packets: Option<u64>, Packets, "rx packets", "Packets received.";
        counter rx_errors: Option<u64>, Packets, "rx errs", "Packets received with an error.";
        counter rx_dropped: Option<u64>, Packets, "rx drop", "Packets received and dropped for want of room, not by protocols.";
        counter rx_missed_errors: Option<u64>, Packets, "rx missed", "Packets that the device had no buffer for.";
        counter rx_nohandler: Option<u64>, Packets, "rx nohandler", "Packets that an inactive part of a bond or team received.";
        counter rx_otherhost_dropped: Option<u64>, Packets, "rx otherhost", "Packets dropped because they were for another machine.";
        counter rx_length_errors: Option<u64>, Packets, "rx length", "Packets of a wrong length.";
        counter rx_over_errors: Option<u64>, Packets, "rx over", "Receiver overruns.";
        counter rx_crc_errors: Option<u64>, Packets, "rx crc", "Packets with a wrong checksum.";
        counter rx_frame_errors: Option<u64>, Packets, "rx frame", "Packets with an alignment error.";
        counter rx_fifo_errors: Option<u64>, Packets, "rx fifo", "Receive queue overruns.";
        counter rx_compressed: Option<u64>, Packets, "rx compr", "Compressed packets received.";
        counter multicast: Option<u64>, Packets, "rx mcast", "Multicast packets received.";
        counter tx_bytes: Option<u64>, Bytes, "tx bytes", "Bytes sent, with link headers.";
        counter tx_packets: Option<u64>, Packets, "tx packets", "Packets sent.";
        counter tx_errors: Option<u64>, Packets, "tx errs", "Packets that could not be sent.";
        counter tx_dropped: Option<u64>, Packets, "tx drop", "Packets dropped on their way out.";
        counter collisions: Option<u64>, Packets, "colls", "Collisions.";
        counter tx_aborted_errors: Option<u64>, Packets, "tx aborted", "Packets given up after too many collisions.";
        counter tx_carrier_errors: Option<u64>, Packets, "tx carrier", "Packets lost because the carrier went.";
        counter tx_fifo_errors: Option<u64>, Packets, "tx fifo", "Send queue underruns.";
        counter tx_heartbeat_errors: Option<u64>, Packets, "tx heartbeat", "Packets without a heartbeat after them.";
        counter tx_window_errors: Option<u64>, Packets, "tx window", "Packets that collided late.";
        counter tx_compressed: Option<u64>, Packets, "tx compr", "Compressed packets sent.";
    }
}

meaning! {
    /// The `IFF_*` flags of an interface.
    pub struct LinkFlags, flags dictionary::IFF
}

meaning! {
    /// An `IF_OPER_*` state.
    pub struct OperState, label dictionary::IF_OPER
}

/// The messages.
#[derive(Default)]
pub struct Links;

/// Bytes of `struct ifinfomsg`.
const HEADER: usize = 16;

impl Message for Links {
    type Row = Link;
    /// `RTM_NEWLINK`.
    const TYPE: u16 = 16;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<Link>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_at_checked(HEADER).ok_or("shorter than ifinfomsg")?;
        let message = Numbers::new(header, endian);
        let mut row = Link {
            r#type: HwType(message.u16(2).unwrap_or_default()),
            ifindex: message.u32(4).unwrap_or_default(),
            flags: LinkFlags(message.u32(8).unwrap_or_default()),
            ..Link::default()
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, &mut table.texts);
            row.take_names(attribute, &mut table.texts);
        }
        table.push(row);
        Ok(())
    }
}

impl Link {
    /// Takes an attribute that is a number (`IFLA_*`).
    fn take(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        match attribute.kind {
            4 => self.mtu = attribute.u32(),
            5 => self.link = attribute.u32(),
            10 => self.master = attribute.u32(),
            13 => self.txqlen = attribute.u32(),
            16 => self.operstate = attribute.u8().map(|state| OperState(state.into())),
            18 => self.take_kind(attribute.nested(), texts),
            23 => self.take_statistics(attribute.numbers()),
            27 => self.group = attribute.u32(),
            30 => self.promiscuity = attribute.u32(),
            31 => self.num_tx_queues = attribute.u32(),
            32 => self.num_rx_queues = attribute.u32(),
            33 => self.carrier = attribute.u8(),
            35 => self.carrier_changes = attribute.u32(),
            37 => self.link_netnsid = attribute.u32().map(u32::cast_signed),
            40 => self.gso_max_segs = attribute.u32(),
            41 => self.gso_max_size = attribute.u32(),
            47 => self.carrier_up_count = attribute.u32(),
            48 => self.carrier_down_count = attribute.u32(),
            50 => self.min_mtu = attribute.u32(),
            51 => self.max_mtu = attribute.u32(),
            58 => self.gro_max_size = attribute.u32(),
            61 => self.allmulti = attribute.u32(),
            _ => {}
        }
    }

    /// Takes an attribute that is a text or an address.
    fn take_names(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        match attribute.kind {
            1 => self.address = hardware_address(attribute.bytes(), texts),
            2 => self.broadcast = hardware_address(attribute.bytes(), texts),
            3 => self.interface = texts.keep(attribute.text()),
            6 => self.qdisc = Some(texts.keep(attribute.text())),
            20 => self.alias = Some(texts.keep(attribute.text())),
            // IFLA_PROP_LIST: each IFLA_ALT_IFNAME of it is a name.
            52 => {
                let names = attribute.nested().filter(|name| name.kind == 53).map(|name| name.text());
                self.alt_names = Some(texts.join(names));
            }
            54 => self.perm_address = hardware_address(attribute.bytes(), texts),
            56 => self.parent_device = Some(texts.keep(attribute.text())),
            _ => {}
        }
    }

    /// Takes what a virtual interface is (`IFLA_INFO_*`).
    fn take_kind(&mut self, attributes: Attributes<'_>, texts: &mut Texts) {
        for attribute in attributes {
            match attribute.kind {
                1 => self.kind = Some(texts.keep(attribute.text())),
                4 => self.slave_kind = Some(texts.keep(attribute.text())),
                _ => {}
            }
        }
    }

    /// Takes `struct rtnl_link_stats64`.
    fn take_statistics(&mut self, numbers: Numbers<'_>) {
        let number = |place: usize| numbers.u64(place * 8);
        (self.rx_packets, self.tx_packets) = (number(0), number(1));
        (self.rx_bytes, self.tx_bytes) = (number(2), number(3));
        (self.rx_errors, self.tx_errors) = (number(4), number(5));
        (self.rx_dropped, self.tx_dropped) = (number(6), number(7));
        (self.multicast, self.collisions) = (number(8), number(9));
        (self.rx_length_errors, self.rx_over_errors) = (number(10), number(11));
        (self.rx_crc_errors, self.rx_frame_errors) = (number(12), number(13));
        (self.rx_fifo_errors, self.rx_missed_errors) = (number(14), number(15));
        (self.tx_aborted_errors, self.tx_carrier_errors) = (number(16), number(17));
        (self.tx_fifo_errors, self.tx_heartbeat_errors) = (number(18), number(19));
        (self.tx_window_errors, self.rx_compressed) = (number(20), number(21));
        (self.tx_compressed, self.rx_nohandler) = (number(22), number(23));
        self.rx_otherhost_dropped = number(24);
    }
}
