//! What a command that is being typed can become: commands by their names, and what each can take.
//!
//! ```text
//! │ sort rtt_us      smoothed round-trip time  │
//! │ sort rttvar_us   how much it varies        │
//! :sort rt
//! ```

use std::borrow::Cow;

use netmonitor_core::detect::{ALL, tell};
use netmonitor_core::explain;
use netmonitor_core::query::typed::{self, Unfinished};
use netmonitor_core::views;

use crate::app::App;
use crate::asking::{sort_word, word_before};
use crate::command::{self, Completes};
use crate::filter_offers;
use crate::line::Line;
use crate::overlay::in_order;
use crate::theme::{Marks, Theme};

/// The most that are offered.
const MOST: usize = 200;

/// One thing that the line can become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The line then.
    pub(crate) line: String,
    /// What is completed in it.
    pub(crate) word: String,
    /// What it means.
    pub(crate) doc: Cow<'static, str>,
}

/// A word that can be put in, and what it means.
type Word = (String, &'static str);

/// What a line can become, what begins as it does first.
pub(crate) fn offers(app: &App, line: &str) -> Vec<Offer> {
    let line = line.trim_start();
    let Some((name, rest)) = line.split_once(char::is_whitespace) else { return commands(line) };
    let Some(command) = command::all().find(|command| command.name == name) else { return Vec::new() };
    let typed = match command.completes {
        // Several can stand there, one behind the other.
        Completes::Columns | Completes::Sort => word_before(rest, &[',', ' ', '+', '-']),
        Completes::Filter => match typed::unfinished(rest) {
            Unfinished::Name(from) => &rest[from..],
            Unfinished::Value(column, from) => {
                return values(app, column, line.split_at(line.len() - rest.len() + from));
            }
            Unfinished::Other => return Vec::new(),
        },
        _ => rest.trim_start(),
    };
    let head = &line[..line.len() - typed.len()];
    let words = words(app, command.completes);
    let found = ordered(words, typed);
    let offer = |(word, doc): Word| Offer { line: format!("{head}{word}"), word, doc: doc.into() };
    found.map(offer).take(MOST).collect()
}

/// The values that a column has, as a filter goes on with them behind what stands before.
fn values(app: &App, column: &str, (before, typed): (&str, &str)) -> Vec<Offer> {
    let offer = |value: filter_offers::Offer| Offer {
        line: format!("{before}{}", value.text),
        word: value.text,
        doc: value.note.into(),
    };
    app.values_like(column, typed).into_iter().map(offer).collect()
}

fn commands(typed: &str) -> Vec<Offer> {
    let names = command::all().map(|command| (command.clone(), command.name.to_owned()));
    let mut found: Vec<_> = names.filter(|(_, name)| matches_name(name, typed)).collect();
    found.sort_by_key(|(_, name)| !name.starts_with(typed));
    let offer = |(command, name): (command::Command, String)| Offer {
        line: if command.takes() { format!("{name} ") } else { name },
        word: command.usage(),
        doc: command.doc.into(),
    };
    found.into_iter().map(offer).collect()
}

fn words(app: &App, completes: Completes) -> Vec<Word> {
    match completes {
        Completes::Nothing => Vec::new(),
        Completes::Columns => columns(app).map(|(name, doc)| (name.to_owned(), doc)).collect(),
        Completes::Sort => columns(app)
            .flat_map(|(name, doc)| {
                [(name.to_owned(), doc), (sort_word(name, true), "the same, the greatest first")]
            })
            .collect(),
        Completes::Filter => columns(app).map(|(name, doc)| (format!("{name}:"), doc)).collect(),
        Completes::Meanings => {
            let counters = explain::all().into_iter();
            let counters = counters.map(|entry| (format!("{}.{}", entry.group, entry.name), entry.full_name));
            let detectors = ALL.iter().map(|it| (format!("{}{}", tell::PREFIX, it.name), it.title));
            let columns = columns(app).map(|(name, doc)| (name.to_owned(), doc));
            columns.chain(counters).chain(detectors).collect()
        }
        Completes::Places => {
            let tables = |view: &&'static views::View| {
                let name = view.name;
                view.tables.iter().map(move |table| (format!("{name}.{}", table.name), table.doc))
            };
            let tabs = views::ALL.iter().map(|view| (view.name.to_owned(), view.help));
            tabs.chain(views::ALL.iter().flat_map(tables)).collect()
        }
        Completes::Themes => Theme::all().map(|(name, doc)| (name.to_owned(), doc)).collect(),
        Completes::Marks => Marks::ALL.iter().map(|(name, _, doc)| ((*name).to_owned(), *doc)).collect(),
    }
}

/// The columns of what is shown, each once.
fn columns(app: &App) -> impl Iterator<Item = (&'static str, &'static str)> {
    app.columns_of_tables().into_iter().map(|column| (column.name, column.doc))
}

/// Those that fit, what begins as is typed first, upper and lower case alike.
fn ordered(words: Vec<Word>, typed: &str) -> impl Iterator<Item = Word> {
    let lower = typed.to_ascii_lowercase();
    let rank = move |word: &str| {
        let word = word.to_ascii_lowercase();
        let last = word.rsplit('.').next().unwrap_or_default();
        match () {
            () if word.starts_with(&lower) || last.starts_with(&lower) => Some(0),
            () if word.contains(&lower) => Some(1),
            () if in_order(&lower, &word) => Some(2),
            () => None,
        }
    };
    let mut found: Vec<(u8, Word)> =
        words.into_iter().filter_map(|word| Some((rank(&word.0)?, word))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, word)| word)
}

fn matches_name(name: &str, typed: &str) -> bool {
    name.starts_with(typed) || typed.len() > 1 && in_order(typed, name)
}

/// Completion of a line: first what all that begin as it does share, then one after another.
#[derive(Debug, Default)]
pub(crate) struct Completion {
    cycle: Option<(String, usize)>,
}

impl Completion {
    /// Forgets where it was: the line was changed otherwise.
    pub(crate) fn reset(&mut self) {
        self.cycle = None;
    }

    /// The text that is completed: what was typed, not what was put in.
    pub(crate) fn typed<'a>(&'a self, line: &'a Line) -> &'a str {
        self.cycle.as_ref().map_or(line.text(), |(typed, _)| typed)
    }

    /// Which of the offers stands in the line.
    pub(crate) fn chosen(&self) -> Option<usize> {
        self.cycle.as_ref().map(|(_, place)| *place)
    }

    /// Completes the line once more; with `false` goes back to the one before.
    pub(crate) fn advance(&mut self, line: &mut Line, offers: &[Offer], forward: bool) {
        let count = offers.len();
        if count == 0 {
            return;
        }
        if let Some((_, place)) = &mut self.cycle {
            *place = if forward { (*place + 1) % count } else { (*place + count - 1) % count };
            return line.set(&offers[*place].line);
        }
        let typed = line.text().trim_start().to_owned();
        let alike: Vec<&str> =
            offers.iter().map(|offer| offer.line.as_str()).filter(|line| line.starts_with(&typed)).collect();
        match (alike.as_slice(), offers) {
            ([], [one]) | ([_], [one]) => line.set(&one.line),
            ([first, rest @ ..], _) if shared(first, rest) > typed.len() => {
                line.set(&first[..shared(first, rest)]);
            }
            _ => {
                let place = if forward { 0 } else { count - 1 };
                line.set(&offers[place].line);
                self.cycle = Some((typed, place));
            }
        }
    }
}

/// How much of a text all others begin with.
fn shared(first: &str, others: &[&str]) -> usize {
    let with =
        |other: &&str| first.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let mut length = others.iter().map(with).min().unwrap_or(first.len());
    while !first.is_char_boundary(length) {
        length -= 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(typed: &str, keys: &str) -> String {
        let (mut line, mut completion) = (Line::default(), Completion::default());
        line.set(typed);
        for key in keys.chars() {
            let offers = commands(completion.typed(&line).trim_start());
            completion.advance(&mut line, &offers, key == '>');
        }
        line.text().to_owned()
    }

    #[test]
    fn commands_are_completed() {
        assert_eq!(after("ud", ">"), "udp");
        assert_eq!(after("sett", ">"), "sett");
        assert_eq!(after("  an", ">"), "analysis");
        assert_eq!(after("spe", ">"), "speed ");
        assert_eq!(after("t", ">"), "tcp");
        assert_eq!(after("t", ">>"), "traffic");
        assert_eq!(after("t", ">>><"), "traffic");
        assert_eq!(after("t", "<<"), "traffic");
        assert_eq!(after("zzz", ">>"), "zzz");
        assert_eq!(after("", ">"), "overview");
    }

    #[test]
    fn letters_in_their_order_are_enough() {
        assert_eq!(commands("rtng").first().map(|offer| offer.line.as_str()), Some("routing"));
        let words = ["TcpExt.TCPTimeouts", "Tcp.RetransSegs", "rtt_us"];
        let found = |typed: &str| {
            let words = words.iter().map(|word| ((*word).to_owned(), "")).collect();
            ordered(words, typed).map(|(word, _)| word).collect::<Vec<_>>()
        };
        assert_eq!(found("tcpt")[0], "TcpExt.TCPTimeouts");
        assert_eq!(found("retr"), ["Tcp.RetransSegs"]);
        assert_eq!(found("rt"), ["rtt_us", "Tcp.RetransSegs"]);
        assert!(found("q").is_empty());
    }
}
