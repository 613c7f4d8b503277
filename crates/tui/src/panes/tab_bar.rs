//! The tabs by number and name; the selected one in brackets.
//!
//! ```text
//! [1 tcp] 2 udp  3 arp  …        where all names fit
//!  1  2  3 [4 traffic] 5  …      where they do not
//! ```

use netmonitor_core::views;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::widgets::text;

/// Draws the tabs.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let build = |all_names: bool| {
        let tabs = views::nine().iter().enumerate().map(|(at, view)| {
            let number = at + 1;
            match (at == app.tab, all_names) {
                (true, _) => Span::styled(format!("[{number} {}]", view.name), app.theme.tab()),
                (false, true) => Span::raw(format!(" {number} {} ", view.name)),
                (false, false) => Span::raw(format!(" {number} ")),
            }
        });
        // A tab without a number stands behind the nine while it is shown.
        let other = views::ALL.get(app.tab).filter(|_| app.tab >= views::nine().len());
        let other = other.map(|view| Span::styled(format!("[{}]", view.name), app.theme.tab()));
        Line::from(tabs.chain(other).collect::<Vec<_>>())
    };
    let room = usize::from(area.width);
    let (all, few) = (build(true), build(false));
    let line = if all.width() <= room {
        all
    } else if few.width() <= room {
        few
    } else {
        Line::from(few.spans[app.tab.min(few.spans.len() - 1)].clone())
    };
    text::put_line(buf, area, &line);
}
