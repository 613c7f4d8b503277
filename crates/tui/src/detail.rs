//! Everything about the selected row, over the tab: it follows its row from moment to moment while it is open.

use netmonitor_core::detail::{self, Fact, Group};
use netmonitor_core::explain;
use netmonitor_core::format::{harmless_text, rfc3339};
use netmonitor_core::plan::Plan;
use netmonitor_core::series::{RATE, RowKey, Series, TrackId, Window};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::overlay::{Content, Overlay};
use crate::theme::Theme;
use crate::widgets::graph::{self, Way};
use crate::widgets::text;

/// Names and values are aligned up to these widths.
const NAME: usize = 22;
const VALUE: usize = 40;

/// What a fact says stands behind it where there is so much room.
const BESIDE: usize = 24;

/// Lines of a picture.
const PICTURE: u16 = 4;

/// What is drawn over time: its heading, the column, and the unit at the axis.
#[derive(Debug)]
struct Picture {
    title: &'static str,
    column: &'static str,
    unit: &'static str,
}

static PICTURES: &[Picture] = &[
    Picture { title: " What it moved over time", column: RATE, unit: "/s" },
    Picture { title: " Its round-trip time over time", column: "rtt_us", unit: "µs" },
];

/// Usual times between two moments in one value of it.
const STEP: u64 = 2;

/// What is known of a row.
#[derive(Debug)]
pub(crate) struct Detail {
    table: String,
    key: RowKey,
    /// Number and count of the row when it was seen last.
    place: String,
    groups: Vec<Group>,
    /// The moment up to which it is known; a row that is no more keeps its last one.
    until: (u64, i64),
    is_gone: bool,
    /// What is known of it over time.
    pictures: Vec<&'static Picture>,
}

impl Detail {
    fn of(table: &TableView<'_>, row: usize, snapshot: &Snapshot) -> Self {
        let key = RowKey::of(table, &RowKey::columns(table), row);
        Self {
            table: table.name.to_string(),
            key,
            place: format!("row {} of {}", row + 1, table.len()),
            groups: detail::of(table, row, snapshot),
            until: (snapshot.moment.boottime, snapshot.moment.wall),
            is_gone: false,
            pictures: Vec::new(),
        }
    }

    /// The heading.
    pub(crate) fn title(&self) -> String {
        let name = harmless_text(self.table.as_bytes());
        match self.is_gone {
            false => format!(" {name}: {} ", self.place),
            true => format!(" {name}: is no more; as it was at {} ", rfc3339(self.until.1)),
        }
    }

    fn track(&self, picture: &Picture) -> TrackId {
        TrackId::of(&self.table, picture.column)
    }

    /// Looks which pictures there are of it.
    pub(crate) fn look_at(&mut self, series: &Series) {
        let figures = series.at(self.until.0);
        let is_known = |picture: &&Picture| figures.is_some_and(|figures| figures.has(self.track(picture)));
        self.pictures = PICTURES.iter().filter(is_known).collect();
    }

    /// The lines, broken to fit.
    pub(crate) fn lines(&self, room: usize, theme: Theme) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for picture in &self.pictures {
            lines.push(Line::from(Span::styled(picture.title, theme.title())));
            lines.resize(lines.len() + usize::from(PICTURE), Line::default());
        }
        for group in &self.groups {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(Line::from(Span::styled(format!(" {}", group.title), theme.title())));
            let wide = room.saturating_sub(4).max(16);
            for said in &group.said {
                lines.extend(
                    text::wrapped(said, wide).into_iter().map(|line| Line::from(format!("   {line}"))),
                );
            }
            for entry in &group.entries {
                lines.extend(
                    explain::text(entry, wide).into_iter().map(|line| Line::from(format!("   {line}"))),
                );
            }
            self.facts(&group.facts, room, theme, &mut lines);
        }
        lines
    }

    fn facts(&self, facts: &[Fact], room: usize, theme: Theme, lines: &mut Vec<Line<'static>>) {
        let widest = |of: fn(&Fact) -> &str, most: usize| {
            facts.iter().map(|fact| text::width(of(fact))).max().unwrap_or(0).min(most)
        };
        let names = widest(|fact| &fact.name, NAME);
        let values = widest(|fact| &fact.value, VALUE);
        for fact in facts {
            let pad = |width: usize, text: &str| " ".repeat(width.saturating_sub(text::width(text)) + 2);
            let name = format!("   {}{}", fact.name, pad(names, &fact.name));
            let left = text::width(&name) + text::width(&fact.value).max(values) + 2;
            let beside = room.saturating_sub(left + 1);
            let mut line =
                vec![Span::styled(name, theme.quiet()), Span::styled(fact.value.clone(), theme.strong())];
            let mut rest = match beside >= BESIDE {
                true => text::wrapped(fact.doc, beside),
                false => text::wrapped(fact.doc, room.saturating_sub(6).max(16)),
            };
            let mut indent = 5;
            if beside >= BESIDE && !rest.is_empty() {
                line.push(Span::raw(pad(values, &fact.value)));
                line.push(Span::styled(rest.remove(0), theme.quiet()));
                indent = left;
            }
            lines.push(Line::from(line));
            let more = rest.into_iter().filter(|line| !line.is_empty());
            lines.extend(more.map(|line| {
                Line::from(Span::styled(format!("{}{line}", " ".repeat(indent)), theme.quiet()))
            }));
        }
    }

    /// Draws the pictures into the lines that are left for them, as far as all of those are seen.
    pub(crate) fn draw_pictures(
        &self,
        area: Rect,
        top: usize,
        series: &Series,
        theme: Theme,
        buf: &mut Buffer,
    ) {
        if top > 0 || area.width <= graph::AXIS * 2 {
            return;
        }
        let rooms = (0..area.height / (PICTURE + 1)).map(|number| Rect {
            x: area.x + 3,
            y: area.y + number * (PICTURE + 1) + 1,
            width: area.width - 4,
            height: PICTURE,
        });
        for (picture, room) in self.pictures.iter().zip(rooms) {
            self.draw_picture(picture, room, series, theme, buf);
        }
    }

    fn draw_picture(&self, picture: &Picture, area: Rect, series: &Series, theme: Theme, buf: &mut Buffer) {
        let width = usize::from(area.width - graph::AXIS) * theme.marks.across();
        let mut values = vec![f32::NAN; width];
        let window = Window { until: self.until.0, step: series.usual().saturating_mul(STEP) };
        let (track, key) = (self.track(picture), self.key);
        series.buckets(window, &mut values, |figures| figures.row(track, key));
        let most = graph::scale(graph::greatest(&values));
        let place = graph::axis(buf, area, most, picture.unit, false, theme);
        graph::columns(buf, place, &values, most, Way::Up, theme.marks, theme.moving());
    }
}

impl App {
    /// Opens everything about the selected row.
    pub(crate) fn open_detail(&mut self) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        let cursor = self.pane().cursor;
        let tables = self.tables(&snapshot);
        let Some(table) = tables.get(cursor.table) else { return };
        // The facts of a row stand in several lines.
        let row = if table.is_record { 0 } else { cursor.row };
        if row >= table.len() {
            let words = format!("{} has no rows", table.name);
            return self.remark(&words);
        }
        let mut detail = Detail::of(table, row, &snapshot);
        detail.look_at(&self.graphs.series);
        self.overlay = Some(Overlay::new(Content::Detail(Box::new(detail))));
    }

    /// Tells of the same row as it is now; of one that is no more as it was.
    pub(crate) fn renew_detail(&mut self) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        let Some(Content::Detail(open)) = self.overlay.as_ref().map(|overlay| &overlay.content) else {
            return;
        };
        let tables = self.tables(&snapshot);
        let cursor = self.panes[self.place()].cursor;
        let found = tables.iter().find(|table| table.name == *open.table).and_then(|table| {
            let keys = RowKey::columns(table);
            let is_it = |row: &usize| *row < table.len() && RowKey::of(table, &keys, *row) == open.key;
            // The cursor follows its row: it mostly stands there.
            // One that is no more is not sought again and again.
            let others = if open.is_gone { 0..0 } else { 0..table.len() };
            let row = std::iter::once(cursor.row).chain(others).find(is_it)?;
            Some(Detail::of(table, row, &snapshot))
        });
        drop(tables);
        let series = &self.graphs.series;
        if let Some(Overlay { content: Content::Detail(open), .. }) = &mut self.overlay {
            match found {
                Some(mut detail) => {
                    detail.look_at(series);
                    **open = detail;
                }
                None => open.is_gone = true,
            }
            self.changed = true;
        }
    }

    /// Adds to what is read what belongs to the row in other tables.
    pub(crate) fn plan_detail(&self, plan: &mut Plan) {
        let Some(Content::Detail(open)) = self.overlay.as_ref().map(|overlay| &overlay.content) else {
            return;
        };
        for table in detail::related_views(&open.table).flat_map(|view| view.tables) {
            plan.add(table.content.needs(), table.scope.unwrap_or_default());
        }
    }
}
