//! The rates of the process over time: sent up, received down.
//!
//! ```text
//!  ↑ sent 1.20k/s  ↓ received 3.40M/s  bpf · 3m56s
//!  5M/s┤      ⢀⣀
//!      ┤⣀⣀⣀⣀⣀⣀⣸⣿⣀⣀⣀
//!      ┤⠉⠉⠉⠛⠛⠛⠛⠛⠛⠛⠉
//!  5M/s┤
//! ```

use netmonitor_core::format;
use netmonitor_core::series::{Figures, Quantity, Window};
use procnet::{Column, Kind, Unit, Value};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::theme::Marks;
use crate::widgets::graph::{self, Way};
use crate::widgets::text;

/// How rates are written, and how shares are.
const BYTES: Column =
    Column { name: "rate", title: "rate", unit: Unit::Bytes, kind: Kind::Rate, doc: "Bytes a second." };
const SHARE: Column =
    Column { name: "share", title: "share", unit: Unit::Percent, kind: Kind::Gauge, doc: "Hundredths." };

/// Cells of the bar of what is sent again.
const BAR: usize = 4;

/// Draws it.
pub(crate) fn draw(app: &mut App, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(2), ..area };
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let theme = app.theme;
    // The scale depends on what is drawn beside it: its room is the same for all.
    let width = if area.width <= graph::AXIS * 2 { area.width } else { area.width - graph::AXIS };
    let count = usize::from(width) * theme.marks.across();
    let until = app.snapshot.as_ref().map_or(0, |snapshot| snapshot.moment.boottime);
    let step = app.graphs.series.usual();
    let mut values = std::mem::take(&mut app.graphs.values);
    for (values, quantity) in values.iter_mut().zip([Quantity::Sent, Quantity::Received]) {
        values.resize(count, f32::NAN);
        app.graphs.series.buckets(Window { until, step }, values, |figures| figures.get(quantity));
        graph::step_in(values);
    }
    let [sent, received] = &values;
    let is_known = values.iter().flatten().any(|value| !value.is_nan());
    let most = graph::scale(graph::greatest(sent).max(graph::greatest(received)));
    // A scale of nothing would say that something is known.
    if is_known {
        let place = graph::axis(buf, body, most, "/s", true, theme);
        let up = Rect { height: body.height.div_ceil(2), ..place };
        let down = Rect { y: up.bottom(), height: body.height - up.height, ..place };
        graph::columns(buf, up, sent, most, Way::Up, theme.marks, theme.sent());
        graph::columns(buf, down, received, most, Way::Down, theme.marks, theme.received());
    }
    app.graphs.values = values;
    text::put_line(buf, Rect { height: 1, ..area }, &title(app, until, step.saturating_mul(count as u64)));
}

/// What the figures are at the moment that is shown, who tells them, and how long a time is seen.
fn title(app: &App, until: u64, length: u64) -> Line<'static> {
    let theme = app.theme;
    let shown = app.graphs.series.at(until).filter(|figures| figures.moment.boottime == until);
    let mut pieces = Vec::new();
    match shown.filter(|figures| figures.told_by.is_some()) {
        None => pieces.push(vec![
            Span::styled("sent and received: ", theme.quiet()),
            Span::styled(app.why_no_rates(), theme.quiet()),
        ]),
        Some(figures) => pieces.extend(figures_of(app, figures)),
    }
    // Of nothing there is no length.
    if app.graphs.series.is_told() {
        let mut words = String::from("the last ");
        format::length(length, &mut words);
        pieces.push(vec![Span::styled(words, theme.quiet())]);
    }
    text::joined(pieces, theme.quiet())
}

fn figures_of(app: &App, figures: &Figures) -> Vec<Vec<Span<'static>>> {
    let theme = app.theme;
    let (up, down) = if theme.marks == Marks::Ascii { ("^", "v") } else { ("↑", "↓") };
    let is_tcp = figures.told_by == Some("tcp_info");
    let rate = |sign: &str, word: &str, quantity, style| {
        let mut text = String::new();
        match figures.get(quantity) {
            rate if rate.is_nan() => text.push_str("not known yet"),
            rate => {
                format::text(Value::Float(f64::from(rate.round())), &BYTES, 1, &mut text);
                text.push_str("/s");
            }
        }
        vec![Span::styled(format!("{sign} {word} "), style), Span::styled(text, theme.strong())]
    };
    let sent = if is_tcp { "acknowledged" } else { "sent" };
    let mut pieces = vec![
        rate(up, sent, Quantity::Sent, theme.sent()),
        rate(down, "received", Quantity::Received, theme.received()),
    ];
    let share = f64::from(figures.get(Quantity::Retransmitted));
    if !share.is_nan() {
        let (mut bar, mut words) = (String::new(), String::new());
        graph::bar(share, BAR, theme.marks, &mut bar);
        format::text(Value::Float(share), &SHARE, 1, &mut words);
        pieces.push(vec![
            Span::styled("sent again ", theme.quiet()),
            Span::raw(words),
            Span::styled(format!(" {bar}"), theme.warning()),
        ]);
    }
    let who = if is_tcp { "TCP alone, by tcp_info" } else { "exact, by bpf" };
    pieces.push(vec![Span::styled(who, theme.quiet())]);
    pieces
}
