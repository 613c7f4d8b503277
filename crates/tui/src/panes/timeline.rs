//! The time line: where in a recording what is shown stands.
//!
//! ```text
//!  ▶ 10×  01:40:00 ━━━━━━━▲━━●──────── 01:50:00   2001-09-09 01:46:40 UTC
//!  ‖ 1×  01:40:00 ━━━━━━━━━●────── 01:50:00   01:46:40      where there is less room
//! ```

use netmonitor_core::record::Timeline;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::theme::Theme;
use crate::widgets::text;

/// A shorter bar says nothing.
const SHORTEST: usize = 8;

/// Draws the line.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(time) = app.time.as_ref().filter(|_| !area.is_empty()) else { return };
    let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(1), ..area };
    let room = usize::from(area.width);
    let zone = &time.about.zone;
    let sign = match (time.is_searching, time.is_playing) {
        (true, _) => "…",
        (false, true) => "▶",
        (false, false) => "‖",
    };
    let state = format!("{sign} {}", time.speed);
    let (first, last) = time.ends;
    let ends = match zone.is_same_day(first, last) {
        true => [first, last].map(|wall| zone.time(wall)),
        false => [first, last].map(|wall| zone.day_and_time(wall)[5..16].to_owned()),
    };
    let taken = text::width(&state) + ends.iter().map(|end| end.len()).sum::<usize>() + 7;
    let forms = [zone.moment(time.now.wall), zone.day_and_time(time.now.wall), zone.time(time.now.wall)];
    let fits = |now: &&String| taken + now.len() + 3 * SHORTEST <= room;
    let now = forms.iter().find(fits).unwrap_or(&forms[2]);
    let length = room.saturating_sub(taken + now.len());
    let theme = app.theme;
    let [first, last] = ends;
    let mut spans = vec![
        Span::styled(state, theme.mark()),
        Span::raw("  "),
        Span::styled(first, theme.quiet()),
        Span::raw(" "),
    ];
    if length >= SHORTEST {
        spans.extend(bar(time, length, theme));
    }
    spans.extend([
        Span::raw(" "),
        Span::styled(last, theme.quiet()),
        Span::raw("   "),
        Span::styled(now.clone(), theme.strong()),
    ]);
    text::put_line(buf, area, &Line::from(spans));
}

/// What is behind, where it stands, what is to come, and where changes were found.
fn bar(time: &Timeline, length: usize, theme: Theme) -> Vec<Span<'static>> {
    let place = |boottime: u64| (time.part(boottime) * (length - 1) as f64).round() as usize;
    let now = place(time.now.boottime);
    let mut cells: Vec<&str> = (0..length).map(|cell| if cell < now { "━" } else { "─" }).collect();
    for change in time.changes.iter() {
        cells[place(*change)] = "▲";
    }
    let piece = |cells: &[&str]| cells.concat();
    vec![
        Span::raw(piece(&cells[..now])),
        Span::styled("●", theme.strong()),
        Span::styled(piece(&cells[now + 1..]), theme.quiet()),
    ]
}
