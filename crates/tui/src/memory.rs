//! What is remembered over sessions: what of it there is at the beginning, and what has changed since.

use netmonitor_core::views::CounterMode;

use crate::app::App;
use crate::event::Effect;
use crate::shown::{Choices, Chosen};

/// What earlier sessions have left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// Tables by the names under which their order and columns are kept: what rows are sorted by, which columns are
    /// shown, as typed.
    pub tables: Vec<(String, Option<String>, Option<String>)>,
    /// Whether sums are shown.
    pub totals: bool,
    /// How counters were shown last.
    pub counters: Option<CounterMode>,
    /// The introduction is not wanted any more.
    pub skip_intro: bool,
    /// Commands that were typed, the last one last.
    pub commands: Vec<String>,
    /// Why nothing could be remembered, to be said once.
    pub said: Option<String>,
}

/// Something that is to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memo {
    /// Order and columns of a table. Where both are nothing it is as it would be anyway.
    Table {
        /// The name under which they are kept.
        name: String,
        /// What rows are sorted by, as typed.
        sort: Option<String>,
        /// Which columns are shown, as typed.
        columns: Option<String>,
    },
    /// Whether sums are shown.
    Totals(bool),
    /// How counters are shown.
    Counters(CounterMode),
    /// The introduction is not wanted any more.
    SkipIntro,
    /// A command that was typed.
    Command(String),
}

/// What is remembered already.
#[derive(Default)]
pub(crate) struct Remembered {
    choices: Choices,
    totals: bool,
    counters: CounterMode,
}

impl Memory {
    /// Order and columns of tables.
    pub(crate) fn choices(&self) -> Choices {
        let chosen = |(name, sort, columns): &(String, Option<String>, Option<String>)| {
            (name.clone(), Chosen { sort: sort.clone(), columns: columns.clone() })
        };
        self.tables.iter().map(chosen).collect()
    }

    /// The same as what a session has told already, for which was said how it shows counters.
    pub(crate) fn remembered(&self, counters: Option<CounterMode>) -> Remembered {
        let counters = counters.or(self.counters).unwrap_or_default();
        Remembered { choices: self.choices(), totals: self.totals, counters }
    }
}

impl App {
    /// Tells what is to be remembered, where it has changed.
    pub(crate) fn tell_memory(&mut self, effects: &mut Vec<Effect>) {
        if !self.settings.remembers {
            return;
        }
        let known = &mut self.remembered;
        if known.choices != self.choices {
            let names = known
                .choices
                .keys()
                .chain(self.choices.keys().filter(|name| !known.choices.contains_key(*name)));
            for name in names.filter(|name| known.choices.get(*name) != self.choices.get(*name)) {
                let Chosen { sort, columns } = self.choices.get(name).cloned().unwrap_or_default();
                effects.push(Effect::Remember(Memo::Table { name: name.clone(), sort, columns }));
            }
            known.choices = self.choices.clone();
        }
        if known.totals != self.totals {
            known.totals = self.totals;
            effects.push(Effect::Remember(Memo::Totals(self.totals)));
        }
        if known.counters != self.counters {
            known.counters = self.counters;
            effects.push(Effect::Remember(Memo::Counters(self.counters)));
        }
    }

    /// Leaves the introduction for good.
    pub(crate) fn never_again(&mut self, effects: &mut Vec<Effect>) {
        if self.settings.remembers {
            effects.push(Effect::Remember(Memo::SkipIntro));
            self.remark("the introduction is not shown again; --skip-intro=false shows it");
        } else {
            self.remark("nothing is remembered in this session");
        }
        self.go_on();
        self.hints.are_wanted = false;
    }

    /// Shows sums below tables, or no longer.
    pub(crate) fn toggle_totals(&mut self) {
        self.totals = !self.totals;
        let said = if self.totals { "totals are shown of what can be added up" } else { "no totals" };
        self.remark(said);
    }
}
