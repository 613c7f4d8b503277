//! The last line: the command or the filter that is typed, or what is to be said, or which keys there are.
//!
//! ```text
//! :se   set <seconds>: the time between two refreshes
//! /state:LISTEN foo:1   no column `foo`          the wrong part is marked
//! ```

use std::ops::Range;

use netmonitor_core::format::harmless_text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::action;
use crate::app::{App, Message, Mode};
use crate::command;
use crate::event::Progress;
use crate::key;
use crate::line as input;
use crate::offers;
use crate::theme::Theme;
use crate::widgets::text;

/// Draws the line; gives the place of the cursor while something is typed.
pub(crate) fn draw(app: &App, has_list: bool, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let theme = app.theme;
    let inner =
        Rect { x: area.x + 1.min(area.width - 1), width: area.width.saturating_sub(1).max(1), ..area };
    match app.mode() {
        Mode::CommandLine => {
            let typed = Typed { sign: ":", line: &app.line, wrong: None, said: offers(app, has_list) };
            return Some(typed.draw(area, buf, theme));
        }
        Mode::FilterLine => {
            let wrong = app.draft.wrong.as_ref().map(|wrong| wrong.at.clone());
            let typed = Typed { sign: "/", line: &app.filter_line, wrong, said: hint(app, has_list) };
            return Some(typed.draw(area, buf, theme));
        }
        _ => {}
    }
    let line = match &app.message {
        Some(Message::Error(error)) => Line::from(Span::styled(format!("! {error}"), theme.error())),
        Some(Message::Remark(remark)) => Line::from(Span::styled(remark.clone(), theme.strong())),
        None if app.progress.is_some() => progress(app),
        None if app.waiting.is_some() => waiting(app),
        None => hints(app, usize::from(inner.width)),
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
fn hints(app: &App, room: usize) -> Line<'static> {
    let (mode, theme) = (app.mode(), app.theme);
    let mut line = Line::default();
    for action in action::ALL.iter().filter(|action| action.modes.contains(&mode)) {
        let Some(word) = action.hint.map(|word| if word == action::PAUSE { app.pause_word() } else { word })
        else {
            continue;
        };
        let keys = app.settings.bindings.keys(action);
        let all = key::written(keys);
        let Some(first) = keys.first() else { continue };
        let keys = if all.contains(' ') { first.to_string() } else { all };
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

/// A line that is typed: its end, where it is longer than the screen, with what is wrong in it marked, and
/// what is to be said of it.
struct Typed<'a> {
    sign: &'static str,
    line: &'a input::Line,
    wrong: Option<Range<usize>>,
    said: Line<'a>,
}

impl Typed<'_> {
    /// Draws it; gives the place of the cursor.
    fn draw(&self, area: Rect, buf: &mut Buffer, theme: Theme) -> Position {
        let room = usize::from(area.width);
        text::put(buf, area.x, area.y, 1, self.sign, theme.strong());
        let (all, before) = (self.line.text(), self.line.before_cursor());
        // Scrolled so far that the cursor has a place behind the sign.
        let mut skipped = 0;
        while text::width(&before[skipped..]) + 2 > room && skipped < before.len() {
            skipped += before[skipped..].chars().next().map_or(1, char::len_utf8);
        }
        let at = text::width(&before[skipped..]) + 1;
        let (x, left) = (area.x + 1, room.saturating_sub(1));
        let mut used = 1 + text::put(buf, x, area.y, left, &all[skipped..], Style::new());
        if let Some(wrong) = &self.wrong {
            used = used.max(self.mark(wrong, skipped, area, buf, theme));
        }
        let rest = Rect { x: area.x + used as u16, width: area.width.saturating_sub(used as u16), ..area };
        text::put_line(buf, rest, &self.said);
        Position { x: area.x + at.min(room - 1) as u16, y: area.y }
    }

    /// Marks what is wrong, or the place where something is missing; gives the column behind the mark.
    fn mark(
        &self,
        wrong: &Range<usize>,
        skipped: usize,
        area: Rect,
        buf: &mut Buffer,
        theme: Theme,
    ) -> usize {
        let all = self.line.text();
        let width = |from: usize, to: usize| all.get(from..to).map_or(0, text::width);
        let start = wrong.start.clamp(skipped, all.len().max(skipped));
        let end = wrong.end.clamp(start, all.len().max(start));
        let from = 1 + width(skipped, start);
        let wide = width(start, end).max(1);
        let room = usize::from(area.width);
        if from >= room {
            return room;
        }
        let place = Rect { x: area.x + from as u16, width: wide.min(room - from) as u16, ..area };
        buf.set_style(place, theme.wrong());
        (from + wide).min(room)
    }
}

/// What is wrong with the filter that is typed; of an empty one what it may be, else what it can go on with, where that has
/// no list of its own.
fn hint(app: &App, has_list: bool) -> Line<'static> {
    const EXAMPLES: &str =
        r#"nginx   state:LISTEN   tx_queue>64k   remote_address:10.0.0.0/8   not …   … or …"#;
    if let Some(wrong) = &app.draft.wrong {
        return Line::from(Span::styled(format!("   {}", wrong.message), app.theme.error()));
    }
    let offers = app.draft.offers.entries.iter().map(|offer| offer.text.as_str());
    let words = match app.filter_line.text().is_empty() {
        true => EXAMPLES.to_owned(),
        false if has_list || app.draft.offers.entries.is_empty() => return Line::default(),
        false => offers.collect::<Vec<_>>().join("  "),
    };
    Line::from(Span::styled(format!("   {words}"), app.theme.quiet()))
}

/// What the command means that is typed, or else what it can become, where that has no list of its own.
fn offers(app: &App, has_list: bool) -> Line<'static> {
    let typed = app.completion.typed(&app.line).trim_start();
    let name = typed.split_whitespace().next().unwrap_or_default();
    let named = command::all().find(|command| command.name == name && !app.line.text().trim().is_empty());
    let words = match named {
        Some(command) => format!("{}: {}", command.usage(), command.doc),
        None if has_list => return Line::default(),
        None => {
            let offers = offers::offers(app, typed);
            offers.into_iter().map(|offer| offer.word).collect::<Vec<_>>().join("  ")
        }
    };
    Line::from(Span::styled(format!("   {words}"), app.theme.quiet()))
}
