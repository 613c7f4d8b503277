//! An expression as it was typed: its parts and their places, before they are tied to a table's columns.

use std::ops::Range;

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// All of them.
    All(Vec<Node>),
    /// One of them.
    Any(Vec<Node>),
    /// The opposite.
    Not(Box<Node>),
    /// A text that some cell holds.
    Free(String),
    /// A column is compared.
    Compare(Comparison),
}

/// A column, an operator and values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    /// The column's name.
    pub(super) column: String,
    /// Its place.
    pub(super) column_at: Range<usize>,
    /// The operator.
    pub(super) operator: Operator,
    /// The values, at least one.
    pub(super) items: Vec<Item>,
    /// The place of the values.
    pub(super) items_at: Range<usize>,
    /// The whole as a text to look for, where it need not be a comparison: an address, `TCP:80`.
    pub(super) free: Option<String>,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its text, in pieces between the stars that stand for any letters.
    pub(super) pieces: Vec<String>,
    /// Taken as it stands: in quotes, or with a letter escaped.
    pub(super) is_literal: bool,
    /// Its place. Where it is not literal, the letters there are those of its text.
    pub(super) at: Range<usize>,
}

impl Item {
    /// Its text, with its stars.
    pub(super) fn text(&self) -> String {
        self.pieces.join("*")
    }
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `:`, `=`, `==`
    Is,
    /// `!=`
    IsNot,
    /// `~`
    Holds,
    /// `!~`
    HoldsNot,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Operator {
    /// As they are typed; one that begins like another stands before it.
    const SPELLED: [(&'static str, Self); 10] = [
        ("!=", Self::IsNot),
        ("!~", Self::HoldsNot),
        ("==", Self::Is),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Is),
        ("~", Self::Holds),
        (":", Self::Is),
    ];

    /// The operator that a text begins with, and its length.
    pub(super) fn at_start(text: &str) -> Option<(Self, usize)> {
        let found = Self::SPELLED.iter().find(|(spelled, _)| text.starts_with(spelled));
        found.map(|(spelled, operator)| (*operator, spelled.len()))
    }

    /// Whether it asks for an order.
    pub(super) fn is_order(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual)
    }
}
