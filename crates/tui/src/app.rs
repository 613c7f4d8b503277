//! The state of a session.

use std::sync::Arc;

use netmonitor_core::interval::Interval;
use netmonitor_core::plan::Plan;
use netmonitor_core::scope::Scope;
use netmonitor_core::session::{Event, State};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, TableView, View};

use crate::command::Completion;
use crate::document::Document;
use crate::event::Effect;
use crate::line::Line;
use crate::overlay::{Content, Overlay};
use crate::pane::Pane;
use crate::theme::Theme;

/// How a session begins.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The time between two ticks.
    pub interval: Interval,
    /// Whose sockets are asked for.
    pub scope: Scope,
    /// Begin with the first tab at once.
    pub skip_intro: bool,
    /// Keep the last view when the process has ended.
    pub linger: bool,
    /// Whether colours may be used.
    pub color: bool,
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
    /// A command is typed.
    CommandLine,
}

impl Mode {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[Self::Intro, Self::Tab, Self::Overlay, Self::List, Self::CommandLine];
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
    pub(crate) typing: bool,
    pub(crate) overlay: Option<Overlay>,
    pub(crate) message: Option<Message>,
    pub(crate) paused: bool,
    pub(crate) changed: bool,
    planned: Plan,
}

impl App {
    /// A session with a process that was found.
    pub fn new(settings: Settings) -> Self {
        let found = if settings.skip_intro { Event::FoundSkipIntro } else { Event::Found };
        Self {
            state: State::Start.next(found),
            settings,
            theme: Theme { color: settings.color },
            snapshot: None,
            tab: 0,
            panes: views::ALL.iter().map(|_| Pane::default()).collect(),
            line: Line::default(),
            completion: Completion::default(),
            typing: false,
            overlay: None,
            message: None,
            paused: false,
            changed: true,
            planned: Plan::default(),
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

    /// What is shown.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.snapshot.as_ref()
    }

    /// Whether the screen differs from what was last drawn.
    pub fn needs_draw(&self) -> bool {
        self.changed
    }

    /// Draws the screen.
    pub fn draw(&mut self, frame: &mut ratatui::Frame<'_>) {
        self.changed = false;
        crate::screen::draw(self, frame);
    }

    /// What keys mean at the moment.
    pub(crate) fn mode(&self) -> Mode {
        let overlay = self.overlay.as_ref().map(|overlay| &overlay.content);
        match (self.state, self.typing, overlay) {
            (State::NoSelection, ..) => Mode::Intro,
            (_, true, _) => Mode::CommandLine,
            (_, false, Some(Content::Tabs(_))) => Mode::List,
            (_, false, Some(_)) => Mode::Overlay,
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

    /// The lines of the selected tab.
    pub(crate) fn document(&self) -> Document {
        let Some(snapshot) = &self.snapshot else { return Document::default() };
        let tables = self.view().tables_on(snapshot, self.settings.scope);
        Document::new(tables.iter().map(TableView::len))
    }

    /// Takes a tick over. A frozen or ended session keeps what it shows; there must be something, though.
    pub(crate) fn take(&mut self, snapshot: Arc<Snapshot>) {
        if (self.paused || self.ended()) && self.snapshot.is_some() {
            return;
        }
        // What lies over the tables does not change with them.
        let covered = self.snapshot.is_some() && !matches!(self.mode(), Mode::Tab | Mode::CommandLine);
        self.snapshot = Some(snapshot);
        self.state = self.state.next(Event::NewValues);
        self.changed |= !covered;
    }

    /// Asks for what the session has to read now, if that is not what was asked for last.
    pub(crate) fn plan(&mut self, effects: &mut Vec<Effect>) {
        if self.paused || self.ended() || self.is_over() {
            return;
        }
        // Where the process's own sockets cannot be told, the namespace's are shown, and their owners sought.
        let asked = self.settings.scope;
        let scope = self.snapshot.as_ref().map_or(asked, |snapshot| snapshot.scope(asked).0);
        let mut plan = Plan::of([self.view()], scope);
        if self.snapshot.is_none() {
            plan = plan.with_first_readings();
        }
        if plan != self.planned {
            self.planned = plan.clone();
            effects.push(Effect::Plan(plan));
        }
    }
}
