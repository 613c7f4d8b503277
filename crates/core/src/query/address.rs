//! Addresses and prefixes as people type them.

use std::net::IpAddr;
use std::ops::Range;

use super::error::cited;

/// An address, or all addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    /// IPv4, and IPv6 addresses that are mapped from it.
    V4 { bits: u32, mask: u32 },
    /// IPv6.
    V6 { bits: u128, mask: u128 },
}

/// What is wrong with a word, and where in it.
pub(super) type Wrong = (Range<usize>, String);

impl Network {
    /// An address, or one with the number of its bits that count. `None` where the word is something else;
    /// wrong where it can only have been meant as an address.
    pub(super) fn parse(word: &str) -> Result<Option<Self>, Wrong> {
        let Some((before, behind)) = word.split_once('/') else {
            return match address(word) {
                Some(address) => Ok(Some(Self::new(address, None))),
                None if is_meant(word) => Err((0..word.len(), format!("{} is not an address", cited(word)))),
                None => Ok(None),
            };
        };
        let Some(address) = address(before) else {
            let is_length = !behind.is_empty() && behind.bytes().all(|byte| byte.is_ascii_digit());
            return if is_length && is_meant(before) {
                Err((0..before.len(), format!("{} is not an address", cited(before))))
            } else {
                Ok(None)
            };
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let digits = !behind.is_empty() && behind.bytes().all(|byte| byte.is_ascii_digit());
        match behind.parse::<u32>() {
            Ok(length) if digits && length <= most => Ok(Some(Self::new(address, Some(length)))),
            _ => {
                let said = format!("{} is not the length of a prefix: 0 to {most}", cited(behind));
                Err((before.len() + 1..word.len(), said))
            }
        }
    }

    fn new(address: IpAddr, length: Option<u32>) -> Self {
        const MAPPED: u32 = 96;
        let v4 = |bits: u32, length: u32| {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Self::V4 { bits: bits & mask, mask }
        };
        match (address, address.to_canonical(), length) {
            (IpAddr::V4(address), _, length) => v4(address.to_bits(), length.unwrap_or(32)),
            (_, IpAddr::V4(address), None) => v4(address.to_bits(), 32),
            (_, IpAddr::V4(address), Some(length @ MAPPED..)) => v4(address.to_bits(), length - MAPPED),
            (IpAddr::V6(address), _, length) => {
                let mask = u128::MAX.checked_shl(128 - length.unwrap_or(128)).unwrap_or(0);
                Self::V6 { bits: address.to_bits() & mask, mask }
            }
        }
    }

    /// Whether an address is in it.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (*self, address, address.to_canonical()) {
            (Self::V4 { bits, mask }, _, IpAddr::V4(address)) => address.to_bits() & mask == bits,
            (Self::V6 { bits, mask }, IpAddr::V6(address), _) => address.to_bits() & mask == bits,
            _ => false,
        }
    }
}

/// A single address; one of IPv6 may stand in square brackets.
pub(super) fn address(word: &str) -> Option<IpAddr> {
    let inner = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
    let address: IpAddr = inner.unwrap_or(word).parse().ok()?;
    (inner.is_none() || address.is_ipv6()).then_some(address)
}

/// Whether a word is of the letters of an address and of the form of one: four numbers with points, or two
/// colons in a row. (A hardware address has single colons.)
fn is_meant(word: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
    let points = word.bytes().filter(|byte| *byte == b'.').count();
    let is_v4 = points == 3
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !word.contains("..")
        && !word.starts_with('.');
    let is_v6 = word.bytes().all(letters)
        && (word.contains("::") || (word.starts_with(':') && word.len() > 1 && !word.contains('.')));
    is_v4 || is_v6
}

/// Whether a word is of hex digits, colons, points and a length of a prefix, and has a colon.
pub(super) fn looks_like_v6(word: &str) -> bool {
    let (address, length) = word.split_once('/').unwrap_or((word, ""));
    address.contains(':')
        && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.')
        && length.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn prefixes_hold_addresses_of_both_forms() {
        for (network, address) in [
            ("10.0.0.0/8", "10.1.2.3"),
            ("10.9.9.9/8", "10.1.2.3"),
            ("10.0.0.0/8", "::ffff:10.1.2.3"),
            ("::ffff:10.0.0.0/104", "10.1.2.3"),
            ("::ffff:10.1.2.3", "10.1.2.3"),
            ("::ffff:10.1.2.3", "::ffff:10.1.2.3"),
            ("0.0.0.0/0", "255.1.1.1"),
            ("::/0", "2001:db8::1"),
            ("::/0", "::ffff:1.2.3.4"),
            ("[::1]", "::1"),
            ("2001:db8::/32", "2001:db8:1::5"),
            ("::1/128", "::1"),
            ("1.2.3.4/32", "1.2.3.4"),
        ] {
            assert!(holds(network, address), "{network} {address}");
        }
        for (network, address) in [
            ("10.0.0.0/8", "11.0.0.0"),
            ("0.0.0.0/0", "::1"),
            ("::/0", "1.2.3.4"),
            ("::1", "::2"),
            ("1.2.3.4/32", "1.2.3.5"),
        ] {
            assert!(!holds(network, address), "{network} {address}");
        }
    }

    #[test]
    fn what_was_meant_as_an_address_is_wrong() {
        let wrong = |word: &str| Network::parse(word).unwrap_err().0;
        assert_eq!(wrong("10.0.0.256"), 0..10);
        assert_eq!(wrong("10.0.0.1/33"), 9..11);
        assert_eq!(wrong("::1/129"), 4..7);
        assert_eq!(wrong("::1/"), 4..4);
        assert_eq!(wrong("::1/+5"), 4..6);
        assert_eq!(wrong("2001:::1"), 0..8);
        assert_eq!(wrong("10.0.0.300/8"), 0..10);
        assert_eq!(wrong(":1"), 0..2);
        for other in ["aa:bb:cc:dd:ee:ff", "1.2.3", "eth0", "/run/x", "a/b", "", "443", ":", "[1.2.3.4]"] {
            assert_eq!(Network::parse(other), Ok(None), "{other}");
        }
    }
}
