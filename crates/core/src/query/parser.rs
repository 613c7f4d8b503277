//! The grammar: `or` between `and` (written or not) between `not` before texts, comparisons and parentheses.

use std::ops::Range;

use super::address::looks_like_v6;
use super::error::{Error, cited};
use super::lexer::Lexer;
use super::syntax::{Comparison, Node, Operator};
use super::{DEEPEST, LONGEST};

/// Reads an expression; an empty one is all of nothing, which every row is.
pub(super) fn parse(text: &str) -> Result<Node, Error> {
    if text.len() > LONGEST {
        let message = format!("longer than {LONGEST} bytes");
        return Err(Error::syntax(LONGEST..text.len(), message));
    }
    let mut parser = Parser { lexer: Lexer::new(text), depth: 0 };
    parser.lexer.skip_blanks();
    if parser.lexer.rest().is_empty() {
        return Ok(Node::All(Vec::new()));
    }
    let node = parser.any()?;
    match parser.lexer.rest() {
        "" => Ok(node),
        _ => Err(parser.here(1, "no parenthesis is open here")),
    }
}

/// The places of the parts of an expression that all must hold. One of which some part is enough is one part, and so is
/// one that cannot be read.
pub fn terms(text: &str) -> Vec<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let whole = start..start.max(text.trim_end().len());
    let parts = || {
        parse(text).ok()?;
        let mut parser = Parser { lexer: Lexer::new(text), depth: 0 };
        let mut parts = Vec::new();
        loop {
            parser.lexer.skip_blanks();
            let start = parser.lexer.at();
            parser.not().ok()?;
            parts.push(start..parser.lexer.at());
            match parser.joint() {
                Joint::And => {}
                Joint::Or => return None,
                Joint::End => return Some(parts),
            }
        }
    };
    if whole.is_empty() { Vec::new() } else { parts().unwrap_or_else(|| vec![whole]) }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    depth: usize,
}

/// What joins two parts.
#[derive(PartialEq, Eq)]
enum Joint {
    /// Nothing, or `and`.
    And,
    Or,
    /// The end, or a parenthesis.
    End,
}

impl Parser<'_> {
    fn here(&self, length: usize, message: impl Into<String>) -> Error {
        let at = self.lexer.at();
        Error::syntax(at..at + length.min(self.lexer.rest().len()), message)
    }

    fn any(&mut self) -> Result<Node, Error> {
        let (mut parts, mut terms) = (Vec::new(), vec![self.not()?]);
        loop {
            match self.joint() {
                Joint::And => terms.push(self.not()?),
                Joint::Or => {
                    parts.push(one_or(std::mem::take(&mut terms), Node::All));
                    terms.push(self.not()?);
                }
                Joint::End => {
                    parts.push(one_or(terms, Node::All));
                    return Ok(one_or(parts, Node::Any));
                }
            }
        }
    }

    fn joint(&mut self) -> Joint {
        self.lexer.skip_blanks();
        let rest = self.lexer.rest();
        let (joint, length) = match self.lexer.keyword() {
            Some("and") => (Joint::And, 3),
            Some("or") => (Joint::Or, 2),
            _ if rest.starts_with("&&") => (Joint::And, 2),
            _ if rest.starts_with("||") => (Joint::Or, 2),
            _ if rest.is_empty() || rest.starts_with(')') => (Joint::End, 0),
            _ => (Joint::And, 0),
        };
        self.lexer.skip(length);
        joint
    }

    fn not(&mut self) -> Result<Node, Error> {
        self.lexer.skip_blanks();
        let rest = self.lexer.rest();
        let is_mark = rest.starts_with('!') && Operator::at_start(rest).is_none();
        let length = match self.lexer.keyword() {
            Some("not") => 3,
            _ if is_mark => 1,
            _ => return self.term(),
        };
        self.deeper(length)?;
        self.lexer.skip(length);
        let node = self.not()?;
        self.depth -= 1;
        Ok(Node::Not(Box::new(node)))
    }

    fn deeper(&mut self, length: usize) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.here(length, format!("more than {DEEPEST} within each other")));
        }
        Ok(())
    }

    fn term(&mut self) -> Result<Node, Error> {
        let rest = self.lexer.rest();
        if rest.starts_with('(') {
            return self.group();
        }
        if rest.is_empty() || rest.starts_with(')') {
            return Err(self.here(1, "a text or a comparison is missing here"));
        }
        if let Some(keyword) = self.lexer.keyword() {
            return Err(self.here(keyword.len(), format!("nothing before `{keyword}`")));
        }
        if self.lexer.at_end() {
            return Err(self.here(2, format!("nothing before `{}`", &rest[..2])));
        }
        if let Some(comparison) = self.comparison()? {
            return Ok(Node::Compare(comparison));
        }
        self.lexer.refuse_operators()?;
        self.lexer.free().map(Node::Free)
    }

    fn group(&mut self) -> Result<Node, Error> {
        self.deeper(1)?;
        let open = self.lexer.at();
        self.lexer.skip(1);
        let node = self.any()?;
        if !self.lexer.rest().starts_with(')') {
            return Err(Error::syntax(open..open + 1, "this parenthesis is not closed"));
        }
        self.lexer.skip(1);
        self.depth -= 1;
        Ok(node)
    }

    /// A comparison, where a name and an operator stand here.
    fn comparison(&mut self) -> Result<Option<Comparison>, Error> {
        let Some(length) = self.lexer.name_length() else { return Ok(None) };
        let start = self.lexer.at();
        let column_at = start..start + length;
        let mut lexer = self.lexer;
        lexer.skip(length);
        let apart = lexer.skip_blanks();
        let operator = if apart { lexer.operator_alone() } else { Operator::at_start(lexer.rest()) };
        let Some((operator, length)) = operator else { return Ok(None) };
        let spelled = cited(lexer.slice(lexer.at()..lexer.at() + length));
        let is_colon = lexer.rest().starts_with(':');
        lexer.skip(length);
        // `DE:AD` and `TCP:80` are texts where there is no such column, whatever is missing behind the colon.
        let column = lexer.slice(column_at.clone());
        let word = word_at(&self.lexer);
        let may_be_free = !apart
            && is_colon
            && (looks_like_v6(word) || column.bytes().any(|byte| byte.is_ascii_uppercase()));
        let end = lexer.at();
        let blanks = lexer.skip_blanks();
        if lexer.at_end() || (blanks && lexer.begins_a_part()) {
            return Err(Error::syntax(end..end, format!("no value after {spelled}")));
        }
        if lexer.rest().starts_with(['=', '<', '>', '~']) {
            let place = lexer.at();
            return Err(Error::syntax(place..place + 1, "a value that begins so must stand in quotes"));
        }
        let values = lexer.at();
        let items = lexer.items()?;
        let items_at = values..lexer.at();
        let column = column.to_owned();
        let mut whole = self.lexer;
        let free = whole.free().ok().filter(|_| may_be_free && whole.at() == lexer.at());
        self.lexer = lexer;
        Ok(Some(Comparison { column, column_at, operator, items, items_at, free }))
    }
}

/// The letters up to a blank or a parenthesis.
fn word_at<'a>(lexer: &Lexer<'a>) -> &'a str {
    let rest = lexer.rest();
    let end = rest.find(|letter: char| letter.is_whitespace() || "()".contains(letter));
    &rest[..end.unwrap_or(rest.len())]
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(node) if nodes.is_empty() => node,
        Some(node) => {
            nodes.push(node);
            many(nodes)
        }
        None => many(nodes),
    }
}
