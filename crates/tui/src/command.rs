//! The commands: what they are called, what they take, what they mean.
//!
//! To add one: an entry in [`OTHERS`] and what it means in [`Order`].

use netmonitor_core::interval::Interval;
use netmonitor_core::record::{Speed, When};
use netmonitor_core::views;

use crate::line::Line;

/// A command as it is declared.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    /// Name, as typed.
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) doc: &'static str,
    meaning: Meaning,
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
    /// Go to this moment of a recording.
    At(When),
    /// Play it so fast.
    Speed(Speed),
    /// Go to its next change.
    Next,
    /// Record to this file; without one end the recording.
    Record(String),
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
        meaning: Meaning::Takes("<seconds>", |text| Ok(Order::Interval(text.parse()?))),
    },
    Command {
        name: "filter",
        doc: "show the rows of the tab that match; alone: all of them",
        meaning: Meaning::TakesRest("<expression>", Order::Filter),
    },
    Command {
        name: "sort",
        doc: "sort the table under the cursor by columns, with :desc descending; alone: its own order",
        meaning: Meaning::TakesRest("<column>[:desc],…", Order::Sort),
    },
    Command {
        name: "columns",
        doc: "show these columns of the table under the cursor, * all, +name more, -name less; alone: the usual ones",
        meaning: Meaning::TakesRest("<column>,…", Order::Columns),
    },
    Command {
        name: "at",
        doc: "in a recording: go to a time of its last day, to 2026-11-30T03:12:07Z, to -5m before its end or +5m after its beginning",
        meaning: Meaning::Takes("<hh:mm[:ss]>", |text| Ok(Order::At(text.parse()?))),
    },
    Command {
        name: "speed",
        doc: "in a recording: let time go on so many times as fast, 0.1 to 1000",
        meaning: Meaning::Takes("<times>", |text| Ok(Order::Speed(text.parse()?))),
    },
    Command {
        name: "next",
        doc: "in a recording: go to the next moment at which a socket, its state or a process has changed or something happened",
        meaning: Meaning::Plain(Order::Next),
    },
    Command {
        name: "record",
        doc: "record what is watched to a file; alone: end the recording",
        meaning: Meaning::TakesRest("<file>", Order::Record),
    },
    Command { name: "help", doc: "keys and commands", meaning: Meaning::Plain(Order::Help) },
    Command { name: "quit", doc: "end the session", meaning: Meaning::Plain(Order::Quit) },
];

/// All commands: the tabs by their names, then the others.
pub(crate) fn all() -> impl Iterator<Item = Command> {
    let tabs = views::ALL.iter().enumerate().map(|(place, view)| Command {
        name: view.name,
        doc: view.help,
        meaning: Meaning::Plain(Order::Tab(place)),
    });
    tabs.chain(OTHERS.iter().cloned())
}

impl Command {
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

/// What a line asks for; `None` where it is blank.
///
/// # Errors
///
/// What is wrong with it, as the user reads it.
pub(crate) fn parse(line: &str) -> Result<Option<Order>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some((name, arguments)) = words.split_first() else { return Ok(None) };
    let command =
        all().find(|command| command.name == *name).ok_or_else(|| format!("unknown command {name:?}"))?;
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

/// The commands that a line can become.
pub(crate) fn candidates(text: &str) -> impl Iterator<Item = Command> {
    let text = text.trim_start().to_owned();
    all().filter(move |command| command.name.starts_with(&*text))
}

/// Completion of a line: first what all candidates share, then one candidate after another.
#[derive(Debug, Default)]
pub(crate) struct Completion {
    cycle: Option<(String, usize)>,
}

impl Completion {
    /// Forgets where it was: the line was changed otherwise.
    pub(crate) fn reset(&mut self) {
        self.cycle = None;
    }

    /// The text that candidates are found for: what was typed, not what was completed.
    pub(crate) fn typed<'a>(&'a self, line: &'a Line) -> &'a str {
        self.cycle.as_ref().map_or(line.text(), |(typed, _)| typed)
    }

    /// Completes the line once more.
    pub(crate) fn advance(&mut self, line: &mut Line) {
        if let Some((typed, place)) = &mut self.cycle {
            let names: Vec<_> = candidates(typed).map(|command| command.name).collect();
            *place = (*place + 1) % names.len().max(1);
            line.set(names.get(*place).copied().unwrap_or_default());
            return;
        }
        let typed = line.text().trim_start().to_owned();
        let found: Vec<Command> = candidates(&typed).collect();
        match found.as_slice() {
            [] => {}
            [one] => {
                let blank = if matches!(one.meaning, Meaning::Plain(_)) { "" } else { " " };
                line.set(&format!("{}{blank}", one.name));
            }
            [first, ..] => {
                let shared = found.iter().map(|command| shared(first.name, command.name)).min().unwrap_or(0);
                if shared > typed.len() {
                    line.set(&first.name[..shared]);
                } else {
                    line.set(first.name);
                    self.cycle = Some((typed, 0));
                }
            }
        }
    }
}

fn shared(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
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
            ["set", "filter", "sort", "columns", "at", "speed", "next", "record", "help", "quit"]
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
        assert_eq!(wrong("foo"), r#"unknown command "foo""#);
        assert_eq!(wrong("TCP"), r#"unknown command "TCP""#);
        assert_eq!(wrong("tcp 1"), "usage: tcp");
        assert!(wrong("set 0").starts_with(r#"not an interval: "0""#));
    }

    #[test]
    fn completion() {
        let mut line = Line::default();
        let mut completion = Completion::default();
        let mut after = |typed: &str, times: usize| {
            line.set(typed);
            completion.reset();
            (0..times).for_each(|_| completion.advance(&mut line));
            line.text().to_owned()
        };
        assert_eq!(after("ud", 1), "udp");
        assert_eq!(after("se", 1), "set ");
        assert_eq!(after("  an", 1), "analysis");
        assert_eq!(after("t", 1), "tcp");
        assert_eq!(after("t", 2), "traffic");
        assert_eq!(after("t", 3), "tcp");
        assert_eq!(after("z", 2), "z");
        assert_eq!(after("set ", 1), "set ");
        assert_eq!(after("", 1), "overview");
    }
}
