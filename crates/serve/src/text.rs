//! Writes metrics as text: the Prometheus text format 0.0.4, and OpenMetrics 1.0.

use std::fmt::{self, Write};

use crate::exposition::{Exposition, Kind, Number, Sample};

/// A way to write metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text format 0.0.4.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// What it is called in a header of HTTP.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Writes all of them.
pub fn write(exposition: &Exposition, format: Format) -> String {
    let samples: usize = exposition.families.iter().map(|filled| filled.samples.len()).sum();
    let mut out = String::with_capacity(exposition.families.len() * 200 + samples * 120);
    // Writing to a string does not fail.
    let _ = all(exposition, format, &mut out);
    out
}

fn all(exposition: &Exposition, format: Format, out: &mut String) -> fmt::Result {
    for filled in &exposition.families {
        let family = &filled.family;
        let (kind, suffix) = match family.kind {
            Kind::Counter => ("counter", "_total"),
            Kind::Gauge => ("gauge", ""),
        };
        // The older format knows a metric by the name of its samples.
        let of_family = if format == Format::Text { suffix } else { "" };
        write!(out, "# HELP {}{of_family} ", family.name)?;
        escape(&family.help, format == Format::OpenMetrics, out);
        writeln!(out, "\n# TYPE {}{of_family} {kind}", family.name)?;
        for sample in &filled.samples {
            out.push_str(&family.name);
            out.push_str(suffix);
            labels(sample, out);
            match sample.number {
                Number::Unsigned(number) => writeln!(out, " {number}")?,
                Number::Signed(number) => writeln!(out, " {number}")?,
                Number::Float(number) => writeln!(out, " {number}")?,
            }
        }
    }
    if format == Format::OpenMetrics {
        out.push_str("# EOF\n");
    }
    Ok(())
}

fn labels(sample: &Sample, out: &mut String) {
    let mut before = '{';
    for (name, value) in sample.pairs() {
        out.push(before);
        out.push_str(name);
        out.push_str("=\"");
        escape(value, true, out);
        out.push('"');
        before = ',';
    }
    if before == ',' {
        out.push('}');
    }
}

/// A backslash, an end of line and, where it would end the text, a quotation mark have other meanings.
fn escape(text: &str, quotation_marks: bool, out: &mut String) {
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '"' if quotation_marks => out.push_str("\\\""),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::exposition::{Family, Filled};

    #[test]
    fn both_formats_say_the_same_in_their_own_words() {
        let family = |name: &str, kind| {
            Arc::new(Family { name: name.to_owned(), kind, help: "Says \"a\\b\".\nMore.".to_owned() })
        };
        let labels: crate::exposition::Labels = [("name", "a\"\\\nb".to_owned())].into();
        let sample = |words, number| Sample { labels: labels.clone(), words, number };
        let exposition = Exposition {
            families: vec![
                Filled {
                    family: family("x_bytes", Kind::Counter),
                    samples: vec![
                        sample([("via", "unix"), ("", "")], Number::Unsigned(u64::MAX)),
                        Sample { labels: [].into(), ..sample([("", ""); 2], Number::Float(0.5)) },
                    ],
                },
                Filled {
                    family: family("y", Kind::Gauge),
                    samples: vec![sample([("", ""); 2], Number::Signed(-1))],
                },
            ],
        };
        assert_eq!(
            write(&exposition, Format::Text),
            r#"# HELP x_bytes_total Says "a\\b".\nMore.
# TYPE x_bytes_total counter
x_bytes_total{name="a\"\\\nb",via="unix"} 18446744073709551615
x_bytes_total 0.5
# HELP y Says "a\\b".\nMore.
# TYPE y gauge
y{name="a\"\\\nb"} -1
"#
        );
        assert_eq!(
            write(&exposition, Format::OpenMetrics),
            r#"# HELP x_bytes Says \"a\\b\".\nMore.
# TYPE x_bytes counter
x_bytes_total{name="a\"\\\nb",via="unix"} 18446744073709551615
x_bytes_total 0.5
# HELP y Says \"a\\b\".\nMore.
# TYPE y gauge
y{name="a\"\\\nb"} -1
# EOF
"#
        );
    }
}
