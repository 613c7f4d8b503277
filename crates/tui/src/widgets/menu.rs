//! A short list right above the line that is typed: what it can become, and what each means.
//!
//! ```text
//! │ sort rtt_us      smoothed round-trip time │
//! │ sort rttvar_us   how much it varies       │
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::text;
use crate::hits::{Hit, Hits};
use crate::theme::Theme;

/// The most entries that are seen at once.
const MOST: u16 = 10;

/// A list of words, each with what it means.
pub(crate) struct Menu<'a> {
    /// Words and meanings.
    pub(crate) entries: &'a [(&'a str, &'a str)],
    /// Which one is chosen.
    pub(crate) chosen: Option<usize>,
}

impl Menu<'_> {
    /// Whether there is room for it above the last line of a screen.
    pub(crate) fn fits(area: Rect) -> bool {
        area.height >= 12 && area.width >= 30
    }

    /// Draws it at the bottom of an area, over whatever is there.
    pub(crate) fn draw(&self, area: Rect, theme: Theme, buf: &mut Buffer, hits: &mut Hits) {
        let rows = (self.entries.len().min(usize::from(MOST)) as u16).min(area.height / 2);
        if rows == 0 {
            return;
        }
        let place = Rect { y: area.bottom() - rows, height: rows, ..area };
        Clear.render(place, buf);
        let first = self.chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(usize::from(rows)));
        let seen = &self.entries[first..(first + usize::from(rows)).min(self.entries.len())];
        let widest = seen.iter().map(|(word, _)| text::width(word)).max().unwrap_or(0);
        for (at, (word, meaning)) in (first..).zip(seen) {
            let y = place.y + (at - first) as u16;
            let is_chosen = Some(at) == self.chosen;
            let pad = " ".repeat(widest.saturating_sub(text::width(word)) + 2);
            let style = if is_chosen { theme.selected() } else { theme.quiet() };
            let word_style = if is_chosen { theme.selected() } else { theme.strong() };
            let line = Line::from(vec![
                Span::styled("│ ", theme.quiet()),
                Span::styled(*word, word_style),
                Span::styled(pad, style),
                Span::styled(*meaning, style),
            ]);
            let used = text::put_line(buf, Rect { y, height: 1, ..place }, &line);
            hits.add(Rect { y, height: 1, ..place }, Hit::Offer(at));
            if is_chosen {
                // The whole line is one choice.
                let rest = Rect { x: place.x + used as u16, y, width: place.width - used as u16, height: 1 };
                buf.set_style(rest, theme.selected());
            }
        }
        let left = self.entries.len().saturating_sub(first + seen.len());
        if left > 0 {
            let more = Line::from(Span::styled(format!(" {left} more "), theme.strong()));
            let last = Rect { y: place.bottom() - 1, height: 1, ..place };
            buf.set_style(
                Rect { x: last.right().saturating_sub(10), width: 10.min(last.width), ..last },
                Style::reset(),
            );
            text::put_right(buf, last, &more);
        }
    }
}
