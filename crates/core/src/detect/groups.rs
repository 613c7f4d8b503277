//! Groups of processes of a machine, each looked at by itself, as a target is: what one of them holds, whoever of them holds it.
//!
//! All that is looked at are the lists of all sockets, which are read once for all groups; so of all detectors only those look
//! that need nothing of a process but which sockets it holds.

use std::sync::Arc;

use super::{ALL, Detector, Findings, Thresholds, Watch};
use crate::dumps;
use crate::files::NetPath;
use crate::held::inodes_of;
use crate::owners::Owners;
use crate::plan::{Needs, Plan};
use crate::process::Process;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::sockets::{Place, RAW, SocketKind, Sockets, TCP, UDP};

/// Kinds of sockets that are looked at.
pub static KINDS: [&SocketKind; 3] = [&TCP, &UDP, &RAW];

/// Lists of sockets of other families that are, by their names.
const OTHERS: [&str; 2] = [dumps::PACKET.name, "packet"];

/// The detectors that look at groups where this is read.
pub fn detectors(plan: &Plan) -> impl Iterator<Item = &'static Detector> {
    ALL.iter().copied().filter(|detector| looks(plan, detector, &(detector.needs)()))
}

/// A watch of one group, where this is read.
pub fn watch(plan: &Plan, thresholds: Thresholds) -> Watch {
    Watch::of(thresholds, |detector, needs| looks(plan, detector, needs)).forgetful()
}

fn looks(plan: &Plan, detector: &Detector, needs: &Needs) -> bool {
    let are_read = needs.dumps.iter().all(|dump| plan.dumps.contains(dump));
    let lists_alone = needs.net.is_empty() && needs.settings.is_empty() && needs.seldom.is_empty();
    detector.scope == Scope::Process && are_read && lists_alone && !needs.looks_closely()
}

/// Who is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    /// What its processes are called.
    pub name: &'a [u8],
    /// When the youngest of them began, nanoseconds since boot.
    pub began: u64,
    /// The sockets that are their standard input, output and error, of each that has such.
    pub streams: &'a [[u64; 3]],
}

/// The sockets that a group holds in one network namespace.
#[derive(Debug, Clone, Default)]
pub struct Held {
    sockets: [Vec<Place>; KINDS.len()],
    others: [Vec<u32>; OTHERS.len()],
}

impl Held {
    /// One more, of a kind by its place in [`KINDS`]; they come in their order.
    pub fn take(&mut self, kind: usize, place: Place) {
        self.sockets[kind].push(place);
    }

    /// One more of another family: its list and its row there.
    pub fn take_other(&mut self, (list, row): (usize, u32)) {
        self.others[list].push(row);
    }
}

/// A network namespace whose groups are looked at, one after the other.
pub struct Ground {
    now: Snapshot,
    /// All sockets, whoever holds them.
    all: Vec<Arc<Sockets>>,
}

impl Ground {
    /// That of a namespace.
    pub fn of(namespace: &Snapshot) -> Self {
        let all: Vec<_> = KINDS.iter().filter_map(|kind| namespace.sockets(kind).cloned()).collect();
        let is_list = |path: &NetPath| {
            let lists = all.iter().flat_map(|sockets| sockets.lists());
            OTHERS.contains(&&**path) || lists.into_iter().any(|list| list.source == &**path)
        };
        let sources = namespace.sources.iter().filter(|(path, _)| is_list(path));
        let sources = sources.map(|(path, source)| (path.clone(), source.clone())).collect();
        // What was counted and what has happened belongs to no group here.
        let now = Snapshot { sources, traffic: None, events: None, findings: None, ..namespace.clone() };
        Self { now, all }
    }

    /// The sockets of other families: where each stands, and its inode.
    pub fn others(&self) -> impl Iterator<Item = ((usize, u32), u64)> {
        let lists =
            OTHERS.iter().enumerate().filter_map(|(list, name)| Some((list, *name, self.now.source(name)?)));
        lists.flat_map(|(list, name, source)| {
            inodes_of(name, &*source.table).zip(0..).map(move |(inode, row)| ((list, row), inode))
        })
    }

    /// What is wrong with a group that holds these.
    pub fn look(&mut self, watch: &mut Watch, group: Group<'_>, held: Held) -> Findings {
        let Held { sockets, others } = held;
        let count = sockets.iter().map(Vec::len).chain(others.iter().map(Vec::len)).sum();
        let mut process = Process::default();
        process.name = group.name.to_vec();
        process.start_time = group.began / (1_000_000_000 / self.now.machine.clk_tck.clamp(1, 1_000_000_000));
        self.now.process = Arc::new(process);
        self.now.owners = Arc::new(Owners::of_one(count, group.streams));
        let mut places = KINDS.iter().zip(sockets).collect::<Vec<_>>();
        let held = self.all.iter().map(|all| {
            let own =
                places.iter_mut().find(|(kind, _)| **kind == all.kind).map(|(_, own)| std::mem::take(own));
            Arc::new(all.held_at(own.unwrap_or_default()))
        });
        self.now.sockets = held.collect();
        for (name, rows) in OTHERS.iter().zip(others) {
            if let Some(source) = self.now.sources.get_mut(*name) {
                source.owned = Some(rows.into());
            }
        }
        watch.look(&self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Severity;
    use crate::host::HostEngine;
    use crate::plan::Counting;
    use crate::sample::{Machine, Moment, Origin, Sample};

    const HEADER: &str = "header\n";

    fn plan() -> Plan {
        let dumps = vec![&dumps::TCP, &dumps::UDP, &dumps::RAW, &dumps::PACKET];
        Plan { dumps, slim: true, counting: Counting::On, ..Plan::in_scope(Scope::Host) }
    }

    /// A line of `net/tcp`: ports, state, timer, tries, inode.
    fn tcp((local, remote): (u16, u16), state: u8, (timer, tries): (u8, u8), inode: u64) -> String {
        format!(
            "0: 0100007F:{local:04X} 0100007F:{remote:04X} {state:02X} 00000009:00000000 {timer:02X}:00000000 {tries:08X} 0 0 {inode} 1 0 100 0 0 10 16\n"
        )
    }

    /// Looks at who holds these inodes, a second after the look before.
    fn look(
        engine: &mut HostEngine,
        watch: &mut Watch,
        tcp: &[String],
        (seq, inodes, group): (u64, &[u64], Group<'_>),
    ) -> Vec<(&'static str, Severity)> {
        let moment = Moment { wall: 0, boottime: (seq + 100) * 1_000_000_000, seq };
        let mut sample = Sample { moment, ..Sample::default() };
        sample.push(Origin::Links(7), *b"ns/net net:[50]\nfd/3 socket:[10]\n");
        sample.push(Origin::Walk, *b"pass=1 visited=2 denied=0 descriptors=1 complete=1");
        sample.push(Origin::Netns(50), *b"");
        sample.push(Origin::net("tcp"), [HEADER, &tcp.concat()].concat());
        sample.push(Origin::net("packet"), *b"header\n0000000000000000 3 3 0003 2 1 0 0 90\n");
        sample.replay(engine);
        let snapshot = engine.snapshot();
        let namespace = &snapshot.namespaces.as_ref().unwrap()[0];
        let mut ground = Ground::of(namespace);
        let mut held = Held::default();
        let sockets = namespace.sockets(&TCP).unwrap();
        for place in sockets.places(false) {
            if inodes.contains(&sockets.get(*place).unwrap().inet.inode) {
                held.take(0, *place);
            }
        }
        let others: Vec<_> = ground.others().filter(|(_, inode)| inodes.contains(inode)).collect();
        others.into_iter().for_each(|(place, _)| held.take_other(place));
        let findings = ground.look(watch, group, held);
        assert!(findings.all.iter().all(|finding| finding.is_open()), "what is over is forgotten");
        findings.open().map(|finding| (finding.detector.name, finding.severity)).collect()
    }

    #[test]
    fn what_is_looked_at_is_what_lists_tell() {
        let names: Vec<_> = detectors(&plan()).map(|detector| detector.name).collect();
        for name in [
            "accept-queue-near-full",
            "close-wait-leak",
            "timeout-storm",
            "shell-on-network",
            "packet-socket",
        ] {
            assert!(names.contains(&name), "{names:?}");
        }
        // What needs more of a process than its sockets, or more than is read here.
        for name in [
            "retransmissions",
            "deleted-executable",
            "beaconing",
            "unexpected-udp",
            "netlink-drops",
            "tcp-timeouts",
        ] {
            assert!(!names.contains(&name), "{names:?}");
        }
        assert_eq!(detectors(&Plan { dumps: Vec::new(), ..plan() }).count(), 0);
    }

    #[test]
    fn each_group_is_judged_by_its_own() {
        let mut engine = HostEngine::new(Machine { clk_tck: 100, ..Machine::default() });
        engine.follow(&plan());
        let rows = [
            tcp((80, 0), 10, (0, 0), 10),
            tcp((40_000, 80), 1, (1, 5), 20),
            tcp((40_001, 80), 1, (4, 5), 30),
            tcp((40_002, 22), 1, (0, 0), 40),
        ];
        let group = |name: &'static str| Group { name: name.as_bytes(), began: 0, streams: &[] };
        let mut watches = [(); 5].map(|()| watch(&plan(), Thresholds::default()));
        for seq in 0..6 {
            let mut of = |place: usize, inodes: &[u64], group: Group<'_>| {
                look(&mut engine, &mut watches[place], &rows, (seq, inodes, group))
            };
            assert_eq!(of(0, &[10], group("web")), []);
            // Nothing is acknowledged: that is a timer that sends again, and no window that is closed.
            assert_eq!(of(1, &[20, 10], group("client")), [("timeout-storm", Severity::Warning)]);
            // A window that was closed for some seconds.
            let closed = if seq < 3 { vec![] } else { vec![("peer-window-closed", Severity::Warning)] };
            assert_eq!(of(2, &[30], group("sender")), closed, "{seq}");
            let shell = Group { streams: &[[0, 40, 0]], ..group("bash") };
            assert_eq!(of(3, &[40], shell), [("shell-on-network", Severity::Critical)]);
            assert_eq!(of(4, &[90], group("tcpdump")), [("packet-socket", Severity::Warning)]);
        }
        // What somebody else holds is nobody else's, also where it was once.
        assert_eq!(look(&mut engine, &mut watches[4], &rows, (99, &[10], group("tcpdump"))), []);
    }
}
