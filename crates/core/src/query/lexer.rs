//! Words, quoted texts and values of an expression.

use std::ops::Range;

use super::error::{Error, cited};
use super::syntax::{Item, Operator};

/// A place in an expression, and what can be read from there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

/// What a word is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Text to look for: commas and stars are letters.
    Free,
    /// The value of a comparison: commas separate, stars stand for any letters.
    Value,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The place.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What follows.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// What stands at a place.
    pub(super) fn slice(&self, at: Range<usize>) -> &'a str {
        &self.text[at]
    }

    /// Goes on by so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Goes to what is no blank, and tells whether there was one.
    pub(super) fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start().len();
        self.at += blanks;
        blanks > 0
    }

    /// Whether the expression, a parenthesis or a part joined by `&&` or `||` ends here.
    pub(super) fn at_end(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(['(', ')']) || rest.starts_with("&&") || rest.starts_with("||")
    }

    /// The length of the word here that may be the name of a column.
    pub(super) fn name_length(&self) -> Option<usize> {
        let rest = self.rest().as_bytes();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        rest.first().is_some_and(|first| !first.is_ascii_digit() && length > 0).then_some(length)
    }

    /// The keyword here, if it is one alone: `and`, `or` or `not`.
    pub(super) fn keyword(&self) -> Option<&'static str> {
        let word = &self.rest()[..self.name_length()?];
        let rest = &self.rest()[word.len()..];
        let alone = rest.chars().next().is_none_or(|next| next.is_whitespace() || "()\"'&|".contains(next));
        ["and", "or", "not"].into_iter().find(|keyword| alone && word.eq_ignore_ascii_case(keyword))
    }

    /// The operator here, behind a blank; `foo ::1` are two words.
    pub(super) fn operator_alone(&self) -> Option<(Operator, usize)> {
        let is_address = self.rest().starts_with("::") && !self.rest().starts_with(":::");
        Operator::at_start(self.rest()).filter(|_| !is_address)
    }

    /// A text to look for: a word, or a text in quotes.
    pub(super) fn free(&mut self) -> Result<String, Error> {
        Ok(self.piece(Inside::Free)?.text())
    }

    /// The values of a comparison, separated by commas.
    pub(super) fn items(&mut self) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        loop {
            let item = self.piece(Inside::Value)?;
            if item.at.is_empty() {
                return Err(Error::syntax(item.at, "no value before or after a comma"));
            }
            items.push(item);
            if !self.rest().starts_with(',') {
                return Ok(items);
            }
            self.skip(1);
            if self.skip_blanks() && self.begins_a_part() {
                return Err(Error::syntax(self.at..self.at, "no value after a comma"));
            }
        }
    }

    /// Whether something that is no value is here: a keyword, or a comparison. (A word with a colon may be an
    /// address.)
    pub(super) fn begins_a_part(&self) -> bool {
        let Some(length) = self.name_length() else { return false };
        let compares = Operator::at_start(&self.rest()[length..]).is_some();
        let end = self.rest().find(|letter: char| letter.is_whitespace() || "()".contains(letter));
        let word = &self.rest()[..end.unwrap_or(self.rest().len())];
        self.keyword().is_some() || (compares && !super::address::looks_like_v6(word))
    }

    fn piece(&mut self, inside: Inside) -> Result<Item, Error> {
        let start = self.at;
        let mut item = Item { pieces: vec![String::new()], is_literal: false, at: start..start };
        if let Some(quote @ ('"' | '\'')) = self.rest().chars().next() {
            self.skip(1);
            item.is_literal = true;
            self.quoted(quote, start, &mut item)?;
        }
        while let Some(letter) = self.rest().chars().next() {
            if letter.is_whitespace() || self.at_end() || (letter == ',' && inside == Inside::Value) {
                break;
            }
            match letter {
                '\\' => {
                    item.is_literal = true;
                    self.escaped(&mut item)?;
                    continue;
                }
                '*' if inside == Inside::Value => item.pieces.push(String::new()),
                letter => push(&mut item, letter),
            }
            self.skip(letter.len_utf8());
        }
        item.at = start..self.at;
        Ok(item)
    }

    fn quoted(&mut self, quote: char, start: usize, item: &mut Item) -> Result<(), Error> {
        loop {
            match self.rest().chars().next() {
                None => return Err(Error::syntax(start..start + 1, format!("no {quote} ends this text"))),
                Some('\\') => self.escaped(item)?,
                Some(letter) => {
                    self.skip(letter.len_utf8());
                    if letter == quote {
                        return Ok(());
                    }
                    push(item, letter);
                }
            }
        }
    }

    /// A backslash and the letter behind it, which stands for itself.
    fn escaped(&mut self, item: &mut Item) -> Result<(), Error> {
        let start = self.at;
        self.skip(1);
        let Some(letter) = self.rest().chars().next() else {
            return Err(Error::syntax(start..start + 1, "no letter after the backslash"));
        };
        self.skip(letter.len_utf8());
        push(item, letter);
        Ok(())
    }

    /// That a word here, which is no comparison, has no operator that it cannot be without. `:` and `=` stand
    /// in addresses, options and the like.
    pub(super) fn refuse_operators(&self) -> Result<(), Error> {
        let end = self.rest().find(|letter: char| letter.is_whitespace() || "()\"'\\".contains(letter));
        let word = &self.rest()[..end.unwrap_or(self.rest().len())];
        let found =
            word.char_indices().find_map(|(place, _)| Some((place, Operator::at_start(&word[place..])?)));
        let Some((place, (operator, length))) = found else { return Ok(()) };
        let (column, operator_at) = (self.at..self.at + place, self.at + place..self.at + place + length);
        let may_stand = word.len() > length && (word.starts_with(':') || !column.is_empty());
        if operator == Operator::Is && may_stand {
            return Ok(());
        }
        let spelled = cited(self.slice(operator_at.clone()));
        Err(if column.is_empty() {
            Error::syntax(
                operator_at,
                format!("no column before {spelled}; in quotes it is text to look for"),
            )
        } else {
            let said = format!("{} is no name of a column", cited(self.slice(column.clone())));
            Error::syntax(column, format!("{said}; in quotes it is text to look for"))
        })
    }
}

fn push(item: &mut Item, letter: char) {
    if let Some(piece) = item.pieces.last_mut() {
        piece.push(letter);
    }
}
