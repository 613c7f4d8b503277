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

pub use error::{Error, ErrorKind};
pub use filter::{Filter, Parsed};
pub use sort::Sort;

/// The longest text that is read, in bytes.
pub const LONGEST: usize = 4096;
/// How deep parentheses and `not` may stand in each other.
pub const DEEPEST: usize = 64;
