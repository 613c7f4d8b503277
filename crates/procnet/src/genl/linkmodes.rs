//! How fast links are, as their drivers tell. `net/ethtool/linkmodes.c` `linkmodes_fill_reply`
//! (`include/uapi/linux/ethtool_netlink_generated.h`).

use super::{FIRST_FAMILY, HEADER};
use crate::diag::attribute::{Attribute, Attributes};
use crate::diag::message::{Message, Messages};
use crate::row::row;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of the settings of links.
pub static LINK_MODES: Messages = Messages::new::<Modes>(
    "linkmodes",
    "speed and duplex of links",
    "net/ethtool/linkmodes.c linkmodes_fill_reply",
);

row! {
    /// The link of one interface, of those whose drivers tell of it.
    #[derive(Default)]
    pub struct LinkMode {
        key ifindex: u32, None, "ifindex", "Number of the interface.";
        key interface: Span, None, "interface", "Name of the interface.";
        info speed: Option<u32>, None, "Mbit/s", "Speed of the link in Mbit/s (a million bits a second) each way; absent where it is not known, as without a carrier.";
        info duplex: Option<Duplex>, None, "duplex", "full where both ends send at the same time, half where they take turns.";
        info autoneg: Option<Autoneg>, None, "autoneg", "Whether both ends agree on the speed by themselves.";
        info lanes: Option<u32>, Count, "lanes", "Pairs of wires or fibres that the link uses.";
    }
}

meaning! {
    /// A `DUPLEX_*` number.
    pub struct Duplex, label dictionary::DUPLEX
}

meaning! {
    /// An `AUTONEG_*` number.
    pub struct Autoneg, label dictionary::AUTONEG
}

impl Duplex {
    /// `DUPLEX_HALF`: both ends take turns.
    pub const HALF: Self = Self(0);
}

/// The messages.
#[derive(Default)]
pub struct Modes;

/// `ETHTOOL_MSG_LINKMODES_GET_REPLY`.
const REPLY: u8 = 4;
/// `SPEED_UNKNOWN`.
const UNKNOWN_SPEED: u32 = u32::MAX;
/// `DUPLEX_UNKNOWN`.
const UNKNOWN_DUPLEX: u32 = 0xff;

impl Message for Modes {
    type Row = LinkMode;
    const TYPE: u16 = FIRST_FAMILY;

    fn is_row(kind: u16) -> bool {
        kind >= Self::TYPE
    }

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<LinkMode>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_first_chunk::<HEADER>().ok_or("shorter than genlmsghdr")?;
        if header[0] != REPLY {
            return Err("answer to another command");
        }
        let mut row = LinkMode::default();
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, &mut table.texts);
        }
        table.push(row);
        Ok(())
    }
}

impl LinkMode {
    /// Takes an attribute (`ETHTOOL_A_LINKMODES_*`).
    fn take(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        let number = attribute.u8().map(u32::from);
        match attribute.kind {
            1 => self.take_interface(attribute.nested(), texts),
            2 => self.autoneg = number.map(Autoneg),
            5 => self.speed = attribute.u32().filter(|speed| *speed != UNKNOWN_SPEED),
            6 => self.duplex = number.filter(|duplex| *duplex != UNKNOWN_DUPLEX).map(Duplex),
            9 => self.lanes = attribute.u32(),
            _ => {}
        }
    }

    /// Takes which interface it is (`ETHTOOL_A_HEADER_*`).
    fn take_interface(&mut self, attributes: Attributes<'_>, texts: &mut Texts) {
        for attribute in attributes {
            match attribute.kind {
                1 => self.ifindex = attribute.u32().unwrap_or_default(),
                2 => self.interface = texts.keep(attribute.text()),
                _ => {}
            }
        }
    }
}
