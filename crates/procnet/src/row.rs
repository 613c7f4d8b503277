//! What every kind of row offers, and the macro that declares one.

use crate::cell::{Column, Form, Value};
use crate::table::Texts;

/// A column as a row declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The column itself.
    pub column: Column,
    /// Name of the column that holds its rate, for a counter.
    pub rate: Option<&'static str>,
    /// Of what form its values are, where their type tells it.
    pub form: Option<Form>,
}

/// A row: its fields in the order of their declaration.
pub trait Row: Send + Sync + 'static {
    /// The columns.
    const FIELDS: &'static [Field];

    /// The value of a field; `texts` are those of the table that holds the row.
    fn cell<'a>(&'a self, field: usize, texts: &'a Texts) -> Value<'a>;

    /// A number that the same row has in every reading, and no other ever, where there is one; else the key columns tell it.
    fn identity(&self) -> Option<u64> {
        None
    }
}

/// A type that a field can have.
pub trait Cell {
    /// Of what form it is.
    const FORM: Form;

    /// The typed value.
    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a>;
}

macro_rules! cells {
    ($($type:ty, $form:ident => |$value:ident| $result:expr;)*) => {
        $(impl Cell for $type {
            const FORM: Form = Form::$form;

            fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
                let $value = *self;
                $result
            }
        })*
    };
}

cells! {
    u8, Integer => |n| Value::Unsigned(n.into());
    u16, Integer => |n| Value::Unsigned(n.into());
    u32, Integer => |n| Value::Unsigned(n.into());
    u64, Integer => |n| Value::Unsigned(n);
    i32, Integer => |n| Value::Signed(n.into());
    i64, Integer => |n| Value::Signed(n);
    std::net::Ipv4Addr, Text => |ip| Value::Ip(ip.into());
    std::net::Ipv6Addr, Text => |ip| Value::Ip(ip.into());
    std::net::IpAddr, Text => |ip| Value::Ip(ip);
}

impl<T: Cell> Cell for Option<T> {
    const FORM: Form = T::FORM;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        self.as_ref().map_or(Value::Absent(""), |cell| cell.value(texts))
    }
}

/// Declares a row: a struct, its columns and the access by column.
///
/// Each field reads `kind name: type, unit, title, doc;` with a kind of [`Kind`](crate::Kind) in lower case.
/// A counter has a rate, `name_rate`, by that alone.
macro_rules! row {
    (
        $(#[$meta:meta])*
        pub struct $row:ident {
            $($kind:ident $name:ident: $type:ty, $unit:ident, $title:literal, $doc:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $row {
            $(#[doc = $doc] pub $name: $type,)*
        }

        impl $crate::row::Row for $row {
            const FIELDS: &'static [$crate::row::Field] = &[$($crate::row::Field {
                column: $crate::cell::Column {
                    name: $crate::row::plain(stringify!($name)),
                    title: $title,
                    unit: $crate::cell::Unit::$unit,
                    kind: $crate::row::kind!($kind),
                    doc: $doc,
                },
                rate: $crate::row::rate!($kind $name),
                form: Some(<$type as $crate::row::Cell>::FORM),
            },)*];

            fn cell<'a>(&'a self, field: usize, texts: &'a $crate::table::Texts) -> $crate::cell::Value<'a> {
                #[allow(non_camel_case_types)]
                enum Place { $($name,)* }
                $(if field == Place::$name as usize {
                    return $crate::row::Cell::value(&self.$name, texts);
                })*
                $crate::cell::Value::Absent("")
            }
        }
    };
}

/// The name of a column whose field is a raw identifier: `type`, of `r#type`.
pub(crate) const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

macro_rules! kind {
    (key) => {
        $crate::cell::Kind::Key
    };
    (gauge) => {
        $crate::cell::Kind::Gauge
    };
    (amount) => {
        $crate::cell::Kind::Amount
    };
    (counter) => {
        $crate::cell::Kind::Counter
    };
    (info) => {
        $crate::cell::Kind::Info
    };
}

macro_rules! rate {
    (counter $name:ident) => {
        Some(concat!(stringify!($name), "_rate"))
    };
    ($kind:ident $name:ident) => {
        None
    };
}

/// Declares a file whose lines are words in the order of the row's fields: the row, and the format of its
/// lines. What stands behind the last field is kept as a column without a name. `skip` is the number of words
/// before the first field that are left out: addresses in the kernel's memory.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub struct $row:ident, $(#[$format_meta:meta])* $format:ident,
        header $header:literal $(, skip $skip:literal)? {
            $($kind:ident $name:ident: $type:ty, $unit:ident, $title:literal, $doc:literal;)*
        }
    ) => {
        $crate::row::row! {
            $(#[$meta])*
            pub struct $row {
                $($kind $name: $type, $unit, $title, $doc;)*
            }
        }

        $(#[$format_meta])*
        #[derive(Default)]
        pub struct $format;

        impl $crate::shape::Format for $format {
            type Row = $row;
            const HEADER: u64 = $header;

            fn line(
                &mut self,
                line: &[u8],
                table: &mut $crate::table::Table<$row>,
                endian: $crate::Endian,
            ) -> Result<(), &'static str> {
                let mut words = $crate::shape::Words::new(line);
                let skip = 0 $(+ $skip)?;
                words.by_ref().take(skip).for_each(drop);
                let row = $row {
                    $($name: <$type as $crate::word::Word>::read(words.next(), &mut table.texts, endian)
                        .ok_or(const { $crate::row::plain(concat!(stringify!($name), " unreadable")) })?,)*
                };
                table.push(row);
                let fields = <$row as $crate::row::Row>::FIELDS.len();
                table.extras(skip + fields + 1, words);
                Ok(())
            }
        }
    };
}

pub(crate) use {kind, rate, row, words};
