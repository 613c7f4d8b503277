//! Does what the command line means, by wiring the other crates together.

mod acting;
mod backfill;
pub(crate) mod check;
mod choose;
pub(crate) mod command;
pub(crate) mod config;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod explain;
mod follow;
mod keep;
mod large;
pub(crate) mod learn;
mod live;
pub(crate) mod naming;
mod on_terminal;
mod order;
mod output;
mod past;
mod playing;
pub(crate) mod record;
mod recording;
pub(crate) mod replay;
mod save;
pub(crate) mod serve;
mod session;
pub(crate) mod show;
pub(crate) mod show_from;
mod show_host;
mod show_pieces;
mod target;

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use netmonitor_core::format::harmless_text;
use netmonitor_core::scope::Scope;
use netmonitor_core::session::{Event, State};
use netmonitor_sys::find::Query;
use netmonitor_sys::{Kind, ProcTree, Target};

use crate::cli::{Follow, Look, Meant, Session, Task};
use naming::Naming;
use target::Wanted;

/// Exit status 2: usage, a bad target, a bad file.
const REFUSED: u8 = 2;
/// Exit status 3: nothing could be read.
const COULD_NOT_LOOK: u8 = 3;

/// Something that the user has to put right; exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// Does it.
pub(crate) fn run(meant: Meant) -> anyhow::Result<ExitCode> {
    match meant {
        Meant::Look(look) => at_process(look),
        Meant::Explain(explain) => explain.run(),
        Meant::Config(config) => config.run(),
        Meant::Replay(replay) => replay.run(),
        Meant::Diff(diff) => diff.run(),
        Meant::Run(run) => run.run(),
        Meant::Serve(serve) => serve.run(),
        Meant::Record { record, target, procfs } => keep(record, target.as_deref(), &procfs),
        Meant::Check(check) => check.run(),
        Meant::Learn(learn) => learn.run(),
        Meant::Doctor(doctor) => doctor.run(),
    }
}

/// Looks at a process.
fn at_process(look: Look) -> anyhow::Result<ExitCode> {
    let look = match look.task {
        Task::Show(mut show) if show.from.is_some() => {
            return match show.from.take() {
                Some(from) => show.run_from(from),
                None => Ok(ExitCode::SUCCESS),
            };
        }
        Task::Show(show) if show.selection.scope == Scope::Host => {
            return show.run_on_host(open(&look.procfs)?);
        }
        Task::Session(session @ Session { top: true, .. }) => {
            return top(&look.procfs, session, look.wire, look.naming);
        }
        task => Look { task, ..look },
    };
    let Some(typed) = &look.target else {
        if ProcTree::is_captured(&look.procfs) {
            return at_tables(look);
        }
        let usage = match look.task {
            Task::Session(_) => "netmonitor [OPTIONS] <TARGET>",
            Task::Show(_) => "netmonitor show [OPTIONS] <TARGET> [TAB]...",
        };
        let hint = "find a PID with `netmonitor top`, `pgrep -a NAME` or `ps -e`; or give a name, or :PORT";
        return Ok(refuse(Event::NoProcess, &format!("no process given\nusage: {usage}\nhint: {hint}")));
    };
    let tree = open(&look.procfs)?;
    let session = matches!(look.task, Task::Session(_));
    let Wanted { query, target } = match target::find(&tree, typed, look.follow == Follow::Typed, session) {
        Ok(wanted) => wanted,
        Err(why) => return Ok(refuse(Event::BadProcess, &why)),
    };
    let follow = (look.follow != Follow::No && !query.is_pid()).then_some(query);
    at_target(look, (tree, target), follow)
}

/// Looks at the tables that a captured tree has beside those of processes.
fn at_tables(mut look: Look) -> anyhow::Result<ExitCode> {
    let tree = open(&look.procfs)?;
    let target = match Target::tables_of(&tree) {
        Ok(target) => target,
        Err(why) => return Ok(refuse(Event::NoProcess, &format!("no process given: {why}"))),
    };
    // Nobody's sockets can be picked out.
    match &mut look.task {
        Task::Session(session) => session.scope = Scope::Namespace,
        Task::Show(show) => show.selection.scope = Scope::Namespace,
    }
    at_target(look, (tree, target), None)
}

/// Opens the proc tree, and tells what is to be known of it.
fn open(procfs: &Path) -> anyhow::Result<ProcTree> {
    let tree = ProcTree::open(procfs).map_err(|error| Refused(error.to_string()))?;
    tree.remarks().iter().for_each(|remark| tell(&format!("note: {remark}")));
    Ok(tree)
}

fn at_target(
    look: Look,
    (tree, target): (ProcTree, Target),
    follow: Option<Query>,
) -> anyhow::Result<ExitCode> {
    match look.task {
        Task::Session(_) if !io::stdout().is_terminal() || !io::stdin().is_terminal() => {
            let why = "a session needs a terminal; without one, use: netmonitor show";
            let typed = look.target.map(|typed| format!(" {typed}")).unwrap_or_default();
            Ok(refuse(Event::NoTerminal, &format!("{why}{typed}")))
        }
        Task::Session(session) => {
            let history = session.history;
            let settings = settings(session, look.wire, &look.naming, Some(tree.kind()));
            session::run(tree, Some(target), follow, settings, (look.naming.names, history))
        }
        Task::Show(show) => show::Show { follow, ..*show }.run(tree, target),
    }
}

/// Looks at all processes of the machine on the terminal.
fn top(procfs: &Path, session: Session, wire: bool, naming: Naming) -> anyhow::Result<ExitCode> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        let instead = "netmonitor top --format text";
        let why = format!("top needs a terminal; without one, use: {instead}");
        return Ok(refuse(Event::NoTerminal, &why));
    }
    let tree = open(procfs)?;
    if tree.kind() == Kind::Copy {
        return Err(
            Refused("top looks at a running machine; of a captured copy name a process".into()).into()
        );
    }
    let history = session.history;
    let settings = settings(session, wire, &naming, Some(tree.kind()));
    session::run(tree, None, None, settings, (naming.names, history))
}

/// Records a process, or the machine.
fn keep(record: record::Record, target: Option<&str>, procfs: &Path) -> anyhow::Result<ExitCode> {
    let tree = open(procfs)?;
    if tree.kind() == Kind::Copy {
        return Err(Refused("a captured copy does not change: there is nothing to record".into()).into());
    }
    if record.scope == Scope::Host {
        return record.of_host(tree);
    }
    let Some(typed) = target else {
        let why = "no process given\nusage: netmonitor record [OPTIONS] <TARGET> -o FILE\n\
                   hint: --scope host records all of them";
        return Ok(refuse(Event::NoProcess, why));
    };
    match target::find(&tree, typed, false, false) {
        Ok(Wanted { target, .. }) => record.of_process(tree, target),
        Err(why) => Ok(refuse(Event::BadProcess, &why)),
    }
}

/// How a session begins.
fn settings(session: Session, wire: bool, naming: &Naming, kind: Option<Kind>) -> netmonitor_tui::Settings {
    let permitted = acting::permitted(session.read_only, kind);
    let read_only = session.read_only;
    let Session {
        interval,
        scope,
        counters,
        by,
        top,
        skip_intro,
        linger,
        history,
        theme,
        bindings,
        thresholds,
        mouse,
        ..
    } = session;
    let memory = netmonitor_tui::Memory::default();
    let Naming { resolve, own, .. } = *naming;
    netmonitor_tui::Settings {
        interval,
        scope,
        counters,
        by,
        top,
        skip_intro,
        linger,
        keeps: history > 0,
        theme,
        bindings,
        thresholds,
        wire,
        resolve,
        own,
        permitted,
        mouse,
        memory,
        remembers: !read_only,
    }
}

/// Tells why there is no session, by the states that lead there.
fn refuse(event: Event, why: &str) -> ExitCode {
    let state = State::Start.next(event);
    tell(&format!("error: {why}"));
    match state.next(Event::Told) {
        State::FailExit => ExitCode::from(REFUSED),
        state => unreachable!("{event:?} leads to {state:?}"),
    }
}

/// Tells what went wrong and gives the exit status for it.
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    if error.chain().any(is_closed_pipe) {
        return ExitCode::SUCCESS;
    }
    if let Some(refused) = error.downcast_ref::<Refused>() {
        tell(&format!("error: {refused}"));
        return ExitCode::from(REFUSED);
    }
    tell(&format!("error: {error:#}"));
    ExitCode::from(COULD_NOT_LOOK)
}

/// Says something on standard error, if anybody can hear it. What is said may quote what came from outside.
fn tell(text: &str) {
    let harmless: Vec<_> = text.lines().map(|line| harmless_text(line.as_bytes())).collect();
    let _ = writeln!(io::stderr(), "{}", harmless.join("\n"));
}

fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
