//! Texts that are compared ignoring ASCII case, with `*` for any letters.

/// A text, in pieces with anything between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// In lower case; one piece where there is no star.
    pieces: Vec<Vec<u8>>,
}

impl Pattern {
    /// A pattern of the pieces between stars.
    pub(super) fn new<S: AsRef<str>>(pieces: &[S]) -> Self {
        let lower = |piece: &S| piece.as_ref().to_ascii_lowercase().into_bytes();
        Self { pieces: pieces.iter().map(lower).collect() }
    }

    /// The same with a star before and behind.
    pub(super) fn inside(mut self) -> Self {
        self.pieces.insert(0, Vec::new());
        self.pieces.push(Vec::new());
        self
    }

    /// Whether it has a star.
    pub(super) fn is_glob(&self) -> bool {
        self.pieces.len() > 1
    }

    /// Whether it is nothing but stars.
    pub(super) fn is_anything(&self) -> bool {
        self.is_glob() && self.pieces.iter().all(Vec::is_empty)
    }

    /// Whether it is the whole of a text.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let [first, middle @ .., last] = self.pieces.as_slice() else {
            return self.pieces.first().is_some_and(|piece| text.eq_ignore_ascii_case(piece));
        };
        let Some(mut rest) = strip_prefix(text, first) else { return false };
        for piece in middle {
            let Some(place) = find(rest, piece) else { return false };
            rest = &rest[place + piece.len()..];
        }
        rest.len() >= last.len() && rest[rest.len() - last.len()..].eq_ignore_ascii_case(last)
    }

    /// Whether it has no star, and a text begins with it.
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        matches!(self.pieces.as_slice(), [piece] if strip_prefix(text, piece).is_some())
    }
}

fn strip_prefix<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Where a text first holds a piece that is in lower case, ignoring ASCII case.
pub(super) fn find(text: &[u8], piece: &[u8]) -> Option<usize> {
    let Some((first, rest)) = piece.split_first() else { return Some(0) };
    let last = text.len().checked_sub(piece.len())?;
    (0..=last).find(|&place| {
        text[place].to_ascii_lowercase() == *first
            && text[place + 1..place + piece.len()].eq_ignore_ascii_case(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Pattern {
        Pattern::new(&text.split('*').collect::<Vec<_>>())
    }

    #[test]
    fn stars_are_any_letters() {
        let matches = |pattern: &str, text: &str| glob(pattern).matches(text.as_bytes());
        for (pattern, text) in [
            ("listen", "LISTEN"),
            ("*", ""),
            ("*", "x"),
            ("a*", "Abc"),
            ("*c", "abC"),
            ("a*c", "ac"),
            ("a*b*c", "a1b2b3c"),
            ("*.sock*", "/run/x.SOCK"),
            ("a**c", "abc"),
            ("", ""),
            ("é*", "éa"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("listen", "listening"),
            ("a*a", "a"),
            ("ab*bc", "abc"),
            ("a*b*a", "aba*"),
            ("É", "é"),
            ("x", ""),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
        assert!(glob("BC").inside().matches(b"abcd") && !glob("bd").inside().matches(b"abcd"));
        assert!(glob("b*d").inside().matches(b"abcde"));
        assert!(glob("**").is_anything() && !glob("").is_anything() && !glob("*a").is_anything());
    }

    #[test]
    fn pieces_are_found() {
        assert_eq!(find(b"xAbab", b"ab"), Some(1));
        assert_eq!(find(b"x", b"ab"), None);
        assert_eq!(find(b"", b""), Some(0));
    }
}
