//! Attributes of a netlink message: type, length and bytes, one after another. `include/uapi/linux/netlink.h`
//! `struct nlattr`, `lib/nlattr.c` `nla_put`.
//!
//! Kernels grow their structures at the end and leave out what they do not know: everything is read as far as it
//! was sent, and what was not sent is `None`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Endian;

/// `AF_INET`.
pub const INET: u8 = 2;
/// `AF_INET6`.
pub const INET6: u8 = 10;

/// Bytes of `struct nlattr`: length and type.
const HEADER: usize = 4;
/// `NLA_F_NESTED`: the bytes are attributes.
const NESTED: u16 = 0x8000;
/// `NLA_F_NET_BYTEORDER`: the number is in network byte order.
const NET_BYTE_ORDER: u16 = 0x4000;

/// The attributes in these bytes. They end where a length cannot be true.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a> {
    rest: &'a [u8],
    endian: Endian,
}

impl<'a> Attributes<'a> {
    /// The attributes in these bytes, from a machine of this byte order.
    pub fn new(bytes: &'a [u8], endian: Endian) -> Self {
        Self { rest: bytes, endian }
    }

    /// The first attribute of this type.
    pub fn find(mut self, kind: u16) -> Option<Attribute<'a>> {
        Iterator::find(&mut self, |attribute| attribute.kind == kind)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    #[inline]
    fn next(&mut self) -> Option<Attribute<'a>> {
        let [a, b, c, d] = *self.rest.first_chunk::<HEADER>()?;
        let (length, kind) = (usize::from(self.endian.u16([a, b])), self.endian.u16([c, d]));
        let Some(bytes) = self.rest.get(HEADER..length) else {
            self.rest = &[];
            return None;
        };
        self.rest = self.rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        let endian = if kind & NET_BYTE_ORDER == 0 { self.endian } else { Endian::Big };
        Some(Attribute {
            kind: kind & !(NESTED | NET_BYTE_ORDER),
            numbers: Numbers { bytes, endian },
            host: self.endian,
        })
    }
}

/// One attribute.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    /// Type, without the flags.
    pub kind: u16,
    numbers: Numbers<'a>,
    host: Endian,
}

impl<'a> Attribute<'a> {
    /// Its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.numbers.bytes
    }

    /// It as a structure.
    pub fn numbers(&self) -> Numbers<'a> {
        self.numbers
    }

    /// It as attributes. Not every kernel marks the ones that are: what is nested is known by its type.
    pub fn nested(&self) -> Attributes<'a> {
        Attributes::new(self.numbers.bytes, self.host)
    }

    /// It as a number of 8 bits.
    pub fn u8(&self) -> Option<u8> {
        self.numbers.u8(0)
    }

    /// It as a number of 16 bits.
    pub fn u16(&self) -> Option<u16> {
        self.numbers.u16(0)
    }

    /// It as a number of 32 bits.
    pub fn u32(&self) -> Option<u32> {
        self.numbers.u32(0)
    }

    /// It as a number of 64 bits.
    pub fn u64(&self) -> Option<u64> {
        self.numbers.u64(0)
    }

    /// It as text: up to the first zero byte.
    pub fn text(&self) -> &'a [u8] {
        until_zero(self.bytes())
    }

    /// It as an address, of the family that its length tells.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.bytes().len() {
            4 => ip(INET, self.bytes()),
            16 => ip(INET6, self.bytes()),
            _ => None,
        }
    }
}

/// What stands before the first zero byte.
pub(crate) fn until_zero(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    &bytes[..end]
}

/// The address of this family that the bytes begin with.
#[inline]
pub(crate) fn ip(family: u8, bytes: &[u8]) -> Option<IpAddr> {
    match family {
        INET => bytes.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).into()),
        INET6 => bytes.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets).into()),
        _ => None,
    }
}

/// The address that stands for any, of a family.
pub(crate) fn any(family: u8) -> Option<IpAddr> {
    ip(family, &[0; 16])
}

/// A structure of C: numbers at places that never move, as far as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a> {
    bytes: &'a [u8],
    endian: Endian,
}

impl<'a> Numbers<'a> {
    /// The structure in these bytes, from a machine of this byte order.
    pub fn new(bytes: &'a [u8], endian: Endian) -> Self {
        Self { bytes, endian }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its byte order.
    pub fn endian(&self) -> Endian {
        self.endian
    }

    #[inline]
    fn at<const N: usize>(&self, place: usize) -> Option<[u8; N]> {
        self.bytes.get(place..)?.first_chunk().copied()
    }

    /// The 8 bits at a place.
    #[inline]
    pub fn u8(&self, place: usize) -> Option<u8> {
        self.bytes.get(place).copied()
    }

    /// The 16 bits at a place.
    #[inline]
    pub fn u16(&self, place: usize) -> Option<u16> {
        self.at(place).map(|bytes| self.endian.u16(bytes))
    }

    /// The 32 bits at a place.
    #[inline]
    pub fn u32(&self, place: usize) -> Option<u32> {
        self.at(place).map(|bytes| self.endian.u32(bytes))
    }

    /// The 64 bits at a place.
    #[inline]
    pub fn u64(&self, place: usize) -> Option<u64> {
        self.at(place).map(|bytes| self.endian.u64(bytes))
    }

    /// The 64 bits at a place, which the kernel hands out as two numbers of 32, the low one first: cookies.
    #[inline]
    pub fn low_high(&self, place: usize) -> Option<u64> {
        Some(u64::from(self.u32(place.saturating_add(4))?) << 32 | u64::from(self.u32(place)?))
    }

    /// The port at a place, which is in network byte order.
    #[inline]
    pub fn port(&self, place: usize) -> Option<u16> {
        self.at(place).map(u16::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_and_their_flags_are_no_part_of_the_type() {
        let bytes = [5, 0, 8, 0, 7, 0, 0, 0, 8, 0, 2, 0x40, 0, 0, 1, 0, 8, 0, 3, 0x80, 4, 0, 1, 0];
        let all: Vec<_> = Attributes::new(&bytes, Endian::Little).collect();
        assert_eq!(all.iter().map(|one| one.kind).collect::<Vec<_>>(), [8, 2, 3]);
        assert_eq!((all[0].u8(), all[0].u16()), (Some(7), None));
        assert_eq!(all[1].u32(), Some(256));
        let inner: Vec<_> = all[2].nested().collect();
        assert_eq!((inner.len(), inner[0].kind, inner[0].bytes()), (1, 1, &[][..]));
    }

    #[test]
    fn a_length_that_cannot_be_ends_them() {
        for length in [0u8, 3, 9, 255] {
            let bytes = [length, 0, 1, 0, 1, 2, 3, 4];
            assert_eq!(Attributes::new(&bytes, Endian::Little).count(), 0);
        }
    }

    #[test]
    fn a_number_counts_where_it_was_sent_whole() {
        let numbers = Numbers::new(&[1, 0, 0, 0, 2, 0], Endian::Little);
        assert_eq!((numbers.u32(0), numbers.u32(4), numbers.u16(4)), (Some(1), None, Some(2)));
        assert_eq!((numbers.u8(usize::MAX), numbers.u64(usize::MAX)), (None, None));
    }
}
