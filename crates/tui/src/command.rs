//! The commands: what they are called, what they take, what they mean.
//!
//! To add one: an entry in [`OTHERS`] and what it means in [`Order`].

use netmonitor_core::interval::Interval;
use netmonitor_core::query::nearest::nearest;
use netmonitor_core::record::{Speed, When};
use netmonitor_core::views;

use crate::theme::{Marks, Theme};

/// A command as it is declared.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    /// Name, as typed.
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) doc: &'static str,
    /// What can be put in behind it.
    pub(crate) completes: Completes,
    meaning: Meaning,
}

/// What can be put in behind a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completes {
    /// Nothing that is known beforehand.
    Nothing,
    /// Columns of the tables that are shown.
    Columns,
    /// The same, with the direction.
    Sort,
    /// The same, followed by a value.
    Filter,
    /// Columns and counters.
    Meanings,
    /// Tabs and tables.
    Places,
    /// Themes.
    Themes,
    /// What pictures are made of.
    Marks,
}

#[derive(Debug, Clone)]
enum Meaning {
    /// This, without a word behind the name.
    Plain(Order),
    /// One word, called so in print, and what it means.
    Takes(&'static str, fn(&str) -> Result<Order, String>),
    /// All that follows, called so in print; nothing takes back what was asked for.
    TakesRest(&'static str, fn(String) -> Order),
}

/// What a command asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// Show the tab of this number.
    Tab(usize),
    /// Refresh at this interval.
    Interval(Interval),
    /// Show the rows that match.
    Filter(String),
    /// Sort the table under the cursor.
    Sort(String),
    /// Show these columns of it.
    Columns(String),
    /// Tell what this counter or column means.
    Explain(String),
    /// Go to this place.
    Goto(String),
    /// Look so.
    Theme(Theme),
    /// Draw with these.
    Marks(Marks),
    /// Go to this moment of a recording.
    At(When),
    /// Play it so fast.
    Speed(Speed),
    /// Go to its next change.
    Next,
    /// Record to this file; without one end the recording.
    Record(String),
    /// Save the table under the cursor to this file.
    Save(String),
    /// Show the help.
    Help,
    /// End the session.
    Quit,
}

/// The commands beside the names of tabs.
static OTHERS: &[Command] = &[
    Command {
        name: "set",
        doc: "the time between two refreshes, 0.1 to 3600 seconds",
        completes: Completes::Nothing,
        meaning: Meaning::Takes("<seconds>", |text| Ok(Order::Interval(text.parse()?))),
    },
    Command {
        name: "filter",
        doc: "show the rows of the tab that match; alone: all of them",
        completes: Completes::Filter,
        meaning: Meaning::TakesRest("<expression>", Order::Filter),
    },
    Command {
        name: "sort",
        doc: "sort the table under the cursor by columns, with :desc descending; alone: its own order",
        completes: Completes::Sort,
        meaning: Meaning::TakesRest("<column>[:desc],…", Order::Sort),
    },
    Command {
        name: "columns",
        doc: "show these columns of the table under the cursor, * all, +name more, -name less; alone: the usual ones",
        completes: Completes::Columns,
        meaning: Meaning::TakesRest("<column>,…", Order::Columns),
    },
    Command {
        name: "explain",
        doc: "what a counter or a column means",
        completes: Completes::Meanings,
        meaning: Meaning::Takes("<name>", |text| Ok(Order::Explain(text.to_owned()))),
    },
    Command {
        name: "goto",
        doc: "go to a tab, to one of its tables, to a row by its number",
        completes: Completes::Places,
        meaning: Meaning::Takes("<tab>[.<table>] or <row>", |text| Ok(Order::Goto(text.to_owned()))),
    },
    Command {
        name: "theme",
        doc: "how the session looks from now on",
        completes: Completes::Themes,
        meaning: Meaning::Takes("<theme>", |text| Ok(Order::Theme(text.parse()?))),
    },
    Command {
        name: "marks",
        doc: "what lines and pictures are made of from now on",
        completes: Completes::Marks,
        meaning: Meaning::Takes("<marks>", |text| Ok(Order::Marks(text.parse()?))),
    },
    Command {
        name: "at",
        doc: "in a recording: go to a time of its last day, to 2026-11-30T03:12:07Z, to -5m before its end or +5m after its beginning",
        completes: Completes::Nothing,
        meaning: Meaning::Takes("<hh:mm[:ss]>", |text| Ok(Order::At(text.parse()?))),
    },
    Command {
        name: "speed",
        doc: "in a recording: let time go on so many times as fast, 0.1 to 1000",
        completes: Completes::Nothing,
        meaning: Meaning::Takes("<times>", |text| Ok(Order::Speed(text.parse()?))),
    },
    Command {
        name: "next",
        doc: "in a recording: go to the next moment at which a socket, its state or a process has changed or something happened",
        completes: Completes::Nothing,
        meaning: Meaning::Plain(Order::Next),
    },
    Command {
        name: "record",
        doc: "record what is watched to a file; alone: end the recording",
        completes: Completes::Nothing,
        meaning: Meaning::TakesRest("<file>", Order::Record),
    },
    Command {
        name: "save",
        doc: "write the table under the cursor to a new file as CSV: the rows and columns that are shown",
        completes: Completes::Nothing,
        meaning: Meaning::TakesRest("<file>", Order::Save),
    },
    Command {
        name: "help",
        doc: "keys and commands",
        completes: Completes::Nothing,
        meaning: Meaning::Plain(Order::Help),
    },
    Command {
        name: "quit",
        doc: "end the session",
        completes: Completes::Nothing,
        meaning: Meaning::Plain(Order::Quit),
    },
];

/// All commands: the tabs by their names, then the others.
pub(crate) fn all() -> impl Iterator<Item = Command> {
    let tabs = views::ALL.iter().enumerate().map(|(place, view)| Command {
        name: view.name,
        doc: view.help,
        completes: Completes::Nothing,
        meaning: Meaning::Plain(Order::Tab(place)),
    });
    tabs.chain(OTHERS.iter().cloned())
}

impl Command {
    /// Whether something stands behind its name.
    pub(crate) fn takes(&self) -> bool {
        !matches!(self.meaning, Meaning::Plain(_))
    }

    /// How it is typed: `set <seconds>`.
    pub(crate) fn usage(&self) -> String {
        match self.meaning {
            Meaning::Takes(argument, _) | Meaning::TakesRest(argument, _) => {
                format!("{} {argument}", self.name)
            }
            Meaning::Plain(_) => self.name.to_owned(),
        }
    }
}

/// The command of this name, or the only one whose name begins so.
fn named(name: &str) -> Result<Command, String> {
    if let Some(command) = all().find(|command| command.name == name) {
        return Ok(command);
    }
    let mut begin = all().filter(|command| command.name.starts_with(name));
    if let (Some(only), None) = (begin.next(), begin.next()) {
        return Ok(only);
    }
    let near = nearest(name, all().map(|command| command.name), 3);
    let hint = if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
    Err(format!("unknown command {name:?}{hint}"))
}

/// What a line asks for; `None` where it is blank.
///
/// # Errors
///
/// What is wrong with it, as the user reads it.
pub(crate) fn parse(line: &str) -> Result<Option<Order>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some((name, arguments)) = words.split_first() else { return Ok(None) };
    let command = named(name)?;
    match (&command.meaning, arguments) {
        (Meaning::Plain(order), []) => Ok(Some(order.clone())),
        (Meaning::TakesRest(_, order), _) => {
            let rest = line.trim_start().get(name.len()..).unwrap_or_default();
            Ok(Some(order(rest.trim().to_owned())))
        }
        (Meaning::Takes(_, order), [argument]) => order(argument).map(Some),
        _ => Err(format!("usage: {}", command.usage())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_understood() {
        let names: Vec<_> = all().map(|command| command.name).collect();
        let seed = ["tcp", "udp", "arp", "traffic", "stats", "raw", "icmp", "routing", "analysis"];
        assert_eq!((names[0], &names[1..10]), ("overview", &seed[..]));
        assert_eq!(
            names[views::ALL.len()..],
            [
                "set", "filter", "sort", "columns", "explain", "goto", "theme", "marks", "at", "speed",
                "next", "record", "save", "help", "quit"
            ]
        );
        for (place, name) in seed.iter().enumerate() {
            assert_eq!(parse(&format!("  {name} ")), Ok(Some(Order::Tab(place + 1))));
        }
        assert_eq!(parse("help"), Ok(Some(Order::Help)));
        assert_eq!(parse("quit"), Ok(Some(Order::Quit)));
        assert_eq!(parse(" set   6 "), Ok(Some(Order::Interval("6".parse().unwrap()))));
        assert_eq!(parse("set 0.5"), Ok(Some(Order::Interval("500ms".parse().unwrap()))));
        assert_eq!(parse("   "), Ok(None));
        let filter = |text: &str| Ok(Some(Order::Filter(text.to_owned())));
        assert_eq!(parse(" filter  state:LISTEN  or \"a  b\" "), filter("state:LISTEN  or \"a  b\""));
        assert_eq!(parse("filter"), filter(""));
        assert_eq!(parse("sort a,b:desc"), Ok(Some(Order::Sort("a,b:desc".to_owned()))));
        assert_eq!(parse("columns a, b"), Ok(Some(Order::Columns("a, b".to_owned()))));
    }

    #[test]
    fn wrong_commands_say_what_is_wrong() {
        let wrong = |line: &str| parse(line).unwrap_err();
        assert_eq!(wrong("set"), "usage: set <seconds>");
        assert_eq!(wrong("set 1 2"), "usage: set <seconds>");
        assert_eq!(wrong("set x"), r#"not an interval: "x""#);
        assert_eq!(wrong("xyz"), r#"unknown command "xyz""#);
        assert_eq!(wrong("TCP"), r#"unknown command "TCP"; nearest: tcp, mptcp, icmp"#);
        assert_eq!(wrong("s 1"), r#"unknown command "s""#, "several begin so");
        assert_eq!(parse("q"), Ok(Some(Order::Quit)), "one begins so");
        assert!(wrong("theme drak").starts_with(r#"no theme "drak""#));
        assert_eq!(wrong("tcp 1"), "usage: tcp");
        assert!(wrong("set 0").starts_with(r#"not an interval: "0""#));
    }
}
