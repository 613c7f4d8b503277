//! Above the tabs: what is shown, of which process, how fresh, and what is missing.
//!
//! ```text
//! ┌ netmonitor ───────────────────────── PAUSED ─ 2001-09-09 01:46:40 UTC ┐
//! │ tab tcp · every 1 s · process 42 curl · user root                     │
//! │ scope process · namespace net:[4026531840] · shared by 12 processes   │
//! │ ! what could not be read · 01:46:40 exec: sh → curl                   │
//! └──────────────────── recorded by netmonitor on Linux 6.18, 3 h ago ────┘
//! ```
//!
//! The number of lines depends on the screen alone: tables do not jump when there is something to be said.

use netmonitor_core::format;
use netmonitor_core::sample::Status;
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::{NoteEvent, Snapshot};
use netmonitor_core::traffic::Counts;
use netmonitor_core::views::By;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use crate::app::App;
use crate::event::Whom;
use crate::widgets::text;

/// Draws the overview in as many lines as there are.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    match area.height {
        0 => {}
        1..=2 => compact(app, area, buf),
        _ => boxed(app, area, buf),
    }
}

fn boxed(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    Block::bordered().border_style(theme.quiet()).render(area, buf);
    let edge = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let mut end = vec![];
    if let Some((severity, words)) = app.badge() {
        end.push(Span::styled(format!(" {words} "), theme.badge(severity)));
        end.push(Span::styled("─", theme.quiet()));
    }
    if let Some(mark) = mark(app) {
        end.push(Span::styled(format!(" {mark} "), theme.mark()));
        end.push(Span::styled("─", theme.quiet()));
    }
    if let Some(snapshot) = &app.snapshot {
        end.push(Span::raw(format!(" {} UTC ", day_and_time(app, snapshot))));
    }
    if let Some(time) = &app.time {
        let bottom = Rect { y: area.bottom() - 1, ..edge };
        let origin = Span::styled(format!(" {} ", time.about.origin), theme.quiet());
        text::put_right(buf, bottom, &Line::from(vec![origin, Span::styled("─", theme.quiet())]));
    }
    let left = text::put_right(buf, edge, &Line::from(end));
    if left.width > 13 {
        text::put(buf, left.x, left.y, usize::from(left.width), " netmonitor ", theme.strong());
    }
    let inner = Rect {
        x: area.x + 2.min(area.width),
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height - 2,
    };
    let (problems, note) = (problems(app), note(app));
    let mut lines = vec![subject(app, true), reach(app, true)];
    if inner.height > 3 {
        lines.push(problems.unwrap_or_else(|| calm(app)));
        lines.push(note.unwrap_or_else(|| uneventful(app)));
    } else {
        lines.push(match (problems, note) {
            (None, None) => calm(app),
            (one, other) => {
                let both = [other, one].into_iter().flatten().map(|line| line.spans);
                text::joined(both, theme.quiet())
            }
        });
    }
    for (y, line) in (inner.y..inner.bottom()).zip(lines) {
        text::put_line(buf, Rect { y, height: 1, ..inner }, &line);
    }
}

fn compact(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(1), ..area };
    let subject = subject(app, false);
    let mut end = vec![];
    if let Some((severity, words)) = app.badge() {
        end.push(Span::raw(" "));
        end.push(Span::styled(format!("[{words}]"), theme.badge(severity)));
    }
    if let Some(mark) = mark(app) {
        end.push(Span::raw(" "));
        end.push(Span::styled(format!("[{mark}]"), theme.mark()));
    } else if let Some(snapshot) = app.snapshot.as_ref().filter(|_| end.is_empty()) {
        let clock = Span::styled(format!(" {}Z", clock(app, snapshot)), theme.quiet());
        // Who is watched goes before what time it is.
        if subject.width() + clock.width() <= usize::from(area.width) {
            end.push(clock);
        }
    }
    let left = text::put_right(buf, area, &Line::from(end));
    text::put_line(buf, left, &subject);
    if area.height > 1 {
        let second = Rect { y: area.y + 1, height: 1, ..area };
        let pieces = [problems(app), Some(reach(app, false)), note(app)];
        let pieces = pieces.into_iter().flatten().map(|line| line.spans);
        text::put_line(buf, second, &text::joined(pieces, theme.quiet()));
    }
}

/// The word that this is not now, if it is not.
fn mark(app: &App) -> Option<&'static str> {
    if let Some(back) = &app.back {
        return Some(if back.has_moved { "PAST" } else { "PAUSED" });
    }
    if app.time.is_some() {
        return Some("RECORDED");
    }
    match (app.ended(), app.paused, &app.waiting) {
        (true, ..) => Some("ENDED"),
        (false, true, _) => Some("PAUSED"),
        (false, false, Some(_)) => Some("WAITING"),
        _ if app.recording => Some("RECORDING"),
        _ => None,
    }
}

/// Tab, interval, process. Where there is little room, the values must do without their names.
fn subject(app: &App, named: bool) -> Line<'static> {
    let theme = app.theme;
    let label = |word: &'static str| Span::styled(if named { word } else { "" }, theme.quiet());
    let mut pieces = vec![
        vec![label("tab "), Span::styled(app.view().name, theme.strong())],
        vec![label("every "), Span::raw(interval(app))],
    ];
    if app.watched.whom == Whom::All {
        let machine = if app.time.is_some() && app.back.is_none() { "the machine" } else { "this machine" };
        pieces.push(vec![Span::styled(format!("all processes of {machine}"), theme.strong())]);
    } else if let Some(snapshot) = &app.snapshot {
        let process = &snapshot.process;
        let state = if app.ended() || app.waiting.is_some() { " ended" } else { "" };
        pieces.push(vec![
            label("process "),
            Span::styled(process.title(), theme.strong()),
            Span::styled(state, theme.warning()),
        ]);
        if let Some(uid) = process.uid {
            let name = snapshot.naming.users.name(uid).map(format::harmless_text);
            pieces.push(vec![label("user "), Span::raw(name.unwrap_or_else(|| uid.to_string()))]);
        }
    }
    text::joined(pieces, theme.quiet())
}

/// The time between two ticks.
fn interval(app: &App) -> String {
    let recorded = app.time.as_ref().map(|time| time.about.interval as f64 / 1e9);
    recorded.map_or_else(|| app.settings.interval.to_string(), |seconds| format!("{seconds} s"))
}

/// Whose figures they are: the scope that was got, the one that was asked for, the namespace.
fn reach(app: &App, whole: bool) -> Line<'static> {
    let theme = app.theme;
    let Some(snapshot) = &app.snapshot else {
        return Line::from(Span::styled("reading…", theme.quiet()));
    };
    let asked = app.asked_scope();
    let mut scopes: Vec<Scope> = Vec::new();
    let tables = app.tables(snapshot);
    for table in &tables {
        if !scopes.contains(&table.scope) {
            scopes.push(table.scope);
        }
    }
    let mut words = scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(", ");
    let chosen = tables.iter().any(|table| table.is_scope_chosen);
    if chosen && !scopes.contains(&asked) {
        words.push_str(&format!(" ({asked} asked for)"));
    }
    let scope = vec![Span::styled("scope ", theme.quiet()), Span::raw(words)];
    if app.watched.whom == Whom::All {
        return text::joined([scope, vec![Span::raw(app.settings.by.title())]], theme.quiet());
    }
    let namespace = match (whole, snapshot.netns.inode) {
        (false, Some(inode)) => vec![Span::raw(format!("net:[{inode}]"))],
        _ => {
            let title = snapshot.namespace_title();
            let (label, rest) = title.split_at(title.find(' ').map_or(0, |space| space + 1));
            vec![Span::styled(label.to_owned(), theme.quiet()), Span::raw(rest.to_owned())]
        }
    };
    text::joined([scope, namespace], theme.quiet())
}

/// What of the selected tab could not be read, and why; the same reason once.
fn problems(app: &App) -> Option<Line<'static>> {
    let snapshot = app.snapshot.as_ref()?;
    let mut reasons: Vec<String> = Vec::new();
    if let Some(damage) = app.time.as_ref().and_then(|time| time.damage.words()) {
        reasons.push(format!("the recording {damage}"));
    }
    let is_to_come = |word: &str| word == "not-read" && (app.time.is_none() || app.awaits);
    for table in app.tables(snapshot) {
        let state = table.state;
        if state.word != "ok" && !is_to_come(state.word) && !reasons.contains(&state.reason) {
            reasons.push(state.reason);
        }
    }
    let text = reasons.join("; ");
    (!text.is_empty()).then(|| Line::from(Span::styled(format!("! {text}"), app.theme.warning())))
}

/// The last thing that happened to the process.
fn note(app: &App) -> Option<Line<'static>> {
    let note = app.snapshot.as_ref()?.notes.last()?;
    let what = match &note.event {
        NoteEvent::Exec { from, to } if from == to => {
            format!("exec: {} started again", format::harmless_text(to))
        }
        NoteEvent::Exec { from, to } => {
            format!("exec: {} → {}", format::harmless_text(from), format::harmless_text(to))
        }
        NoteEvent::NetnsChanged { from, to } => {
            format!("other namespace: net:[{from}] → net:[{to}]; figures begin anew")
        }
    };
    let line = vec![
        Span::styled(format!("{} ", time(note.wall)), app.theme.quiet()),
        Span::styled(what, app.theme.strong()),
    ];
    Some(Line::from(line))
}

/// No problems to be told.
fn calm(app: &App) -> Line<'static> {
    let words = app.snapshot.as_ref().map_or("", |snapshot| {
        if app.tables(snapshot).iter().any(|table| table.state.word == "not-read") {
            "reading…"
        } else {
            if app.time.is_some() { "everything was recorded" } else { "everything was read" }
        }
    });
    let counted = app.snapshot.as_ref().map(|snapshot| counted(snapshot)).unwrap_or_default();
    Line::from(Span::styled(format!("{words}{counted}"), app.theme.quiet()))
}

/// Since when bytes are counted, or why they are not.
fn counted(snapshot: &Snapshot) -> String {
    match &snapshot.traffic {
        None => String::new(),
        Some(Ok(traffic)) => {
            let lost = traffic.unattributed != Counts::default();
            let lost = if lost { ", of some processes only in sum" } else { "" };
            format!(" · bytes exact since {}{lost}", time(snapshot.wall(traffic.since)))
        }
        Some(Err(reason)) if reason.status == Status::NotAsked => String::new(),
        Some(Err(reason)) => {
            format!(" · bytes not counted: {}", format::harmless_text(reason.words.as_bytes()))
        }
    }
}

/// No event to be told.
fn uneventful(app: &App) -> Line<'static> {
    let words = match &app.snapshot {
        None => "",
        Some(_) if app.watched.whom == Whom::All && app.settings.by != By::Process => {
            "Enter shows the processes of a group, b groups them otherwise"
        }
        Some(_) if app.watched.whom == Whom::All => "Enter opens the session of a process, b groups them",
        Some(_) if app.time.as_ref().is_some_and(|time| time.lacks.is_some()) => {
            app.time.as_ref().and_then(|time| time.lacks).unwrap_or_default()
        }
        Some(snapshot) if snapshot.shows_changes() => "no exec and no change of namespace seen",
        Some(_) => "an exec or a change of namespace cannot be seen",
    };
    Line::from(Span::styled(words, app.theme.quiet()))
}

/// Day and time of what is shown, in UTC: the machine that replays it may live elsewhere. What is live is told by the
/// minute: seconds alone would be sent over the line as long as nothing else moves.
fn day_and_time(app: &App, snapshot: &Snapshot) -> String {
    let day = format::rfc3339(snapshot.moment.wall);
    format!("{} {}", day.get(..10).unwrap_or_default(), clock(app, snapshot))
}

fn clock(app: &App, snapshot: &Snapshot) -> String {
    let mut time = time(snapshot.moment.wall);
    if !app.stands_still() {
        time.truncate("00:00".len());
    }
    time
}

fn time(wall: i64) -> String {
    let text = format::rfc3339(wall);
    text.get(11..19).unwrap_or(&text).to_owned()
}
