//! A terminal's screen as SVG: each run of cells that look alike is one text.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// Size of a cell, and of the letters in it.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 18.0;
const LETTERS: f32 = 14.0;

const PAPER: &str = "#11151c";
const INK: &str = "#d7dae0";

/// How a run of cells looks.
#[derive(PartialEq, Clone)]
struct Look {
    ink: String,
    paper: Option<String>,
    bold: bool,
    dim: bool,
    underlined: bool,
}

/// The picture.
pub(super) fn of(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (f32::from(columns) * WIDTH + 16.0, f32::from(rows) * HEIGHT + 16.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"{LETTERS}\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let begin = column;
            let look = screen.cell(row, column).map(look);
            let mut text = String::new();
            while column < columns && screen.cell(row, column).map(self::look) == look {
                match screen.cell(row, column) {
                    Some(cell) if cell.has_contents() => text.push_str(cell.contents()),
                    Some(cell) if cell.is_wide_continuation() => {}
                    _ => text.push(' '),
                }
                column += 1;
            }
            if let Some(look) = look {
                run(&mut out, (row, begin, column - begin), &text, &look);
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

fn run(out: &mut String, (row, column, cells): (u16, u16, u16), text: &str, look: &Look) {
    let (x, y) = (8.0 + f32::from(column) * WIDTH, 8.0 + f32::from(row) * HEIGHT);
    let width = f32::from(cells) * WIDTH;
    if let Some(paper) = &look.paper {
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{paper}\"/>"
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    if look.bold {
        style += " font-weight=\"bold\"";
    }
    if look.dim {
        style += " opacity=\"0.6\"";
    }
    if look.underlined {
        style += " text-decoration=\"underline\"";
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let base = y + LETTERS;
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{base:.1}\" fill=\"{}\" textLength=\"{width:.1}\" xml:space=\"preserve\"{style}>{text}</text>",
        look.ink
    );
}

fn look(cell: &Cell) -> Look {
    let (ink, paper) = (color(cell.fgcolor()), color(cell.bgcolor()));
    let (ink, paper) = match cell.inverse() {
        true => {
            (Some(paper.unwrap_or_else(|| PAPER.to_owned())), Some(ink.unwrap_or_else(|| INK.to_owned())))
        }
        false => (ink, paper),
    };
    Look {
        ink: ink.unwrap_or_else(|| INK.to_owned()),
        paper,
        bold: cell.bold(),
        dim: cell.dim(),
        underlined: cell.underline(),
    }
}

/// A colour as terminals of 256 have it.
fn color(color: Color) -> Option<String> {
    const SIXTEEN: [&str; 16] = [
        "#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5", "#666666",
        "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
    ];
    match color {
        Color::Default => None,
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Idx(number @ 0..16) => Some(SIXTEEN[usize::from(number)].to_owned()),
        Color::Idx(number @ 16..232) => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let cube = number - 16;
            let [red, green, blue] = [cube / 36, cube / 6 % 6, cube % 6].map(level);
            Some(format!("#{red:02x}{green:02x}{blue:02x}"))
        }
        Color::Idx(number) => {
            let gray = 8 + 10 * (number - 232);
            Some(format!("#{gray:02x}{gray:02x}{gray:02x}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    #[test]
    fn a_screen_becomes_texts() {
        let mut parser = vt100::Parser::new(NonZero::new(2).unwrap(), NonZero::new(12).unwrap(), 0);
        parser.process("a<b \x1b[1;31mred\x1b[0m \x1b[7mx\x1b[0m\r\n日本".as_bytes());
        let picture = of(parser.screen());
        assert!(picture.contains(">a&lt;b </text>") && picture.contains("#cd3131"), "{picture}");
        assert!(
            picture.contains("font-weight=\"bold\" xml") || picture.contains("font-weight=\"bold\">red"),
            "{picture}"
        );
        assert!(picture.contains(&format!("fill=\"{INK}\"/>")), "inverse has a paper: {picture}");
        assert!(picture.contains("日本") && picture.ends_with("</svg>\n"));
        assert_eq!(
            (color(Color::Idx(16)), color(Color::Idx(231))),
            (Some("#000000".into()), Some("#ffffff".into()))
        );
        assert_eq!(color(Color::Idx(255)).as_deref(), Some("#eeeeee"));
    }
}
