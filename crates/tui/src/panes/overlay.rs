//! What lies over everything but the last line: the help, made from the tables of keys and commands, what a
//! row means, or the list of all tabs or columns.

use netmonitor_core::views::{self, View};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

use crate::app::App;
use crate::bindings::Bindings;
use crate::hits::{Hit, Hits};
use crate::manual;
use crate::overlay::Content;
use crate::theme::Theme;
use crate::widgets::text;

/// Draws the overlay that is open.
pub(crate) fn draw(app: &mut App, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
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
        Content::Help => {
            let bindings = &app.settings.bindings;
            let mut lines = this_tab(views::ALL[tab], room, theme, bindings);
            lines.extend(keys(room, theme, bindings));
            (" help ".to_owned(), lines)
        }
        Content::Meaning(meaning) => (format!(" {} ", meaning.title), meaning.lines(room, theme)),
        Content::Detail(detail) => (detail.title(), detail.lines(room, theme)),
        Content::Tabs(list) => (" all tabs ".to_owned(), list.lines(tab, theme)),
        Content::Columns(picker) => (picker.title(), picker.lines(theme)),
        Content::Acts(menu) => (" what can be done ".to_owned(), menu.lines(theme)),
        Content::Confirm(confirm) => (" is it to be done? ".to_owned(), confirm.lines(room, theme)),
    };
    overlay.lines = lines.len();
    overlay.height = usize::from(inner.height);
    let chosen = match &overlay.content {
        Content::Tabs(list) => Some(list.line()),
        Content::Columns(picker) => Some(picker.line()),
        Content::Acts(menu) => Some(menu.line()),
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
    for ((y, number), line) in (inner.y..inner.bottom()).zip(overlay.top..).zip(&lines[overlay.top..]) {
        let place = Rect { x: inner.x, y, width: inner.width, height: 1 };
        text::put_line(buf, place, line);
        // The first line of a list is what is typed.
        if let Some(entry) = number.checked_sub(1).filter(|_| chosen.is_some()) {
            hits.add(place, Hit::Entry(entry));
        }
    }
    if let Content::Detail(detail) = &overlay.content {
        detail.draw_pictures(inner, overlay.top, &app.graphs.series, theme, buf);
    }
}

/// What the tab shows that the help was asked for in.
fn this_tab(view: &View, room: usize, theme: Theme, bindings: &Bindings) -> Vec<Line<'static>> {
    let wide = room.saturating_sub(4).max(20);
    let mut lines = vec![Line::from(Span::styled(format!(" The tab {}", view.name), theme.title()))];
    lines.extend(text::wrapped(view.help, wide).into_iter().map(|line| Line::from(format!("   {line}"))));
    let names = view.tables.iter().map(|table| text::width(table.name)).max().unwrap_or(0);
    for table in view.tables {
        let scope =
            table.scope.map_or_else(|| "the chosen scope".to_owned(), |scope| format!("scope {scope}"));
        let words = format!("{} ({scope})", table.doc);
        for (at, line) in
            text::wrapped(&words, wide.saturating_sub(names + 2).max(20)).into_iter().enumerate()
        {
            let name = if at == 0 { table.name } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("   {name:names$}  "), theme.strong()),
                Span::raw(line),
            ]));
        }
    }
    let key = |name| bindings.written(name);
    let more = format!(
        "{} explains the selected row and its columns, {} shows all of it; {} filters, {} sorts, {} chooses columns.",
        key("explain"),
        key("open"),
        key("filter"),
        key("sort"),
        key("columns"),
    );
    lines.extend(text::wrapped(&more, wide).into_iter().map(|line| Line::from(format!("   {line}"))));
    lines.push(Line::default());
    lines
}

/// Keys and commands.
fn keys(room: usize, theme: Theme, bindings: &Bindings) -> Vec<Line<'static>> {
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
            let wide = room.saturating_sub(widest + 6).max(20);
            for (at, doc) in text::wrapped(entry.doc, wide).into_iter().enumerate() {
                let typed = if at == 0 { entry.typed.as_str() } else { "" };
                let pad = " ".repeat(widest.saturating_sub(text::width(typed)) + 2);
                let typed = Span::styled(format!("   {typed}"), theme.strong());
                lines.push(Line::from(vec![typed, Span::raw(pad), Span::raw(doc)]));
            }
        }
    }
    lines
}
