//! The language for filtering, sorting and choosing the columns of any table.
//!
//! A table is its columns and a function that gives a cell; nothing here knows where the rows come from.
//!
//! # Filters
//!
//! ```text
//! filter      = part { ["and" | "&&"] part } { ("or" | "||") … }      blanks alone mean `and`
//! part        = ("not" | "!") part | "(" filter ")" | comparison | text
//! comparison  = COLUMN operator value { "," value }
//! operator    = ":" | "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
//! ```
//!
//! *Text* is a word or stands in quotes (`"` or `'`, with `\` before a letter that stands for itself). It
//! matches a row when any cell, as it is shown, holds it, upper and lower case of ASCII alike. A word with a
//! colon is text when no column can have the name before it (`10.0.0.1:443`, `::1`, `fe80::1`); a name that
//! no column has is an error otherwise. Keywords may be of upper case.
//!
//! `:`, `=` and `==` are the same, and `!=` is the opposite of a cell that is there:
//!
//! | cell | is equal to |
//! |---|---|
//! | number | the number; a range `1000..2000`, `1000..`, `..2000` with both ends |
//! | number with a name | the number or the name |
//! | text | the text, upper and lower case of ASCII alike, `*` for any letters |
//! | address | the address or a prefix, `10.0.0.0/8`; a range; a text with `*`. IPv4 and the IPv6 addresses mapped from it are the same |
//! | flags | the name of a flag that is set (a letter where they are letters), or bits that are set |
//! | list of processes | a process in the list |
//! | moment | how its text begins, `2024-05-01T10` |
//! | absent or empty | `""`, `null`, `none`, `-` (a text that is one of the words is equal to it too) |
//!
//! Several values with commas mean any of them. A value in quotes is taken as it stands: no range, no word
//! for what is absent, no star. `~` is a cell whose shown text holds the value, `!~` one whose text does
//! not. `<`, `<=`, `>`, `>=` compare numbers, addresses of one family, moments, and texts by their letters;
//! of a list of processes it is enough that one fits.
//!
//! A cell that is absent matches no comparison but those that ask for it: neither `rtt_us>50ms` nor
//! `rtt_us<=50ms` nor `rtt_us!=3`. `not rtt_us>50ms` is everything else, and so has rows without a value.
//!
//! Numbers may have units, which become those of the column without rounding: `50ms`, `1.5s`, `2m`, `1h` for
//! times, `1.5MiB`, `10k` for bytes, `10MB/s`, `80Mbit/s` for bytes a second, `1%`, `10k` for things that are
//! counted. A number alone is in the column's own unit, as machine output has it.
//!
//! # Sorting and columns
//!
//! `state,rx_queue:desc` sorts by columns ([`sort::Sort`]); `state,rtt_us`, `*,-inode`, `+bytes_*` chooses
//! them ([`columns::pick`]).

mod address;
pub mod columns;
mod error;
pub mod filter;
mod lexer;
pub mod nearest;
mod number;
mod parser;
mod pattern;
pub mod sort;
mod syntax;
mod term;
pub mod typed;

use std::fmt;

use procnet::{Column, Value};

pub use error::{Error, ErrorKind};
pub use filter::{Filter, Parsed};
pub use parser::terms;
pub use sort::Sort;

/// The longest text that is read, in bytes.
pub const LONGEST: usize = 4096;
/// How deep parentheses and `not` may stand in each other.
pub const DEEPEST: usize = 64;

/// Whether a value fits its column does not depend on how long a clock tick is.
const ANY_CLOCK: u64 = 100;

/// What is asked of a table, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Which rows.
    pub filter: Option<String>,
    /// In what order.
    pub sort: Option<String>,
    /// Which columns.
    pub columns: Option<String>,
}

/// A part of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Which rows.
    Filter,
    /// In what order.
    Sort,
    /// Which columns.
    Columns,
}

impl Part {
    /// Its name, as an option has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Sort => "sort",
            Self::Columns => "columns",
        }
    }
}

/// A query is wrong: which part of it, what was typed there, and what is wrong with it. It is shown in three
/// lines: what is wrong, the text, and a mark under the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which part.
    pub part: Part,
    /// What was typed.
    pub typed: String,
    /// What is wrong.
    pub error: Error,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part.word(), self.error)?;
        self.error.render(&self.typed).lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for Refused {}

impl Refused {
    /// The same in a few words, for where the text itself stands elsewhere: which column there is not, or what
    /// is wrong.
    pub fn short(&self) -> String {
        match (self.error.kind, self.typed.get(self.error.at.clone())) {
            (ErrorKind::Column, Some(name)) => format!("no column {}", error::cited(name)),
            _ => self.error.message.clone(),
        }
    }
}

impl Query {
    /// Nothing is asked for.
    pub fn is_empty(&self) -> bool {
        [&self.filter, &self.sort, &self.columns].into_iter().flatten().all(|typed| typed.trim().is_empty())
    }

    /// Whether it can be asked of tables with these columns: each column that is named must be one of some
    /// table, and the filter must fit one table at least.
    ///
    /// # Errors
    ///
    /// Says which part is wrong, and where.
    pub fn check(&self, tables: &[Vec<Column>]) -> Result<(), Refused> {
        let mut all: Vec<Column> = Vec::new();
        for column in tables.iter().flatten() {
            if !all.iter().any(|known| known.name == column.name) {
                all.push(*column);
            }
        }
        let filter = |text: &str| {
            let parsed = Parsed::parse(text)?;
            let refused = |columns: &[Column]| parsed.bind(columns, ANY_CLOCK).err();
            let mut errors = Vec::new();
            for table in tables {
                match refused(table) {
                    Some(error) => errors.push(error),
                    None => return Ok(()),
                }
            }
            // A name that no table has is looked for in all; else the table that got furthest tells what it is.
            let unknown = refused(&all).filter(|error| error.kind == ErrorKind::Column);
            errors.reverse();
            unknown.or_else(|| errors.into_iter().max_by_key(|error| error.at.start)).map_or(Ok(()), Err)
        };
        of(Part::Filter, self.filter.as_deref(), filter)?;
        let rest = Self { filter: None, ..self.clone() };
        rest.bind(&all, ANY_CLOCK).map(|_| ())
    }

    /// Ties it to a table that is one of several, of which some columns are shown where nothing else is asked.
    /// Columns to sort by and to show that the table has not are passed over.
    ///
    /// # Errors
    ///
    /// Says why the table has nothing to show: it cannot be filtered so, or has none of the columns.
    pub fn bind_known(&self, columns: &[Column], shown: &[usize], clk_tck: u64) -> Result<Bound, Refused> {
        let sort = of(Part::Sort, self.sort.as_deref(), |text| Sort::parse_known(text, columns))?;
        let picked =
            of(Part::Columns, self.columns.as_deref(), |text| columns::pick_known(text, columns, shown))?;
        let filter = Self { filter: self.filter.clone(), ..Self::default() };
        let filter = filter.bind_shown(columns, shown, clk_tck)?.filter;
        Ok(Bound { filter, sort: sort.unwrap_or_default(), columns: picked })
    }

    /// Ties it to the columns of a table, all of which are shown where nothing else is asked. `clk_tck` is how
    /// many clock ticks are a second.
    ///
    /// # Errors
    ///
    /// Says which part is wrong, and where.
    pub fn bind(&self, columns: &[Column], clk_tck: u64) -> Result<Bound, Refused> {
        self.bind_shown(columns, &(0..columns.len()).collect::<Vec<_>>(), clk_tck)
    }

    /// The same for a table of which some columns are shown: those that `+name` adds to and `-name` leaves
    /// out of.
    ///
    /// # Errors
    ///
    /// Says which part is wrong, and where.
    pub fn bind_shown(&self, columns: &[Column], shown: &[usize], clk_tck: u64) -> Result<Bound, Refused> {
        let filter = of(Part::Filter, self.filter.as_deref(), |text| Filter::parse(text, columns, clk_tck))?;
        let sort = of(Part::Sort, self.sort.as_deref(), |text| Sort::parse(text, columns))?;
        let picked = of(Part::Columns, self.columns.as_deref(), |text| columns::pick(text, columns, shown))?;
        Ok(Bound {
            filter: filter.filter(|filter| !filter.is_empty()),
            sort: sort.unwrap_or_default(),
            columns: picked,
        })
    }
}

fn of<T>(
    part: Part,
    typed: Option<&str>,
    read: impl Fn(&str) -> Result<T, Error>,
) -> Result<Option<T>, Refused> {
    let refused = |typed: &str, error| Refused { part, typed: typed.to_owned(), error };
    typed.map(|typed| read(typed).map_err(|error| refused(typed, error))).transpose()
}

/// What is asked of a table, tied to its columns.
#[derive(Debug, Clone, Default)]
pub struct Bound {
    filter: Option<Filter>,
    sort: Sort,
    columns: Option<Vec<usize>>,
}

impl Bound {
    /// Whether rows are left out that do not match.
    pub fn filters(&self) -> bool {
        self.filter.is_some()
    }

    /// In what order rows are shown.
    pub fn sort(&self) -> &Sort {
        &self.sort
    }

    /// The rows and columns of a table of `len` rows. `cell` gives a cell by row and column.
    pub fn arrange<'a>(&self, len: usize, cell: impl Fn(usize, usize) -> Value<'a>) -> Arranged {
        let mut rows = self.filter.as_ref().map(|filter| filter.rows(len, &cell));
        if !self.sort.is_empty() {
            match &mut rows {
                Some(rows) => self.sort.sort(rows, &cell),
                None => rows = Some(self.sort.order(len, &cell)),
            }
        }
        Arranged { rows, columns: self.columns.clone() }
    }
}

/// The rows and columns that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arranged {
    /// Rows of the table in the order in which they are shown; all of them as they are where there is none.
    pub rows: Option<Vec<u32>>,
    /// Columns in the order in which they are shown; all of them as they are where there is none.
    pub columns: Option<Vec<usize>>,
}
