//! `serve`: metrics of the machine over HTTP.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use netmonitor_core::detect::Thresholds;
use netmonitor_core::host::HostEngine;
use netmonitor_core::plan::Plan;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_serve::{Choice, Own, Readings, Source, Taken, WebConfig};
use netmonitor_sys::{HostCollector, Kind, OwnCost, ProcTree};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{Refused, tell};

/// What to serve, and where.
pub(crate) struct Serve {
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) choice: Choice,
    pub(crate) web_config: Option<PathBuf>,
    /// Where metrics are pushed to, and how often.
    pub(crate) push: Option<(String, Duration)>,
    pub(crate) procfs: PathBuf,
    /// From when on something is wrong.
    pub(crate) thresholds: Thresholds,
}

impl Serve {
    /// Serves until a signal ends it.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let web = match &self.web_config {
            Some(path) => WebConfig::open(path, |words| tell(&format!("note: {words}")))
                .map_err(|error| Refused(error.to_string()))?,
            None => WebConfig::none(),
        };
        let tree = ProcTree::open(&self.procfs).map_err(|error| Refused(error.to_string()))?;
        if tree.kind() == Kind::Copy {
            return Err(Refused("serve looks at a running machine, not at a captured copy".into()).into());
        }
        // Signals are heard before anybody is told that there is something to stop.
        let (stopped, stop) = netmonitor_serve::stop();
        let heard =
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !netmonitor_sys::is_ignored(*signal));
        let mut signals = Signals::new(heard).context("waiting for signals")?;
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || signals.forever().next().map(|_| stopped.now()))
            .context("starting a thread")?;
        let scheme = if web.is_encrypted() { "https" } else { "http" };
        let mut listeners = Vec::new();
        for address in &self.listen {
            let listener = TcpListener::bind(address).with_context(|| format!("listening on {address}"))?;
            let address = listener.local_addr().context("listening")?;
            tell(&format!("serving {scheme}://{address}/metrics"));
            listeners.push(listener);
        }
        let machine = Machine::new(tree, self.thresholds.clone());
        let readings =
            Readings::start(machine, (self.choice, self.thresholds)).context("starting a thread")?;
        let _pushing = self.push.map(|push| pushing(push, &readings.0)).transpose()?;
        netmonitor_serve::serve(listeners, web, readings, stop).context("serving")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Pushes metrics until it is dropped.
#[cfg(feature = "otlp")]
fn pushing(
    (url, interval): (String, Duration),
    readings: &Readings,
) -> anyhow::Result<netmonitor_serve::Pushing> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
    let push = netmonitor_serve::Push { url, interval, host };
    let started = push.start(readings.clone(), |words| tell(&format!("note: {words}")));
    Ok(started.map_err(|error| Refused(error.to_string()))?)
}

/// Without the feature nobody comes here: it was refused.
#[cfg(not(feature = "otlp"))]
fn pushing(_: (String, Duration), _: &Readings) -> anyhow::Result<()> {
    Ok(())
}

/// Reads all of the machine.
struct Machine {
    collector: HostCollector,
    engine: HostEngine,
    boot_time: i64,
}

impl Machine {
    fn new(tree: ProcTree, thresholds: Thresholds) -> Self {
        let machine = tree.machine();
        let boot_time = machine.boot_time;
        let mut engine = HostEngine::new(machine);
        engine.judge_by(thresholds);
        Self { boot_time, engine, collector: HostCollector::new(tree) }
    }

    fn collect(&mut self, plan: &Plan) -> Arc<Snapshot> {
        self.engine.follow(plan);
        self.collector.collect(plan, &mut self.engine);
        self.engine.snapshot()
    }
}

impl Source for Machine {
    fn read(&mut self) -> Taken {
        let snapshot = self.collect(&netmonitor_serve::plan());
        let OwnCost { cpu, resident, descriptors, began } = OwnCost::read();
        let started = began.map(|began| self.boot_time as f64 + began);
        Taken { snapshot, own: Own { cpu, resident, descriptors, started } }
    }

    fn rest(&mut self) -> Arc<Snapshot> {
        self.collect(&netmonitor_serve::plan_of_rest())
    }
}
