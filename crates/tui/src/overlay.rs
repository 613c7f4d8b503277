//! What can lie over a tab: the help, what a row means, the list of all tabs, and of all columns.

use netmonitor_core::detect::{Detector, Thresholds, tell};
use netmonitor_core::explain::{self, Entry};
use netmonitor_core::format::harmless_text;
use netmonitor_core::views;
use procnet::{Column, proc};
use ratatui::text::{Line, Span};

use crate::acts::{Confirm, Menu};
use crate::detail::Detail;
use crate::picker::Picker;
use crate::theme::Theme;
use crate::widgets::text;

/// Something over a tab, and how far it is scrolled.
#[derive(Debug)]
pub(crate) struct Overlay {
    /// What it shows.
    pub(crate) content: Content,
    /// First line that is shown.
    pub(crate) top: usize,
    /// Lines in all, of the last drawing.
    pub(crate) lines: usize,
    /// Lines that fit, of the last drawing.
    pub(crate) height: usize,
}

impl Overlay {
    /// An overlay at its first line.
    pub(crate) fn new(content: Content) -> Self {
        Self { content, top: 0, lines: 0, height: 0 }
    }
}

/// What an overlay shows.
#[derive(Debug)]
pub(crate) enum Content {
    /// Keys and commands.
    Help,
    /// What a row means.
    Meaning(Meaning),
    /// Everything about a row.
    Detail(Box<Detail>),
    /// All tabs.
    Tabs(TabList),
    /// All columns of a table.
    Columns(Picker),
    /// What can be done about a row.
    Acts(Menu),
    /// Whether it is to be done.
    Confirm(Confirm),
}

/// What a row means: entries of the dictionary, and the columns of its table.
#[derive(Debug, Default)]
pub(crate) struct Meaning {
    /// What is explained.
    pub(crate) title: String,
    /// What is to be said of it.
    pub(crate) said: Vec<String>,
    /// Counters.
    pub(crate) entries: Vec<&'static Entry>,
    /// Columns.
    pub(crate) columns: Vec<Column>,
    /// What finds something, and from when on.
    pub(crate) detector: Option<(&'static Detector, Thresholds)>,
}

impl Meaning {
    /// What a file under `net` is.
    pub(crate) fn of_file(path: &str) -> Self {
        let title = format!("net/{}", harmless_text(path.as_bytes()));
        let Some(file) = proc::find(path) else {
            let said = "A file that this version does not know: of another kernel, or of a module. Enter shows its text.";
            return Self { title, said: vec![said.to_owned()], ..Self::default() };
        };
        let mut said = vec![format!("It lists {}.", file.what), format!("Printed by {}.", file.source)];
        said.extend(file.raw_only.map(|why| format!("Shown as it is: {why}.")));
        said.extend(file.side_effect.map(|effect| format!("Reading it {effect}.")));
        let columns = file.fields.iter().map(|field| field.column).collect();
        Self { title, said, columns, ..Self::default() }
    }

    /// The lines, broken to fit.
    pub(crate) fn lines(&self, room: usize, theme: Theme) -> Vec<Line<'static>> {
        let said = self.said.iter().flat_map(|said| text::wrapped(said, room.saturating_sub(2).max(20)));
        let mut lines: Vec<Line<'static>> = said.map(|line| Line::from(format!(" {line}"))).collect();
        for entry in &self.entries {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            let mut said = explain::text(entry, room.saturating_sub(2).max(20)).into_iter();
            let title = said.next().unwrap_or_default();
            lines.push(Line::from(Span::styled(format!(" {title}"), theme.title())));
            lines.extend(said.map(|line| Line::from(format!(" {line}"))));
        }
        if let Some((detector, thresholds)) = &self.detector {
            let mut said = tell::text(detector, room.saturating_sub(2).max(20), thresholds).into_iter();
            let title = said.next().unwrap_or_default();
            lines.push(Line::from(Span::styled(format!(" {title}"), theme.title())));
            lines.extend(said.map(|line| Line::from(format!(" {line}"))));
        }
        if !self.columns.is_empty() {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(Line::from(Span::styled(" Columns", theme.title())));
        }
        let widest = self.columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
        for column in &self.columns {
            let name = Span::styled(format!("   {:widest$}  ", column.name), theme.strong());
            lines.push(Line::from(vec![name, Span::raw(column.doc)]));
        }
        lines
    }
}

/// What is typed into a list to find an entry, and which of those that are left is chosen.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// What is typed.
    pub(crate) typed: String,
    /// Number of the entry that is chosen.
    pub(crate) chosen: usize,
}

/// Longest text that is typed.
const LONGEST: usize = 32;

impl Search {
    /// Types a character.
    pub(crate) fn push(&mut self, character: char) {
        if self.typed.len() < LONGEST && !netmonitor_core::format::is_harmful(character) {
            self.typed.extend(character.to_lowercase());
        }
        self.chosen = 0;
    }

    /// Takes the last character back.
    pub(crate) fn pop(&mut self) {
        self.typed.pop();
        self.chosen = 0;
    }

    /// The line of the chosen entry of those that are left.
    pub(crate) fn line(&self, left: usize) -> usize {
        let chosen = self.chosen.min(left.saturating_sub(1));
        // With the first one the line of what is typed is seen.
        if chosen == 0 { 0 } else { chosen + 1 }
    }

    /// The line above the entries.
    pub(crate) fn prompt(&self, theme: Theme) -> Line<'static> {
        Line::from(vec![
            Span::styled(" type to find: ", theme.quiet()),
            Span::styled(self.typed.clone(), theme.strong()),
        ])
    }
}

/// The list of all tabs, those whose name or sentence holds what is typed.
#[derive(Debug, Default)]
pub(crate) struct TabList {
    /// What is typed, and which of the tabs that are left is chosen.
    pub(crate) search: Search,
}

impl TabList {
    /// Numbers of the tabs that are left: those whose name holds the letters in their order, then those
    /// whose sentence holds the text.
    pub(crate) fn left(&self) -> Vec<usize> {
        let typed = &*self.search.typed;
        let by_name = |view: &views::View| in_order(typed, view.name);
        let names = (0..views::ALL.len()).filter(|tab| by_name(views::ALL[*tab]));
        let others = (0..views::ALL.len()).filter(|tab| {
            let view = views::ALL[*tab];
            !by_name(view) && view.help.to_lowercase().contains(typed)
        });
        names.chain(others).collect()
    }

    /// The tab that is chosen.
    pub(crate) fn choice(&self) -> Option<usize> {
        let left = self.left();
        left.get(self.search.chosen.min(left.len().checked_sub(1)?)).copied()
    }

    /// The line of the chosen tab.
    pub(crate) fn line(&self) -> usize {
        self.search.line(self.left().len())
    }

    /// The lines; `shown` is the tab below.
    pub(crate) fn lines(&self, shown: usize, theme: Theme) -> Vec<Line<'static>> {
        let left = self.left();
        let widest = views::ALL.iter().map(|view| text::width(view.name)).max().unwrap_or(0);
        let mut lines = vec![self.search.prompt(theme)];
        for (place, tab) in left.iter().enumerate() {
            let view = views::ALL[*tab];
            let mark = if Some(*tab) == self.choice() { '>' } else { ' ' };
            let here = if *tab == shown { '*' } else { ' ' };
            let text = format!(" {mark} {:widest$} {here} {}", view.name, view.help);
            let style = if place == self.search.chosen.min(left.len() - 1) {
                theme.selected()
            } else {
                ratatui::style::Style::new()
            };
            lines.push(Line::from(Span::styled(text, style)));
        }
        if left.is_empty() {
            lines.push(Line::from("   no tab"));
        }
        lines
    }
}

/// Whether a text holds the letters in their order.
pub(crate) fn in_order(letters: &str, text: &str) -> bool {
    let mut rest = text.chars();
    letters.chars().all(|letter| rest.any(|other| other == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_found_by_letters_in_order_and_by_words() {
        let found = |typed: &str, chosen| TabList { search: Search { typed: typed.into(), chosen } };
        let mut list = TabList::default();
        assert_eq!(list.left().len(), views::ALL.len());
        "rtg".chars().for_each(|letter| list.search.push(letter));
        assert_eq!(list.choice().map(|tab| views::ALL[tab].name), Some("routing"));
        list = found("ipsec", 9);
        assert_eq!(list.choice().map(|tab| views::ALL[tab].name), Some("xfrm"));
        list = found("zzz", 0);
        assert_eq!(list.choice(), None);
        list.search.push('\u{1b}');
        assert_eq!(list.search.typed, "zzz");
    }
}
