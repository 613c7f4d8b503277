//! What is typed to have tables printed: by `show`, and by `top` where it has a format.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::Args;
use netmonitor_core::export::{self, Format, Selection};
use netmonitor_core::interval::Interval;
use netmonitor_core::query::Query;
use netmonitor_core::record::When;
use netmonitor_core::scope::Scope;
use netmonitor_core::views;
use netmonitor_sys::ProcTree;

use super::{Chosen, Task, refuse};
use crate::run::show::Show;
use crate::run::show_from::{Asked, From as FromFile};

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The process to look at: a PID, a name, :PORT, unit:NAME, container:ID or cgroup:PATH
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    pub(super) target: Option<String>,

    /// What to print: a tab, or one table of a tab [default: the nine tabs]
    #[arg(value_name = "TAB | TAB.TABLE")]
    tabs: Vec<String>,

    #[command(flatten)]
    printing: Printing,

    /// Whose descriptors are looked at: found, as many processes as there is time for, which is told; or all,
    /// waiting until every process was looked at [default: all of one reading of a namespace, else found]
    #[arg(long, value_name = "WHOSE", value_parser = ["found", "all"])]
    owners: Option<String>,

    /// Print what was recorded in this file; of a recording of all processes TARGET is the PID of one. With --count so many moments of it, with --interval some
    /// that are so far apart, from its first one on
    #[arg(long, value_name = "FILE", conflicts_with = "owners")]
    from: Option<PathBuf>,

    /// With --from: its moment at this time: 03:12 or 03:12:07 of its last day, 2026-11-30T03:12:07Z, -5m before its end,
    /// +5m after its beginning [default: its last]
    #[arg(long, value_name = "TIME", requires = "from", allow_hyphen_values = true)]
    at: Option<When>,
}

/// How tables are printed.
#[derive(Debug, Args)]
pub(super) struct Printing {
    #[command(flatten)]
    query: QueryTyped,

    /// Output format: text, json, jsonl or csv (of exactly one table) [default of show: text]
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,

    /// Print to this file, which is written anew [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Stop after so many readings; 1 without --interval [default of top: none]
    #[arg(long, value_name = "N", value_parser = count)]
    count: Option<NonZeroU64>,
}

#[derive(Debug, Args)]
struct QueryTyped {
    /// Print only rows that match, as 'state:ESTABLISHED remote_address:10.0.0.0/8 not tx_queue:0'
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    filter: Option<String>,

    /// Sort rows by these columns, each ascending, or with :desc descending
    #[arg(long, value_name = "COLUMN[:desc],...")]
    sort: Option<String>,

    /// Print these columns, in this order; *: all; +NAME and -NAME: what is printed anyway, with and without it
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    columns: Option<String>,
}

impl From<QueryTyped> for Query {
    fn from(QueryTyped { filter, sort, columns }: QueryTyped) -> Self {
        Self { filter, sort, columns }
    }
}

impl Typed {
    /// Of the whole machine no process is named: all words are tabs. Of a captured tree none needs to be, and of a recording
    /// it is named by a number.
    pub(super) fn named(mut self, scope: Scope, procfs: &Path) -> Self {
        let begins_with_a_tab =
            |word: &String| Selection::parse(&[word], scope).is_ok() && ProcTree::is_captured(procfs);
        let is_of_all = scope == Scope::Host && self.from.is_none();
        let is_a_word = |word: &String| self.from.is_some() && super::pid(word).is_none();
        if is_of_all || self.target.as_ref().is_some_and(|word| is_a_word(word) || begins_with_a_tab(word)) {
            self.tabs.splice(0..0, self.target.take());
        }
        self
    }

    /// `is_repeated`: an interval was typed.
    pub(super) fn meant(self, chosen: &Chosen, is_repeated: bool) -> anyhow::Result<Task> {
        let asked = Asked {
            pid: self.target.as_deref().and_then(super::pid),
            is_scope_chosen: chosen.has_scope,
            has_tabs: !self.tabs.is_empty(),
        };
        let apart = is_repeated.then_some(chosen.interval);
        let from = self.from.map(|file| FromFile { file, at: self.at, apart, asked });
        let is_repeated = is_repeated || self.printing.count.is_some_and(|count| count.get() > 1);
        let all_owners = self.owners.map(|whose| whose == "all");
        let show = self.printing.meant(&self.tabs, chosen, is_repeated.then_some(chosen.interval))?;
        Ok(Task::Show(Box::new(Show { all_owners, from, ..show })))
    }
}

impl Printing {
    /// All processes of the machine, again and again, where there is a format to print them in.
    pub(super) fn of_all(self, chosen: &Chosen) -> anyhow::Result<Option<Task>> {
        if self.format.is_some() {
            let chosen = Chosen { scope: Scope::Host, ..chosen.clone() };
            let show = self.meant(&[views::PROCESSES.to_owned()], &chosen, Some(chosen.interval))?;
            return Ok(Some(Task::Show(Box::new(show))));
        }
        let QueryTyped { filter, sort, columns } = self.query;
        let needing = [
            ("--filter", filter.is_some()),
            ("--sort", sort.is_some()),
            ("--columns", columns.is_some()),
            ("--output", self.output.is_some()),
            ("--count", self.count.is_some()),
        ];
        match needing.iter().find(|(_, given)| *given) {
            Some((option, _)) => {
                Err(refuse(format!("{option} of top needs --format; on a terminal use its keys")))
            }
            None => Ok(None),
        }
    }

    fn meant(self, tabs: &[String], chosen: &Chosen, interval: Option<Interval>) -> anyhow::Result<Show> {
        let selection = Selection::parse(tabs, chosen.scope).map_err(refuse)?.grouped(chosen.by);
        let selection = Selection { counters: chosen.counters, ..selection };
        let selection = selection.asked(self.query.into()).map_err(|refused| refuse(refused.to_string()))?;
        let format = format(self.format.as_deref().unwrap_or("text"))?;
        let tables: Vec<_> =
            selection.tables().map(|(view, table)| format!("{}.{}", view.name, table.name())).collect();
        if format.one_table && tables.len() != 1 {
            return Err(refuse(format!(
                "{} takes exactly one table; choose from {}",
                format.name,
                tables.join(", ")
            )));
        }
        let count = self.count.map(NonZeroU64::get);
        Ok(Show {
            selection,
            format,
            output: self.output,
            interval,
            count: if interval.is_none() { Some(1) } else { count },
            follow: None,
            all_owners: None,
            from: None,
            wire: chosen.wire,
            naming: chosen.naming.clone(),
            thresholds: chosen.thresholds.clone(),
        })
    }
}

fn format(name: &str) -> anyhow::Result<&'static Format> {
    export::find(name).ok_or_else(|| {
        let names: Vec<_> = export::FORMATS.iter().map(|format| format.name).collect();
        refuse(format!("no format {name:?}; there are {}", names.join(", ")))
    })
}

fn count(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| "it is a number from 1 on".to_owned())
}
