//! What is wrong with a typed expression, and where.

use std::fmt;
use std::ops::Range;

use crate::format;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The expression cannot be read, whatever the table.
    Syntax,
    /// The table has no such column; another table may have it.
    Column,
    /// The value does not fit the column.
    Value,
}

/// A typed expression is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The place in the expression, in bytes; empty where something is missing.
    pub at: Range<usize>,
    /// What kind of thing is wrong.
    pub kind: ErrorKind,
    /// What is wrong, in words that may be shown.
    pub message: String,
}

impl Error {
    pub(super) fn syntax(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, kind: ErrorKind::Syntax, message: message.into() }
    }

    pub(super) fn value(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, kind: ErrorKind::Value, message: message.into() }
    }

    /// The expression, made harmless, and a line of carets under the place: two lines without a line end.
    pub fn render(&self, expression: &str) -> String {
        let start = boundary(expression, self.at.start);
        let end = boundary(expression, self.at.end.max(start));
        let width = |part: &str| format::harmless_text(part.as_bytes()).chars().count();
        let mut out = format::harmless_text(expression.as_bytes());
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', width(&expression[..start])));
        out.extend(std::iter::repeat_n('^', width(&expression[start..end]).max(1)));
        out
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The end of the character before, where a place is inside of one or behind the end.
fn boundary(text: &str, place: usize) -> usize {
    let place = place.min(text.len());
    (0..=place).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

/// A word of the expression as a message cites it: harmless, and not longer than a line.
pub(super) fn cited(word: &str) -> String {
    const LONGEST: usize = 40;
    match word.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", format::harmless_text(&word.as_bytes()[..end])),
        None => format!("`{}`", format::harmless_text(word.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_place() {
        let rendered = |at: Range<usize>, text: &str| Error::syntax(at, "").render(text);
        assert_eq!(rendered(2..4, "a bc d"), "a bc d\n  ^^");
        assert_eq!(rendered(6..6, "a bc d"), "a bc d\n      ^");
        assert_eq!(rendered(0..0, ""), "\n^");
        assert_eq!(rendered(3..4, "éx y"), "éx y\n  ^");
        assert_eq!(rendered(1..3, "é\u{1b}"), "é\\u{1b}\n^^^^^^^");
        assert_eq!(rendered(2..3, "é\u{1b}x"), "é\\u{1b}x\n ^^^^^^");
        assert_eq!(rendered(7..900, "abc"), "abc\n   ^");
    }

    #[test]
    fn cited_words_are_harmless_and_short() {
        assert_eq!(cited("a\u{1b}b"), r"`a\u{1b}b`");
        assert_eq!(cited(&"é".repeat(41)), format!("`{}…`", "é".repeat(40)));
    }
}
