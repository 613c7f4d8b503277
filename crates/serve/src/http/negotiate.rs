//! What a client wants: which format, and whether compressed. RFC 9110, section 12.5.

use crate::readings::Form;
use crate::text::Format;

/// Chooses the form of an answer by the headers `Accept` and `Accept-Encoding`.
pub(super) fn form(accept: Option<&str>, encodings: Option<&str>) -> Form {
    let mut best = (0, Format::Text);
    for (name, parameters, quality) in accept.into_iter().flat_map(choices) {
        let version = parameter(parameters, "version");
        let format = match name {
            "application/openmetrics-text" if version.is_none_or(|it| it == "1.0.0") => Format::OpenMetrics,
            "text/plain" if version.is_none_or(|it| it == "0.0.4") => Format::Text,
            "text/*" | "*/*" => Format::Text,
            _ => continue,
        };
        if quality > best.0 || quality == best.0 && quality > 0 && format == Format::OpenMetrics {
            best = (quality, format);
        }
    }
    let gzip = encodings
        .into_iter()
        .flat_map(choices)
        .any(|(name, _, quality)| name.eq_ignore_ascii_case("gzip") && quality > 0);
    Form { format: best.1, gzip }
}

/// The choices of a list: each with its parameters and its quality in thousandths.
fn choices(list: &str) -> impl Iterator<Item = (&str, &str, u32)> {
    list.split(',').map(|choice| {
        let (name, parameters) = choice.split_once(';').unwrap_or((choice, ""));
        let quality = parameter(parameters, "q").map_or(1.0, |text| text.parse().unwrap_or(0.0));
        (name.trim(), parameters, (f64::clamp(quality, 0.0, 1.0) * 1000.0) as u32)
    })
}

fn parameter<'a>(parameters: &'a str, wanted: &str) -> Option<&'a str> {
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_the_one_that_is_wanted_most() {
        let format = |accept| form(accept, None).format;
        for (accept, expected) in [
            (None, Format::Text),
            (Some(""), Format::Text),
            (Some("*/*"), Format::Text),
            (Some("application/json"), Format::Text),
            (Some("application/openmetrics-text"), Format::OpenMetrics),
            (Some("application/openmetrics-text; version=0.0.1"), Format::Text),
            (
                Some("text/plain;version=0.0.4;q=0.5, application/openmetrics-text;version=1.0.0"),
                Format::OpenMetrics,
            ),
            (Some("text/plain;q=0.9,application/openmetrics-text;version=\"1.0.0\";q=0.8"), Format::Text),
            (Some("text/plain,application/openmetrics-text"), Format::OpenMetrics),
            (Some("application/openmetrics-text;q=0"), Format::Text),
            (Some("application/openmetrics-text;q=nan,;;;=,,\u{7f}"), Format::Text),
        ] {
            assert_eq!(format(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn an_answer_is_compressed_for_those_that_ask() {
        let gzip = |encodings| form(None, encodings).gzip;
        assert!(gzip(Some("gzip")) && gzip(Some("deflate, GZIP;q=0.5")));
        assert!(!gzip(None) && !gzip(Some("gzip;q=0")) && !gzip(Some("zstd")));
    }
}
