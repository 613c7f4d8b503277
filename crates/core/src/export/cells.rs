//! Cells and rows as JSON.

use std::io;

use procnet::Value;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::format;
use crate::views::TableView;

/// A value: numbers as numbers, lists as lists, what is absent as null.
pub(super) struct Cell<'a>(pub(super) Value<'a>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Absent(_) => serializer.serialize_unit(),
            Value::Unsigned(number) | Value::Named(number, _) => serializer.serialize_u64(number),
            Value::Signed(number) => serializer.serialize_i64(number),
            Value::Float(number) => serializer.serialize_f64(number),
            Value::Label(word) => serializer.serialize_str(word),
            Value::Text(bytes) | Value::Line(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => serializer.serialize_str(text),
                Err(_) => serializer.serialize_str(&format::harmless_text(bytes)),
            },
            Value::Ip(address) => serializer.collect_str(&address),
            Value::Time(wall) => serializer.serialize_str(&format::rfc3339(wall)),
            Value::Flags(bits, names) => serializer.collect_seq(format::flag_names(bits, names)),
            Value::Letters(bits, letters) => serializer.collect_str(&Letters(bits, letters)),
            Value::Pids(pids) => {
                let mut list = serializer.serialize_seq(Some(pids.len()))?;
                pids.iter().try_for_each(|pid| list.serialize_element(pid))?;
                list.end()
            }
        }
    }
}

struct Letters(u32, &'static [(u32, &'static str)]);

impl std::fmt::Display for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        let column = procnet::Column {
            name: "",
            title: "",
            unit: procnet::Unit::None,
            kind: procnet::Kind::Info,
            doc: "",
        };
        format::text(Value::Letters(self.0, self.1), &column, 1, &mut text);
        f.write_str(&text)
    }
}

/// A row of a table, with what stands before its columns.
pub(super) struct Row<'a, 's> {
    pub(super) table: &'a TableView<'s>,
    pub(super) row: usize,
    pub(super) before: &'a [(&'static str, Cell<'a>)],
}

impl Serialize for Row<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, cell) in self.before {
            map.serialize_entry(name, cell)?;
        }
        for (place, column) in self.table.columns.iter().enumerate() {
            map.serialize_entry(column.name, &Cell(self.table.cell(self.row, place)))?;
        }
        map.end()
    }
}

/// Writes JSON whose strings hold nothing that a terminal acts on: such characters are escaped.
pub(super) struct Harmless<F>(F);

impl Harmless<serde_json::ser::CompactFormatter> {
    pub(super) fn compact() -> Self {
        Self(serde_json::ser::CompactFormatter)
    }
}

impl Harmless<PrettyFormatter<'static>> {
    pub(super) fn pretty() -> Self {
        Self(PrettyFormatter::with_indent(b" "))
    }
}

/// Writes one document so, and a line end.
pub(crate) fn write_harmless(out: &mut dyn io::Write, document: &impl Serialize) -> io::Result<()> {
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Harmless::pretty()))?;
    out.write_all(b"\n")
}

macro_rules! pass_on {
    ($($name:ident($($argument:ident: $type:ty)?);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)?) -> io::Result<()> {
            self.0.$name(writer $(, $argument)?)
        })*
    };
}

impl<F: Formatter> Formatter for Harmless<F> {
    pass_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly every text is plain.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.0.write_string_fragment(writer, fragment);
        }
        let mut rest = fragment;
        while let Some((at, character)) =
            rest.char_indices().find(|(_, character)| format::is_harmful(*character))
        {
            self.0.write_string_fragment(writer, &rest[..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }
}
