//! The state of a session.

use std::cell::RefCell;
use std::sync::Arc;

use netmonitor_core::detect::Thresholds;
use netmonitor_core::files::NetPath;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::Timeline;
use netmonitor_core::scope::Scope;
use netmonitor_core::session::{Event, State};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, By, CounterMode, TableView, View};

use crate::acts::Permitted;
use crate::asking::Draft;
use crate::back::Back;
use crate::bindings::Bindings;
use crate::document::{Document, Extent};
use crate::event::{Effect, Progress, Whom};
use crate::files::OpenFile;
use crate::filter_offers::Values;
use crate::findings::{Acknowledged, Wanted};
use crate::flash::Flash;
use crate::graphs::Graphs;
use crate::grouped::Left;
use crate::hints::Hints;
use crate::hits::Hits;
use crate::line::Line;
use crate::memory::{Memory, Remembered};
use crate::mouse::Click;
use crate::offers::Completion;
use crate::overlay::{Content, Overlay};
use crate::pane::Pane;
use crate::picker::Purpose;
use crate::plain::make_plain;
use crate::shown::{Choices, Prepared, Shown};
use crate::theme::{Marks, Theme};
use crate::whom::Watched;
use crate::widgets::record;

/// How a session begins.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The time between two ticks.
    pub interval: Interval,
    /// Whose sockets are asked for.
    pub scope: Scope,
    /// How counters are shown, where that was said; else as in the last session.
    pub counters: Option<CounterMode>,
    /// What processes are grouped by.
    pub by: By,
    /// Watch all processes of the machine, until one of them is chosen.
    pub top: bool,
    /// Begin with the first tab at once.
    pub skip_intro: Option<bool>,
    /// Keep the last view when the process has ended.
    pub linger: bool,
    /// Whoever reads keeps what was read: the session can look back.
    pub keeps: bool,
    /// How things look.
    pub theme: Theme,
    /// What keys do.
    pub bindings: Bindings,
    /// From when on something is wrong.
    pub thresholds: Thresholds,
    /// Whether packets are counted, too, as they go over the wire.
    pub wire: bool,
    /// Whether names of remote addresses are looked up.
    pub resolve: bool,
    /// What may be done to others.
    pub permitted: Permitted,
    /// Whether the program itself is shown among all of the machine.
    pub own: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// What earlier sessions have left.
    pub memory: Memory,
    /// Whether what is chosen is remembered for later ones.
    pub remembers: bool,
}

/// What keys mean at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The introduction is shown.
    Intro,
    /// A tab is shown.
    Tab,
    /// The help or what a row means lies over it.
    Overlay,
    /// The list of tabs lies over it.
    List,
    /// The list of columns to sort by lies over it.
    SortList,
    /// The list of columns to be shown lies over it.
    ColumnList,
    /// The menu of what can be done lies over it.
    ActList,
    /// It is asked whether something is to be done.
    Confirm,
    /// A command is typed.
    CommandLine,
    /// A filter is typed.
    FilterLine,
}

impl Mode {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[
        Self::Intro,
        Self::Tab,
        Self::Overlay,
        Self::List,
        Self::SortList,
        Self::ColumnList,
        Self::ActList,
        Self::Confirm,
        Self::CommandLine,
        Self::FilterLine,
    ];
}

/// What is typed in the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typing {
    /// A command.
    Command,
    /// A filter.
    Filter,
}

/// What the last line says until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// A remark.
    Remark(String),
    /// What was wrong.
    Error(String),
}

/// A session: what it shows, and what is typed.
pub struct App {
    pub(crate) state: State,
    pub(crate) settings: Settings,
    pub(crate) theme: Theme,
    pub(crate) snapshot: Option<Arc<Snapshot>>,
    pub(crate) tab: usize,
    pub(crate) panes: Vec<Pane>,
    pub(crate) line: Line,
    pub(crate) completion: Completion,
    pub(crate) filter_line: Line,
    pub(crate) draft: Draft,
    pub(crate) values: Values,
    pub(crate) typing: Option<Typing>,
    pub(crate) overlay: Option<Overlay>,
    pub(crate) message: Option<Message>,
    /// What is watched is recorded, too.
    pub(crate) recording: bool,
    pub(crate) paused: bool,
    pub(crate) changed: bool,
    /// Whom the session watches, and whom it watched before.
    pub(crate) watched: Watched,
    /// Groups of processes that were left for those of one.
    pub(crate) left: Option<Left>,
    /// The file that lies over the tab.
    pub(crate) file: Option<OpenFile>,
    /// The file that is asked for although reading it changes something.
    pub(crate) confirmed: Option<NetPath>,
    /// How far the file has come that is being read.
    pub(crate) progress: Option<Progress>,
    /// What is waited for, since the process has ended.
    pub(crate) waiting: Option<String>,
    /// Files that are not read again for now.
    pub(crate) stopped: Vec<NetPath>,
    /// In what order rows of tables are shown, and which columns.
    pub(crate) choices: Choices,
    /// How counters are shown.
    pub(crate) counters: CounterMode,
    /// Sums are shown below tables.
    pub(crate) totals: bool,
    /// There are so many rows that telling them apart takes long.
    pub(crate) large: bool,
    /// What is typed is to be filtered by, once it is seen.
    pub(crate) is_filter_due: bool,
    /// Rows that have just appeared or vanished.
    pub(crate) flash: Flash,
    /// What is remembered for later sessions.
    pub(crate) remembered: Remembered,
    /// The last click.
    pub(crate) clicked: Option<Click>,
    /// What lies where on the screen.
    pub(crate) hits: Hits,
    /// How what is shown is arranged.
    pub(crate) arranged: RefCell<Option<Arc<Prepared>>>,
    /// How the next snapshot is arranged.
    pub(crate) ready: Option<Arc<Prepared>>,
    pub(crate) planned: Plan,
    /// Where in what was recorded it stands; `None`: it is live.
    pub(crate) time: Option<Timeline>,
    /// What was asked for last has not come yet.
    pub(crate) awaits: bool,
    /// What was last told to be arranged.
    pub(crate) told: Option<Shown>,
    /// Findings that are not told of.
    pub(crate) acknowledged: Acknowledged,
    /// What was told to who is new here.
    pub(crate) hints: Hints,
    /// The row that is to be selected once it is there.
    pub(crate) sought: Option<Wanted>,
    /// What is drawn over time.
    pub(crate) graphs: Graphs,
    /// It looks back at what was kept.
    pub(crate) back: Option<Back>,
}

impl App {
    /// A session with a process that was found.
    pub fn new(settings: Settings) -> Self {
        let skips = settings.skip_intro.unwrap_or(settings.memory.skip_intro);
        let found = if skips || settings.top { Event::FoundSkipIntro } else { Event::Found };
        Self {
            state: State::Start.next(found),
            theme: settings.theme,
            snapshot: None,
            tab: if settings.top { views::place(views::PROCESSES) } else { views::FIRST },
            panes: (0..=views::ALL.len()).map(|_| Pane::default()).collect(),
            line: Line::after(settings.memory.commands.clone()),
            completion: Completion::default(),
            filter_line: Line::default(),
            draft: Draft::default(),
            values: Values::default(),
            typing: None,
            overlay: None,
            message: settings.memory.said.clone().map(Message::Remark),
            recording: false,
            paused: false,
            changed: true,
            watched: Watched::new(if settings.top { Whom::All } else { Whom::First }),
            left: None,
            file: None,
            confirmed: None,
            progress: None,
            waiting: None,
            stopped: Vec::new(),
            choices: settings.memory.choices(),
            counters: settings.counters.or(settings.memory.counters).unwrap_or_default(),
            totals: settings.memory.totals,
            large: false,
            is_filter_due: false,
            flash: Flash::default(),
            remembered: settings.memory.remembered(settings.counters),
            clicked: None,
            hits: Hits::default(),
            arranged: RefCell::default(),
            ready: None,
            planned: Plan::default(),
            time: None,
            awaits: false,
            told: None,
            acknowledged: Acknowledged::new(),
            hints: Hints::default(),
            sought: None,
            settings,
            graphs: Graphs::default(),
            back: None,
        }
    }

    /// What is to be done before the first input: read everything once.
    pub fn start(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.plan(&mut effects);
        effects
    }

    /// Where the session stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether the session has come to its end.
    pub fn is_over(&self) -> bool {
        match self.state {
            State::Terminated | State::FailExit => true,
            State::Exited => !self.settings.linger,
            _ => false,
        }
    }

    /// What is shown; of a session that looks back what it showed before.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        let live = self.back.as_ref().and_then(|back| back.live.as_ref());
        live.or(self.snapshot.as_ref())
    }

    /// Whether the screen differs from what was last drawn.
    pub fn needs_draw(&self) -> bool {
        self.changed
    }

    /// Draws the screen.
    pub fn draw(&mut self, frame: &mut ratatui::Frame<'_>) {
        self.changed = false;
        crate::screen::draw(self, frame);
        if self.theme.marks == Marks::Ascii {
            make_plain(frame.buffer_mut());
        }
    }

    /// What keys mean at the moment.
    pub(crate) fn mode(&self) -> Mode {
        let overlay = self.overlay.as_ref().map(|overlay| &overlay.content);
        match (self.state, self.typing, overlay) {
            (State::NoSelection, ..) => Mode::Intro,
            (_, Some(Typing::Command), _) => Mode::CommandLine,
            (_, Some(Typing::Filter), _) => Mode::FilterLine,
            (_, None, Some(Content::Tabs(_))) => Mode::List,
            (_, None, Some(Content::Columns(picker))) => match picker.purpose {
                Purpose::Sort => Mode::SortList,
                Purpose::Show => Mode::ColumnList,
            },
            (_, None, Some(Content::Acts(_))) => Mode::ActList,
            (_, None, Some(Content::Confirm(_))) => Mode::Confirm,
            (_, None, Some(_)) => Mode::Overlay,
            _ => Mode::Tab,
        }
    }

    /// The process has ended, and the last view stays.
    pub(crate) fn ended(&self) -> bool {
        self.state == State::Exited
    }

    /// The selected tab.
    pub(crate) fn view(&self) -> &'static View {
        views::ALL[self.tab]
    }

    /// Number of the pane that is shown.
    pub(crate) fn place(&self) -> usize {
        if self.file.is_some() { self.place_of_file() } else { self.tab }
    }

    /// The pane that is shown.
    pub(crate) fn pane(&mut self) -> &mut Pane {
        let place = self.place();
        &mut self.panes[place]
    }

    /// The lines of what is shown.
    pub(crate) fn document(&self) -> Document {
        let Some(snapshot) = &self.snapshot else { return Document::default() };
        let tables = self.tables(snapshot);
        self.document_of(&tables, snapshot, self.panes[self.place()].width)
    }

    /// The lines of tables in so many columns: of each row one, of a row of facts as many as they take.
    pub(crate) fn document_of(
        &self,
        tables: &[TableView<'_>],
        snapshot: &Arc<Snapshot>,
        width: usize,
    ) -> Document {
        let prepared = self.prepared(snapshot);
        Document::new(tables.iter().enumerate().map(|(at, table)| {
            if table.is_record && !table.is_empty() {
                let lines = record::lines(table, snapshot, width, self.theme).len();
                return Extent { untitled: true, ..Extent::of(lines) };
            }
            self.extent(table, prepared.totals.get(at).is_some_and(Option::is_some))
        }))
    }

    /// Whether a tick is better left out: its rows are many and nobody has arranged them as they are shown by now. The next
    /// one will be: that thread was told.
    fn comes_too_early(&self, snapshot: &Arc<Snapshot>) -> bool {
        /// Whoever reads seldom has no other soon, in seconds.
        const SOON: u64 = 5;
        let is_ready = |ready: &Arc<Prepared>| ready.is_of(snapshot) && self.is_shown(&ready.shown);
        self.large
            && self.snapshot.is_some()
            && self.time.is_none()
            && self.waiting.is_none()
            && self.settings.interval.duration().as_secs() <= SOON
            && !self.awaits
            && !self.ready.as_ref().is_some_and(is_ready)
    }

    /// Takes a tick over. A frozen or ended session keeps what it shows; there must be something, though.
    pub(crate) fn take(&mut self, snapshot: Arc<Snapshot>) {
        let is_still = (self.paused || self.ended()) && self.back.is_none();
        if is_still && self.snapshot.is_some() || !self.watched.is_of(&snapshot) {
            return;
        }
        if self.comes_too_early(&snapshot) || !self.takes(&snapshot) {
            return self.keep_figures(&snapshot);
        }
        self.watched.saw(&snapshot);
        // What comes of the past is of the one that has ended.
        if self.back.is_none() && self.waiting.take().is_some() {
            self.begin_anew(&snapshot);
        }
        self.keep_figures(&snapshot);
        // What lies over the tables does not change with them.
        let open = matches!(self.mode(), Mode::Tab | Mode::CommandLine | Mode::FilterLine);
        let covered = self.snapshot.is_some() && !open;
        let before = self.snapshot.clone().map(|before| (self.prepared(&before), before));
        self.following_row(|app| app.snapshot = Some(snapshot));
        self.mark_changes(before);
        self.ready = None;
        self.renew_detail();
        self.progress = None;
        self.awaits = false;
        self.state = self.state.next(Event::NewValues);
        self.seek_row();
        self.hint();
        self.changed |= !covered;
    }

    /// Tells what is shown, where there is work in arranging it.
    pub(crate) fn tell_shown(&mut self, effects: &mut Vec<Effect>) {
        if self.told.as_ref().is_some_and(|told| self.is_shown(told) && told.large == self.large) {
            return;
        }
        let shown = self.shown();
        let was_plain = self.told.as_ref().is_none_or(Shown::is_plain);
        if !(was_plain && shown.is_plain()) {
            effects.push(Effect::Arrange(shown.clone()));
        }
        self.told = Some(shown);
    }

    /// Asks for what the session has to read now, if that is not what was asked for last.
    pub(crate) fn plan(&mut self, effects: &mut Vec<Effect>) {
        if (self.paused || self.ended()) && self.back.is_none() || self.is_over() {
            return;
        }
        let Settings { wire, resolve, own, .. } = self.settings;
        let mut plan = Plan { wire, resolve, own, ..self.wanted() };
        self.plan_graphs(&mut plan);
        self.plan_detail(&mut plan);
        if self.snapshot.is_none() && self.watched.whom != Whom::All {
            plan = plan.with_first_readings();
        }
        if plan != self.planned {
            self.planned = plan.clone();
            self.awaits = true;
            effects.push(Effect::Plan(plan));
        }
    }
}
