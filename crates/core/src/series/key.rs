//! Which row of a table it is, at any moment: its key columns as one number.

use std::hash::{DefaultHasher, Hash, Hasher};

use procnet::{Kind, Value};

use crate::views::TableView;

/// A row of a table. Two rows of one table have the same by a chance of one to 10^15 at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey(u64);

impl RowKey {
    /// The places of the columns that tell rows of a table apart.
    pub fn columns(table: &TableView<'_>) -> Vec<usize> {
        let columns = table.all_columns().iter().enumerate();
        columns.filter(|(_, column)| column.kind == Kind::Key).map(|(place, _)| place).collect()
    }

    /// The key of a row that is shown; `columns` as [`RowKey::columns`] told.
    pub fn of(table: &TableView<'_>, columns: &[usize], row: usize) -> Self {
        let mut hasher = DefaultHasher::new();
        columns.iter().for_each(|column| hash(table.any_cell(row, *column), &mut hasher));
        Self(hasher.finish())
    }

    #[cfg(test)]
    pub(super) fn of_number(number: u64) -> Self {
        Self(number)
    }

    pub(super) fn number(self) -> u64 {
        self.0
    }
}

fn hash(value: Value<'_>, hasher: &mut DefaultHasher) {
    match value {
        Value::Text(text) | Value::Line(text) => text.hash(hasher),
        Value::Label(word) => word.hash(hasher),
        Value::Ip(address) => address.hash(hasher),
        Value::Pids(pids) => pids.hash(hasher),
        Value::Flags(bits, _) | Value::Letters(bits, _) => bits.hash(hasher),
        Value::Time(wall) => wall.hash(hasher),
        Value::Signed(number) => number.hash(hasher),
        Value::Unsigned(number) | Value::Named(number, _) => number.hash(hasher),
        Value::Float(number) => number.to_bits().hash(hasher),
        Value::Absent(_) => 0_u8.hash(hasher),
    }
}
