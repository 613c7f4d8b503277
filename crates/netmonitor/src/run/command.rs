//! `run`: runs a command, watches it and all that descend from it from before its exec, and tells at its end what they sent
//! and received.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ExitCode, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::engine::Engine;
use netmonitor_core::ran::Ran;
use netmonitor_sys::ProcTree;
use netmonitor_sys::child::{Followed, Signalled, Waiting};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::Signals;

use super::output::Output;
use super::{Refused, tell};

/// How often what is over makes room in the kernel.
const TICK: Duration = Duration::from_millis(500);

/// A command to be run.
pub(crate) struct Run {
    pub(crate) command: Vec<OsString>,
    /// Where the report goes; standard error if nowhere else.
    pub(crate) output: Option<PathBuf>,
    pub(crate) json: bool,
}

impl Run {
    /// Runs it, and passes on how it ended.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        // What cannot be written is told before anything is run.
        let file = self.output.as_deref().map(|path| Output::open(Some(path))).transpose()?;
        let tree = ProcTree::open("/proc".as_ref()).map_err(|error| Refused(error.to_string()))?;
        let mut engine = Engine::new(Followed::machine(&tree));
        let (program, arguments) = self.command.split_first().context("no command")?;
        let signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]);
        let signals = signals.context("waiting for signals")?;
        let waiting = Waiting::start(program.clone(), arguments.to_vec()).context("starting the command")?;
        let pid = waiting.pid();
        let command = Signalled::open(pid).context("holding the command")?;
        let mut followed = Followed::start(pid);
        let begun = Instant::now();
        let child = match waiting.go() {
            Ok(child) => child,
            Err(error) => return Ok(self.not_run(&error)),
        };
        forward(signals, command)?;
        let status = wait(child, &mut || {
            if let Ok(followed) = &mut followed {
                followed.tick(&mut engine);
            }
        })?;
        let seconds = begun.elapsed().as_secs_f64();
        let ran = Ran {
            command: self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
            pid,
            exit_status: status.code(),
            signal: status.signal(),
            seconds,
            not_counted: followed.as_ref().err().map(ToString::to_string),
        };
        let snapshot = followed.is_ok().then(|| engine.snapshot());
        let report = if self.json { ran.json(snapshot.as_deref()) } else { ran.text(snapshot.as_deref()) };
        match file {
            Some(mut file) => file.print(|out| out.write_all(report.as_bytes()))?,
            // Whoever closed standard error does not want it.
            None => _ = io::stderr().write_all(report.as_bytes()),
        }
        let code = status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1);
        Ok(ExitCode::from(code as u8))
    }

    /// The command could not be executed: what a shell says then.
    fn not_run(&self, error: &io::Error) -> ExitCode {
        let name = self.command.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        tell(&format!("error: {name}: {error}"));
        ExitCode::from(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 })
    }
}

/// Waits for the end of the command, and calls `tick` now and then, and once more when it has ended.
fn wait(mut child: Child, tick: &mut dyn FnMut()) -> anyhow::Result<ExitStatus> {
    let (sender, ended) = mpsc::channel();
    std::thread::Builder::new()
        .name("wait".into())
        .spawn(move || _ = sender.send(child.wait()))
        .context("starting a thread")?;
    loop {
        match ended.recv_timeout(TICK) {
            Err(RecvTimeoutError::Timeout) => tick(),
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the end of the command was missed"),
            Ok(status) => {
                tick();
                return status.context("waiting for the command");
            }
        }
    }
}

/// Hands signals on to the command. What is typed at a terminal reaches it anyway.
fn forward(mut signals: Signals, command: Signalled) -> anyhow::Result<()> {
    let at_terminal = io::stdin().is_terminal() || io::stderr().is_terminal();
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for number in signals.forever() {
                if !(at_terminal && matches!(number, SIGINT | SIGQUIT)) {
                    command.send(number);
                }
            }
        })
        .context("starting a thread")?;
    Ok(())
}
