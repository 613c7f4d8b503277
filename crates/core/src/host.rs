//! The whole machine: each network namespace decoded by an engine of its own, owners told once for all.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::detect::{Carried, Thresholds};
use crate::engine::{Engine, Resume};
use crate::held;
use crate::owners::Owners;
use crate::plan::Plan;
use crate::sample::{Machine, Moment, Origin, Reading, Sink};
use crate::series::Drawn;
use crate::snapshot::Snapshot;
use crate::traffic::Counted;

/// Turns the ticks of a machine into snapshots that hold one of each namespace.
pub struct HostEngine {
    machine: Machine,
    is_recorded: bool,
    /// What belongs to no namespace: who holds which socket, names of users.
    common: Engine,
    namespaces: BTreeMap<u64, Engine>,
    /// The namespace that parts are of.
    current: Option<u64>,
    moment: Moment,
    plan: Option<Plan>,
    /// What is drawn over time.
    drawn: Option<Drawn>,
    /// Those that were told of in this tick.
    seen: Vec<u64>,
}

impl HostEngine {
    /// An engine for a machine.
    pub fn new(machine: Machine) -> Self {
        Self {
            common: Engine::new(machine.clone()),
            machine,
            is_recorded: false,
            namespaces: BTreeMap::new(),
            current: None,
            moment: Moment::default(),
            plan: None,
            drawn: None,
            seen: Vec::new(),
        }
    }

    /// The same, going on with what was counted so far.
    #[must_use]
    pub fn going_on(self, counted: Counted) -> Self {
        Self { common: self.common.going_on(counted), ..self }
    }

    /// The same for the samples of a recording.
    #[must_use]
    pub fn recorded(self) -> Self {
        Self { common: self.common.recorded(), is_recorded: true, ..self }
    }

    /// By which thresholds it is judged what is wrong.
    pub fn judge_by(&mut self, thresholds: Thresholds) {
        self.namespaces.values_mut().for_each(|engine| engine.judge_by(thresholds.clone()));
        self.common.judge_by(thresholds);
    }

    /// The same: those thresholds.
    pub fn judges_by(&self) -> &Thresholds {
        self.common.judges_by()
    }

    /// Gives back what was counted, for another engine to go on with.
    pub fn into_counted(self) -> Counted {
        self.common.into_counted()
    }

    /// What the next ticks are read for.
    pub fn follow(&mut self, plan: &Plan) {
        self.drawn = plan.drawn;
        // It is drawn of all namespaces together.
        let plan = Plan { drawn: None, ..plan.clone() };
        self.common.follow(&plan);
        self.namespaces.values_mut().for_each(|engine| engine.follow(&plan));
        self.plan = Some(plan);
    }

    /// The snapshot of the tick whose parts have all come.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        self.namespaces.retain(|inode, _| self.seen.contains(inode));
        let common = self.common.snapshot();
        // The walk over all processes comes first in each tick.
        let mut owners = Owners::clone(&common.owners);
        owners.whole = true;
        let owners = Arc::new(owners);
        let own = common.left_out.map(|pid| owners.held_by(pid)).unwrap_or_default();
        let of = |(inode, engine): (&u64, &mut Engine)| {
            let mut snapshot = Snapshot::clone(&engine.snapshot());
            snapshot.netns.inode = Some(*inode);
            snapshot.owners = owners.clone();
            if !own.is_empty() {
                let sockets = snapshot.sockets.iter_mut();
                sockets.for_each(|sockets| Arc::make_mut(sockets).leave_out_inodes(&own));
                snapshot.sources.iter_mut().for_each(|(path, source)| held::leave_out(path, source, &own));
                // What was gathered before had them.
                snapshot.derived = Arc::default();
            }
            snapshot.naming = common.naming.clone();
            snapshot.traffic = common.traffic.clone();
            snapshot.events = common.events.clone();
            snapshot.cgroups = common.cgroups.clone();
            Arc::new(snapshot)
        };
        let namespaces = self.namespaces.iter_mut().map(of).collect();
        let snapshot = Arc::new(Snapshot {
            namespaces: Some(namespaces),
            owners: owners.clone(),
            ..Snapshot::clone(&common)
        });
        if let Some(drawn) = self.drawn {
            snapshot.figures(drawn);
        }
        snapshot
    }

    /// Goes on from a moment of a recording.
    pub fn resume(&mut self, resume: &Resume) {
        for sample in [&resume.base, &resume.old] {
            sample.replay(self);
            // What follows is no tick that comes right after.
            self.namespaces.values_mut().for_each(Engine::rest);
        }
        let Resume { carry, past, .. } = resume.clone();
        self.common.resume(&Resume { carry, past, ..Resume::default() });
    }

    /// What it has summed up so far.
    pub fn carry(&self) -> Vec<u8> {
        self.common.carry()
    }

    /// What was found so far in each namespace, and what detectors remember.
    pub fn findings(&self) -> Vec<(u64, Carried)> {
        self.namespaces.iter().map(|(inode, engine)| (*inode, engine.findings())).collect()
    }

    /// Goes on from that.
    pub fn resume_findings(&mut self, carried: &[(u64, Carried)]) {
        for (inode, carried) in carried {
            self.namespace(*inode).resume_findings(carried);
        }
    }

    fn engine(&mut self, origin: &Origin) -> &mut Engine {
        // Whoever holds a socket is told for all namespaces together.
        let is_common = origin.is_of_machine() || matches!(origin, Origin::Links(_));
        match self.current.filter(|_| !is_common) {
            Some(inode) => self.namespace(inode),
            None => &mut self.common,
        }
    }

    fn namespace(&mut self, inode: u64) -> &mut Engine {
        self.namespaces.entry(inode).or_insert_with(|| {
            let mut engine = Engine::new(self.machine.clone());
            engine.judge_by(self.common.judges_by().clone());
            if self.is_recorded {
                engine = engine.recorded();
            }
            if let Some(plan) = &self.plan {
                engine.follow(plan);
            }
            engine
        })
    }
}

impl Sink for HostEngine {
    fn begin(&mut self, moment: Moment) {
        self.moment = moment;
        self.current = None;
        self.seen.clear();
        self.common.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        self.engine(origin).chunk(origin, bytes)
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        match origin {
            Origin::Netns(inode) => {
                self.current = Some(*inode);
                self.seen.push(*inode);
                let moment = self.moment;
                let engine = self.engine(origin);
                engine.begin(moment);
                engine.refuse(reading.status);
            }
            origin => self.engine(origin).end(origin, reading),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{self, Selection};
    use crate::sample::{Sample, Status};
    use crate::scope::Scope;

    const HEADER: &str = "header\n";

    fn row(port: u16, inode: u64) -> String {
        format!(
            "0: 0100007F:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 {inode} 1 0 100 0 0 10 16\n"
        )
    }

    #[test]
    fn rows_of_all_namespaces_stand_in_one_table() {
        let mut sample = Sample::default();
        sample.push(Origin::Links(7), *b"ns/net net:[50]\nfd/3 socket:[10]\n");
        sample.push(Origin::Links(8), *b"ns/net net:[60]\nfd/3 socket:[20]\n");
        sample.push(Origin::Walk, *b"pass=1 visited=2 denied=0 descriptors=1 complete=1");
        for (netns, port, inode) in [(50, 80, 10), (60, 81, 20)] {
            sample.push(Origin::Netns(netns), *b"");
            sample.push(Origin::net("tcp"), [HEADER, &row(port, inode)].concat());
            sample.push(Origin::net("tcp6"), HEADER);
        }
        let refused = Reading { status: Status::Denied, at: 1, took: 0 };
        sample.parts.push(crate::sample::Part {
            origin: Origin::Netns(70),
            reading: refused,
            bytes: Vec::new(),
        });
        let mut engine = HostEngine::new(Machine::default());
        sample.replay(&mut engine);
        let snapshot = engine.snapshot();
        let selection = Selection::parse(&["tcp"], Scope::Host).unwrap();
        let print = |format: &str| {
            let mut out = Vec::new();
            (export::find(format).unwrap().export)().write(&mut out, &snapshot, &selection).unwrap();
            String::from_utf8(out).unwrap()
        };
        let document: serde_json::Value = serde_json::from_str(&print("json")).unwrap();
        assert_eq!(document["target"], serde_json::Value::Null);
        let table = &document["views"][0]["tables"][0];
        let rows: Vec<_> = table["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (
                    row["netns"].as_u64().unwrap(),
                    row["local_port"].as_u64().unwrap(),
                    row["owners"][0].as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(rows, [(50, 80, 7), (60, 81, 8)]);
        assert_eq!((&table["scope"], &table["status"]), (&"host".into(), &"partial".into()));
        assert!(table["reason"].as_str().unwrap().contains("net:[70]"), "{table}");
        for line in print("jsonl").lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(line["netns"].as_u64().is_some_and(|netns| netns < 70));
        }
        assert!(print("csv").starts_with("at,netns,local_address"));
        assert!(print("text").starts_with("host · "));
    }
}
