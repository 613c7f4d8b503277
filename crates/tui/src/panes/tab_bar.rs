//! The tabs by number and name; the selected one in brackets.
//!
//! ```text
//!  0 overview [1 tcp] 2 udp  3 arp  …   where all names fit
//!  0[1 tcp] 2 udp 3 arp 4 traffic …     where they nearly do
//!  0  1  2  3 [4 traffic] 5  …          where they do not
//! ```

use netmonitor_core::views::{self, View};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::event::Whom;
use crate::hits::{Hit, Hits};
use crate::whom::OF_ALL;
use crate::widgets::text;

/// As much of the last name may be cut for the sake of the others.
const CUT: usize = 4;

/// How the tabs are written that are not shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// With their names.
    Loose,
    /// The same, closer together.
    Tight,
    /// The same, without the name of the first.
    Tighter,
    /// By their numbers.
    Numbers,
}

/// Draws the tabs.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let room = usize::from(area.width);
    if app.watched.whom == Whom::All {
        let spans = OF_ALL.iter().map(|name| match *name == app.view().name {
            true => Span::styled(format!("[{name}]"), app.theme.tab()),
            false => Span::raw(format!(" {name} ")),
        });
        let line = Line::from(spans.collect::<Vec<_>>());
        return put(&line, OF_ALL.iter().map(|name| views::place(name)), area, buf, hits);
    }
    let forms = [Form::Loose, Form::Tight, Form::Tighter, Form::Numbers].map(|form| (form, build(app, form)));
    let fits = |(form, line): &(Form, Line<'static>)| {
        // The tab that is shown is never cut.
        let cut = if *form == Form::Tight && app.tab == 0 { CUT } else { 0 };
        line.width() <= room + cut
    };
    let line = forms.iter().find(|form| fits(form)).map(|(_, line)| line.clone());
    let numbered = views::numbered().len();
    if let Some(line) = line {
        let tabs = (0..numbered).chain([views::place(views::FINDINGS), app.tab]);
        return put(&line, tabs, area, buf, hits);
    }
    let spans = &forms[forms.len() - 1].1.spans;
    let line = Line::from(spans[app.tab.min(spans.len() - 1)].clone());
    put(&line, [app.tab], area, buf, hits);
}

/// Writes the line, whose pieces are these tabs.
fn put(
    line: &Line<'_>,
    tabs: impl IntoIterator<Item = usize>,
    area: Rect,
    buf: &mut Buffer,
    hits: &mut Hits,
) {
    text::put_line(buf, area, line);
    let mut x = area.x;
    for (span, tab) in line.spans.iter().zip(tabs) {
        let width = text::width(&span.content) as u16;
        hits.add(Rect { x, width, height: 1, ..area }.intersection(area), Hit::Tab(tab));
        x = x.saturating_add(width);
    }
}

fn build(app: &App, form: Form) -> Line<'static> {
    let key = app.settings.bindings.written("findings");
    let tabs = views::numbered().iter().enumerate().map(|(number, view)| {
        let name = view.name;
        match form {
            _ if number == app.tab => Span::styled(format!("[{number} {name}]"), app.theme.tab()),
            Form::Loose => Span::raw(format!(" {number} {name} ")),
            Form::Tighter if number < views::FIRST => Span::raw(format!(" {number}")),
            Form::Tight | Form::Tighter => Span::raw(format!(" {number} {name}")),
            Form::Numbers => Span::raw(format!(" {number} ")),
        }
    });
    let is_findings = |view: &View| view.name == views::FINDINGS;
    let findings = match views::ALL.get(app.tab).is_some_and(|view| is_findings(view)) {
        true => Span::styled(format!("[{} {}]", key, views::FINDINGS), app.theme.tab()),
        false if form == Form::Loose => Span::raw(format!(" {key} {} ", views::FINDINGS)),
        false if form == Form::Numbers => Span::raw(format!(" {key} ")),
        false => Span::raw(format!(" {key} {}", views::FINDINGS)),
    };
    // Any other tab without a number stands behind the others while it is shown.
    let is_other = |view: &&&View| app.tab >= views::numbered().len() && !is_findings(view);
    let other = views::ALL.get(app.tab).filter(is_other);
    let blank = if matches!(form, Form::Tight | Form::Tighter) { " " } else { "" };
    let other = other.map(|view| Span::styled(format!("{blank}[{}]", view.name), app.theme.tab()));
    Line::from(tabs.chain([findings]).chain(other).collect::<Vec<_>>())
}
