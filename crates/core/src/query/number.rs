//! Numbers as people type them, with units, turned exactly into the unit of a column.

use std::cmp::Ordering;
use std::ops::Range;

use procnet::{Column, Kind, Unit};

use super::address::Wrong;
use super::error::cited;

/// A number as a fraction: compared with cells without rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// The largest of both, so that a cell times the denominator is a number too.
    const LARGEST_NUMERATOR: i128 = 1 << 120;
    const LARGEST_DENOMINATOR: i128 = 1 << 60;

    fn new(numerator: i128, denominator: i128) -> Option<Self> {
        let shared = divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let shared = i128::try_from(shared).ok().filter(|shared| *shared > 0)?;
        let (numerator, denominator) = (numerator / shared, denominator / shared);
        let fits = numerator.abs() <= Self::LARGEST_NUMERATOR
            && (1..=Self::LARGEST_DENOMINATOR).contains(&denominator);
        fits.then_some(Self { numerator, denominator })
    }

    fn times(self, by: (i128, i128)) -> Option<Self> {
        Self::new(self.numerator.checked_mul(by.0)?, self.denominator.checked_mul(by.1)?)
    }

    /// How a cell stands to it. A cell of a table has 64 bits, with or without sign.
    pub(super) fn order_of(self, cell: i128) -> Ordering {
        match cell.checked_mul(self.denominator) {
            Some(cell) => cell.cmp(&self.numerator),
            None => cell.cmp(&0),
        }
    }

    /// How a computed cell stands to it; nothing where the cell is no number.
    pub(super) fn order_of_float(self, cell: f64) -> Option<Ordering> {
        cell.partial_cmp(&(self.numerator as f64 / self.denominator as f64))
    }

    /// Which of two is less.
    pub(super) fn is_less(self, other: Self) -> bool {
        match (self.numerator.checked_mul(other.denominator), other.numerator.checked_mul(self.denominator)) {
            (Some(one), Some(other)) => one < other,
            _ => (self.numerator / self.denominator) < (other.numerator / other.denominator),
        }
    }

    /// As bits, where it is a whole number of at most 32 of them.
    pub(super) fn bits(self) -> Option<u32> {
        (self.denominator == 1).then(|| u32::try_from(self.numerator).ok())?
    }
}

fn divisor(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// What the numbers of a column measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Time, and how many of the column's unit are a nanosecond, as a fraction.
    Time(i128, i128),
    Bytes,
    BytesPerSecond,
    Percent,
    Number,
    NumberPerSecond,
}

fn measure(column: &Column, clk_tck: u64) -> Measure {
    let is_rate = column.kind == Kind::Rate;
    match column.unit {
        Unit::Nanoseconds => Measure::Time(1, 1),
        Unit::Microseconds => Measure::Time(1, 1_000),
        Unit::Milliseconds => Measure::Time(1, 1_000_000),
        Unit::Ticks => Measure::Time(clk_tck.max(1).into(), 1_000_000_000),
        Unit::BytesPerSecond => Measure::BytesPerSecond,
        Unit::Bytes if is_rate => Measure::BytesPerSecond,
        Unit::Bytes => Measure::Bytes,
        Unit::Percent => Measure::Percent,
        Unit::None | Unit::Count | Unit::Packets | Unit::Segments if is_rate => Measure::NumberPerSecond,
        Unit::None | Unit::Count | Unit::Packets | Unit::Segments => Measure::Number,
    }
}

/// Reads a number in the unit of a column. Wrong is a word that is no number, or one in a unit that the
/// column has not; the place is in the word.
pub(super) fn parse(word: &str, column: &Column, clk_tck: u64) -> Result<Exact, Wrong> {
    let whole = 0..word.len();
    let not_a_number =
        || (whole.clone(), format!("{} is not a number; {}", cited(word), fits(column, clk_tck)));
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    let sign = if word.starts_with('-') { -1 } else { 1 };
    if let Some(digits) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(not_a_number());
        }
        let number = i128::from_str_radix(digits, 16).ok().and_then(|number| Exact::new(sign * number, 1));
        return number.ok_or_else(|| too_long(word, whole));
    }
    let (number, suffix) = split(unsigned).ok_or_else(not_a_number)?;
    let Some(scale) = scale(suffix, measure(column, clk_tck)) else {
        let place: Range<usize> = word.len() - suffix.len()..word.len();
        let begins_a_word = suffix.starts_with(|letter: char| letter.is_alphabetic() || letter == '%');
        return Err(if begins_a_word {
            (place, format!("unit {} does not fit; {}", cited(suffix), fits(column, clk_tck)))
        } else {
            not_a_number()
        });
    };
    decimal(number, sign).and_then(|number| number.times(scale)).ok_or_else(|| too_long(word, whole))
}

/// Whether a word is a number with a unit of time, bytes or the like behind it, whatever the column.
pub(super) fn has_unit(word: &str) -> bool {
    let any = [Measure::Time(1, 1), Measure::Bytes, Measure::BytesPerSecond, Measure::Percent];
    let number = split(word.strip_prefix(['-', '+']).unwrap_or(word));
    number.is_some_and(|(_, unit)| {
        !unit.is_empty() && any.iter().any(|measure| scale(unit, *measure).is_some())
    })
}

fn too_long(word: &str, at: Range<usize>) -> Wrong {
    (at, format!("{} has too many digits", cited(word)))
}

/// The digits, with a point or without, and what follows them.
fn split(word: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(word);
    let part = word[whole..].strip_prefix('.').map_or(0, digits);
    let end = if part > 0 { whole + 1 + part } else { whole };
    (whole > 0).then(|| word.split_at(end))
}

fn decimal(number: &str, sign: i128) -> Option<Exact> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = part.trim_end_matches('0');
    let (mut numerator, mut denominator) = (0_i128, 1_i128);
    for digit in whole.bytes().chain(part.bytes()) {
        numerator = numerator.checked_mul(10)?.checked_add((digit - b'0').into())?;
    }
    for _ in part.bytes() {
        denominator = denominator.checked_mul(10)?;
    }
    Exact::new(sign * numerator, denominator)
}

/// How many of the column's unit are one of the unit that was typed.
fn scale(unit: &str, measure: Measure) -> Option<(i128, i128)> {
    if unit.is_empty() {
        return Some((1, 1));
    }
    if unit.strip_suffix("/s").unwrap_or(unit) == "m" && !matches!(measure, Measure::Time(..)) {
        // Minutes or millions: who types it where there is no time must say which.
        return None;
    }
    let whole = |number: Option<i128>| number.map(|number| (number, 1));
    match measure {
        Measure::Time(one, of) => nanoseconds(unit).map(|length| (length * one, of)),
        Measure::Percent => (unit == "%").then_some((1, 1)),
        Measure::Number => whole(prefix(unit)),
        Measure::NumberPerSecond => whole(prefix(unit.strip_suffix("/s").unwrap_or(unit))),
        Measure::Bytes => whole(prefix(unit.strip_suffix(['B', 'b']).unwrap_or(unit))),
        Measure::BytesPerSecond => {
            let name = unit.strip_suffix("/s").unwrap_or(unit);
            if let Some(bits) = name.strip_suffix("bit").or_else(|| unit.strip_suffix("bps")) {
                return prefix(bits).map(|bits| (bits, 8));
            }
            whole(prefix(unit.strip_suffix("Bps").or_else(|| name.strip_suffix('B')).unwrap_or(name)))
        }
    }
}

fn nanoseconds(unit: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        // The sign for micro, and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" | "min" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        _ => return None,
    })
}

/// A decimal or binary prefix, upper and lower case alike; none is 1.
fn prefix(letters: &str) -> Option<i128> {
    let (first, is_binary) = match letters.as_bytes() {
        [] => return Some(1),
        [first] => (first, false),
        [first, b'i' | b'I'] => (first, true),
        _ => return None,
    };
    let power = 1 + b"kmgtpe".iter().position(|letter| *letter == first.to_ascii_lowercase())?;
    Some((0..power).fold(1, |number, _| number * if is_binary { 1024 } else { 1000 }))
}

/// What a number of the column may look like, in words.
fn fits(column: &Column, clk_tck: u64) -> String {
    let units = match measure(column, clk_tck) {
        Measure::Time(..) => "a number may have ns, us, ms, s, m, h or d",
        Measure::Bytes => "a number may have k, M, G, T or Ki, Mi, Gi, Ti, and B",
        Measure::BytesPerSecond => "a number may be in B/s or bit/s, with k, M, G, T or Ki, Mi, Gi, Ti",
        Measure::Percent => "a number may have %",
        Measure::Number => "a number may have k, M, G, T or Ki, Mi, Gi, Ti",
        Measure::NumberPerSecond => "a number may have k, M, G, T or Ki, Mi, Gi, Ti, and /s",
    };
    let own = match column.unit {
        Unit::Nanoseconds => "; alone it is nanoseconds",
        Unit::Microseconds => "; alone it is microseconds",
        Unit::Milliseconds => "; alone it is milliseconds",
        Unit::Ticks => "; alone it is clock ticks",
        _ => "",
    };
    format!("{units}{own}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(unit: Unit, kind: Kind) -> Column {
        Column { name: "x", title: "x", unit, kind, doc: "" }
    }

    fn read(word: &str, unit: Unit) -> Option<(i128, i128)> {
        parse(word, &column(unit, Kind::Gauge), 100).ok().map(|number| (number.numerator, number.denominator))
    }

    #[test]
    fn units_are_turned_exactly() {
        for (word, unit, number) in [
            ("50ms", Unit::Microseconds, (50_000, 1)),
            ("50", Unit::Microseconds, (50, 1)),
            ("1.5s", Unit::Milliseconds, (1_500, 1)),
            ("200us", Unit::Milliseconds, (1, 5)),
            ("200µs", Unit::Nanoseconds, (200_000, 1)),
            ("200μs", Unit::Nanoseconds, (200_000, 1)),
            ("2m", Unit::Milliseconds, (120_000, 1)),
            ("1h", Unit::Ticks, (360_000, 1)),
            ("15ms", Unit::Ticks, (3, 2)),
            ("1.5MiB", Unit::Bytes, (1_572_864, 1)),
            ("10k", Unit::Bytes, (10_000, 1)),
            ("10Kb", Unit::Bytes, (10_000, 1)),
            ("1mb", Unit::Bytes, (1_000_000, 1)),
            ("3B", Unit::Bytes, (3, 1)),
            ("10MB/s", Unit::BytesPerSecond, (10_000_000, 1)),
            ("80Mbit/s", Unit::BytesPerSecond, (10_000_000, 1)),
            ("80Mbps", Unit::BytesPerSecond, (10_000_000, 1)),
            ("80Mbit", Unit::BytesPerSecond, (10_000_000, 1)),
            ("1MBps", Unit::BytesPerSecond, (1_000_000, 1)),
            ("1Ki", Unit::BytesPerSecond, (1024, 1)),
            ("9bit/s", Unit::BytesPerSecond, (9, 8)),
            ("1.50%", Unit::Percent, (3, 2)),
            ("-3", Unit::Count, (-3, 1)),
            ("+3", Unit::Count, (3, 1)),
            ("0x1F", Unit::None, (31, 1)),
            ("2G", Unit::Packets, (2_000_000_000, 1)),
            ("18446744073709551615", Unit::Bytes, (u64::MAX.into(), 1)),
            ("1E", Unit::Count, (1_000_000_000_000_000_000, 1)),
        ] {
            assert_eq!(read(word, unit), Some(number), "{word}");
        }
        let rate = parse("2k/s", &column(Unit::Packets, Kind::Rate), 100).unwrap();
        assert_eq!((rate.numerator, rate.denominator), (2000, 1));
        assert!(parse("8Mbit/s", &column(Unit::Bytes, Kind::Rate), 100).is_ok());
    }

    #[test]
    fn what_is_no_number_has_a_place() {
        let wrong = |word: &str, unit| parse(word, &column(unit, Kind::Gauge), 100).unwrap_err().0;
        assert_eq!(wrong("50ms", Unit::Bytes), 2..4);
        assert_eq!(wrong("5MB", Unit::Microseconds), 1..3);
        assert_eq!(wrong("-5kg", Unit::Count), 2..4);
        assert_eq!(wrong("5%", Unit::Count), 1..2);
        assert_eq!(wrong("5m", Unit::Bytes), 1..2);
        assert_eq!(wrong("10Mb/s", Unit::BytesPerSecond), 2..6);
        for word in ["", "x", "-", "1_0", "1.", ".5", "0x", "0xg", "1-2", "--1", "1.2.3"] {
            assert_eq!(wrong(word, Unit::Count), 0..word.len(), "{word}");
        }
        let long = "9".repeat(60);
        assert_eq!(wrong(&long, Unit::Count), 0..60);
        assert_eq!(wrong(&format!("0.{}", "3".repeat(25)), Unit::Count), 0..27);
        assert_eq!(wrong(&"f".repeat(60).replacen('f', "0x", 1), Unit::Count).start, 0);
        assert!(read("99999999999999999999E", Unit::Bytes).is_none());
    }

    #[test]
    fn cells_are_compared_without_rounding() {
        let number = |word| parse(word, &column(Unit::Count, Kind::Gauge), 100).unwrap();
        assert_eq!(number("1.5").order_of(1), Ordering::Less);
        assert_eq!(number("1.5").order_of(2), Ordering::Greater);
        assert_eq!(number("9007199254740993").order_of(9_007_199_254_740_992), Ordering::Less);
        assert_eq!(number("18446744073709551615").order_of(u64::MAX.into()), Ordering::Equal);
        assert_eq!(number("-1").order_of(i64::MIN.into()), Ordering::Less);
        assert_eq!(number("0.000000000000000001").order_of(u64::MAX.into()), Ordering::Greater);
        assert_eq!(number("12.3").order_of_float(12.3), Some(Ordering::Equal));
        assert_eq!(number("1").order_of_float(f64::NAN), None);
        assert!(number("1.5").is_less(number("1.6")) && !number("2").is_less(number("2")));
    }

    #[test]
    fn units_are_known_without_a_column() {
        assert!(has_unit("5ms") && has_unit("1.5MiB") && has_unit("3%") && has_unit("5k"));
        assert!(!has_unit("5") && !has_unit("5x") && !has_unit("ms") && !has_unit(""));
    }
}
