//! A typed value: what it is for cells that are numbers, texts, addresses, flags or lists.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::ops::Range;

use procnet::{Column, Kind, Value};

use super::address::{self, Network, Wrong};
use super::error::{Error, cited};
use super::number::{self, Exact};
use super::pattern::Pattern;
use super::syntax::{Item, Operator};
use crate::format;

/// A column, and how its ticks become seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Its place in the table.
    pub(super) place: usize,
    /// What is known of it.
    pub(super) column: Column,
    /// Ticks of the clock in a second.
    pub(super) clk_tck: u64,
}

impl Field {
    /// A cell as it is shown; one that may be shown as it stands is not copied.
    pub(super) fn shown<'a>(&self, value: Value<'a>, scratch: &'a mut String) -> &'a [u8] {
        match value {
            Value::Label(word) => word.as_bytes(),
            Value::Text(bytes) if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) => bytes,
            value => {
                scratch.clear();
                format::text(value, &self.column, self.clk_tck, scratch);
                scratch.as_bytes()
            }
        }
    }

    /// Levels, counters and what is computed of them are numbers; keys and descriptions may be anything.
    fn is_number(&self) -> bool {
        !matches!(self.column.kind, Kind::Key | Kind::Info)
    }
}

/// A value that has an order, as each of the things that it can be.
#[derive(Debug, Clone, Copy, Default)]
struct Scalar {
    number: Option<Exact>,
    address: Option<IpAddr>,
    /// Nanoseconds since the epoch.
    moment: Option<i64>,
}

impl Scalar {
    fn parse(word: &str, field: &Field) -> (Self, Option<Wrong>) {
        let (number, wrong) = match number::parse(word, &field.column, field.clk_tck) {
            Ok(number) => (Some(number), None),
            Err(wrong) => (None, Some(wrong)),
        };
        let scalar = Self { number, address: address::address(word), moment: moment(word) };
        (scalar, wrong.filter(|_| scalar.moment.is_none()))
    }

    fn is_nothing(&self) -> bool {
        self.number.is_none() && self.address.is_none() && self.moment.is_none()
    }

    /// How a cell stands to it, where both are of a kind that has an order.
    fn order_of(&self, value: &Value<'_>) -> Option<Ordering> {
        let integer = |cell: i128| Some(self.number?.order_of(cell));
        match *value {
            Value::Unsigned(cell) | Value::Named(cell, _) => integer(cell.into()),
            Value::Signed(cell) => integer(cell.into()),
            Value::Flags(bits, _) | Value::Letters(bits, _) => integer(bits.into()),
            Value::Float(cell) => self.number?.order_of_float(cell),
            Value::Time(cell) => Some(cell.cmp(&self.moment?)),
            Value::Ip(cell) => match (cell.to_canonical(), self.address?.to_canonical()) {
                (IpAddr::V4(cell), IpAddr::V4(address)) => Some(cell.cmp(&address)),
                (IpAddr::V6(cell), IpAddr::V6(address)) => Some(cell.cmp(&address)),
                _ => None,
            },
            Value::Absent(_) | Value::Label(_) | Value::Text(_) | Value::Line(_) | Value::Pids(_) => None,
        }
    }
}

/// A moment: RFC 3339, or a day, which begins at midnight in UTC.
fn moment(word: &str) -> Option<i64> {
    let day = || {
        let day: jiff::civil::Date = word.parse().ok()?;
        Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    // The parser takes other forms too, some of which are plain numbers.
    if word.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let time = word.parse::<jiff::Timestamp>().ok().or_else(day)?;
    i64::try_from(time.as_nanosecond()).ok()
}

/// Two ends, both of them in; a missing one is open.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Option<Scalar>,
    to: Option<Scalar>,
}

impl Span {
    fn holds(&self, value: &Value<'_>) -> bool {
        let is = |end: Option<Scalar>, beyond: Ordering| {
            end.is_none_or(|end| end.order_of(value).is_some_and(|order| order != beyond))
        };
        is(self.from, Ordering::Less) && is(self.to, Ordering::Greater)
    }
}

/// A typed value.
#[derive(Debug, Clone)]
pub(super) struct Term {
    text: String,
    pattern: Pattern,
    /// It asks for what is absent or empty.
    is_absent: bool,
    scalar: Scalar,
    network: Option<Network>,
    span: Option<Span>,
}

impl Term {
    /// The value of an item for a column.
    pub(super) fn new(item: &Item, field: &Field, operator: Operator) -> Result<Self, Error> {
        let text = item.text();
        let nothing = ["null", "none", "-"].iter().any(|word| text.eq_ignore_ascii_case(word));
        let is_absent = text.is_empty() || (nothing && !item.is_literal);
        let mut term = Self {
            pattern: Pattern::new(&item.pieces),
            text,
            is_absent,
            scalar: Scalar::default(),
            network: None,
            span: None,
        };
        if operator.is_order() && is_absent {
            return Err(Error::value(item.at.clone(), "what is absent has no order"));
        }
        if !is_absent {
            term.read(item, field, operator)?;
        }
        Ok(term)
    }

    /// Reads its text as a number, an address and a range, and says what it should have been.
    fn read(&mut self, item: &Item, field: &Field, operator: Operator) -> Result<(), Error> {
        let error = |(place, message): Wrong| {
            let at = if item.is_literal { item.at.clone() } else { shift(place, item.at.start) };
            Error::value(at, message)
        };
        let (scalar, wrong) = Scalar::parse(&self.text, field);
        self.scalar = scalar;
        match Network::parse(&self.text) {
            Ok(network) => self.network = network,
            Err(wrong) if !item.is_literal && !field.is_number() => return Err(error(wrong)),
            Err(_) => {}
        }
        if !item.is_literal && self.text.contains("..") {
            self.span = span(&self.text, field).map_err(error)?;
        }
        if operator.is_order() && (self.span.is_some() || self.network.is_some() && self.text.contains('/')) {
            let message = format!("{} is many values: it has no order", cited(&self.text));
            return Err(Error::value(item.at.clone(), message));
        }
        let is_any = self.pattern.is_anything() && !operator.is_order();
        let must_be_number = if field.is_number() {
            self.span.is_none() && !is_any
        } else {
            operator.is_order() && !item.is_literal && number::has_unit(&self.text)
        };
        match wrong {
            Some(wrong) if must_be_number => Err(error(wrong)),
            _ => Ok(()),
        }
    }

    /// Whether a cell is it.
    pub(super) fn is(&self, value: Value<'_>, field: &Field, scratch: &mut String) -> bool {
        let is_value = match value {
            Value::Absent(_) => return self.is_absent,
            Value::Unsigned(_) | Value::Signed(_) | Value::Float(_) => self.is_scalar(&value),
            Value::Named(_, name) => self.is_scalar(&value) || self.pattern.matches(name.as_bytes()),
            Value::Label(word) => return self.is_text(word.as_bytes()),
            Value::Text(_) | Value::Line(_) => return self.is_text(field.shown(value, scratch)),
            Value::Ip(address) => {
                self.network.is_some_and(|network| network.contains(address)) || self.is_scalar(&value)
            }
            Value::Flags(bits, names) => self.has_bits(bits) || self.names_flag(bits, names),
            Value::Letters(bits, letters) => self.has_bits(bits) || self.names_letters(bits, letters),
            Value::Pids([]) => self.is_absent,
            Value::Pids(pids) => pids.iter().any(|pid| self.is_scalar(&Value::Unsigned((*pid).into()))),
            Value::Time(_) => {
                self.is_scalar(&value)
                    || (!self.is_absent && self.pattern.begins(field.shown(value, scratch)))
            }
        };
        is_value || (self.pattern.is_glob() && self.pattern.matches(field.shown(value, scratch)))
    }

    /// Whether a cell stands in an order to it: nothing where the two have none.
    pub(super) fn order_of(&self, value: &Value<'_>) -> Option<Ordering> {
        match value {
            Value::Label(word) => Some(by_letters(word.as_bytes(), self.text.as_bytes())),
            Value::Text(bytes) | Value::Line(bytes) => Some(by_letters(bytes, self.text.as_bytes())),
            value => self.scalar.order_of(value),
        }
    }

    fn is_scalar(&self, value: &Value<'_>) -> bool {
        self.scalar.order_of(value) == Some(Ordering::Equal)
            || self.span.is_some_and(|span| span.holds(value))
    }

    fn is_text(&self, text: &[u8]) -> bool {
        (self.is_absent && text.is_empty()) || self.pattern.matches(text)
    }

    fn has_bits(&self, bits: u32) -> bool {
        let asked = self.scalar.number.and_then(Exact::bits);
        let has = asked.is_some_and(|asked| if asked == 0 { bits == 0 } else { bits & asked == asked });
        has || (self.is_absent && bits == 0)
    }

    /// The same bits have the same names as where they are shown.
    fn names_flag(&self, bits: u32, names: &[(u32, &str)]) -> bool {
        let mut rest = bits;
        names.iter().any(|(mask, name)| {
            let is_set = rest & mask == *mask;
            if is_set {
                rest &= !mask;
            }
            is_set && self.pattern.matches(name.as_bytes())
        })
    }

    /// Letters are as they are typed: `M` and `m` are two flags.
    fn names_letters(&self, bits: u32, letters: &[(u32, &str)]) -> bool {
        let mut buffer = [0; 4];
        !self.text.is_empty()
            && self.text.chars().all(|typed| {
                let typed: &str = typed.encode_utf8(&mut buffer);
                letters.iter().any(|(mask, letter)| bits & mask != 0 && *letter == typed)
            })
    }
}

/// A range, where both of its ends are values. Wrong where the column holds numbers and they are none.
fn span(text: &str, field: &Field) -> Result<Option<Span>, Wrong> {
    let Some((from, to)) = text.split_once("..") else { return Ok(None) };
    let end = |word: &str, start: usize| {
        let (scalar, wrong) = Scalar::parse(word, field);
        match wrong {
            _ if word.is_empty() => Ok(None),
            Some((place, message)) if field.is_number() => Err((shift(place, start), message)),
            _ => Ok(Some(scalar)),
        }
    };
    let span = Span { from: end(from, 0)?, to: end(to, from.len() + 2)? };
    let number = |end: Option<Scalar>| end.and_then(|end| end.number);
    if let (Some(from), Some(to)) = (number(span.from), number(span.to))
        && to.is_less(from)
    {
        return Err((0..text.len(), format!("the range {} ends before it begins", cited(text))));
    }
    let ends = [span.from, span.to];
    let is_span = ends.iter().any(Option::is_some) && ends.iter().flatten().all(|end| !end.is_nothing());
    Ok(is_span.then_some(span))
}

fn shift(place: Range<usize>, by: usize) -> Range<usize> {
    place.start + by..place.end + by
}

/// The order of two texts, ASCII letters of both cases alike.
fn by_letters(one: &[u8], other: &[u8]) -> Ordering {
    match one.iter().zip(other).find(|(one, other)| !one.eq_ignore_ascii_case(other)) {
        Some((one, other)) => one.to_ascii_lowercase().cmp(&other.to_ascii_lowercase()),
        None => one.len().cmp(&other.len()),
    }
}
