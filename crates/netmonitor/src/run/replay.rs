//! `replay`: a session on what was recorded.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use netmonitor_core::plan::Plan;
use netmonitor_core::record::{About, Player, When};
use netmonitor_core::scope::Scope;
use netmonitor_core::session::Event;
use netmonitor_names::Names;

use super::naming::Naming;
use super::on_terminal::Session;
use super::playing::Playing;
use super::{Refused, at_process, recording, refuse, settings};
use crate::cli::{self, Follow, Look, Task};

/// What to show, and from where on.
pub(crate) struct Replay {
    pub(crate) file: PathBuf,
    /// The first moment that is shown.
    pub(crate) at: Option<When>,
    /// Whose sockets, where that was chosen; else as recorded.
    pub(crate) scope: Option<Scope>,
    pub(crate) session: cli::Session,
    pub(crate) naming: Naming,
}

impl Replay {
    /// Shows it until the user ends it.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        if recording::is_tree(&self.file) {
            return self.of_tree();
        }
        let mut recording = recording::open(&self.file)?;
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            let why = format!(
                "replay needs a terminal; without one, use: netmonitor show --from {}",
                self.file.display()
            );
            return Ok(refuse(Event::NoTerminal, &why));
        }
        let (span, last) = (recording.span(), recording.last().wall);
        let head = recording.head();
        let zone = recording::zone();
        let recorded: Option<Scope> = head.scope.parse().ok();
        let about = About {
            origin: recording::origin(head, last),
            scope: head.pid.and(recorded),
            interval: head.interval,
            zone,
        };
        let top = head.pid.is_none();
        let chosen = self.scope.or(recorded).filter(|scope| *scope != Scope::Host);
        let at = self.at.map(|at| at.within(&span, &about.zone)).transpose().map_err(Refused)?;
        let begin = at.map_or(0, |sought| recording.seek(sought));
        let thresholds = self.session.thresholds.clone();
        let settings = cli::Session { top, scope: chosen.unwrap_or_default(), ..self.session };
        let mut session = Session::new(settings_of(settings, &self.naming), None, Names::default());
        let player = Player::new(recording, Plan::default()).judging_by(thresholds);
        let inputs = session.inputs.clone();
        session.start(move |ordered| {
            _ = Playing::new(player, Arc::new(about), inputs).run(begin, None, &ordered);
        })?;
        session.on_terminal()?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Replay {
    /// Shows a captured tree, which is one moment: its tables without a process.
    fn of_tree(self) -> anyhow::Result<ExitCode> {
        if self.at.is_some() {
            return Err(Refused("--at is for recordings: a captured tree is one moment".into()).into());
        }
        at_process(Look {
            target: None,
            procfs: self.file,
            follow: Follow::No,
            wire: false,
            naming: self.naming,
            task: Task::Session(self.session),
        })
    }
}

/// Nothing is counted, and nobody ends.
fn settings_of(session: cli::Session, naming: &Naming) -> netmonitor_tui::Settings {
    settings(cli::Session { history: 0, ..session }, false, naming, None)
}
