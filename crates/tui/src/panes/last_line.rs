//! The last line: the command that is typed, or what is to be said, or which keys there are.

use netmonitor_core::format::harmless_text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::action;
use crate::app::{App, Message, Mode};
use crate::command;
use crate::event::Progress;
use crate::key;
use crate::theme::Theme;
use crate::widgets::text;

/// Draws the line; gives the place of the cursor while something is typed.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let theme = app.theme;
    let inner =
        Rect { x: area.x + 1.min(area.width - 1), width: area.width.saturating_sub(1).max(1), ..area };
    if app.mode() == Mode::CommandLine {
        return Some(typed(app, area, buf));
    }
    let line = match &app.message {
        Some(Message::Error(error)) => Line::from(Span::styled(format!("! {error}"), theme.error())),
        Some(Message::Remark(remark)) => Line::from(Span::styled(remark.clone(), theme.strong())),
        None if app.progress.is_some() => progress(app),
        None if app.waiting.is_some() => waiting(app),
        None => hints(app.mode(), usize::from(inner.width), theme),
    };
    text::put_line(buf, inner, &line);
    None
}

/// How far the file has come that is being read.
fn progress(app: &App) -> Line<'static> {
    let Some(Progress { path, rows, bytes }) = &app.progress else { return Line::default() };
    let (path, bytes) = (harmless_text(path.as_bytes()), *bytes as f64 / 1e6);
    let words = format!("reading net/{path}: {rows} rows, {bytes:.0} MB so far");
    Line::from(vec![
        Span::raw(words),
        Span::styled("   Esc", app.theme.strong()),
        Span::styled(" leaves the rest", app.theme.quiet()),
    ])
}

/// What is waited for: the process has ended.
fn waiting(app: &App) -> Line<'static> {
    let words = app.waiting.as_deref().unwrap_or_default();
    Line::from(vec![
        Span::raw(format!("the process has ended: {}", harmless_text(words.as_bytes()))),
        Span::styled("   q", app.theme.strong()),
        Span::styled(" quit", app.theme.quiet()),
    ])
}

/// The keys that have a word for it, as many as fit.
fn hints(mode: Mode, room: usize, theme: Theme) -> Line<'static> {
    let mut line = Line::default();
    for action in action::ALL.iter().filter(|action| action.modes.contains(&mode)) {
        let Some(word) = action.hint else { continue };
        let all = key::written(action.keys);
        let keys = if all.contains(' ') { action.keys[0].to_string() } else { all };
        let gap = if line.spans.is_empty() { "" } else { "   " };
        if line.width() + gap.len() + text::width(&keys) + 1 + word.len() > room {
            continue;
        }
        line.push_span(gap);
        line.push_span(Span::styled(keys, theme.strong()));
        line.push_span(Span::styled(format!(" {word}"), theme.quiet()));
    }
    line
}

/// The command line: its end, where it is longer than the screen, and the commands that it can become.
fn typed(app: &App, area: Rect, buf: &mut Buffer) -> Position {
    let room = usize::from(area.width);
    text::put(buf, area.x, area.y, 1, ":", app.theme.strong());
    let (all, before) = (app.line.text(), app.line.before_cursor());
    // Scrolled so far that the cursor has a place behind the colon.
    let mut skipped = 0;
    while text::width(&before[skipped..]) + 2 > room && skipped < before.len() {
        skipped += before[skipped..].chars().next().map_or(1, char::len_utf8);
    }
    let shown = &all[skipped..];
    let at = text::width(&before[skipped..]) + 1;
    let used =
        1 + text::put(buf, area.x + 1, area.y, room.saturating_sub(1), shown, ratatui::style::Style::new());
    let rest = Rect { x: area.x + used as u16, width: area.width.saturating_sub(used as u16), ..area };
    text::put_line(buf, rest, &offers(app));
    Position { x: area.x + at.min(room - 1) as u16, y: area.y }
}

fn offers(app: &App) -> Line<'static> {
    let typed = app.completion.typed(&app.line);
    let words: Vec<String> = command::candidates(typed).map(|command| command.usage()).collect();
    let words = match words.as_slice() {
        [] => return Line::default(),
        [one] => command::candidates(typed)
            .next()
            .map_or_else(String::new, |command| format!("{one}: {}", command.doc)),
        _ => words.join("  "),
    };
    Line::from(Span::styled(format!("   {words}"), app.theme.quiet()))
}
