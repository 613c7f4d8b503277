//! A reading of the machine as metrics: what is kept from reading to reading, and what is told.

use std::time::Duration;

use netmonitor_core::detect::Thresholds;
use netmonitor_core::dumps::{self, Dump};
use netmonitor_core::format::harmless_text;
use netmonitor_core::plan::{Ask, Counting, Ended, Needs, Plan};
use netmonitor_core::sample::Status;
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;
use procnet::proc::dev::DEV;
use procnet::proc::{File, FileScope};

use crate::exposition::{Exposition, Labels, NO_WORDS, Number, Sample};
use crate::families;
use crate::findings;
use crate::group_findings;
use crate::groups::{Group, Groups, VIA};
use crate::kernel::{PER_CPU, SUMMED, counter_files};
use crate::namespaces::{Namespaces, by_state};

/// Lists of sockets that are read.
static LISTS: [&Dump; 5] = [&dumps::TCP, &dumps::UDP, &dumps::UDPLITE, &dumps::RAW, &dumps::PACKET];

/// What is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// So many groups of processes stand alone.
    pub top: usize,
    /// Every process is a group.
    pub by_pid: bool,
    /// So many network namespaces stand alone.
    pub namespaces: usize,
}

/// What netmonitor itself takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Own {
    /// Processor time, seconds; `None` where it could not be read, as the others.
    pub cpu: Option<f64>,
    /// Resident memory, bytes.
    pub resident: Option<u64>,
    /// Open descriptors.
    pub descriptors: Option<u64>,
    /// When it began, seconds since the epoch.
    pub started: Option<f64>,
}

/// What the server has done so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Served {
    /// Requests by status of HTTP.
    pub(crate) requests: Vec<(u16, u64)>,
    pub(crate) connections: u64,
    pub(crate) evicted: u64,
}

/// What is kept from reading to reading.
pub struct Metrics {
    groups: Groups,
    namespaces: Namespaces,
    readings: u64,
    took: Duration,
}

/// All that is read for them.
pub fn plan() -> Plan {
    let mut plan = Plan {
        own: true,
        ask: Ask::Never,
        counting: Counting::On,
        ended: Ended::Summed,
        slim: true,
        findings: true,
        ..Plan::in_scope(Scope::Host)
    };
    let net = files().map(|file| file.path.into()).collect();
    plan.add(
        Needs { net, dumps: LISTS.to_vec(), traffic: true, roll: true, ..Needs::default() },
        Scope::Host,
    );
    plan
}

/// The same, of what is counted alone: what can change no more is taken out of the kernel's tables.
pub fn plan_of_rest() -> Plan {
    Plan { net: Vec::new(), dumps: Vec::new(), roll: false, findings: false, ..plan() }
}

fn files() -> impl Iterator<Item = &'static File> {
    counter_files().chain([&DEV]).chain(PER_CPU).chain(SUMMED)
}

impl Metrics {
    /// Nothing was read so far; by these thresholds it is judged what is wrong with processes.
    pub fn new(choice: Choice, thresholds: Thresholds) -> Self {
        Self {
            groups: Groups::new((choice.top, choice.by_pid), thresholds),
            namespaces: Namespaces::new(choice.namespaces),
            readings: 0,
            took: Duration::ZERO,
        }
    }

    /// Takes over what was counted, without telling of it.
    pub fn take_rest(&mut self, snapshot: &Snapshot) {
        self.groups.take_counted(snapshot);
    }

    /// Takes over a reading and tells of it.
    pub(crate) fn take(
        &mut self,
        snapshot: &Snapshot,
        took: Duration,
        (own, served): (Own, &Served),
    ) -> Exposition {
        self.readings += 1;
        self.took += took;
        self.groups.take(snapshot);
        let mut out = Exposition::default();
        self.tell_groups(snapshot, &mut out);
        self.namespaces.tell(snapshot, &mut out);
        findings::tell(snapshot, &mut out);
        let series = out.families.iter().map(|filled| filled.samples.len()).sum();
        sources(snapshot, &mut out);
        self.tell_own(snapshot, (took, series), own, &mut out);
        tell_served(served, &mut out);
        out
    }

    fn tell_groups(&self, snapshot: &Snapshot, out: &mut Exposition) {
        let groups: Vec<&Group> = self.groups.iter().collect();
        let each = |tell: &dyn Fn(&Group, &mut Vec<Sample>)| {
            let mut samples = Vec::new();
            groups.iter().for_each(|group| tell(group, &mut samples));
            samples
        };
        let one = |figure: fn(&Group) -> Option<Number>| {
            each(&|group, out| out.extend(figure(group).map(|figure| Sample::new(&group.labels, figure))))
        };
        // What was never counted is no 0.
        if let Some(Ok(traffic)) = &snapshot.traffic {
            let by_via = |figures: fn(&Group) -> &[u64; 4]| {
                each(&|group, out| {
                    let ways = VIA.into_iter().zip(figures(group));
                    out.extend(ways.map(|(via, bytes)| {
                        let words = [("via", via), NO_WORDS[1]];
                        Sample::with(&group.labels, words, Number::Unsigned(*bytes))
                    }));
                })
            };
            out.push(&families::RECEIVED, by_via(|group| &group.totals.rx_bytes));
            out.push(&families::SENT, by_via(|group| &group.totals.tx_bytes));
            if traffic.has_retransmissions {
                let retransmissions = |group: &Group| Some(Number::Unsigned(group.totals.retransmissions));
                out.push(&families::RETRANSMITTED, one(retransmissions));
            }
        }
        out.push(&families::DROPPED, one(|group| Some(Number::Unsigned(group.totals.drops))));
        out.push(&families::PROCESSES, one(|group| Some(Number::Unsigned(group.levels.processes))));
        let sockets = each(&|group, out| {
            let is_told = |kind: usize, state: usize| group.seen[kind][state];
            by_state(&group.labels, &group.levels.sockets, is_told, out);
        });
        out.push(&families::SOCKETS, sockets);
        let listens = |figure: u64, group: &Group| {
            let listen = crate::groups::STATES.iter().position(|state| *state == "listen");
            listen.is_some_and(|state| group.seen[0][state]).then_some(Number::Unsigned(figure))
        };
        out.push(
            &families::WAITING,
            each(&|group, out| {
                out.extend(listens(group.levels.waiting, group).map(|it| Sample::new(&group.labels, it)));
            }),
        );
        out.push(
            &families::MAY_WAIT,
            each(&|group, out| {
                let is_known = group.levels.fullest.is_some() || group.levels.may_wait > 0;
                let limit = listens(group.levels.may_wait, group).filter(|_| is_known);
                out.extend(limit.map(|it| Sample::new(&group.labels, it)));
            }),
        );
        out.push(&families::FULLEST, one(|group| group.levels.fullest.map(Number::Float)));
        group_findings::tell(&groups, out);
        let count = |word, count: usize| {
            Sample::with(&[].into(), [("shown", word), NO_WORDS[1]], Number::Unsigned(count as u64))
        };
        let counts = vec![count("alone", self.groups.alone()), count("other", self.groups.in_other)];
        out.push(&families::GROUPS, counts);
    }

    fn tell_own(
        &self,
        snapshot: &Snapshot,
        (took, series): (Duration, usize),
        own: Own,
        out: &mut Exposition,
    ) {
        let nobody: Labels = [].into();
        let one = |number: Number| vec![Sample::new(&nobody, number)];
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let build: Labels = [("version", version), ("kernel", snapshot.machine.kernel.clone())].into();
        out.push(&families::BUILD, vec![Sample::new(&build, Number::Unsigned(1))]);
        out.push(&families::READINGS, one(Number::Unsigned(self.readings)));
        out.push(&families::READING_TOOK, one(Number::Float(self.took.as_secs_f64())));
        out.push(&families::LAST_TOOK, one(Number::Float(took.as_secs_f64())));
        out.push(&families::SERIES, one(Number::Unsigned(series as u64)));
        let known = |number: Option<Number>| number.map_or(Vec::new(), one);
        out.push(&families::CPU, known(own.cpu.map(Number::Float)));
        out.push(&families::RESIDENT, known(own.resident.map(Number::Unsigned)));
        out.push(&families::OPEN_FDS, known(own.descriptors.map(Number::Unsigned)));
        out.push(&families::STARTED, known(own.started.map(Number::Float)));
    }
}

fn tell_served(served: &Served, out: &mut Exposition) {
    let request = |(status, count): &(u16, u64)| {
        Sample::new(&[("code", status.to_string())].into(), Number::Unsigned(*count))
    };
    out.push(&families::REQUESTS, served.requests.iter().map(request).collect());
    let nobody: Labels = [].into();
    let one = |number| vec![Sample::new(&nobody, Number::Unsigned(number))];
    out.push(&families::CONNECTIONS, one(served.connections));
    out.push(&families::EVICTED, one(served.evicted));
}

/// Which sources could be read, and why others could not.
fn sources(snapshot: &Snapshot, out: &mut Exposition) {
    let mut samples = Vec::new();
    let mut tell = |source: String, netns: &str, status: Status, words: Option<&str>| {
        let (word, why) = views::explain(status).unwrap_or(("ok", String::new()));
        let labels: Labels = [
            ("source", source),
            ("netns", netns.to_owned()),
            ("status", word.to_owned()),
            (
                "reason",
                words.map_or(why, |words| harmless_text(words.as_bytes()).chars().take(200).collect()),
            ),
        ]
        .into();
        let up = u64::from(matches!(status, Status::Ok | Status::Partial(..) | Status::Interrupted));
        samples.push(Sample::new(&labels, Number::Unsigned(up)));
    };
    match &snapshot.traffic {
        Some(Ok(_)) => tell("counting".into(), "", Status::Ok, None),
        Some(Err(reason)) => tell("counting".into(), "", reason.status, Some(&reason.words)),
        None => tell("counting".into(), "", Status::NotAsked, Some("counting begins")),
    }
    for namespace in snapshot.namespaces.iter().flat_map(|namespaces| namespaces.iter()) {
        let netns = namespace.netns.inode.map_or_else(String::new, |inode| inode.to_string());
        if let Some(status) = namespace.netns.entered.filter(|status| *status != Status::Ok) {
            tell("namespace".into(), &netns, status, None);
        }
        for list in LISTS {
            let status = |name| Some(namespace.source(name)?.reading.status);
            let files: Vec<_> = list.files.iter().filter_map(|path| Some((*path, status(path)?))).collect();
            let listed = status(list.name);
            // What the kernel never lists, files tell: that is no want.
            if let Some(status) = listed.filter(|status| *status != Status::Missing || files.is_empty()) {
                tell(list.name.into(), &netns, status, None);
            }
            for (path, status) in files {
                tell(format!("net/{path}"), &netns, status, None);
            }
        }
        for file in files().filter(|file| file.scope != FileScope::InitialNamespace) {
            if let Some(source) = namespace.source(file.path) {
                tell(format!("net/{}", file.path), &netns, source.reading.status, None);
            }
        }
    }
    out.push(&families::SOURCE_UP, samples);
    let denied = Number::Unsigned(snapshot.owners.denied);
    out.push(&families::DENIED, vec![Sample::new(&[].into(), denied)]);
}
