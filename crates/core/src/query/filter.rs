//! Which rows are shown: an expression tied to the columns of a table.

use std::cmp::Ordering;

use procnet::{Column, Unit, Value};

use super::error::Error;
use super::nearest;
use super::parser;
use super::pattern::{self, Pattern};
use super::syntax::{Comparison, Node, Operator};
use super::term::{Field, Term};

/// An expression as it was typed, for any table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    node: Node,
}

impl Parsed {
    /// Reads an expression; an empty one matches every row.
    ///
    /// # Errors
    ///
    /// Says what cannot be read, and where.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parser::parse(text).map(|node| Self { node })
    }

    /// Ties it to the columns of a table. `clk_tck` is how many clock ticks are a second.
    ///
    /// # Errors
    ///
    /// Says which column the table has not ([`ErrorKind::Column`](super::ErrorKind::Column)), or which value
    /// does not fit its column.
    pub fn bind(&self, columns: &[Column], clk_tck: u64) -> Result<Filter, Error> {
        let fields = (0..).zip(columns).map(|(place, column)| Field { place, column: *column, clk_tck });
        let fields: Box<[Field]> = fields.collect();
        let test = bind(&self.node, columns, &fields)?;
        Ok(Filter { test, fields })
    }
}

/// Tells which rows of a table match.
#[derive(Debug, Clone)]
pub struct Filter {
    test: Test,
    fields: Box<[Field]>,
}

#[derive(Debug, Clone)]
enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Free(Needle),
    /// The cell is one of the values, or not.
    Is(Field, Vec<Term>, bool),
    /// The text of the cell holds one of the values, or not.
    Holds(Field, Vec<Pattern>, bool),
    /// The order of the cell and the value is one of these.
    Order(Field, Box<Term>, &'static [Ordering]),
}

impl Filter {
    /// Reads an expression for one table.
    ///
    /// # Errors
    ///
    /// Says what is wrong, and where.
    pub fn parse(text: &str, columns: &[Column], clk_tck: u64) -> Result<Self, Error> {
        Parsed::parse(text)?.bind(columns, clk_tck)
    }

    /// Whether every row matches, because nothing was asked for.
    pub fn is_empty(&self) -> bool {
        matches!(&self.test, Test::All(tests) if tests.is_empty())
    }

    /// Whether a row matches. `cell` gives its cell of a column; `scratch` is room for texts.
    pub fn matches<'a, F>(&self, cell: &F, scratch: &mut String) -> bool
    where
        F: Fn(usize) -> Value<'a> + ?Sized,
    {
        self.test.matches(&self.fields, cell, scratch)
    }

    /// The rows that match, of a table of `len` rows. `cell` gives a cell by row and column.
    pub fn rows<'a>(&self, len: usize, cell: impl Fn(usize, usize) -> Value<'a>) -> Vec<u32> {
        let mut scratch = String::new();
        let rows = 0..u32::try_from(len).unwrap_or(u32::MAX);
        rows.filter(|row| self.matches(&|column| cell(*row as usize, column), &mut scratch)).collect()
    }
}

impl Test {
    fn matches<'a, F>(&self, fields: &[Field], cell: &F, scratch: &mut String) -> bool
    where
        F: Fn(usize) -> Value<'a> + ?Sized,
    {
        match self {
            Self::All(tests) => tests.iter().all(|test| test.matches(fields, cell, scratch)),
            Self::Any(tests) => tests.iter().any(|test| test.matches(fields, cell, scratch)),
            Self::Not(test) => !test.matches(fields, cell, scratch),
            Self::Free(needle) => {
                fields.iter().any(|field| needle.is_in(present(cell(field.place)), field, scratch))
            }
            Self::Is(field, terms, wanted) => {
                let value = present(cell(field.place));
                if matches!(value, Value::Absent(_)) && !wanted {
                    return false;
                }
                terms.iter().any(|term| term.is(value, field, scratch)) == *wanted
            }
            Self::Holds(field, patterns, wanted) => {
                let value = present(cell(field.place));
                if matches!(value, Value::Absent(_)) {
                    return false;
                }
                let text = field.shown(value, scratch);
                patterns.iter().any(|pattern| pattern.matches(text)) == *wanted
            }
            Self::Order(field, term, orders) => {
                let is =
                    |value: &Value<'_>| term.order_of(value).is_some_and(|order| orders.contains(&order));
                match present(cell(field.place)) {
                    Value::Pids(pids) => pids.iter().any(|pid| is(&Value::Unsigned((*pid).into()))),
                    value => is(&value),
                }
            }
        }
    }

    /// What is dear comes last: texts of all cells.
    fn cost(&self) -> u8 {
        match self {
            Self::Is(..) | Self::Order(..) => 0,
            Self::Holds(..) => 1,
            Self::Free(_) => 2,
            Self::Not(test) => test.cost(),
            Self::All(tests) | Self::Any(tests) => tests.iter().map(Self::cost).max().unwrap_or(0),
        }
    }
}

/// A computed cell that is no number is absent.
fn present(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Float(number) if number.is_nan() => Value::Absent(""),
        value => value,
    }
}

fn bind(node: &Node, columns: &[Column], fields: &[Field]) -> Result<Test, Error> {
    let each = |nodes: &[Node]| {
        let mut tests =
            nodes.iter().map(|node| bind(node, columns, fields)).collect::<Result<Vec<_>, _>>()?;
        tests.sort_by_key(Test::cost);
        Ok(tests)
    };
    Ok(match node {
        Node::All(nodes) => Test::All(each(nodes)?),
        Node::Any(nodes) => Test::Any(each(nodes)?),
        Node::Not(node) => Test::Not(Box::new(bind(node, columns, fields)?)),
        Node::Free(text) => Test::Free(Needle::new(text)),
        Node::Compare(comparison) => compare(comparison, columns, fields)?,
    })
}

fn compare(comparison: &Comparison, columns: &[Column], fields: &[Field]) -> Result<Test, Error> {
    let operator = comparison.operator;
    let Some(field) = nearest::find(columns, &comparison.column).and_then(|place| fields.get(place)) else {
        if let Some(text) = &comparison.free {
            return Ok(Test::Free(Needle::new(text)));
        }
        let mut error = nearest::unknown(columns, &comparison.column, comparison.column_at.clone());
        if operator == Operator::Is {
            error.message.push_str("; in quotes it is text to look for");
        }
        return Err(error);
    };
    let terms = || {
        comparison.items.iter().map(|item| Term::new(item, field, operator)).collect::<Result<Vec<_>, _>>()
    };
    let patterns = || comparison.items.iter().map(|item| Pattern::new(&item.pieces).inside()).collect();
    let orders: &'static [Ordering] = match operator {
        Operator::Is | Operator::IsNot => return Ok(Test::Is(*field, terms()?, operator == Operator::Is)),
        Operator::Holds | Operator::HoldsNot => {
            return Ok(Test::Holds(*field, patterns(), operator == Operator::Holds));
        }
        Operator::Less => &[Ordering::Less],
        Operator::LessOrEqual => &[Ordering::Less, Ordering::Equal],
        Operator::Greater => &[Ordering::Greater],
        Operator::GreaterOrEqual => &[Ordering::Greater, Ordering::Equal],
    };
    match comparison.items.as_slice() {
        [item] => Ok(Test::Order(*field, Box::new(Term::new(item, field, operator)?), orders)),
        _ => Err(Error::value(comparison.items_at.clone(), "a list has no order: one value is wanted here")),
    }
}

/// A text that is looked for in all cells.
#[derive(Debug, Clone)]
struct Needle {
    /// In lower case.
    text: Vec<u8>,
    /// A whole number may hold it.
    is_digits: bool,
    /// An address may hold it.
    is_address: bool,
}

impl Needle {
    fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase().into_bytes();
        Self {
            is_digits: text.iter().all(u8::is_ascii_digit),
            is_address: text.iter().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte)),
            text,
        }
    }

    /// Whether the shown text of a cell holds it. Cells that cannot hold it are not written as text.
    fn is_in(&self, value: Value<'_>, field: &Field, scratch: &mut String) -> bool {
        let may_hold = match value {
            Value::Unsigned(_) => {
                let is_plain = [Unit::None, Unit::Count, Unit::Bytes, Unit::Packets, Unit::Segments];
                self.is_digits || !is_plain.contains(&field.column.unit)
            }
            Value::Ip(_) => self.is_address,
            _ => true,
        };
        may_hold && pattern::find(field.shown(value, scratch), &self.text).is_some()
    }
}
