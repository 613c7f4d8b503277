//! Keys and commands in print, from their tables: for the help on screen and for `docs/keys.md`.

use std::fmt::Write;

use crate::action::{self, Action};
use crate::app::Mode;
use crate::bindings::{self, Bindings};
use crate::command;
use crate::key;

/// A part of the manual: a heading, and what there is under it.
pub(crate) struct Part {
    /// Heading.
    pub(crate) title: &'static str,
    /// What there is.
    pub(crate) entries: Vec<Entry>,
}

/// A key or a command.
pub(crate) struct Entry {
    /// What is typed.
    pub(crate) typed: String,
    /// Name of the action or the command.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) doc: &'static str,
}

/// The whole manual.
pub(crate) fn parts(bindings: &Bindings) -> Vec<Part> {
    let keys = |title, is_in: fn(&Action) -> bool| {
        let actions = action::ALL.iter().filter(|action| is_in(action));
        let entry = |action: &'static Action| Entry {
            typed: key::written(bindings.keys(action)),
            name: action.name,
            doc: action.doc,
        };
        Part { title, entries: actions.map(entry).collect() }
    };
    let commands = command::all()
        .map(|command| Entry { typed: command.usage(), name: command.name, doc: command.doc })
        .collect();
    vec![
        keys("In a tab", |action| is_in(action, Mode::Tab)),
        keys("Everywhere", in_every_mode),
        Part { title: "Commands", entries: commands },
        keys("On the command line, and while a filter is typed", |action| is_in(action, Mode::CommandLine)),
        keys("While a filter is typed", |action| is_in(action, Mode::FilterLine)),
        keys("In the help and in explanations", |action| is_in(action, Mode::Overlay)),
        keys("In lists", |action| is_in(action, Mode::List)),
        keys("In the list of columns to sort by", |action| is_in(action, Mode::SortList)),
        keys("In the list of columns to show", |action| is_in(action, Mode::ColumnList)),
        keys("In the menu of what can be done", |action| is_in(action, Mode::ActList)),
        keys("Before something is done", |action| is_in(action, Mode::Confirm)),
        keys("In the introduction", |action| is_in(action, Mode::Intro)),
    ]
}

/// Whether an action stands under a mode: that of a tab goes before the others.
fn is_in(action: &Action, mode: Mode) -> bool {
    let first = if action.modes.contains(&Mode::Tab) { Some(&Mode::Tab) } else { action.modes.first() };
    !in_every_mode(action) && first == Some(&mode)
}

fn in_every_mode(action: &Action) -> bool {
    Mode::ALL.iter().all(|mode| action.modes.contains(mode))
}

/// All keys and commands as Markdown.
pub fn keys_markdown() -> String {
    let mut out = String::from("# Keys and commands\n");
    for part in parts(&Bindings::default()) {
        let _ = write!(out, "\n## {}\n\n| typed | name | what it does |\n|---|---|---|\n", part.title);
        for Entry { typed, name, doc } in part.entries {
            let _ = writeln!(out, "| `{typed}` | {name} | {doc} |");
        }
    }
    out
}

/// A key of an action where it does something: for who presses them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Name of the action.
    pub action: &'static str,
    /// What keys mean there: `Tab`, `FilterLine`, …
    pub mode: String,
    /// The key as it is written.
    pub key: String,
    /// Other keys can be bound to the action.
    pub can_be_changed: bool,
}

/// Every key of every action in every mode, by the action table.
pub fn bound_keys() -> Vec<Bound> {
    let of = |action: &'static Action| {
        let pairs = action.modes.iter().flat_map(|mode| action.keys.iter().map(move |key| (mode, key)));
        let can_be_changed = bindings::are_free(action);
        pairs.map(move |(mode, key)| Bound {
            action: action.name,
            mode: format!("{mode:?}"),
            key: key.to_string(),
            can_be_changed,
        })
    };
    action::ALL.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_in_the_manual_once() {
        let entries: usize = parts(&Bindings::default()).iter().map(|part| part.entries.len()).sum();
        assert_eq!(entries, action::ALL.len() + command::all().count());
        for action in action::ALL {
            let line = format!("| `{}` | {} | {} |", key::written(action.keys), action.name, action.doc);
            assert_eq!(keys_markdown().matches(&line).count(), 1, "{}", action.name);
        }
    }
}
