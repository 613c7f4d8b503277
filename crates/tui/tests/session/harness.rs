//! A session with a terminal in memory.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use netmonitor_core::interval::Interval;
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::CounterMode;
use netmonitor_tui::{App, Bindings, Effect, Input, Memo, Settings, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};

pub(crate) const SETTINGS: fn() -> Settings = || Settings {
    interval: Interval::default(),
    scope: Scope::Process,
    counters: Some(CounterMode::All),
    by: netmonitor_core::views::By::default(),
    top: false,
    skip_intro: Some(true),
    linger: false,
    keeps: false,
    wire: false,
    resolve: false,
    own: false,
    permitted: netmonitor_tui::Permitted { nothing: None, closes: true, signals_all: true, uid: 0 },
    mouse: true,
    memory: netmonitor_tui::Memory::default(),
    remembers: true,
    theme: Theme::named("ansi").unwrap(),
    bindings: Bindings::default(),
    thresholds: Default::default(),
};

pub(crate) struct Session {
    pub(crate) app: App,
    pub(crate) terminal: Terminal<TestBackend>,
    /// What the session asked for since it was last looked at.
    pub(crate) effects: Vec<Effect>,
}

impl Session {
    pub(crate) fn new(width: u16, height: u16, settings: Settings) -> Self {
        let mut app = App::new(settings);
        let effects = app.start();
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("a test terminal has no errors");
        Self { app, terminal, effects }
    }

    /// A session that shows a tab of the usual world, after two ticks.
    pub(crate) fn showing(width: u16, height: u16, snapshots: &[Arc<Snapshot>]) -> Self {
        let mut session = Self::new(width, height, SETTINGS());
        for snapshot in snapshots {
            session.input(Input::Snapshot(snapshot.clone()));
        }
        session
    }

    pub(crate) fn input(&mut self, input: Input) {
        let effects = self.app.update(input);
        self.effects.extend(effects);
    }

    pub(crate) fn press(&mut self, code: KeyCode) {
        self.press_with(KeyModifiers::NONE, code);
    }

    pub(crate) fn press_with(&mut self, modifiers: KeyModifiers, code: KeyCode) {
        self.input(key(modifiers, code));
    }

    /// Presses and releases the left button at a place, at this moment in milliseconds.
    pub(crate) fn click(&mut self, (x, y): (u16, u16), at: u64) {
        let left = MouseButton::Left;
        self.mouse(MouseEventKind::Down(left), (x, y), at);
        self.mouse(MouseEventKind::Up(left), (x, y), at);
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, (column, row): (u16, u16), at: u64) {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.input(Input::Mouse(event, Duration::from_millis(at)));
    }

    /// Where a text stands on the screen first.
    pub(crate) fn find(&mut self, text: &str) -> (u16, u16) {
        let screen = self.screen();
        let found = screen.lines().zip(0..).find_map(|(line, y)| Some((line.find(text)?, y, line)));
        let (at, y, line) = found.unwrap_or_else(|| panic!("no {text:?} in\n{screen}"));
        (line[..at].chars().count() as u16, y)
    }

    pub(crate) fn ctrl(&mut self, letter: char) {
        self.press_with(KeyModifiers::CONTROL, KeyCode::Char(letter));
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        text.chars().for_each(|character| self.press(KeyCode::Char(character)));
    }

    /// Types a command and runs it.
    pub(crate) fn command(&mut self, text: &str) {
        self.type_text(":");
        self.type_text(text);
        self.press(KeyCode::Enter);
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.terminal.backend_mut().resize(width, height);
        self.input(Input::Terminal(Event::Resize(width, height)));
    }

    /// What was asked of the world since the last time, but for the word that a snapshot was taken.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        // What was typed is remembered besides.
        let is_other = |effect: &Effect| matches!(effect, Effect::Taken | Effect::Remember(Memo::Command(_)));
        let effects = std::mem::take(&mut self.effects);
        effects.into_iter().filter(|effect| !is_other(effect)).collect()
    }

    pub(crate) fn buffer(&mut self) -> &Buffer {
        self.terminal.draw(|frame| self.app.draw(frame)).expect("a test terminal has no errors");
        self.terminal.backend().buffer()
    }

    /// The screen as text.
    pub(crate) fn screen(&mut self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width);
        let lines = buffer.content.chunks(width).map(|cells| {
            let line: String = cells.iter().map(Cell::symbol).collect();
            line.trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn last_line(&mut self) -> String {
        self.screen().lines().last().unwrap_or_default().trim().to_owned()
    }

    /// The text of the line that is shown reversed below the tab bar: the selected row.
    pub(crate) fn selected_row(&mut self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width);
        let reversed = |cell: &Cell| cell.modifier.contains(ratatui::style::Modifier::REVERSED);
        let mut lines = buffer.content.chunks(width).filter(|cells| cells[2..].iter().all(reversed));
        let line = lines.next().map(|cells| cells.iter().map(Cell::symbol).collect::<String>());
        line.unwrap_or_default().trim().to_owned()
    }
}

pub(crate) fn key(modifiers: KeyModifiers, code: KeyCode) -> Input {
    Input::Terminal(Event::Key(KeyEvent::new(code, modifiers)))
}
