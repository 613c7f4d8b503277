//! The screen and its regions.
//!
//! ```text
//! ┌ netmonitor ───────────────────────── 2001-09-09 01:46:40 UTC ┐
//! │ tab tcp · every 1 s · process 42 curl · user root            │  overview: a box;
//! │ scope process · namespace net:[4026531840]                   │  two lines, then one,
//! │ ! what could not be read, and why                            │  where lines are few
//! └──────────────────────────────────────────────────────────────┘
//! [1 tcp] 2 udp  3 arp  4 traffic  5 stats  6 raw  …                tab bar
//!  ↑ sent 1.20k/s · ↓ received 3.40M/s · …                        graph, where there is
//!  5M/s┤⣀⣀⣸⣿⣀                                                     room for it
//!  5M/s┤⠉⠉⠛⠛⠉
//!  tcp · process · 2 rows                                           tables
//!  local address  port  remote address  port  state        ›
//!  127.0.0.1        80  0.0.0.0            0  LISTEN
//!  127.0.0.1        80  127.0.0.1      54321  ESTABLISHED
//!
//!  ‖ 1×  01:40:00 ━━━━━━━━●──── 01:50:00   2001-09-09 01:46:40    time line of a recording
//!  : command   ? help   1–9 tab   n scope   Space pause   q quit    last line
//! ```
//!
//! The introduction takes the whole screen, an overlay all but the last line.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::{App, Mode};
use crate::panes::{graph, intro, last_line, offers, overlay, overview, tab_bar, tables, timeline};
use crate::widgets::menu::Menu;

/// The regions of a screen, from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Regions {
    overview: Rect,
    tab_bar: Rect,
    graph: Rect,
    tables: Rect,
    timeline: Rect,
    last_line: Rect,
}

/// Cuts a screen into regions. With few lines the tables come first of what can be left out.
fn regions(area: Rect, graph: u16, has_timeline: bool) -> Regions {
    let last = area.height.min(1);
    let overview = match area.height {
        0..=1 => 0,
        2..=7 => 1,
        8..=15 => 2,
        16..=29 => 5,
        _ => 6,
    };
    let tab_bar = u16::from(area.height >= 5);
    let timeline = u16::from(has_timeline && area.height >= 4);
    let at = |y: u16, height: u16| Rect { y: area.y + y, height, ..area };
    Regions {
        overview: at(0, overview),
        tab_bar: at(overview, tab_bar),
        graph: at(overview + tab_bar, graph),
        tables: at(overview + tab_bar + graph, area.height - overview - tab_bar - graph - timeline - last),
        timeline: at(area.height - timeline - last, timeline),
        last_line: at(area.height - last, last),
    }
}

/// Draws the screen.
pub(crate) fn draw(app: &mut App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buf = frame.buffer_mut();
    let mut hits = std::mem::take(&mut app.hits);
    hits.clear();
    if app.mode() == Mode::Intro {
        return intro::draw(app, area, buf);
    }
    app.graphs.lines = area.height;
    let regions = regions(area, app.strip(area.height), app.time.is_some());
    if app.overlay.is_some() {
        let above = Rect { height: area.height - regions.last_line.height, ..area };
        overlay::draw(app, above, buf, &mut hits);
    } else {
        overview::draw(app, regions.overview, buf);
        tab_bar::draw(app, regions.tab_bar, buf, &mut hits);
        graph::draw(app, regions.graph, buf);
        tables::draw(app, regions.tables, buf, &mut hits);
        timeline::draw(app, regions.timeline, buf);
    }
    let has_list = matches!(app.mode(), Mode::CommandLine | Mode::FilterLine) && Menu::fits(area);
    if has_list {
        let above = Rect { height: area.height - regions.last_line.height, ..area };
        offers::draw(app, above, buf, &mut hits);
    }
    app.hits = hits;
    if let Some(cursor) = last_line::draw(app, has_list, regions.last_line, buf) {
        frame.set_cursor_position(cursor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_fill_every_screen() {
        for (height, has_timeline) in (0..100).flat_map(|height| [(height, false), (height, true)]) {
            let area = Rect::new(0, 0, 80, height);
            let graph = if height < 14 { 0 } else { height / 3 };
            let regions = regions(area, graph, has_timeline);
            let parts = [
                regions.overview,
                regions.tab_bar,
                regions.graph,
                regions.tables,
                regions.timeline,
                regions.last_line,
            ];
            let mut y = 0;
            for part in parts {
                assert_eq!(part.y, y, "{height}: {regions:?}");
                y += part.height;
            }
            assert_eq!(y, height);
            assert!(height < 3 || regions.tables.height > 0, "{height}: {regions:?}");
        }
    }
}
