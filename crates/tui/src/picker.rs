//! The list of a table's columns: to choose what rows are sorted by, or which columns are shown.

use netmonitor_core::format::harmless_text;
use netmonitor_core::views::TableView;
use procnet::{Column, Kind};
use ratatui::text::{Line, Span};

use crate::asking::sort_word;
use crate::overlay::{Search, in_order};
use crate::theme::Theme;
use crate::widgets::text;

/// What a column is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Rows are sorted by it.
    Sort,
    /// It is shown.
    Show,
}

/// To sort by a column, as it is typed: in the other direction where it is sorted by already, else what is counted by the
/// most first.
pub(crate) fn sort_by(columns: &[Column], place: usize, sorted: Option<(usize, bool)>) -> Option<String> {
    let column = columns.get(place)?;
    let descending = match sorted {
        Some((sorted, descending)) if sorted == place => !descending,
        _ => !matches!(column.kind, Kind::Key | Kind::Info),
    };
    Some(sort_word(column.name, descending))
}

/// The list of a table's columns.
#[derive(Debug)]
pub(crate) struct Picker {
    /// What for.
    pub(crate) purpose: Purpose,
    /// The name under which the choice is kept.
    pub(crate) name: String,
    /// What is typed, and which of the columns that are left is chosen.
    pub(crate) search: Search,
    columns: Vec<Column>,
    /// Columns that are shown, in order.
    shown: Vec<usize>,
    /// Those that would be shown anyway.
    default: Vec<usize>,
    /// What rows are sorted by first.
    sort: Option<(usize, bool)>,
}

impl Picker {
    /// The columns of a table.
    pub(crate) fn new(purpose: Purpose, name: String, table: &TableView<'_>) -> Self {
        let shown = (0..table.columns.len()).filter_map(|column| table.place_of(column)).collect();
        let mut picker = Self {
            purpose,
            name,
            search: Search::default(),
            columns: table.all_columns().to_vec(),
            shown,
            default: table.default_places(),
            sort: table.sort().first().copied(),
        };
        if let (Purpose::Sort, Some((sorted, _))) = (purpose, picker.sort) {
            picker.search.chosen = picker.left().iter().position(|place| *place == Some(sorted)).unwrap_or(0);
        }
        picker
    }

    /// The heading.
    pub(crate) fn title(&self) -> String {
        let name = harmless_text(self.name.as_bytes());
        match self.purpose {
            Purpose::Sort => format!(" sort {name} by "),
            Purpose::Show => format!(" columns of {name}: {} of {} ", self.shown.len(), self.columns.len()),
        }
    }

    /// The columns that are left: those whose name holds what is typed, then those whose name holds its
    /// letters in their order, then those whose sentence holds it. `None`: the table's own order.
    pub(crate) fn left(&self) -> Vec<Option<usize>> {
        let typed = &*self.search.typed;
        let rank = |column: &Column| {
            let ranks = [
                column.name.contains(typed),
                in_order(typed, column.name),
                column.doc.to_lowercase().contains(typed),
            ];
            ranks.iter().position(|holds| *holds)
        };
        let mut left: Vec<(usize, usize)> = Vec::new();
        for (place, column) in self.columns.iter().enumerate() {
            left.extend(rank(column).map(|rank| (rank, place)));
        }
        left.sort_unstable();
        let none = (self.purpose == Purpose::Sort && typed.is_empty()).then_some(None);
        none.into_iter().chain(left.into_iter().map(|(_, place)| Some(place))).collect()
    }

    fn choice(&self) -> Option<Option<usize>> {
        let left = self.left();
        left.get(self.search.chosen.min(left.len().checked_sub(1)?)).copied()
    }

    /// What rows are to be sorted by, as it is typed: in the other direction where they are already, else what
    /// is counted by the most first. `Some(None)`: as the table has them.
    pub(crate) fn sort_chosen(&self) -> Option<Option<String>> {
        let Some(place) = self.choice()? else { return Some(None) };
        Some(Some(sort_by(&self.columns, place, self.sort)?))
    }

    /// Shows the chosen column, or leaves it out. One at least is shown. A column comes behind the one that
    /// stands before it in the table.
    pub(crate) fn toggle(&mut self) {
        let Some(Some(place)) = self.choice() else { return };
        match self.shown.iter().position(|shown| *shown == place) {
            Some(_) if self.shown.len() == 1 => {}
            Some(at) => drop(self.shown.remove(at)),
            None => {
                let before = |shown: &&usize| **shown < place;
                let neighbour = self.shown.iter().filter(before).max();
                let at = neighbour.and_then(|near| self.shown.iter().position(|shown| shown == near));
                self.shown.insert(at.map_or(0, |at| at + 1), place);
            }
        }
    }

    /// Shows all columns.
    pub(crate) fn show_all(&mut self) {
        self.shown = (0..self.columns.len()).collect();
    }

    /// Erases the last letter; where there is none, shows what the table shows anyway.
    pub(crate) fn erase_or_reset(&mut self) {
        if self.search.typed.is_empty() {
            self.shown = self.default.clone();
        }
        self.search.pop();
    }

    /// The columns that are shown, as they are typed; `None` where it is what the table shows anyway.
    pub(crate) fn columns_chosen(&self) -> Option<String> {
        let names = self.shown.iter().filter_map(|place| self.columns.get(*place)).map(|column| column.name);
        (self.shown != self.default).then(|| names.collect::<Vec<_>>().join(","))
    }

    /// The line of the chosen column.
    pub(crate) fn line(&self) -> usize {
        self.search.line(self.left().len())
    }

    /// The lines.
    pub(crate) fn lines(&self, theme: Theme) -> Vec<Line<'static>> {
        const OWN_ORDER: &str = "(no order)";
        let left = self.left();
        let names = self.columns.iter().map(|column| text::width(column.name));
        let widest = names.max().unwrap_or(0).max(OWN_ORDER.len());
        let mut lines = vec![self.search.prompt(theme)];
        for (at, place) in left.iter().enumerate() {
            let (name, doc) = match place.and_then(|place| self.columns.get(place)) {
                Some(column) => (column.name, column.doc),
                None => (OWN_ORDER, "Rows as the table has them."),
            };
            let is_chosen = at == self.search.chosen.min(left.len() - 1);
            let style = if is_chosen { theme.selected() } else { ratatui::style::Style::new() };
            let mark = if is_chosen { '>' } else { ' ' };
            let line = format!(" {mark} {} {name:widest$}  {doc}", self.mark(*place));
            lines.push(Line::from(Span::styled(line, style)));
        }
        if left.is_empty() {
            lines.push(Line::from("   no column"));
        }
        lines
    }

    /// What is so already.
    fn mark(&self, place: Option<usize>) -> &'static str {
        match self.purpose {
            Purpose::Show if place.is_some_and(|place| self.shown.contains(&place)) => "[x]",
            Purpose::Show => "[ ]",
            Purpose::Sort => match self.sort {
                Some((sorted, true)) if Some(sorted) == place => "↓",
                Some((sorted, false)) if Some(sorted) == place => "↑",
                None if place.is_none() => "·",
                _ => " ",
            },
        }
    }
}
