//! What is to be read in the next tick.
//!
//! Views declare what they need; the plan is the union of what is looked at, and a collector reads nothing
//! else: a file under `net` can be huge.

use crate::dumps::{self, Dump};
use crate::files::NetPath;
use crate::scope::Scope;
use crate::series::Drawn;
use crate::settings::Setting;
use crate::source;
use crate::views::View;

/// The sources of one tick. What identifies the process (`stat`, `status`, `exe`, `ns/net`) is always read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Files under `net`, by path, in the order in which they are read.
    pub net: Vec<NetPath>,
    /// Lists that the kernel gives over netlink. Where it does not, the files that tell of the same are read.
    pub dumps: Vec<&'static Dump>,
    /// Further ones that are read no more often than costs a hundredth of the time: only detectors look at them.
    pub seldom: Vec<&'static Dump>,
    /// Whether the process's own sockets are asked, in the stead of lists of all.
    pub ask: Ask,
    /// The one of them whose text is wanted as it is, beside its rows.
    pub text: Option<NetPath>,
    /// Whether the names of all files under `net` are wanted.
    pub list: bool,
    /// Files that are read only to be measured.
    pub measure: Measure,
    /// What is computed of all sockets on the thread that reads.
    pub derive: Derive,
    /// What is drawn over time, so that its figures are made on the thread that reads.
    pub drawn: Option<Drawn>,
    /// Whether the ends of the namespace's sockets are listened to.
    pub ends: bool,
    /// Whether more is read of the process than what identifies it: `cgroup`, `limits`, how many descriptors.
    pub process: bool,
    /// Settings of the kernel.
    pub settings: Vec<&'static Setting>,
    /// Whose descriptors are read.
    pub owners: Owners,
    /// Whose sockets are picked out: those of the process, of its tree, of its control group.
    pub group: Scope,
    /// How the other processes are walked over, to find who shares the namespace and, for
    /// [`Owners::Everybody`], the sockets.
    pub walk: Pace,
    /// Whether what processes send and receive is counted in the kernel, and read.
    pub counting: Counting,
    /// Whether it is told which processes there are.
    pub roll: bool,
    /// What becomes of processes that have ended and of which something was told.
    pub ended: Ended,
    /// Whether lists of sockets are asked for without what protocols tell of each connection: most of what they cost.
    pub slim: bool,
    /// Whether packets are counted, too, as they go over the wire.
    pub wire: bool,
    /// Whether names of remote addresses are looked up.
    pub resolve: bool,
    /// Whether the program that reads is told of among all of the machine.
    pub own: bool,
    /// Whether connections are watched as they come and go. Whoever has begun to watch goes on.
    pub events: bool,
    /// How, where they are.
    pub watch: Watch,
    /// Whether detectors look at what was read.
    pub findings: bool,
    /// Whether the rows of lists are handed on while they are read. Whose they are is looked at before, then.
    pub pieces: bool,
}

/// Whether what processes send and receive is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Counting {
    /// Nobody asked for it so far.
    #[default]
    Off,
    /// It is counted, and not looked at.
    On,
    /// What the process itself has moved is looked at.
    Own,
    /// What any has moved is looked at.
    Read,
}

/// What becomes of a process that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ended {
    /// It is told of from then on.
    #[default]
    Kept,
    /// It is told of in one tick, and kept for a last one that tells all.
    Once,
    /// It is told of in one tick, and is one of a sum from then on.
    Summed,
}

/// What is told of connections that came and went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Watch {
    /// Nothing: there is one reading, and nothing happens in it.
    #[default]
    Never,
    /// What happened since the last tick.
    Lately,
    /// The newest of all that happened since they are watched.
    Kept,
}

/// Whether a process's own sockets are asked through its descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Ask {
    /// They are not.
    #[default]
    Never,
    /// Where that costs less than a list of all sockets of the namespace.
    IfCheaper,
    /// In any case: there are some that no list has.
    Always,
}

/// What is computed of all sockets once a tick, before anybody looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Derive {
    /// What each is called.
    pub names: bool,
    /// Their sums, and the first by several orders.
    pub summary: bool,
}

impl Derive {
    fn add(&mut self, other: Self) {
        self.names |= other.names;
        self.summary |= other.summary;
    }
}

/// Files that are read for their size and their time, no further than [`Measure::MOST`] bytes each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Measure {
    /// None.
    #[default]
    Nothing,
    /// This one.
    One(NetPath),
    /// Each that is listed and is not changed by reading it.
    All,
}

impl Measure {
    /// No more of a file is read to measure it.
    pub const MOST: u64 = 64 << 20;
}

/// Whose descriptors are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Owners {
    /// Nobody's.
    #[default]
    None,
    /// The target's, its ancestors', descendants' and siblings': where shared descriptors come from.
    Family,
    /// The family's at once, all other processes' in the walk.
    Everybody,
}

/// How fast the walk over all processes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Pace {
    /// There is none.
    #[default]
    None,
    /// Piece by piece, within a small share of each tick; so are relatives.
    Background,
    /// To its end before the tick ends.
    Whole,
}

/// What a table is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// Files under `net`.
    pub net: Vec<NetPath>,
    /// Lists that come over netlink.
    pub dumps: Vec<&'static Dump>,
    /// Lists that may be huge and rarely change, which are read no more often than costs little.
    pub seldom: Vec<&'static Dump>,
    /// The process's own sockets, where they are what is shown.
    pub own: bool,
    /// What is computed of all sockets.
    pub derive: Derive,
    /// The ends of sockets.
    pub ends: bool,
    /// More of the process than what identifies it.
    pub process: bool,
    /// Settings of the kernel.
    pub settings: Vec<&'static Setting>,
    /// The list of files.
    pub list: bool,
    /// What processes send and receive.
    pub traffic: bool,
    /// Which processes there are.
    pub roll: bool,
    /// Connections as they come and go.
    pub events: bool,
    /// Who holds each socket of the namespace, where all of them are looked at.
    pub everybody: bool,
    /// What detectors find.
    pub findings: bool,
    /// What is normal, which somebody has to have learned.
    pub baseline: bool,
    /// The process is looked at closely: what it executes, what TCP tells of each of its connections, whom it has to do with.
    pub closely: bool,
}

impl Needs {
    /// One file.
    pub fn file(path: impl Into<NetPath>) -> Self {
        Self { net: vec![path.into()], ..Self::default() }
    }

    /// Whether it needs a file, of which there may be one for what netlink tells, too.
    pub fn reads_file(&self, path: &str) -> bool {
        self.net.iter().any(|needed| needed == path) || self.lists().any(|dump| dump.files.contains(&path))
    }

    /// Whether it needs a list that comes over netlink.
    pub fn reads_dump(&self, name: &str) -> bool {
        self.lists().any(|dump| dump.name == name)
    }

    /// Whether it needs a setting of the kernel.
    pub fn reads_setting(&self, path: &str) -> bool {
        self.settings.iter().any(|setting| setting.path == path)
    }

    fn lists(&self) -> impl Iterator<Item = &Dump> {
        self.dumps.iter().chain(&self.seldom).copied()
    }

    /// Several files.
    pub fn files(paths: &[&'static str]) -> Self {
        Self { net: paths.iter().map(|path| NetPath::Borrowed(path)).collect(), ..Self::default() }
    }

    /// Whether more of a process is needed than which sockets it holds.
    pub fn looks_closely(&self) -> bool {
        self.closely || self.process || self.events || self.traffic || self.baseline
    }

    /// Adds what something else needs.
    pub fn add(&mut self, other: Self) {
        add_all(&mut self.net, other.net);
        add_all(&mut self.dumps, other.dumps);
        add_all(&mut self.seldom, other.seldom);
        add_all(&mut self.settings, other.settings);
        self.derive.add(other.derive);
        self.own |= other.own;
        self.ends |= other.ends;
        self.process |= other.process;
        self.list |= other.list;
        self.traffic |= other.traffic;
        self.roll |= other.roll;
        self.events |= other.events;
        self.everybody |= other.everybody;
        self.findings |= other.findings;
        self.closely |= other.closely;
    }
}

/// Adds those that are not there yet.
fn add_all<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

impl Plan {
    /// The plan of these views in a scope. Every view says how many processes share the namespace.
    pub fn of<'a>(views: impl IntoIterator<Item = &'a View>, scope: Scope) -> Self {
        let (counting, watch) = (Counting::On, Watch::Kept);
        let mut plan = Self { walk: Pace::Background, counting, watch, ..Self::in_scope(scope) };
        for view in views {
            for table in view.tables {
                plan.add(table.content.needs(), table.scope.unwrap_or(scope));
            }
            plan.tell_owners(view, scope);
        }
        // Whoever looks at connections wants to know what those have moved that are no more.
        plan.ends |= scope == Scope::Process && plan.dumps.contains(&&dumps::TCP);
        plan
    }

    /// A plan that reads nothing yet, for sockets of this scope.
    pub fn in_scope(scope: Scope) -> Self {
        Self {
            ask: if scope == Scope::Process { Ask::IfCheaper } else { Ask::Never },
            group: if scope.is_held() { scope } else { Scope::Process },
            ..Self::default()
        }
    }

    /// All that is recorded of a process with the sockets of a scope.
    pub fn recording(scope: Scope) -> Self {
        let mut plan = Self::of(crate::views::ALL.iter().copied(), scope);
        plan.list = true;
        plan.derive = Derive::default();
        plan
    }

    /// Whether the process's own sockets may be asked in this tick.
    pub fn asks(&self) -> bool {
        match self.ask {
            Ask::Never => false,
            Ask::IfCheaper => self.dumps.iter().any(|dump| dump.is_own),
            Ask::Always => true,
        }
    }

    /// Whether the sockets of a group are wanted that its processes hold.
    pub fn wants_group(&self) -> bool {
        self.group != Scope::Process && !self.pieces && self.dumps.iter().any(|dump| dump.is_own)
    }

    /// Adds whose descriptors a view needs.
    pub fn tell_owners(&mut self, view: &View, scope: Scope) {
        if view.owners {
            self.owners = self.owners.max(match scope {
                scope if scope.is_held() => Owners::Family,
                _ => Owners::Everybody,
            });
        }
    }

    /// Adds what every session reads once, after what is already in the plan: each counter file, so that
    /// "since start" has a base, and each socket table, so that a closing report has one.
    pub fn with_first_readings(mut self) -> Self {
        for table in crate::views::nine().iter().flat_map(|view| view.tables) {
            let mut needs = table.content.needs();
            // A list of routes or neighbours can be huge, and has nothing that is compared with its beginning.
            needs.dumps.retain(|dump| dump.is_own || source::is_counted(dump.name));
            // Whoever watches goes on, and nobody has looked yet.
            needs.events = false;
            needs.seldom.clear();
            self.add(needs, table.scope.unwrap_or_default());
        }
        self.owners = self.owners.max(Owners::Family);
        self
    }

    /// Adds what a table of this scope needs.
    pub fn add(&mut self, needs: Needs, scope: Scope) {
        add_all(&mut self.net, needs.net);
        add_all(&mut self.dumps, needs.dumps);
        add_all(&mut self.seldom, needs.seldom);
        add_all(&mut self.settings, needs.settings);
        if needs.own && self.ask == Ask::IfCheaper {
            self.ask = Ask::Always;
        }
        self.list |= needs.list;
        self.derive.add(needs.derive);
        self.ends |= needs.ends;
        self.process |= needs.process;
        self.roll |= needs.roll;
        self.events |= needs.events;
        self.findings |= needs.findings;
        if needs.everybody && !scope.is_held() {
            self.owners = Owners::Everybody;
        }
        if needs.traffic && self.counting != Counting::Off {
            let wanted = if scope == Scope::Process { Counting::Own } else { Counting::Read };
            self.counting = self.counting.max(wanted);
        }
    }

    /// Whether a source is kept with its rows: a file that is asked for, or whatever tells of a list.
    pub fn keeps(&self, source: &str) -> bool {
        let is_told = |dump: &&Dump| dump.name == source || dump.files.contains(&source);
        let is_own = source == crate::dumps::OWN_INET || source == crate::dumps::OWN_OTHER;
        is_own || self.net.iter().any(|path| path == source) || self.dumps.iter().any(is_told)
    }

    /// Whether a file is read, for its rows or to be measured.
    pub fn reads(&self, path: &str) -> bool {
        let measured = match &self.measure {
            Measure::Nothing => false,
            Measure::One(one) => one == path,
            Measure::All => true,
        };
        measured || self.keeps(path)
    }
}
