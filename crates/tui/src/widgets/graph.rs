//! The one graph: values over time as columns that stand on a line, or hang from it.
//!
//! ```text
//!  2M/s┤     ⣀⣤   ⣀   sent, up
//!      ┤⣀⣀⣀⣀⣀⣿⣿⣀⣀⣿⣀
//!      ┤⠉⠉⠉⠉⠉⠛⠛   ⠉   received, down; a gap: not known
//!  2M/s┤     ⠈⠁
//! ```
//!
//! A value that is known has a mark, 0 the lowest one; one that is not known has none. Nothing is allocated.

use netmonitor_core::format;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text;
use crate::theme::{Marks, Theme};

/// Columns of a screen for the scale.
pub(crate) const AXIS: u16 = 8;

/// Which way columns grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// They stand on the lowest line.
    Up,
    /// They hang from the highest line.
    Down,
}

impl Marks {
    /// How many values stand in one cell beside each other.
    pub(crate) fn across(self) -> usize {
        if self == Self::Braille { 2 } else { 1 }
    }

    /// How many marks stand in one cell above each other.
    fn high(self) -> usize {
        match self {
            Self::Braille => 4,
            Self::Block => 8,
            Self::Ascii => 3,
        }
    }

    /// The character of a cell with columns so high, counted from where they grow.
    fn glyph(self, heights: [usize; 2], way: Way) -> char {
        /// Dots of a column from the bottom to the top.
        const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];
        const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        const STANDING: [char; 4] = [' ', '.', ':', '|'];
        const HANGING: [char; 4] = [' ', '\'', ':', '|'];
        match (self, way) {
            (Self::Braille, way) => {
                let dot = |column: usize, place: usize| match way {
                    Way::Up => DOTS[column][place],
                    Way::Down => DOTS[column][3 - place],
                };
                let column = |column: usize| (0..heights[column].min(4)).map(move |place| dot(column, place));
                let dots: u32 = column(0).chain(column(1)).sum();
                char::from_u32(0x2800 + dots).filter(|_| dots > 0).unwrap_or(' ')
            }
            (Self::Block, Way::Up) => BLOCKS[heights[0].min(8)],
            // Of blocks that hang there are three.
            (Self::Block, Way::Down) => match heights[0] {
                0 => ' ',
                1..=3 => '▔',
                4..=7 => '▀',
                _ => '█',
            },
            (Self::Ascii, Way::Up) => STANDING[heights[0].min(3)],
            (Self::Ascii, Way::Down) => HANGING[heights[0].min(3)],
        }
    }
}

/// Draws values, of which `most` is as high as the area; as many as [`Marks::across`] in each column of it, the last ones
/// at its right end.
pub(crate) fn columns(
    buf: &mut Buffer,
    area: Rect,
    values: &[f32],
    most: f32,
    way: Way,
    marks: Marks,
    style: Style,
) {
    let (across, high) = (marks.across(), marks.high());
    let steps = usize::from(area.height) * high;
    for (x, values) in (area.left()..area.right()).rev().zip(values.rchunks(across)) {
        let mut levels = [0; 2];
        for (level, value) in levels.iter_mut().rev().zip(values.iter().rev()) {
            *level = self::level(*value, most, steps);
        }
        if across == 1 {
            levels[0] = levels[1];
        }
        for line in 0..area.height {
            let below = usize::from(line) * high;
            let heights = levels.map(|level| level.saturating_sub(below));
            let y = match way {
                Way::Up => area.bottom() - 1 - line,
                Way::Down => area.top() + line,
            };
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.set_char(marks.glyph(heights, way)).set_style(style);
            }
        }
    }
}

/// How many of so many steps a value is high.
fn level(value: f32, most: f32, steps: usize) -> usize {
    match value {
        value if value.is_nan() || steps == 0 => 0,
        value if value <= 0.0 || most <= 0.0 => 1,
        value => (1 + (value / most * (steps - 1) as f32).ceil() as usize).clamp(2, steps.max(2)),
    }
}

/// So many values at the beginning appear together where all are 0.
const TOGETHER: usize = 8;

/// Forgets some of the values that are 0 before any other is known: what grows while nothing moves is to grow by steps, not by
/// each moment, for each is sent to the terminal.
pub(crate) fn step_in(values: &mut [f32]) {
    let Some(first) = values.iter().position(|value| !value.is_nan()) else { return };
    if first > 0 {
        let zeros = values[first..].iter().take_while(|value| **value == 0.0).count();
        values[first..first + zeros.saturating_sub(1) % TOGETHER].fill(f32::NAN);
    }
}

/// The greatest of some values; 0 where none is known.
pub(crate) fn greatest(values: &[f32]) -> f32 {
    values.iter().copied().filter(|value| !value.is_nan()).fold(0.0, f32::max)
}

/// The end of a scale that a value fits in: 1, 2 or 5, and zeros.
pub(crate) fn scale(most: f32) -> f32 {
    if !(most > 0.0 && most.is_finite()) {
        return 1.0;
    }
    let unit = 10_f32.powf(most.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|step| step * unit)
        .find(|end| most <= end * 1.0001)
        .unwrap_or(unit * 10.0)
}

/// Draws the scale at the left of an area: its ends at the top, and at the bottom where columns hang there. Gives what is
/// left of it.
pub(crate) fn axis(
    buf: &mut Buffer,
    area: Rect,
    most: f32,
    unit: &str,
    mirrored: bool,
    theme: Theme,
) -> Rect {
    if area.width <= AXIS * 2 {
        return area;
    }
    let tick = if theme.marks == Marks::Ascii { "|" } else { "┤" };
    let mut label = String::new();
    format::brief(f64::from(most), &mut label);
    label.push_str(unit);
    let room = usize::from(AXIS) - 1;
    for y in area.top()..area.bottom() {
        let is_end = y == area.top() || mirrored && y + 1 == area.bottom();
        if is_end {
            let x = area.x + room.saturating_sub(text::width(&label)) as u16;
            text::put(buf, x, y, room, &label, theme.quiet());
        }
        text::put(buf, area.x + AXIS - 1, y, 1, tick, theme.quiet());
    }
    Rect { x: area.x + AXIS, width: area.width - AXIS, ..area }
}

/// Appends a bar that is so much of a hundred full.
pub(crate) fn bar(percent: f64, length: usize, marks: Marks, out: &mut String) {
    const EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    let full = (percent.clamp(0.0, 100.0) / 100.0 * (length * 8) as f64).ceil() as usize;
    for cell in 0..length {
        let eighths = full.saturating_sub(cell * 8).min(8);
        out.push(match marks {
            Marks::Ascii if eighths > 0 => '#',
            Marks::Ascii => '.',
            _ => EIGHTHS[eighths],
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: f32 = f32::NAN;

    fn drawn(values: &[f32], (width, height): (u16, u16), way: Way, marks: Marks) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        columns(&mut buf, area, values, 8.0, way, marks, Style::new());
        let lines = buf.content.chunks(usize::from(width));
        lines.map(|cells| cells.iter().map(|cell| cell.symbol()).collect()).collect()
    }

    #[test]
    fn nothing_is_drawn_of_what_is_not_known_and_something_of_zero() {
        let values = [NONE, NONE, 0.0, 0.0, 8.0, 8.0, 4.0, 0.1];
        assert_eq!(drawn(&values, (4, 2), Way::Up, Marks::Braille), ["  ⣿⡀", " ⣀⣿⣧"]);
        assert_eq!(drawn(&values, (4, 2), Way::Down, Marks::Braille), [" ⠉⣿⡟", "  ⣿⠁"]);
        assert_eq!(drawn(&values, (8, 1), Way::Up, Marks::Block), ["  ▁▁██▅▂"]);
        assert_eq!(drawn(&values, (8, 1), Way::Down, Marks::Block), ["  ▔▔██▀▔"]);
        assert_eq!(drawn(&values, (8, 1), Way::Up, Marks::Ascii), ["  ..||::"]);
        assert_eq!(drawn(&values, (8, 2), Way::Down, Marks::Ascii), ["  ''|||:", "    ||' "]);
        // Values that do not fit are the older ones, and where there are fewer they stand at the right.
        assert_eq!(drawn(&values, (2, 1), Way::Up, Marks::Ascii), ["::"]);
        assert_eq!(drawn(&[8.0], (3, 1), Way::Up, Marks::Braille), ["  ⢸"]);
    }

    #[test]
    fn what_grows_while_nothing_moves_grows_by_steps() {
        let known = |zeros: usize, then: &[f32]| {
            let mut values: Vec<f32> = [&[NONE; 3][..], &vec![0.0; zeros], then].concat();
            step_in(&mut values);
            values.iter().filter(|value| !value.is_nan()).count()
        };
        assert_eq!([0, 1, 2, 8, 9, 10, 17].map(|zeros| known(zeros, &[])), [0, 1, 1, 1, 9, 9, 17]);
        assert_eq!(known(8, &[1.0, 0.0]), 3, "what moved stays");
        let mut full = [0.0; 5];
        step_in(&mut full);
        assert_eq!(full, [0.0; 5]);
    }

    #[test]
    fn scales_hold_what_they_are_made_for() {
        for (most, end) in [(0.0, 1.0), (NONE, 1.0), (1.0, 1.0), (1.1, 2.0), (3.0, 5.0), (7_000.0, 10_000.0)]
        {
            assert!((scale(most) - end).abs() < end * 0.001, "{most}: {}", scale(most));
        }
        assert_eq!(greatest(&[NONE, 3.0, 2.0]), 3.0);
        assert_eq!(greatest(&[NONE]), 0.0);
    }

    #[test]
    fn bars_are_as_long_as_their_room() {
        let of = |percent, marks| {
            let mut out = String::new();
            bar(percent, 4, marks, &mut out);
            out
        };
        assert_eq!(of(0.0, Marks::Block), "    ");
        assert_eq!(of(0.1, Marks::Block), "▏   ");
        assert_eq!(of(50.0, Marks::Block), "██  ");
        assert_eq!(of(400.0, Marks::Braille), "████");
        assert_eq!(of(60.0, Marks::Ascii), "###.");
    }
}
