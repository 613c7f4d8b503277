//! The command line: as typed, then as meant. Each command that takes more than options has a file of its own.

mod check;
mod config;
mod diff;
mod doctor;
mod explain;
mod learn;
mod record;
mod replay;
mod run;
mod serve;
mod show;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use netmonitor_core::detect::Thresholds;
use netmonitor_core::interval::Interval;
use netmonitor_core::scope::Scope;
use netmonitor_core::views::{By, CounterMode};
use netmonitor_tui::{Bindings, Theme};

use crate::config::Options;
use crate::looks;
use crate::run::Refused;
use crate::run::check::Check;
use crate::run::command::Run;
use crate::run::config::Config;
use crate::run::diff::Diff;
use crate::run::doctor::Doctor;
use crate::run::explain::Explain;
use crate::run::learn::{self as learned, Learn};
use crate::run::naming::Naming;
use crate::run::record::Record;
use crate::run::replay::Replay;
use crate::run::serve::Serve;
use crate::run::show::Show;

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

    /// Tell what leaves this baseline of the process, which netmonitor learn has made
    #[arg(long, global = true, value_name = "FILE", env = "NETMONITOR_BASELINE", hide_env_values = true)]
    baseline: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Tabs: overview tcp udp arp traffic stats raw icmp routing analysis sockets neighbours multicast
findings conntrack mptcp sctp unix netlink packet processes peers addresses links protocols softnet sockstat
xfrm files

Targets: a PID (all digits); NAME, the name, executable or script of a process; :PORT, who holds
that local port; unit:NAME, a systemd unit; container:ID, at least 4 digits of the ID of a
container; cgroup:PATH. A target that is called as a command is stands behind --.

Exit status: 0 done, or the process ended; 1 something is wrong (check) or missing (doctor), no such
counter (explain); 2 usage, no or bad target, bad file; 3 could not look; 101 a bug.

Examples:
  netmonitor 1234                         watch process 1234
  netmonitor nginx --follow               watch nginx, and the next one when it has ended
  netmonitor :8080                        watch the process that listens on port 8080
  netmonitor top                          watch all processes by what they send and receive
  netmonitor top --format jsonl -o FILE   print them to a file, each second
  netmonitor replay web.nmr               look at what was recorded, moment by moment
  netmonitor record nginx -o web.nmr      keep what nginx does, to look at it later
  netmonitor run -- curl example.org      run a command and tell what it sent and received
  netmonitor show 1234 tcp udp            print its TCP and UDP sockets
  netmonitor show 1234 stats.TcpExt --format json --interval 2 --count 5
  netmonitor show 1234 tcp --filter 'state:ESTABLISHED tx_queue>0' --sort tx_queue:desc
  netmonitor serve                        serve metrics on http://127.0.0.1:9797/metrics
  netmonitor show --from web.nmr --at 03:12 tcp
  netmonitor diff web.nmr --from-time 03:11 --to-time 03:13 tcp stats
  netmonitor check nginx --for 30s        what is wrong; as an exit status for cron and health checks
  netmonitor learn nginx -o nginx.toml --for 1h   what it normally does; then: check --baseline nginx.toml
  netmonitor doctor nginx                 what works for nginx, and what would put the rest right
  netmonitor explain TCPTimeouts          what a counter means";

#[derive(Debug, Subcommand)]
enum Command {
    /// Print tables of a process without a terminal
    Show(show::Typed),
    /// Watch all processes of the machine by what they send and receive; Enter opens the session of one. With --format:
    /// print them again and again, without a terminal
    Top(show::Printing),
    /// Run a command, watch it and all that descend from it, and tell at its end what they sent and received
    Run(run::Typed),
    /// Serve metrics of the machine over HTTP, for Prometheus and whoever reads its formats
    Serve(serve::Typed),
    /// Look at what was recorded: the same screens, with a time line
    Replay(replay::Typed),
    /// Tell what has changed between two moments of a recording
    Diff(diff::Typed),
    /// Keep all that is read in a file, to be looked at later
    Record(record::Typed),
    /// Tell what is wrong with the network of a process: exit status 1 where something is, for cron, CI and health checks
    Check(check::Typed),
    /// Learn what a process normally does: where it listens, whom it speaks with, how much it sends; for --baseline
    Learn(learn::Typed),
    /// Tell what works here and what does not, and what would put it right
    Doctor(doctor::Typed),
    /// Print the options in force, each with where it comes from: flag, environment, configuration file or default
    Config(config::Typed),
    /// Tell what a counter means: all groups that have NAME, one as GROUP.NAME, or all counters
    Explain(explain::Typed),
}

/// What is to be done.
pub(crate) enum Meant {
    /// Look at a process.
    Look(Look),
    /// Tell what counters mean.
    Explain(Explain),
    /// Tell which options are in force.
    Config(Config),
    /// Tell what is wrong.
    Check(Check),
    /// Learn what is normal.
    Learn(Learn),
    /// Tell what works.
    Doctor(Doctor),
    /// Look at what was recorded.
    Replay(Replay),
    /// Tell what has changed in it.
    Diff(Diff),
    /// Run a command and watch it.
    Run(Run),
    /// Serve metrics of the machine.
    Serve(Serve),
    /// Keep what is read.
    Record {
        /// How.
        record: Record,
        /// The process as typed, if one was.
        target: Option<String>,
        /// The proc tree.
        procfs: PathBuf,
    },
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
    /// How names are had that the kernel does not know.
    pub(crate) naming: Naming,
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

impl Follow {
    fn of(options: &Options, matches: &ArgMatches) -> Self {
        match options.follow.unwrap_or(false) {
            false => Self::No,
            true if given_by_hand(matches, "follow") => Self::Typed,
            true => Self::WherePossible,
        }
    }
}

/// What can be done.
pub(crate) enum Task {
    /// Watch the process on the terminal.
    Session(Session),
    /// Print tables.
    Show(Box<Show>),
}

/// A session on the terminal.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Time between refreshes.
    pub(crate) interval: Interval,
    /// Whose sockets.
    pub(crate) scope: Scope,
    /// How counters are shown, where that was said.
    pub(crate) counters: Option<CounterMode>,
    /// What processes are grouped by.
    pub(crate) by: By,
    /// Without introduction.
    pub(crate) skip_intro: Option<bool>,
    /// Keep the last view.
    pub(crate) linger: bool,
    /// Bytes that are kept of what was read.
    pub(crate) history: u64,
    /// Of all processes of the machine, until one is chosen.
    pub(crate) top: bool,
    /// Nothing is done to others.
    pub(crate) read_only: bool,
    /// How things look.
    pub(crate) theme: Theme,
    /// What keys do.
    pub(crate) bindings: Bindings,
    /// From when on something is wrong.
    pub(crate) thresholds: Thresholds,
    /// The mouse is listened to.
    pub(crate) mouse: bool,
}

impl Session {
    fn of(options: &Options, chosen: &Chosen) -> anyhow::Result<Self> {
        let Chosen { interval, scope, by, .. } = *chosen;
        Ok(Self {
            interval,
            scope,
            counters: options.counters,
            by,
            skip_intro: options.skip_intro,
            linger: options.linger.unwrap_or(false),
            history: options.history(),
            top: false,
            read_only: options.read_only.unwrap_or(false),
            theme: looks::chosen(options.theme, options.marks),
            bindings: options.bindings()?,
            thresholds: chosen.thresholds.clone(),
            mouse: !options.no_mouse.unwrap_or(false),
        })
    }
}

/// What holds for whatever is shown.
#[derive(Debug, Clone)]
struct Chosen {
    interval: Interval,
    scope: Scope,
    has_scope: bool,
    counters: CounterMode,
    by: By,
    wire: bool,
    naming: Naming,
    thresholds: Thresholds,
}

impl Chosen {
    fn of(options: &Options, baseline: Option<&Path>) -> anyhow::Result<Self> {
        let baseline = baseline.map(learned::baseline).transpose()?.map(Arc::new);
        Ok(Self {
            interval: options.interval.unwrap_or_default(),
            scope: options.scope.unwrap_or_default(),
            has_scope: options.scope.is_some(),
            counters: options.counters.unwrap_or_default(),
            by: options.by.unwrap_or_default(),
            wire: options.wire.unwrap_or(false),
            naming: Naming::of((options.resolve, options.own), &options.geoip)?,
            thresholds: options.thresholds()?.with_baseline(baseline),
        })
    }
}

/// Reads the command line, the environment and the configuration file.
pub(crate) fn parse() -> anyhow::Result<Meant> {
    let matches = Typed::command().get_matches();
    let typed = Typed::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let file = crate::config::file(typed.config.as_deref())?;
    let mut options = typed.options.clone().or(file.options.clone().unwrap_or_default());
    if typed.cgroup {
        options.scope = Some(as_cgroup(options.scope.filter(|_| given_by_hand(&matches, "scope")))?);
    }
    let chosen = Chosen::of(&options, typed.baseline.as_deref())?;
    let session = Session::of(&options, &chosen)?;
    let follow = Follow::of(&options, &matches);
    let procfs = options.procfs.unwrap_or_else(|| PathBuf::from("/proc"));
    let scope = chosen.scope;
    let (target, task) = match typed.command {
        None if scope == Scope::Host => {
            return Err(refuse(
                "a session watches one process; for all use: netmonitor top, or netmonitor show --scope host TAB"
                    .to_owned(),
            ));
        }
        None => (typed.target, Task::Session(session)),
        Some(Command::Top(printing)) => {
            not_before_the_command(typed.target, "top")?;
            // Of a process that is opened from there the process's own is shown first.
            let scope = if chosen.scope == Scope::Host { Scope::Process } else { chosen.scope };
            (
                None,
                printing.of_all(&chosen)?.unwrap_or(Task::Session(Session { top: true, scope, ..session })),
            )
        }
        Some(Command::Explain(explain)) => return Ok(explain.meant(chosen.thresholds)),
        Some(Command::Config(config)) => {
            not_before_the_command(typed.target, "config")?;
            return config.meant(typed.options, file, &matches);
        }
        Some(Command::Run(run)) => return run.meant(typed.target),
        Some(Command::Diff(diff)) => return diff.meant(typed.target, &chosen),
        Some(Command::Serve(serve)) => {
            return serve.meant(typed.target, (procfs, options.interval, chosen.thresholds));
        }
        Some(Command::Replay(replay)) => {
            return replay.meant(typed.target, options.scope, (session, chosen.naming));
        }
        Some(Command::Check(check)) => {
            let interval = options.interval.filter(|_| given_by_hand(&matches, "interval"));
            return check.meant(typed.target, &chosen, (procfs, interval));
        }
        Some(Command::Learn(learn)) => {
            let interval = options.interval.filter(|_| given_by_hand(&matches, "interval"));
            return learn.meant(typed.target, (procfs, interval, scope));
        }
        Some(Command::Doctor(doctor)) => return doctor.meant(typed.target, procfs),
        Some(Command::Record(record)) => {
            return record.meant(typed.target, (options.interval, follow), (procfs, chosen));
        }
        Some(Command::Show(show)) => {
            not_before_the_command(typed.target, "show")?;
            let show = show.named(scope, &procfs);
            (show.target.clone(), show.meant(&chosen, given_by_hand(&matches, "interval"))?)
        }
    };
    Ok(Meant::Look(Look { target, procfs, follow, wire: chosen.wire, naming: chosen.naming, task }))
}

/// What `--cgroup` means beside a scope that was typed.
fn as_cgroup(typed: Option<Scope>) -> anyhow::Result<Scope> {
    match typed {
        None | Some(Scope::Cgroup) => Ok(Scope::Cgroup),
        Some(_) => Err(refuse("--cgroup is --scope cgroup: leave one of them out".to_owned())),
    }
}

/// A word of digits alone is a PID.
fn pid(word: &str) -> Option<u32> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten()
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
    source(matches, option) == Some(ValueSource::CommandLine)
}

/// Where the value of an option comes from that may stand before the command or behind it.
fn source(matches: &ArgMatches, option: &str) -> Option<ValueSource> {
    let behind = matches.subcommand().and_then(|(_, matches)| matches.value_source(option));
    // That of the command line is the greatest.
    behind.max(matches.value_source(option))
}

fn refuse(why: String) -> anyhow::Error {
    Refused(why).into()
}
