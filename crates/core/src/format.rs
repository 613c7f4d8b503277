//! Values as text: the only place that formats, and the only one that makes text from outside harmless.

use std::borrow::Cow;
use std::fmt::Write;
use std::net::IpAddr;

use procnet::{Column, Kind, Unit, Value};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::snapshot::Snapshot;

/// Writes a value as people read it; `clk_tck` turns clock ticks into seconds.
pub fn text(value: Value<'_>, column: &Column, clk_tck: u64, out: &mut String) {
    let written = match value {
        Value::Absent(why) => {
            out.push_str(if why.is_empty() { "-" } else { why });
            Ok(())
        }
        Value::Unsigned(ticks) if column.unit == Unit::Ticks => {
            write!(out, "{:.2}s", ticks as f64 / clk_tck.max(1) as f64)
        }
        Value::Signed(ticks) if column.unit == Unit::Ticks => {
            write!(out, "{:.2}s", ticks as f64 / clk_tck.max(1) as f64)
        }
        Value::Unsigned(number) => count(number, column.unit, out),
        Value::Signed(number) => write!(out, "{number}"),
        Value::Float(number) if column.kind == Kind::Rate => rate(number, out),
        Value::Float(number) if column.unit == Unit::Percent => write!(out, "{number:.1}%"),
        Value::Float(number) => write!(out, "{number}"),
        Value::Named(number, name) => write!(out, "{number} {name}"),
        Value::Label(word) => {
            out.push_str(word);
            Ok(())
        }
        Value::Text(bytes) => {
            harmless(bytes, out);
            Ok(())
        }
        Value::Line(bytes) => {
            line(bytes, out);
            Ok(())
        }
        Value::Ip(IpAddr::V4(address)) => {
            for (place, octet) in address.octets().into_iter().enumerate() {
                if place > 0 {
                    out.push('.');
                }
                decimal(octet.into(), out);
            }
            Ok(())
        }
        Value::Ip(address) => write!(out, "{address}"),
        Value::Flags(bits, names) => flags(bits, names, ' ', out),
        Value::Letters(bits, letters) => self::letters(bits, letters, out),
        Value::Pids(pids) => list(pids, out),
        Value::Time(wall) => write!(out, "{}", rfc3339(wall)),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

/// Writes a cell of a snapshot: among owners of a socket the program that reads is marked.
pub fn cell(value: Value<'_>, column: &Column, snapshot: &Snapshot, out: &mut String) {
    text(value, column, snapshot.machine.clk_tck, out);
    if let (Value::Pids(pids), Some(pid)) = (value, snapshot.naming.reader.pid)
        && pids.contains(&pid)
    {
        out.push_str(" (netmonitor)");
    }
}

/// Whether a value stands at the right of its column.
pub fn right_aligned(value: &Value<'_>) -> bool {
    matches!(value, Value::Unsigned(_) | Value::Signed(_) | Value::Float(_))
}

/// A number as it is. It stands in nearly every cell, and formatting by traits costs several times as much.
fn decimal(mut number: u64, out: &mut String) {
    let mut digits = [0; 20];
    let mut place = digits.len();
    loop {
        place -= 1;
        digits[place] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    // Digits are ASCII.
    out.push_str(str::from_utf8(&digits[place..]).unwrap_or_default());
}

/// So many tenths or hundredths as a decimal fraction: `one` of them are a whole.
fn fraction(parts: u64, one: u64, unit: &str, out: &mut String) {
    decimal(parts / one, out);
    out.push('.');
    if one == 100 && parts % one < 10 {
        out.push('0');
    }
    decimal(parts % one, out);
    out.push_str(unit);
}

/// A number in its unit: times as people say them, the rest as it is.
fn count(number: u64, unit: Unit, out: &mut String) -> std::fmt::Result {
    let nanoseconds = match unit {
        Unit::Nanoseconds => 1,
        Unit::Microseconds => 1_000,
        Unit::Milliseconds => 1_000_000,
        Unit::BytesPerSecond => return rate(number as f64, out),
        _ => {
            decimal(number, out);
            return Ok(());
        }
    };
    match number.saturating_mul(nanoseconds) {
        0 => out.push('0'),
        short @ ..1_000_000 => {
            decimal(short.div_ceil(1_000), out);
            out.push_str("µs");
        }
        short @ ..1_000_000_000 => fraction((short + 50_000) / 100_000, 10, "ms", out),
        long => return duration(long, out),
    }
    Ok(())
}

/// A time of a second or more, in the two largest of its units.
fn duration(nanoseconds: u64, out: &mut String) -> std::fmt::Result {
    let seconds = nanoseconds / 1_000_000_000;
    match seconds {
        0..120 => {
            fraction((nanoseconds + 5_000_000) / 10_000_000, 100, "s", out);
            Ok(())
        }
        120..7_200 => write!(out, "{}m{:02}s", seconds / 60, seconds % 60),
        7_200..172_800 => write!(out, "{}h{:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => write!(out, "{}d{:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// A length of time as people say it, in whole seconds: `60s`, `3m56s`, `2h05m`.
pub fn length(nanoseconds: u64, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match nanoseconds / 1_000_000_000 {
        0 => write!(out, "{}ms", nanoseconds / 1_000_000),
        seconds @ 1..120 => write!(out, "{seconds}s"),
        _ => duration(nanoseconds, out),
    };
}

/// The wall clock as RFC 3339, in UTC with milliseconds.
pub fn rfc3339(wall: i64) -> String {
    match jiff::Timestamp::from_nanosecond(wall.into()) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => "1970-01-01T00:00:00.000Z".to_owned(),
    }
}

/// A rate: exact below 1,000, then four digits and a decimal prefix.
fn rate(number: f64, out: &mut String) -> std::fmt::Result {
    const PREFIXES: [&str; 6] = ["", "k", "M", "G", "T", "P"];
    let (mut number, mut step) = (number, 0);
    while number >= 1000.0 && step + 1 < PREFIXES.len() {
        number /= 1000.0;
        step += 1;
    }
    match step {
        0 if number.fract() == 0.0 => write!(out, "{number}"),
        0 => write!(out, "{number:.1}"),
        _ => write!(out, "{number:.2}{}", PREFIXES[step]),
    }
}

/// A number in at most four characters, for the scale of a picture: `950`, `1.5k`, `20M`.
pub fn brief(number: f64, out: &mut String) {
    const PREFIXES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let (mut number, mut step) = (number.max(0.0), 0);
    while number >= 999.5 && step + 1 < PREFIXES.len() {
        number /= 1000.0;
        step += 1;
    }
    let tenths = (number * 10.0).round();
    // Writing to a string cannot fail.
    let _ = match tenths < 100.0 && tenths % 10.0 != 0.0 {
        true => write!(out, "{number:.1}{}", PREFIXES[step]),
        false => write!(out, "{number:.0}{}", PREFIXES[step]),
    };
}

fn flags(
    bits: u32,
    names: &'static [(u32, &'static str)],
    between: char,
    out: &mut String,
) -> std::fmt::Result {
    if bits == 0 {
        return write!(out, "-");
    }
    for (place, name) in flag_names(bits, names).enumerate() {
        if place > 0 {
            out.push(between);
        }
        out.push_str(&name);
    }
    Ok(())
}

/// The names of the bits that are set, each bit named once; what is left over as one number.
pub fn flag_names(
    bits: u32,
    names: &'static [(u32, &'static str)],
) -> impl Iterator<Item = Cow<'static, str>> + Clone {
    let mut rest = bits;
    let mut names = names.iter();
    std::iter::from_fn(move || {
        if let Some((mask, name)) = names.find(|(mask, _)| rest & mask == *mask) {
            rest &= !mask;
            return Some(Cow::Borrowed(*name));
        }
        let left = std::mem::take(&mut rest);
        (left != 0).then(|| Cow::Owned(format!("{left:#x}")))
    })
}

fn letters(bits: u32, letters: &[(u32, &str)], out: &mut String) -> std::fmt::Result {
    let mut rest = bits;
    for (mask, letter) in letters {
        if bits & mask != 0 {
            rest &= !mask;
            out.push_str(letter);
        }
    }
    if rest == 0 { Ok(()) } else { write!(out, "+{rest:#x}") }
}

fn list(numbers: &[u32], out: &mut String) -> std::fmt::Result {
    for (place, number) in numbers.iter().enumerate() {
        if place > 0 {
            out.push(' ');
        }
        decimal((*number).into(), out);
    }
    Ok(())
}

/// Marks that may stand on one letter: more than any language needs would be heaped on the lines around.
const MARKS: usize = 4;

/// Writes text from outside so that it can do nothing to a terminal and hides nothing: control characters,
/// marks that change the direction of writing and characters without width become escapes, and so do bytes
/// that are no UTF-8. Marks on letters stay, as long as they are a few on a letter of the same text.
pub fn harmless(bytes: &[u8], out: &mut String) {
    // Nearly all text is of this kind.
    if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return out.push_str(str::from_utf8(bytes).unwrap_or_default());
    }
    let mut room = 0;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let is_mark = character.width() == Some(0);
            if is_harmful(character) || is_mark && room == 0 {
                let _ = write!(out, "{}", character.escape_unicode());
                room = 0;
            } else {
                out.push(character);
                room = if is_mark { room - 1 } else { MARKS };
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

/// Writes a line from outside as a terminal would show it, with its tabs as blanks, and as harmless.
fn line(bytes: &[u8], out: &mut String) {
    const TAB: usize = 8;
    let start = out.len();
    for (place, piece) in bytes.split(|&byte| byte == b'\t').enumerate() {
        if place > 0 {
            let column = out[start..].chars().count();
            out.extend(std::iter::repeat_n(' ', TAB - column % TAB));
        }
        harmless(piece, out);
    }
}

/// How many columns of a terminal a text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The same as a text of its own.
pub fn harmless_text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    harmless(bytes, &mut out);
    out
}

/// Characters that a terminal acts on or that show nothing.
pub fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_brief() {
        let of = |number| {
            let mut out = String::new();
            brief(number, &mut out);
            out
        };
        for (number, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (9.96, "10"),
            (950.0, "950"),
            (999.6, "1k"),
            (1500.0, "1.5k"),
            (2e7, "20M"),
            (f64::MAX, ""),
        ] {
            assert!(of(number) == text || text.is_empty(), "{number}: {}", of(number));
        }
    }

    fn column(unit: Unit, kind: Kind) -> Column {
        Column { name: "x", title: "x", unit, kind, doc: "" }
    }

    fn shown(value: Value<'_>, unit: Unit, kind: Kind) -> String {
        let mut out = String::new();
        text(value, &column(unit, kind), 100, &mut out);
        out
    }

    #[test]
    fn values_as_people_read_them() {
        const NAMES: &[(u32, &str)] = &[(1, "A"), (2, "B")];
        assert_eq!(shown(Value::Unsigned(1185), Unit::Ticks, Kind::Gauge), "11.85s");
        assert_eq!(shown(Value::Signed(59_850), Unit::Ticks, Kind::Gauge), "598.50s");
        assert_eq!(shown(Value::Unsigned(u64::MAX), Unit::Bytes, Kind::Counter), "18446744073709551615");
        assert_eq!(shown(Value::Float(12.0), Unit::Bytes, Kind::Rate), "12");
        assert_eq!(shown(Value::Float(12.34), Unit::Bytes, Kind::Rate), "12.3");
        assert_eq!(shown(Value::Float(12_345.0), Unit::Bytes, Kind::Rate), "12.35k");
        assert_eq!(shown(Value::Flags(7, NAMES), Unit::None, Kind::Info), "A B 0x4");
        assert_eq!(shown(Value::Flags(0, NAMES), Unit::None, Kind::Info), "-");
        assert_eq!(shown(Value::Letters(6, NAMES), Unit::None, Kind::Info), "B+0x4");
        assert_eq!(shown(Value::Pids(&[1, 22]), Unit::None, Kind::Info), "1 22");
        assert_eq!(shown(Value::Line(b"ab\tc\t\x1b"), Unit::None, Kind::Info), "ab      c       \\u{1b}");
        assert_eq!(shown(Value::Absent(""), Unit::None, Kind::Info), "-");
        assert_eq!(shown(Value::Absent("why"), Unit::None, Kind::Info), "why");
        assert_eq!(shown(Value::Named(1, "other"), Unit::None, Kind::Info), "1 other");
        assert_eq!(shown(Value::Unsigned(830), Unit::Microseconds, Kind::Gauge), "830µs");
        assert_eq!(shown(Value::Unsigned(1), Unit::Nanoseconds, Kind::Gauge), "1µs");
        assert_eq!(shown(Value::Unsigned(12_440), Unit::Microseconds, Kind::Gauge), "12.4ms");
        assert_eq!(shown(Value::Unsigned(1_520), Unit::Milliseconds, Kind::Gauge), "1.52s");
        let ages = [119_990, 120_000, 7_199_000, 7_260_000, 172_800_000].map(Value::Unsigned);
        let ages = ages.map(|age| shown(age, Unit::Milliseconds, Kind::Gauge));
        assert_eq!(ages, ["119.99s", "2m00s", "119m59s", "2h01m", "2d00h"]);
        assert_eq!(shown(Value::Unsigned(125_000_000), Unit::BytesPerSecond, Kind::Gauge), "125.00M");
        assert_eq!(shown(Value::Float(12.5), Unit::Percent, Kind::Gauge), "12.5%");
    }

    #[test]
    fn times() {
        assert_eq!(rfc3339(1_000_000_000_123_456_789), "2001-09-09T01:46:40.123Z");
        assert_eq!(rfc3339(i64::MIN), "1677-09-21T00:12:43.145Z");
    }

    #[test]
    fn nothing_from_outside_reaches_a_terminal_raw() {
        assert_eq!(harmless_text(b"\x1b[2Jx\xff\n"), r"\u{1b}[2Jx\xff\u{a}");
        assert_eq!(harmless_text("\u{301}e\u{301}".as_bytes()), "\\u{301}e\u{301}");
        assert_eq!(
            harmless_text(format!("e{}", "\u{301}".repeat(5)).as_bytes()),
            format!("e{}\\u{{301}}", "\u{301}".repeat(4))
        );
        assert_eq!(harmless_text("a\u{202e}b\u{9b}31m\u{200b}é".as_bytes()), r"a\u{202e}b\u{9b}31m\u{200b}é");
        for character in '\0'..='\u{ff}' {
            let shown = harmless_text(character.to_string().as_bytes());
            assert!(!shown.chars().any(char::is_control), "{character:?}");
        }
    }
}
