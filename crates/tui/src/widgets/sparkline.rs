//! What each row of a table moved over time, in one cell of the table.

use netmonitor_core::format;
use netmonitor_core::series::{RATE, RowKey, Series, TrackId, Window};
use netmonitor_core::views::TableView;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::graph::{self, Way};
use super::text;
use crate::theme::Theme;

/// Columns of a screen that it takes.
pub(crate) const WIDTH: u16 = 10;

/// A narrower table has no room for it.
pub(crate) const LEAST: u16 = 100;

/// The most values in it.
const VALUES: usize = WIDTH as usize * 2;

/// Usual times between two moments in one value.
const STEP: u64 = 3;

/// What is drawn of the rows of a table.
pub(crate) struct Spark<'a> {
    series: &'a Series,
    track: TrackId,
    window: Window,
    /// The columns that tell rows apart.
    pub(crate) keys: Vec<usize>,
}

impl<'a> Spark<'a> {
    /// What is drawn of a table up to a moment; `None`: nothing is known of it then.
    pub(crate) fn of(table: &TableView<'_>, series: &'a Series, until: u64) -> Option<Self> {
        let track = TrackId::of(&table.name, RATE);
        let is_known = series.at(until).is_some_and(|figures| figures.has(track));
        let window = Window { until, step: series.usual().saturating_mul(STEP) };
        is_known.then(|| Self { series, track, window, keys: RowKey::columns(table) })
    }

    /// Says how long a time is drawn.
    pub(crate) fn draw_title(&self, area: Rect, theme: Theme, buf: &mut Buffer) {
        let values = usize::from(WIDTH) * theme.marks.across();
        let mut words = String::from("last ");
        format::length(self.window.step.saturating_mul(values as u64), &mut words);
        text::put(buf, area.x, area.y, usize::from(area.width), &words, theme.header());
    }

    /// Draws a row, to a scale of its own.
    pub(crate) fn draw(&self, key: RowKey, area: Rect, theme: Theme, buf: &mut Buffer) {
        let mut values = [f32::NAN; VALUES];
        let values = &mut values[..usize::from(WIDTH) * theme.marks.across()];
        self.series.buckets(self.window, values, |figures| figures.row(self.track, key));
        graph::step_in(values);
        let most = graph::greatest(values);
        let style = if most > 0.0 { theme.moving() } else { theme.quiet() };
        graph::columns(buf, area, values, most, Way::Up, theme.marks, style);
    }
}
