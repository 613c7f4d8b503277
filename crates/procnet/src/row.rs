//! What every kind of row offers, and the macro that declares one.

use crate::cell::{Column, Value};
use crate::table::Texts;

/// A column as a row declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The column itself.
    pub column: Column,
    /// Name of the column that holds its rate, for a counter.
    pub rate: Option<&'static str>,
}

/// A row: its fields in the order of their declaration.
pub trait Row: Send + Sync + 'static {
    /// The columns.
    const FIELDS: &'static [Field];

    /// The value of a field; `texts` are those of the table that holds the row.
    fn cell<'a>(&'a self, field: usize, texts: &'a Texts) -> Value<'a>;
}

/// A type that a field can have.
pub trait Cell {
    /// The typed value.
    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a>;
}

macro_rules! cells {
    ($($type:ty => |$value:ident| $result:expr;)*) => {
        $(impl Cell for $type {
            fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
                let $value = *self;
                $result
            }
        })*
    };
}

cells! {
    u8 => |n| Value::Unsigned(n.into());
    u16 => |n| Value::Unsigned(n.into());
    u32 => |n| Value::Unsigned(n.into());
    u64 => |n| Value::Unsigned(n);
    i32 => |n| Value::Signed(n.into());
    i64 => |n| Value::Signed(n);
    std::net::Ipv4Addr => |ip| Value::Ip(ip.into());
    std::net::Ipv6Addr => |ip| Value::Ip(ip.into());
    std::net::IpAddr => |ip| Value::Ip(ip);
}

impl<T: Cell> Cell for Option<T> {
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
                    name: stringify!($name),
                    title: $title,
                    unit: $crate::cell::Unit::$unit,
                    kind: $crate::row::kind!($kind),
                    doc: $doc,
                },
                rate: $crate::row::rate!($kind $name),
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

macro_rules! kind {
    (key) => {
        $crate::cell::Kind::Key
    };
    (gauge) => {
        $crate::cell::Kind::Gauge
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

pub(crate) use {kind, rate, row};
