//! Numbers and strings as they stand in a recording, put into bytes and taken out of bytes that may be anything.

/// Appends a number: seven bits a byte, the lowest first.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a number that may be negative: small ones of both signs are short.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// Appends a piece and, before it, how long it is.
pub(super) fn put_piece(out: &mut Vec<u8>, piece: &[u8]) {
    put(out, piece.len() as u64);
    out.extend_from_slice(piece);
}

/// What is left of some bytes. Each reading gives `None` where there are too few of them, or they are none of the kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'b>(pub(super) &'b [u8]);

impl<'b> Rest<'b> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for (place, byte) in self.0.iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f).checked_shl(7 * place as u32)?;
            if byte & 0x80 == 0 {
                self.0 = &self.0[place + 1..];
                return Some(number);
            }
        }
        None
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A piece with its length before it.
    pub(super) fn piece(&mut self) -> Option<&'b [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    /// A number of eight bytes, the lowest first.
    pub(super) fn fixed(&mut self) -> Option<u64> {
        self.take(8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX];
        let signed = [0, -1, 1, 63, -64, i64::MIN, i64::MAX];
        let mut out = Vec::new();
        numbers.iter().for_each(|number| put(&mut out, *number));
        signed.iter().for_each(|number| put_signed(&mut out, *number));
        put_piece(&mut out, b"piece");
        let mut rest = Rest(&out);
        assert!(numbers.iter().all(|number| rest.number() == Some(*number)));
        assert!(signed.iter().all(|number| rest.signed() == Some(*number)));
        assert_eq!(rest.piece(), Some(&b"piece"[..]));
        assert!(rest.is_empty());
    }

    #[test]
    fn what_is_none_is_none() {
        assert_eq!(Rest(&[]).number(), None);
        assert_eq!(Rest(&[0x80]).number(), None);
        assert_eq!(Rest(&[0xff; 20]).number(), None);
        assert_eq!(Rest(&[5, 1, 2]).piece(), None);
        assert_eq!(Rest(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]).piece(), None);
    }
}
