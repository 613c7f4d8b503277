//! A filter while it is typed: what is being typed, and values as they can be typed.

use procnet::{Column, Kind, Unit, Value};

use super::syntax::Operator;
use crate::format;

/// What stands before the cursor, unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished<'t> {
    /// A word that may become the name of a column. It begins at this byte.
    Name(usize),
    /// A value of this column. It begins at this byte.
    Value(&'t str, usize),
    /// Something else, a text in quotes say.
    Other,
}

/// What is being typed at the end of a text.
pub fn unfinished(text: &str) -> Unfinished<'_> {
    // The word, and what of it stands behind its last comma; quotes hide blanks and commas.
    let (mut word, mut item, mut quote, mut escaped) = (0, 0, None, false);
    for (place, letter) in text.char_indices() {
        let behind = place + letter.len_utf8();
        match (quote, letter) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (Some(open), letter) => quote = Some(open).filter(|open| *open != letter),
            (None, '"' | '\'') => quote = Some(letter),
            (None, ',') => item = behind,
            (None, letter) if letter.is_whitespace() || "()".contains(letter) => {
                (word, item) = (behind, behind)
            }
            // `!name` is the opposite of a part.
            (None, '!') if place == word && !text[behind..].starts_with(['=', '~']) => {
                (word, item) = (behind, behind)
            }
            _ => {}
        }
    }
    let typed = &text[word..];
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let name = &typed[..typed.find(|letter| !is_letter(letter)).unwrap_or(typed.len())];
    match Operator::at_start(&typed[name.len()..]) {
        None if name.len() == typed.len() => Unfinished::Name(word),
        Some((_, length)) if !name.is_empty() => {
            Unfinished::Value(name, item.max(word + name.len() + length))
        }
        _ => Unfinished::Other,
    }
}

/// Gives the words by which a filter can ask for a value. Nobody types a computed number or a moment in full.
pub fn words(value: Value<'_>, column: &Column, scratch: &mut String, mut give: impl FnMut(&str)) {
    scratch.clear();
    match value {
        Value::Absent(_) | Value::Float(_) | Value::Time(_) | Value::Line(_) => {}
        Value::Named(_, name) if !name.is_empty() => give(name),
        Value::Flags(bits, names) | Value::Letters(bits, names) => {
            format::flag_names(bits, names).for_each(|name| give(&name));
        }
        Value::Pids(pids) => {
            for pid in pids {
                let pid = [*pid];
                scratch.clear();
                format::text(Value::Pids(&pid), column, 1, scratch);
                give(scratch);
            }
        }
        value => {
            let raw = Column { unit: Unit::None, kind: Kind::Info, ..*column };
            format::text(value, &raw, 1, scratch);
            if !scratch.is_empty() {
                give(scratch);
            }
        }
    }
}

/// A value as it can be typed: in quotes where something in it would mean more than itself.
pub fn quoted(value: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_.:/@+-".contains(letter);
    let means_more =
        ["null", "none", "-", "and", "or", "not"].iter().any(|word| value.eq_ignore_ascii_case(word));
    if !value.is_empty() && value.chars().all(is_plain) && !value.contains("..") && !means_more {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::terms;

    #[test]
    fn what_is_being_typed() {
        use Unfinished::{Name, Other, Value};
        for (text, expected) in [
            ("", Name(0)),
            ("sta", Name(0)),
            ("not sta", Name(4)),
            ("a:1 (!sta", Name(6)),
            ("state:", Value("state", 6)),
            ("state:LIS", Value("state", 6)),
            ("x state!=LISTEN,EST", Value("state", 16)),
            ("name:\"a b, c", Value("name", 5)),
            ("name~'it' st", Name(10)),
            ("remote_address:fe80::1", Value("remote_address", 15)),
            ("\"text in quo", Other),
            ("::1", Other),
            ("x\\", Other),
        ] {
            assert_eq!(unfinished(text), expected, "{text}");
        }
    }

    #[test]
    fn values_can_be_typed_as_they_are_offered() {
        let column = Column { name: "c", title: "c", unit: Unit::Milliseconds, kind: Kind::Info, doc: "" };
        let of = |value| {
            let mut found = Vec::new();
            words(value, &column, &mut String::new(), |word| found.push(word.to_owned()));
            found
        };
        assert_eq!(of(Value::Unsigned(1500)), ["1500"]);
        assert_eq!(of(Value::Named(10, "LISTEN")), ["LISTEN"]);
        assert_eq!(of(Value::Flags(5, &[(1, "UP"), (4, "LOOP")])), ["UP", "LOOP"]);
        assert_eq!(of(Value::Pids(&[7, 8])), ["7", "8"]);
        assert!(of(Value::Absent("x")).is_empty() && of(Value::Float(1.0)).is_empty());
        for value in ["a b", "none", "1..2", "a,b", "x\"y\\", "*", "(", "", "é", "10.0.0.0/8", "fe80::1", "-"]
        {
            let typed = format!("c:{}", quoted(value));
            let parsed = crate::query::Parsed::parse(&typed).unwrap();
            let filter = parsed.bind(&[column], 100).unwrap();
            let is_it =
                |text: &'static str| filter.matches(&|_| Value::Text(text.as_bytes()), &mut String::new());
            assert!(value.is_empty() || is_it(value), "{typed}");
            assert!(!is_it("else"), "{typed}");
        }
        assert_eq!((quoted("LISTEN"), quoted("a b")), ("LISTEN".to_owned(), "\"a b\"".to_owned()));
    }

    #[test]
    fn terms_of_a_filter() {
        let of = |text: &'static str| terms(text).into_iter().map(|term| &text[term]).collect::<Vec<_>>();
        assert_eq!(
            of(" state:LISTEN and not \"a b\"  port > 5 "),
            ["state:LISTEN", "not \"a b\"", "port > 5"]
        );
        assert_eq!(of("a && (b or c) !d"), ["a", "(b or c)", "!d"]);
        assert_eq!(of("a b or c"), ["a b or c"]);
        assert_eq!(of("state:"), ["state:"]);
        assert!(of("  ").is_empty());
    }
}
