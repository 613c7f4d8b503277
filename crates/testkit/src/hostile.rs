//! Names that would do something to a terminal, or to who reads it, and what of them has come through.

/// The terminal's title, colours in both forms, a move, the direction of writing, characters without width, marks that
/// are heaped on one letter. A terminal does nothing for `77777`, so nobody else sends it.
pub const NAME: &str = "\x1b]0;own\x07\x1b[77777m\u{9b}77777m\u{202e}gpj\u{200b}\u{feff}\u{301}e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";

/// The same in so few bytes as the kernel keeps of the name of a process or an interface.
pub const SHORT: &str = "\x1b[77777m\u{202e}ab";

/// The same in 4 KiB.
pub fn long() -> String {
    let mut text = NAME.repeat(4096 / NAME.len());
    text.extend(std::iter::repeat_n('x', 4096 - text.len()));
    text
}

/// Marks that stand above and below the letter before them.
fn is_mark(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

/// What of such names is in an output as it is; `controls` are those that the output may have.
pub fn harm(output: &[u8], controls: &[char]) -> Option<String> {
    let Ok(text) = str::from_utf8(output) else { return Some("bytes that are no UTF-8".to_owned()) };
    for sequence in ["\x1b]0;", "\x1b[77777m", "\u{9b}"] {
        if text.contains(sequence) {
            return Some(format!("{sequence:?}"));
        }
    }
    let mut marks = 0;
    for character in text.chars() {
        marks = if is_mark(character) { marks + 1 } else { 0 };
        let is_hidden = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}');
        let is_control = character.is_control() && !controls.contains(&character);
        if is_hidden || is_control || marks > 4 {
            return Some(format!("{character:?}"));
        }
    }
    None
}
