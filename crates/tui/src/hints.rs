//! Hints for who is new here: told one at a time, each once, in sessions that began with the introduction.

use netmonitor_core::scope::Scope;
use netmonitor_core::views::TableView;

use crate::app::{App, Message, Mode};

/// Nanoseconds between two hints.
const APART: u64 = 15_000_000_000;

/// Rows from which it is worth to filter.
const MANY: usize = 20;

/// When a hint helps, and what it says of the keys that it names.
struct Hint {
    helps: fn(&App) -> bool,
    says: &'static str,
    /// Names of actions, whose keys stand in the place of `{}`.
    actions: &'static [&'static str],
}

static ALL: &[Hint] = &[
    Hint {
        helps: |_| true,
        says: "{} and {} choose a row, {} tells everything about it, {} explains it, {} shows all keys",
        actions: &["down", "up", "open", "explain", "help"],
    },
    Hint {
        helps: |app| app.badge().is_some(),
        says: "something is wrong here: {} shows what, with the numbers that show it",
        actions: &["findings"],
    },
    Hint {
        helps: |app| app.rows_of_largest_table() >= MANY,
        says: "many rows: {} shows those that match, {} sorts, {} chooses columns",
        actions: &["filter", "sort", "columns"],
    },
    Hint {
        helps: |app| app.asked_scope() == Scope::Process && app.rows_of_largest_table() == 0,
        says: "the process holds none: {} widens to its whole network namespace",
        actions: &["scope"],
    },
    Hint {
        helps: |app| app.view().name == "stats" || app.view().name == "analysis",
        says: "{} goes through totals, rates and those that have moved; {} explains a counter",
        actions: &["counters", "explain"],
    },
];

/// Which hints were told, and when the last one was.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    /// The session began with the introduction.
    pub(crate) are_wanted: bool,
    told: Vec<usize>,
    last: Option<u64>,
}

impl App {
    /// Tells the next hint that helps, if it is time for one and nothing else is to be said.
    pub(crate) fn hint(&mut self) {
        let Some(snapshot) = self.snapshot.as_ref().filter(|_| self.hints.are_wanted) else { return };
        let now = snapshot.moment.boottime;
        let is_time = self.hints.last.is_none_or(|last| now.saturating_sub(last) >= APART);
        if !is_time || self.message.is_some() || self.mode() != Mode::Tab {
            return;
        }
        let next = ALL
            .iter()
            .enumerate()
            .find(|(place, hint)| !self.hints.told.contains(place) && (hint.helps)(self));
        let Some((place, hint)) = next else { return };
        let mut keys = hint.actions.iter().map(|action| self.settings.bindings.written(action));
        let mut words = String::from("hint: ");
        for (at, part) in hint.says.split("{}").enumerate() {
            words.extend((at > 0).then(|| keys.next()).flatten());
            words.push_str(part);
        }
        self.hints.told.push(place);
        self.hints.last = Some(now);
        self.message = Some(Message::Remark(words));
        self.changed = true;
    }

    fn rows_of_largest_table(&self) -> usize {
        let Some(snapshot) = &self.snapshot else { return 0 };
        self.tables(snapshot).iter().map(TableView::len).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action;

    #[test]
    fn hints_name_actions_that_there_are() {
        for hint in ALL {
            assert_eq!(hint.says.matches("{}").count(), hint.actions.len(), "{}", hint.says);
            for name in hint.actions {
                assert!(action::ALL.iter().any(|action| action.name == *name), "{name}");
            }
        }
    }
}
