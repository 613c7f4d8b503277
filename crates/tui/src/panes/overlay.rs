//! What lies over everything but the last line: the help, made from the tables of keys and commands, what a
//! row means, or the list of all tabs or columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

use crate::app::App;
use crate::bindings::Bindings;
use crate::manual;
use crate::overlay::Content;
use crate::theme::Theme;
use crate::widgets::text;

/// Draws the overlay that is open.
pub(crate) fn draw(app: &mut App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let tab = app.tab;
    let Some(overlay) = &mut app.overlay else { return };
    Clear.render(area, buf);
    let framed = area.height >= 8;
    let mut inner = area;
    if framed {
        Block::bordered().border_style(theme.quiet()).render(area, buf);
        inner = Rect {
            x: area.x + 1,
            y: area.y + 1,
            width: area.width.saturating_sub(2),
            height: area.height - 2,
        };
    }
    let room = usize::from(inner.width);
    let (title, lines) = match &overlay.content {
        Content::Help => (" keys and commands ".to_owned(), help(room, theme, &app.settings.bindings)),
        Content::Meaning(meaning) => (format!(" {} ", meaning.title), meaning.lines(room, theme)),
        Content::Cells(cells) => (format!(" {} ", cells.title), cells.lines(theme)),
        Content::Tabs(list) => (" all tabs ".to_owned(), list.lines(tab, theme)),
        Content::Columns(picker) => (picker.title(), picker.lines(theme)),
    };
    overlay.lines = lines.len();
    overlay.height = usize::from(inner.height);
    let chosen = match &overlay.content {
        Content::Tabs(list) => Some(list.line()),
        Content::Columns(picker) => Some(picker.line()),
        _ => None,
    };
    if let Some(chosen) = chosen {
        // The chosen entry is always seen.
        overlay.top = overlay.top.min(chosen).max((chosen + 1).saturating_sub(overlay.height));
    }
    overlay.top = overlay.top.min(lines.len().saturating_sub(overlay.height));
    if framed {
        let edge = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
        let bottom = (overlay.top + overlay.height).min(lines.len());
        let place = format!(" {}–{bottom} of {} ", overlay.top + 1, lines.len());
        let left = text::put_right(buf, edge, &Line::from(Span::styled(place, theme.quiet())));
        text::put(buf, left.x, left.y, usize::from(left.width), &title, theme.strong());
    }
    for (y, line) in (inner.y..inner.bottom()).zip(&lines[overlay.top..]) {
        text::put_line(buf, Rect { x: inner.x, y, width: inner.width, height: 1 }, line);
    }
}

/// Keys and commands.
fn help(room: usize, theme: Theme, bindings: &Bindings) -> Vec<Line<'static>> {
    let parts = manual::parts(bindings);
    let entries = || parts.iter().flat_map(|part| &part.entries);
    let widest = entries().map(|entry| text::width(&entry.typed)).max().unwrap_or(0).min(room / 3);
    let mut lines = Vec::new();
    for part in &parts {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(Span::styled(format!(" {}", part.title), theme.title())));
        for entry in &part.entries {
            let pad = widest.saturating_sub(text::width(&entry.typed));
            let typed = Span::styled(format!("   {}", entry.typed), theme.strong());
            lines.push(Line::from(vec![typed, Span::raw(" ".repeat(pad + 2)), Span::raw(entry.doc)]));
        }
    }
    lines
}
