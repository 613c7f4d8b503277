//! The command line: as typed, then as meant. Each command that takes more than options has a file of its own.

mod doctor;
mod explain;
mod run;

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use netmonitor_core::export::{self, Format, Selection};
use netmonitor_core::interval::Interval;
use netmonitor_core::query::Query;
use netmonitor_core::scope::Scope;
use netmonitor_core::views::{By, CounterMode};
use netmonitor_sys::ProcTree;

use crate::config::{self, Options};
use crate::run::Refused;
use crate::run::command::Run;
use crate::run::doctor::Doctor;
use crate::run::explain::Explain;

/// Shows everything the kernel knows about the network activity of one process.
///
/// /proc/PID/net is the view of the process's network namespace, not of the process: every table says whose
/// figures it shows. Socket tables show what the process itself has open.
#[derive(Debug, Parser)]
#[command(name = "netmonitor", bin_name = "netmonitor", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Typed {
    /// The process to watch: a PID, a name, :PORT, unit:NAME, container:ID or cgroup:PATH
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: Option<String>,

    #[command(flatten)]
    options: Options,

    /// The same as --scope cgroup
    #[arg(long, global = true)]
    cgroup: bool,

    /// Configuration file [default: netmonitor/config.toml in the user's configuration directory]
    #[arg(long, global = true, value_name = "FILE", env = "NETMONITOR_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Tabs: overview tcp udp arp traffic stats raw icmp routing analysis sockets neighbours multicast
conntrack mptcp sctp unix netlink packet processes peers addresses links protocols softnet sockstat
xfrm files

Targets: a PID (all digits); NAME, the name, executable or script of a process; :PORT, who holds
that local port; unit:NAME, a systemd unit; container:ID, at least 4 digits of the ID of a
container; cgroup:PATH. A target that is called as a command is stands behind --.

Exit status: 0 done, or the process ended; 1 something is missing (doctor), no such counter
(explain); 2 usage, no or bad target, bad file; 3 could not look; 101 a bug.

Examples:
  netmonitor 1234                         watch process 1234
  netmonitor nginx --follow               watch nginx, and the next one when it has ended
  netmonitor :8080                        watch the process that listens on port 8080
  netmonitor top                          watch all processes by what they send and receive
  netmonitor run -- curl example.org      run a command and tell what it sent and received
  netmonitor show 1234 tcp udp            print its TCP and UDP sockets
  netmonitor show 1234 stats.TcpExt --format json --interval 2 --count 5
  netmonitor show 1234 tcp --filter 'state:ESTABLISHED tx_queue>0' --sort tx_queue:desc
  netmonitor doctor nginx                 what works for nginx, and what would put the rest right
  netmonitor explain TCPTimeouts          what a counter means";

#[derive(Debug, Subcommand)]
enum Command {
    /// Print tables of a process without a terminal
    Show(Show),
    /// Watch all processes of the machine by what they send and receive; Enter opens the session of one
    Top,
    /// Run a command, watch it and all that descend from it, and tell at its end what they sent and received
    Run(run::Typed),
    /// Tell what works here and what does not, and what would put it right
    Doctor(doctor::Typed),
    /// Tell what a counter means: all groups that have NAME, one as GROUP.NAME, or all counters
    Explain(explain::Typed),
}

#[derive(Debug, Args)]
struct Show {
    /// The process to look at: a PID, a name, :PORT, unit:NAME, container:ID or cgroup:PATH
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: Option<String>,

    /// What to print: a tab, or one table of a tab [default: the nine tabs]
    #[arg(value_name = "TAB | TAB.TABLE")]
    tabs: Vec<String>,

    #[command(flatten)]
    query: QueryTyped,

    /// Output format: text, json, jsonl or csv (of exactly one table)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: String,

    /// Whose descriptors are looked at: found, as many processes as there is time for, which is told; or all,
    /// waiting until every process was looked at [default: all of one reading of a namespace, else found]
    #[arg(long, value_name = "WHOSE", value_parser = ["found", "all"])]
    owners: Option<String>,

    /// Stop after so many readings; 1 without --interval
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

/// What is to be done.
pub(crate) enum Meant {
    /// Look at a process.
    Look(Look),
    /// Tell what counters mean.
    Explain(Explain),
    /// Tell what works.
    Doctor(Doctor),
    /// Run a command and watch it.
    Run(Run),
}

/// A process is to be looked at.
pub(crate) struct Look {
    /// The process as typed, if one was.
    pub(crate) target: Option<String>,
    /// The proc tree.
    pub(crate) procfs: PathBuf,
    /// Whether to go on with its successor when it has ended.
    pub(crate) follow: Follow,
    /// Whether packets are counted as they go over the wire.
    pub(crate) wire: bool,
    /// What to do with it.
    pub(crate) task: Task,
}

/// Whether the successor of a process that has ended is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// No.
    No,
    /// Where there can be one: so the environment or the file wishes.
    WherePossible,
    /// So it was typed.
    Typed,
}

/// What can be done.
pub(crate) enum Task {
    /// Watch the process on the terminal.
    Session(Session),
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
        /// Whether every process's descriptors are looked at before a table is printed; `None`: where it takes no more
        /// than one reading.
        all_owners: Option<bool>,
    },
}

/// A session on the terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    /// Time between refreshes.
    pub(crate) interval: Interval,
    /// Whose sockets.
    pub(crate) scope: Scope,
    /// How counters are shown.
    pub(crate) counters: CounterMode,
    /// What processes are grouped by.
    pub(crate) by: By,
    /// Without introduction.
    pub(crate) skip_intro: bool,
    /// Keep the last view.
    pub(crate) linger: bool,
    /// Of all processes of the machine, until one is chosen.
    pub(crate) top: bool,
}

/// Reads the command line, the environment and the configuration file.
pub(crate) fn parse() -> anyhow::Result<Meant> {
    let matches = Typed::command().get_matches();
    let typed = Typed::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let mut options = typed.options.clone().or(config::file(typed.config.as_deref())?);
    if typed.cgroup {
        if given_by_hand(&matches, "scope") && options.scope != Some(Scope::Cgroup) {
            return Err(refuse("--cgroup is --scope cgroup: leave one of them out".to_owned()));
        }
        options.scope = Some(Scope::Cgroup);
    }
    let (scope, counters) = (options.scope.unwrap_or_default(), options.counters.unwrap_or_default());
    let by = options.by.unwrap_or_default();
    let follow = match options.follow.unwrap_or(false) {
        false => Follow::No,
        true if given_by_hand(&matches, "follow") => Follow::Typed,
        true => Follow::WherePossible,
    };
    let procfs = options.procfs.unwrap_or_else(|| PathBuf::from("/proc"));
    let session = Session {
        interval: options.interval.unwrap_or_default(),
        scope,
        counters,
        by,
        skip_intro: options.skip_intro.unwrap_or(false),
        linger: options.linger.unwrap_or(false),
        top: false,
    };
    let (target, task) = match typed.command {
        None if scope == Scope::Host => {
            return Err(refuse(
                "a session watches one process; for all use: netmonitor top, or netmonitor show --scope host TAB"
                    .to_owned(),
            ));
        }
        None => (typed.target, Task::Session(session)),
        Some(Command::Top) => {
            not_before_the_command(typed.target, "top")?;
            // Of a process that is opened from there the process's own is shown first.
            let scope = if scope == Scope::Host { Scope::Process } else { scope };
            (None, Task::Session(Session { top: true, scope, ..session }))
        }
        Some(Command::Explain(explain)) => return Ok(explain.meant()),
        Some(Command::Run(run)) => {
            not_before_the_command(typed.target, "run")?;
            return Ok(run.meant());
        }
        Some(Command::Doctor(doctor)) => {
            not_before_the_command(typed.target, "doctor")?;
            return Ok(doctor.meant(procfs));
        }
        Some(Command::Show(show)) => {
            not_before_the_command(typed.target, "show")?;
            let interval = options.interval.unwrap_or_default();
            let many = given_by_hand(&matches, "interval") || show.count.is_some_and(|count| count.get() > 1);
            let show = show.named(scope, &procfs);
            (show.target.clone(), show.meant((scope, counters, by), many.then_some(interval))?)
        }
    };
    let wire = options.wire.unwrap_or(false);
    Ok(Meant::Look(Look { target, procfs, follow, wire, task }))
}

/// The target of a command stands behind it.
fn not_before_the_command(target: Option<String>, command: &str) -> anyhow::Result<()> {
    match target {
        Some(target) => {
            Err(refuse(format!("{target:?} stands before the command: write {command} {target}")))
        }
        None => Ok(()),
    }
}

/// Whether an option was typed: an interval in the environment or in the file is that of sessions, and does
/// not turn one reading into many.
fn given_by_hand(matches: &ArgMatches, option: &str) -> bool {
    let typed = |matches: &ArgMatches| matches.value_source(option) == Some(ValueSource::CommandLine);
    typed(matches) || matches.subcommand().is_some_and(|(_, matches)| typed(matches))
}

impl Show {
    /// Of the whole machine no process is named: all words are tabs. Of a captured tree none needs to be.
    fn named(mut self, scope: Scope, procfs: &Path) -> Self {
        let begins_with_a_tab =
            |word: &String| Selection::parse(&[word], scope).is_ok() && ProcTree::is_captured(procfs);
        if scope == Scope::Host || self.target.as_ref().is_some_and(begins_with_a_tab) {
            self.tabs.splice(0..0, self.target.take());
        }
        self
    }

    fn meant(
        self,
        (scope, counters, by): (Scope, CounterMode, By),
        interval: Option<Interval>,
    ) -> anyhow::Result<Task> {
        let selection = Selection::parse(&self.tabs, scope).map_err(refuse)?.grouped(by);
        let selection = Selection { counters, ..selection };
        let selection = selection.asked(self.query.into()).map_err(|refused| refuse(refused.to_string()))?;
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
            all_owners: self.owners.map(|whose| whose == "all"),
        })
    }
}

fn count(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| "it is a number from 1 on".to_owned())
}

fn refuse(why: String) -> anyhow::Error {
    Refused(why).into()
}
