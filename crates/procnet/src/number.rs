//! Numbers as the kernel prints them. What does not fit its type is no number: nothing is cut or wrapped.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::Endian;

/// Value of each byte as a hexadecimal digit; 255 where it is none.
pub(crate) static HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit] as usize] = digit as u8;
        table[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    table
};

/// A decimal number without sign.
pub fn decimal(word: &[u8]) -> Option<u64> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(digit.into()) }
    })
}

/// A decimal number that may begin with a minus.
pub fn signed(word: &[u8]) -> Option<i64> {
    match word.strip_prefix(b"-") {
        Some(digits) => 0i64.checked_sub_unsigned(decimal(digits)?),
        None => i64::try_from(decimal(word)?).ok(),
    }
}

/// A hexadecimal number without prefix.
pub fn hex(word: &[u8]) -> Option<u64> {
    if word.is_empty() || word.len() > 16 {
        return None;
    }
    let mut number = 0;
    let mut wrong = 0;
    for &byte in word {
        let digit = HEX[byte as usize];
        wrong |= digit;
        number = number << 4 | u64::from(digit & 15);
    }
    (wrong < 16).then_some(number)
}

/// A hexadecimal number of 32 bits.
pub fn hex32(word: &[u8]) -> Option<u32> {
    hex(word)?.try_into().ok()
}

/// A hexadecimal number with `0x` before it.
pub fn prefixed_hex(word: &[u8]) -> Option<u64> {
    hex(word.strip_prefix(b"0x")?)
}

/// Eight hexadecimal digits, as `%08X` prints them.
fn hex8(digits: &[u8]) -> Option<u32> {
    let digits: &[u8; 8] = digits.try_into().ok()?;
    let mut number = 0;
    let mut wrong = 0;
    for &byte in digits {
        let digit = HEX[byte as usize];
        wrong |= digit;
        number = number << 4 | u32::from(digit & 15);
    }
    (wrong < 16).then_some(number)
}

/// An IPv4 address printed as a number (`%08X` of a `__be32`).
pub fn ipv4(word: &[u8], endian: Endian) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::from(network_order(hex8(word)?, endian)))
}

/// An IPv6 address printed as four numbers (`%08X` of each `s6_addr32`).
pub fn ipv6(word: &[u8], endian: Endian) -> Option<Ipv6Addr> {
    if word.len() != 32 {
        return None;
    }
    let mut octets = [0; 16];
    for (quarter, digits) in octets.chunks_exact_mut(4).zip(word.chunks_exact(8)) {
        quarter.copy_from_slice(&network_order(hex8(digits)?, endian));
    }
    Some(Ipv6Addr::from(octets))
}

/// An IPv6 address printed as its bytes (`%pi6`).
pub fn ipv6_bytes(word: &[u8]) -> Option<Ipv6Addr> {
    ipv6(word, Endian::Big)
}

fn network_order(printed: u32, endian: Endian) -> [u8; 4] {
    match endian {
        Endian::Little => printed.to_le_bytes(),
        Endian::Big => printed.to_be_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_do_not_fit_are_none() {
        assert_eq!(decimal(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(decimal(b"18446744073709551616"), None);
        assert_eq!(decimal(b""), None);
        assert_eq!(decimal(b"12x"), None);
        assert_eq!(signed(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(signed(b"9223372036854775808"), None);
        assert_eq!(signed(b"-"), None);
        assert_eq!(hex(b"FFFFFFFFFFFFFFFF"), Some(u64::MAX));
        assert_eq!(hex(b"10000000000000000"), None);
        assert_eq!(hex(b"0g"), None);
        assert_eq!(hex32(b"100000000"), None);
        assert_eq!(prefixed_hex(b"0x1f"), Some(31));
        assert_eq!(prefixed_hex(b"1f"), None);
    }

    #[test]
    fn addresses_depend_on_the_byte_order() {
        assert_eq!(ipv4(b"0100007F", Endian::Little), Some(Ipv4Addr::LOCALHOST));
        assert_eq!(ipv4(b"7F000001", Endian::Big), Some(Ipv4Addr::LOCALHOST));
        let loopback = Some(Ipv6Addr::LOCALHOST);
        assert_eq!(ipv6(b"00000000000000000000000001000000", Endian::Little), loopback);
        assert_eq!(ipv6(b"00000000000000000000000000000001", Endian::Big), loopback);
        assert_eq!(ipv6_bytes(b"00000000000000000000000000000001"), loopback);
        assert_eq!(ipv4(b"0100007", Endian::Little), None);
    }
}
