//! What the files under `stat` share: a header of names, then a row of hexadecimal numbers for each possible CPU.
//!
//! Columns are found by their names, because kernels add, rename and leave out some. One that is not known
//! here is kept without a name.

/// Declares such a file: the row, which begins with the CPU, and the format of its lines.
///
/// Each field reads `kind name: unit, title, doc;` and is named as in the file's header.
macro_rules! cpu_stat {
    (
        $(#[$meta:meta])*
        pub struct $row:ident, $(#[$format_meta:meta])* $format:ident {
            $($kind:ident $name:ident: $unit:ident, $title:literal, $doc:literal;)*
        }
    ) => {
        $crate::row::row! {
            $(#[$meta])*
            pub struct $row {
                key cpu: u32, None, "CPU", "Place of the row: the file lists all possible CPUs in order and does not number them.";
                $($kind $name: Option<u64>, $unit, $title, $doc;)*
            }
        }

        $(#[$format_meta])*
        #[derive(Default)]
        pub struct $format {
            /// The field of each column of the file.
            fields: Vec<Option<usize>>,
            cpu: u32,
        }

        impl $format {
            const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];
        }

        impl $crate::shape::Format for $format {
            type Row = $row;

            fn header(&mut self, line: &[u8], _: &mut $crate::table::Table<$row>) {
                let names = $crate::shape::Words::new(line).take($crate::table::MOST_COLUMNS);
                let known = |word: &[u8]| Self::NAMES.iter().position(|name| name.as_bytes() == word);
                self.fields = names.map(known).collect();
            }

            fn line(
                &mut self,
                line: &[u8],
                table: &mut $crate::table::Table<$row>,
                _: $crate::Endian,
            ) -> Result<(), &'static str> {
                let cpu = self.cpu;
                self.cpu = cpu.saturating_add(1);
                let mut values = [None; Self::NAMES.len()];
                let mut known = self.fields.iter();
                let words = $crate::shape::Words::new(line);
                for (word, field) in words.clone().zip(&mut known) {
                    let value = $crate::number::hex(word).ok_or("not a hexadecimal number")?;
                    if let Some(field) = *field {
                        values[field] = Some(value);
                    }
                }
                let [$($name),*] = values;
                table.push($row { cpu, $($name),* });
                for (place, word) in words.enumerate() {
                    if self.fields.get(place).is_none_or(Option::is_none) {
                        table.extra(place + 1, word);
                    }
                }
                Ok(())
            }
        }
    };
}

pub(crate) use cpu_stat;
