//! The sums of a table's columns over the rows that are shown.

use procnet::{Column, Value};

use super::TableView;

/// The sums of the columns that are shown, over the rows that are shown. They stay true for the same rows of the
/// same snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals(Vec<Option<Sum>>);

/// A sum of counts, or of computed numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sum {
    Count(i128),
    Number(f64),
}

impl Sum {
    /// The sum with one more value. What is not there adds nothing.
    fn with(sum: Option<Self>, value: Value<'_>) -> Option<Self> {
        let more = match value {
            Value::Unsigned(number) => Self::Count(number.into()),
            Value::Signed(number) => Self::Count(number.into()),
            Value::Float(number) if number.is_finite() => Self::Number(number),
            _ => return sum,
        };
        Some(match (sum, more) {
            (None, more) => more,
            // More rows than 2^64 there are not.
            (Some(Self::Count(one)), Self::Count(other)) => Self::Count(one + other),
            (Some(one), other) => Self::Number(one.as_float() + other.as_float()),
        })
    }

    fn as_float(self) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Number(number) => number,
        }
    }
}

impl Totals {
    /// The sums of a table; `None` where nothing of it can be added up.
    pub(super) fn of(table: &TableView<'_>) -> Option<Self> {
        if table.is_record || !table.columns.iter().any(Column::is_additive) {
            return None;
        }
        let sum = |(place, column): (usize, &Column)| {
            let rows = if column.is_additive() { 0..table.len() } else { 0..0 };
            rows.fold(None, |sum, row| Sum::with(sum, table.cell(row, place)))
        };
        Some(Self(table.columns.iter().enumerate().map(sum).collect()))
    }

    /// The sum of a column that is shown; `None` where it has none.
    pub fn cell(&self, column: usize) -> Option<Value<'static>> {
        self.0.get(column).copied().flatten().map(|sum| match sum {
            Sum::Number(number) => Value::Float(number),
            Sum::Count(count) => match u64::try_from(count) {
                Ok(count) => Value::Unsigned(count),
                Err(_) if count < 0 => Value::Signed(count.try_into().unwrap_or(i64::MIN)),
                Err(_) => Value::Float(count as f64),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[Value<'_>]) -> Option<Value<'static>> {
        let sum = values.iter().fold(None, |sum, value| Sum::with(sum, *value));
        Totals(vec![sum]).cell(0)
    }

    #[test]
    fn what_is_there_is_added_up() {
        assert_eq!(sum(&[]), None);
        assert_eq!(sum(&[Value::Absent("x"), Value::Label("x")]), None);
        assert_eq!(
            sum(&[Value::Unsigned(3), Value::Absent(""), Value::Unsigned(4)]),
            Some(Value::Unsigned(7))
        );
        assert_eq!(sum(&[Value::Signed(-5), Value::Unsigned(4)]), Some(Value::Signed(-1)));
        assert_eq!(
            sum(&[Value::Float(0.5), Value::Float(f64::NAN), Value::Float(1.0)]),
            Some(Value::Float(1.5))
        );
        let most = Value::Unsigned(u64::MAX);
        assert_eq!(sum(&[most, most]), Some(Value::Float(2.0 * u64::MAX as f64)));
    }
}
