//! The introduction: what this shows, the tabs, the commands, how to leave.
//!
//! It is written for a large screen and shortened step by step for smaller ones; its last line always says
//! how to go on.

use netmonitor_core::views;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::theme::Theme;
use crate::widgets::text;

const WHAT: &str =
    "What the kernel tells about the network of a process, read from /proc/PID/net again and again.";

const WHOSE: &str = "/proc/PID/net is the view of the network namespace that the process lives in, not of the \
                     process alone. The socket tabs show what the process itself holds; n widens them to the \
                     whole namespace.";

const WHOSE_SHORT: &str =
    "/proc/PID/net is the network namespace's. Socket tabs: the process's own; n widens.";

const COMMANDS: &str = ": opens the command line: the name of a tab, set <seconds>, help, quit.";

const COMMANDS_SHORT: &str = ": a tab, set <seconds>, help, quit";

const LEAVE: &str = "q, Ctrl-D or Ctrl-C ends the session.";

const LEAVE_SHORT: &str = "q, Ctrl-D, Ctrl-C end";

/// The widest that the text becomes.
const WIDEST: u16 = 110;

/// How much of it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Airy,
    Dense,
    Short,
    Shortest,
}

/// Draws the introduction.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let last = Rect { y: area.bottom() - 1, height: 1, ..area };
    let margin = if area.width >= 60 { 2 } else { 1.min(area.width - 1) };
    let width = area.width.saturating_sub(2 * margin).clamp(1, WIDEST);
    let x = area.x + (area.width - width) / 2;
    let room = usize::from(area.height - 1);
    let lengths = [Length::Airy, Length::Dense, Length::Short, Length::Shortest];
    let lines = lengths.into_iter().map(|length| lines(app, length, usize::from(width)));
    let mut shown = Vec::new();
    for lines in lines {
        shown = lines;
        if shown.len() <= room {
            break;
        }
    }
    let above = room.saturating_sub(shown.len()) / 3;
    for (y, line) in (area.y + above as u16..last.y).zip(&shown) {
        text::put_line(buf, Rect { x, y, width, height: 1 }, line);
    }
    let never = app.settings.bindings.written("never-again");
    let go_on = Line::from(vec![
        Span::styled("press any key", app.theme.strong()),
        Span::styled(format!("   {never}: and not show this again"), app.theme.quiet()),
    ]);
    text::put_line(buf, Rect { x, width, ..last }, &go_on);
}

fn lines(app: &App, length: Length, room: usize) -> Vec<Line<'static>> {
    let theme = app.theme;
    let airy = length == Length::Airy;
    let long = airy || length == Length::Dense;
    let mut lines = vec![title(app)];
    let mut paragraph = |words: &str, blank: bool| {
        if blank {
            lines.push(Line::default());
        }
        lines.extend(text::wrapped(words, room).into_iter().map(Line::from));
    };
    if length != Length::Shortest {
        paragraph(WHAT, airy);
    }
    paragraph(if long { WHOSE } else { WHOSE_SHORT }, airy);
    if long {
        if airy {
            lines.push(Line::default());
        }
        lines.extend(tabs(theme));
        if airy {
            lines.push(Line::default());
        }
        lines.extend([COMMANDS, LEAVE].map(Line::from));
    } else {
        let names: Vec<String> = views::numbered()
            .iter()
            .zip(0..)
            .map(|(view, number)| format!("{number}\u{a0}{}", view.name))
            .collect();
        lines.extend(text::wrapped(&names.join(" "), room).into_iter().map(Line::from));
        lines.extend([COMMANDS_SHORT, LEAVE_SHORT].map(Line::from));
    }
    lines
}

fn title(app: &App) -> Line<'static> {
    let mut line = Line::from(Span::styled("netmonitor", app.theme.title()));
    if let Some(snapshot) = &app.snapshot {
        let title = snapshot.process.title();
        line.push_span(Span::styled(format!("  process {title}"), app.theme.quiet()));
    }
    line
}

fn tabs(theme: Theme) -> Vec<Line<'static>> {
    let widest = views::numbered().iter().map(|view| view.name.len()).max().unwrap_or(0);
    let tabs = views::numbered().iter().zip(0..).map(|(view, number)| {
        let name = Span::styled(format!("{number} {:widest$}", view.name), theme.strong());
        Line::from(vec![name, Span::raw(format!("  {}", view.help))])
    });
    tabs.collect()
}
