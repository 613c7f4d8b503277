//! Words that are values: how a field of a given type is read from one word of a line.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Endian;
use crate::cell::{Form, Value};
use crate::number;
use crate::row::Cell;
use crate::shape::Words;
use crate::table::{Span, Texts};

/// A type that is read from a word.
pub trait Word: Sized {
    /// Reads it; `None` where the word is missing or is something else.
    fn read(word: Option<&[u8]>, texts: &mut Texts, endian: Endian) -> Option<Self>;
}

/// A hexadecimal number without prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex<T>(pub T);

/// A hexadecimal number with `0x` before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrefixedHex<T>(pub T);

/// An IPv4 address printed as a number of the host's byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HexIpv4(pub Ipv4Addr);

/// An IPv6 address printed as its bytes, without colons (`%pi6`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HexIpv6(pub Ipv6Addr);

/// A number without sign that the kernel prints as one with a sign (`%ld`): what is below zero has grown past
/// the largest number with a sign, on kernels of 32 bits a real thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrapped(pub u64);

/// The next word as a value, or what is said of one that cannot be read.
pub(crate) fn next<T: Word>(
    words: &mut Words<'_>,
    texts: &mut Texts,
    endian: Endian,
    fault: &'static str,
) -> Result<T, &'static str> {
    T::read(words.next(), texts, endian).ok_or(fault)
}

/// Declares a number that is read by a function of [`number`] and whose values have names, which are shown
/// beside it (`named`) or in its stead (`label`), or whose bits have (`flags`). Without a function it is a number
/// that no text file prints.
macro_rules! meaning {
    ($(#[$meta:meta])* pub struct $name:ident by $read:path, $show:ident $names:expr) => {
        $crate::word::meaning! { $(#[$meta])* pub struct $name, $show $names }

        impl $crate::word::Word for $name {
            fn read(word: Option<&[u8]>, _: &mut $crate::table::Texts, _: $crate::Endian) -> Option<Self> {
                $read(word?)?.try_into().ok().map(Self)
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident, $show:ident $names:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name(pub u32);

        impl $crate::row::Cell for $name {
            const FORM: $crate::cell::Form = $crate::word::form!($show);

            fn value<'a>(&'a self, _: &'a $crate::table::Texts) -> $crate::cell::Value<'a> {
                $crate::word::show!($show $names, self.0)
            }
        }
    };
}

macro_rules! form {
    (named) => {
        $crate::cell::Form::Integer
    };
    (label) => {
        $crate::cell::Form::Label
    };
    (flags) => {
        $crate::cell::Form::List
    };
}

macro_rules! show {
    (named $names:expr, $number:expr) => {
        $crate::dictionary::named($names, $number.into())
    };
    (label $names:expr, $number:expr) => {
        $crate::dictionary::label($names, $number.into())
    };
    (flags $names:expr, $number:expr) => {
        $crate::cell::Value::Flags($number, $names)
    };
}

pub(crate) use {form, meaning, show};

macro_rules! decimals {
    ($($type:ty)*) => {
        $(impl Word for $type {
            fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
                number::decimal(word?)?.try_into().ok()
            }
        })*
    };
}

macro_rules! signed {
    ($($type:ty)*) => {
        $(impl Word for $type {
            fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
                number::signed(word?)?.try_into().ok()
            }
        })*
    };
}

macro_rules! addresses {
    ($($type:ty)*) => {
        $(impl Word for $type {
            fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
                std::str::from_utf8(word?).ok()?.parse().ok()
            }
        })*
    };
}

addresses! { Ipv4Addr Ipv6Addr IpAddr }
decimals! { u8 u16 u32 u64 }
signed! { i32 i64 }

impl<T: TryFrom<u64>> Word for Hex<T> {
    fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
        number::hex(word?)?.try_into().ok().map(Self)
    }
}

impl<T: TryFrom<u64>> Word for PrefixedHex<T> {
    fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
        number::prefixed_hex(word?)?.try_into().ok().map(Self)
    }
}

impl Word for HexIpv4 {
    fn read(word: Option<&[u8]>, _: &mut Texts, endian: Endian) -> Option<Self> {
        number::ipv4(word?, endian).map(Self)
    }
}

impl Word for HexIpv6 {
    fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
        number::ipv6_bytes(word?).map(Self)
    }
}

impl Word for Wrapped {
    fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
        let word = word?;
        let below_zero = |number: i64| match i32::try_from(number) {
            Ok(number) => number.cast_unsigned().into(),
            Err(_) => number.cast_unsigned(),
        };
        number::decimal(word).or_else(|| number::signed(word).map(below_zero)).map(Self)
    }
}

impl Word for Span {
    fn read(word: Option<&[u8]>, texts: &mut Texts, _: Endian) -> Option<Self> {
        Some(texts.keep(word?))
    }
}

/// A column that some kernels do not have: absent only where the line has ended.
impl<T: Word> Word for Option<T> {
    fn read(word: Option<&[u8]>, texts: &mut Texts, endian: Endian) -> Option<Self> {
        match word {
            None => Some(None),
            word => T::read(word, texts, endian).map(Some),
        }
    }
}

impl<T: Cell> Cell for Hex<T> {
    const FORM: Form = T::FORM;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        self.0.value(texts)
    }
}

impl<T: Cell> Cell for PrefixedHex<T> {
    const FORM: Form = T::FORM;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        self.0.value(texts)
    }
}

impl Cell for HexIpv4 {
    const FORM: Form = Form::Text;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        self.0.value(texts)
    }
}

impl Cell for HexIpv6 {
    const FORM: Form = Form::Text;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        self.0.value(texts)
    }
}

impl Cell for Wrapped {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Unsigned(self.0)
    }
}
