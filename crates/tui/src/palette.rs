//! Colours as a terminal of 16 knows them.
//!
//! The backend writes each colour of the palette in the form for 256 (`38;5;1`), which a terminal of 16 reads
//! as something else. This writer gathers what is drawn and says it in the older form (`31`) when it is
//! handed on.

use std::io::{self, Write};

/// Gathers until it is flushed, then writes the colours in the form that every terminal knows.
pub struct Palette<W> {
    out: W,
    gathered: Vec<u8>,
}

impl<W> Palette<W> {
    /// A writer before `out`.
    pub fn new(out: W) -> Self {
        Self { out, gathered: Vec::new() }
    }
}

impl<W: Write> Write for Palette<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&sixteen(&self.gathered));
        self.gathered.clear();
        written.and_then(|()| self.out.flush())
    }
}

/// The same bytes with the palette's 16 colours in their own form.
fn sixteen(bytes: &[u8]) -> Vec<u8> {
    const BEGIN: &[u8] = b"\x1b[";
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(BEGIN.len()).position(|window| window == BEGIN) {
        let (before, sequence) = rest.split_at(at + BEGIN.len());
        out.extend_from_slice(before);
        let length = sequence.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b';'));
        let (parameters, behind) = sequence.split_at(length.unwrap_or(sequence.len()));
        if behind.first() == Some(&b'm') {
            attributes(parameters, &mut out);
        } else {
            out.extend_from_slice(parameters);
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
    out
}

/// Writes attributes one after another, colours of the palette in the older form.
fn attributes(parameters: &[u8], out: &mut Vec<u8>) {
    let words: Vec<&[u8]> = parameters.split(|byte| *byte == b';').collect();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        if rest.len() < words.len() {
            out.push(b';');
        }
        // More than 16 colours take three words or five: all of them stay together.
        let taken = match rest {
            [b"38" | b"48", b"5", _, ..] => 3,
            [b"38" | b"48", b"2", _, _, _, ..] => 5,
            _ => 1,
        };
        let (these, others) = rest.split_at(taken);
        let code = if let [what, _, number] = these { color(what, number) } else { None };
        match code {
            Some(code) => out.extend_from_slice(code.to_string().as_bytes()),
            None => out.extend_from_slice(&these.join(&b';')),
        }
        rest = others;
    }
}

/// The older code of a colour of the palette, of the text (`38`) or behind it (`48`).
fn color(what: &[u8], number: &[u8]) -> Option<u8> {
    let base = if what == b"38" { 30 } else { 40 };
    match std::str::from_utf8(number).ok()?.parse().ok()? {
        dark @ 0..8u8 => Some(base + dark),
        bright @ 8..16 => Some(base + 52 + bright),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_the_palette_and_nothing_else_are_said_otherwise() {
        let said = |text: &str| String::from_utf8(sixteen(text.as_bytes())).unwrap();
        assert_eq!(said("a\x1b[38;5;1mb\x1b[48;5;6mc"), "a\x1b[31mb\x1b[46mc");
        assert_eq!(said("\x1b[38;5;9m\x1b[48;5;15m"), "\x1b[91m\x1b[107m");
        for same in
            ["\x1b[38;5;16m", "\x1b[38;2;1;2;3m", "\x1b[5;1H", "\x1b[39m", "\x1b[38;5;1H", "38;5;1m", "\x1b["]
        {
            assert_eq!(said(same), same);
        }
    }

    #[test]
    fn a_colour_may_come_in_pieces_and_nothing_is_written_twice() {
        let mut out = Vec::new();
        let mut palette = Palette::new(&mut out);
        for piece in ["\x1b[", "38;5;", "3", "mx"] {
            palette.write_all(piece.as_bytes()).unwrap();
        }
        palette.flush().unwrap();
        palette.flush().unwrap();
        assert_eq!(out, b"\x1b[33mx");
    }
}
