//! Sizes as they are typed: `32M`, `1GiB`, `0`.

use std::fmt;
use std::str::FromStr;

/// So many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(pub(crate) u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
            "" | "B" => Some(0),
            "K" | "KB" | "KIB" => Some(10),
            "M" | "MB" | "MIB" => Some(20),
            "G" | "GB" | "GIB" => Some(30),
            "T" | "TB" | "TIB" => Some(40),
            _ => None,
        };
        let number = digits.parse::<u64>().ok();
        let bytes = shift.zip(number).and_then(|(shift, number)| number.checked_mul(1 << shift));
        bytes.map(Self).ok_or_else(|| "it is a size, as 32M or 1G".to_owned())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40, "T"), (30, "G"), (20, "M"), (10, "K")];
        let unit = units.into_iter().find(|(shift, _)| self.0 > 0 && self.0.trailing_zeros() >= *shift);
        let (shift, unit) = unit.unwrap_or((0, ""));
        write!(f, "{}{unit}", self.0 >> shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes, again) in [
            ("0", 0, "0"),
            ("32M", 32 << 20, "32M"),
            ("2GiB", 2 << 30, "2G"),
            ("1048577", (1 << 20) + 1, "1048577"),
        ] {
            let size: Size = text.parse().unwrap();
            assert_eq!((size, size.to_string().as_str()), (Size(bytes), again));
        }
        for wrong in ["", "G", "1X", "-1G", "99999999999T", "1.5G"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
