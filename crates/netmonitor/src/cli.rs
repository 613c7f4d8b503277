//! The command line: as typed, then as meant.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use netmonitor_core::export::{self, Format, Selection};
use netmonitor_core::interval::Interval;
use netmonitor_core::scope::Scope;
use netmonitor_core::views::CounterMode;

use crate::config::{self, Options};
use crate::run::Refused;
use crate::run::explain::Explain;

/// Shows everything the kernel knows about the network activity of one process.
///
/// /proc/PID/net is the view of the process's network namespace, not of the process: every table says whose
/// figures it shows. Socket tables show what the process itself has open.
#[derive(Debug, Parser)]
#[command(name = "netmonitor", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Typed {
    /// The process to watch, by its PID
    #[arg(value_name = "PID", allow_negative_numbers = true)]
    target: Option<String>,

    #[command(flatten)]
    options: Options,

    /// Configuration file [default: netmonitor/config.toml in the user's configuration directory]
    #[arg(long, global = true, value_name = "FILE", env = "NETMONITOR_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Tabs: overview tcp udp arp traffic stats raw icmp routing analysis

Exit status: 0 done, or the process ended; 2 usage, no or bad PID, bad file; 3 could not look; 101 a bug.

Examples:
  netmonitor 1234                         watch process 1234
  netmonitor show 1234 tcp udp            print its TCP and UDP sockets
  netmonitor show 1234 stats.TcpExt --format json --interval 2 --count 5
  netmonitor explain TCPTimeouts          what a counter means";

#[derive(Debug, Subcommand)]
enum Command {
    /// Print tables of a process without a terminal
    Show(Show),
    /// Tell what a counter means: all groups that have NAME, one as GROUP.NAME, or all counters
    Explain(ExplainTyped),
}

#[derive(Debug, Args)]
struct ExplainTyped {
    /// The counter, as TCPTimeouts or Udp.InErrors
    #[arg(value_name = "NAME", conflicts_with = "search")]
    name: Option<String>,

    /// List the counters whose name or meaning holds these words
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,

    /// Output format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

#[derive(Debug, Args)]
struct Show {
    /// The process to look at, by its PID
    #[arg(value_name = "PID", allow_negative_numbers = true)]
    target: Option<String>,

    /// What to print: a tab, or one table of a tab [default: the nine tabs]
    #[arg(value_name = "TAB | TAB.TABLE")]
    tabs: Vec<String>,

    /// Output format: text, json, jsonl or csv (of exactly one table)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: String,

    /// Stop after so many readings; 1 without --interval
    #[arg(long, value_name = "N", value_parser = count)]
    count: Option<NonZeroU64>,
}

/// What is to be done.
pub(crate) enum Meant {
    /// Look at a process.
    Look(Look),
    /// Tell what counters mean.
    Explain(Explain),
}

/// A process is to be looked at.
pub(crate) struct Look {
    /// The process as typed, if one was.
    pub(crate) target: Option<String>,
    /// The proc tree.
    pub(crate) procfs: PathBuf,
    /// What to do with it.
    pub(crate) task: Task,
}

/// What can be done.
pub(crate) enum Task {
    /// Watch the process on the terminal.
    Session {
        /// Time between refreshes.
        interval: Interval,
        /// Whose sockets.
        scope: Scope,
        /// How counters are shown.
        counters: CounterMode,
        /// Without introduction.
        skip_intro: bool,
        /// Keep the last view.
        linger: bool,
    },
    /// Print tables.
    Show {
        /// Which.
        selection: Selection,
        /// How.
        format: &'static Format,
        /// Time between readings, where more than one is wanted.
        interval: Option<Interval>,
        /// How many readings; `None` until interrupted.
        count: Option<u64>,
    },
}

/// Reads the command line, the environment and the configuration file.
pub(crate) fn parse() -> anyhow::Result<Meant> {
    let matches = Typed::command().get_matches();
    let typed = Typed::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let options = typed.options.clone().or(config::file(typed.config.as_deref())?);
    let (scope, counters) = (options.scope.unwrap_or_default(), options.counters.unwrap_or_default());
    let procfs = options.procfs.unwrap_or_else(|| PathBuf::from("/proc"));
    let (target, task) = match typed.command {
        None => (
            typed.target,
            Task::Session {
                interval: options.interval.unwrap_or_default(),
                scope,
                counters,
                skip_intro: options.skip_intro.unwrap_or(false),
                linger: options.linger.unwrap_or(false),
            },
        ),
        Some(Command::Explain(ExplainTyped { name, search, format })) => {
            return Ok(Meant::Explain(Explain { name, search, json: format == "json" }));
        }
        Some(Command::Show(show)) => {
            if let Some(target) = typed.target {
                return Err(refuse(format!("{target:?} stands before the command: write show {target}")));
            }
            let interval = options.interval.unwrap_or_default();
            let many = given_by_hand(&matches, "interval") || show.count.is_some_and(|count| count.get() > 1);
            (show.target.clone(), show.meant((scope, counters), many.then_some(interval))?)
        }
    };
    Ok(Meant::Look(Look { target, procfs, task }))
}

/// Whether an option was typed: an interval in the environment or in the file is that of sessions, and does
/// not turn one reading into many.
fn given_by_hand(matches: &ArgMatches, option: &str) -> bool {
    let typed = |matches: &ArgMatches| matches.value_source(option) == Some(ValueSource::CommandLine);
    typed(matches) || matches.subcommand().is_some_and(|(_, matches)| typed(matches))
}

impl Show {
    fn meant(
        self,
        (scope, counters): (Scope, CounterMode),
        interval: Option<Interval>,
    ) -> anyhow::Result<Task> {
        let selection = Selection { counters, ..Selection::parse(&self.tabs, scope).map_err(refuse)? };
        let format = export::find(&self.format).ok_or_else(|| {
            let names: Vec<_> = export::FORMATS.iter().map(|format| format.name).collect();
            refuse(format!("no format {:?}; there are {}", self.format, names.join(", ")))
        })?;
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
        Ok(Task::Show {
            selection,
            format,
            interval,
            count: if interval.is_none() { Some(1) } else { count },
        })
    }
}

fn count(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| "it is a number from 1 on".to_owned())
}

fn refuse(why: String) -> anyhow::Error {
    Refused(why).into()
}
