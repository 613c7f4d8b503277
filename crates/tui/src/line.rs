//! A line that is typed: text, cursor, and the lines typed before.

use netmonitor_core::format;

/// The most characters that a line holds.
const LONGEST: usize = 256;

/// How many earlier lines are kept.
const KEPT: usize = 100;

/// A line that is typed.
#[derive(Debug, Default)]
pub(crate) struct Line {
    text: String,
    /// Byte before which the next character goes.
    cursor: usize,
    earlier: Vec<String>,
    /// Which earlier line is shown.
    recalled: Option<usize>,
    /// What was typed before an earlier line was shown.
    draft: String,
}

impl Line {
    /// One before which these were typed.
    pub(crate) fn after(earlier: Vec<String>) -> Self {
        let mut line = Self::default();
        for text in earlier {
            // As if it were typed: in one line, and harmless.
            line.set(&text);
            line.take();
        }
        line
    }

    /// What is typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor.
    pub(crate) fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Replaces the text; the cursor goes to its end.
    pub(crate) fn set(&mut self, text: &str) {
        self.text.clear();
        self.cursor = 0;
        text.chars().for_each(|character| self.insert(character));
    }

    /// Puts a text in the place of what stands between a byte and the cursor.
    pub(crate) fn replace(&mut self, from: usize, text: &str) {
        if self.text.is_char_boundary(from) && from <= self.cursor {
            self.text.drain(from..self.cursor);
            self.cursor = from;
            text.chars().for_each(|character| self.insert(character));
        }
    }

    /// Takes a character, if there is room and it is one that can be seen.
    pub(crate) fn insert(&mut self, character: char) {
        if self.text.chars().count() < LONGEST && !format::is_harmful(character) {
            self.text.insert(self.cursor, character);
            self.cursor += character.len_utf8();
        }
    }

    /// Takes a text from elsewhere: on one line, and harmless.
    pub(crate) fn paste(&mut self, text: &str) {
        let mut harmless = String::new();
        let line = text.replace(['\n', '\r', '\t'], " ");
        format::harmless(line.as_bytes(), &mut harmless);
        harmless.chars().take(LONGEST).for_each(|character| self.insert(character));
    }

    /// Removes the character before the cursor; `false` where the line is empty.
    pub(crate) fn backspace(&mut self) -> bool {
        if let Some(character) = self.text[..self.cursor].chars().next_back() {
            self.cursor -= character.len_utf8();
            self.text.remove(self.cursor);
            return true;
        }
        !self.text.is_empty()
    }

    /// Removes the character behind the cursor.
    pub(crate) fn delete(&mut self) {
        if self.cursor < self.text.len() {
            self.text.remove(self.cursor);
        }
    }

    /// Removes all before the cursor.
    pub(crate) fn clear_before(&mut self) {
        self.text.drain(..self.cursor);
        self.cursor = 0;
    }

    /// The cursor goes left.
    pub(crate) fn left(&mut self) {
        self.cursor -= self.text[..self.cursor].chars().next_back().map_or(0, char::len_utf8);
    }

    /// The cursor goes right.
    pub(crate) fn right(&mut self) {
        self.cursor += self.text[self.cursor..].chars().next().map_or(0, char::len_utf8);
    }

    /// The cursor goes to the start.
    pub(crate) fn home(&mut self) {
        self.cursor = 0;
    }

    /// The cursor goes to the end.
    pub(crate) fn end(&mut self) {
        self.cursor = self.text.len();
    }

    /// Shows the earlier line before the one that is shown.
    pub(crate) fn recall_before(&mut self) {
        let Some(place) = self.recalled.unwrap_or(self.earlier.len()).checked_sub(1) else { return };
        if self.recalled.is_none() {
            self.draft = self.text.clone();
        }
        self.recalled = Some(place);
        let text = self.earlier[place].clone();
        self.set(&text);
    }

    /// Shows the earlier line behind the one that is shown, at last what was typed.
    pub(crate) fn recall_after(&mut self) {
        let Some(place) = self.recalled else { return };
        self.recalled = Some(place + 1).filter(|place| *place < self.earlier.len());
        let text = match self.recalled {
            Some(place) => self.earlier[place].clone(),
            None => std::mem::take(&mut self.draft),
        };
        self.set(&text);
    }

    /// Empties the line.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
        self.recalled = None;
        self.draft.clear();
    }

    /// Takes the line away and keeps it among the earlier ones.
    pub(crate) fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.clear();
        if !text.trim().is_empty() && self.earlier.last() != Some(&text) {
            self.earlier.push(text.clone());
            let surplus = self.earlier.len().saturating_sub(KEPT);
            self.earlier.drain(..surplus);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Line {
        let mut line = Line::default();
        line.set(text);
        line
    }

    #[test]
    fn editing() {
        let mut line = typed("sét");
        line.left();
        line.left();
        line.insert('x');
        assert_eq!((line.text(), line.before_cursor()), ("sxét", "sx"));
        line.delete();
        assert_eq!(line.text(), "sxt");
        assert!(line.backspace());
        assert_eq!(line.text(), "st");
        line.home();
        line.left();
        assert!(line.backspace(), "not empty, though there is nothing before the cursor");
        line.end();
        line.right();
        line.clear_before();
        assert_eq!(line.text(), "");
        assert!(!line.backspace());
    }

    #[test]
    fn what_is_typed_is_bounded_and_harmless() {
        let mut line = typed(&"x".repeat(1000));
        assert_eq!(line.text().len(), LONGEST);
        line.clear();
        line.insert('\u{1b}');
        line.insert('\u{202e}');
        assert_eq!(line.text(), "");
        line.paste("set\t6\n\u{1b}[2J");
        assert_eq!(line.text(), r"set 6 \u{1b}[2J");
    }

    #[test]
    fn earlier_lines_come_back() {
        let mut line = Line::default();
        line.recall_before();
        for text in ["tcp", "udp", "udp", " "] {
            line.set(text);
            assert_eq!(line.take(), text);
        }
        line.set("dra");
        line.recall_before();
        assert_eq!(line.text(), "udp");
        line.recall_before();
        line.recall_before();
        assert_eq!(line.text(), "tcp");
        line.recall_after();
        line.recall_after();
        assert_eq!(line.text(), "dra");
        line.recall_after();
        assert_eq!(line.text(), "dra");
    }
}
