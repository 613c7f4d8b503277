//! What inputs do to a session.

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use netmonitor_core::session::Event;
use netmonitor_core::views;

use crate::action;
use crate::app::{App, Message, Mode, Overlay};
use crate::command::{self, Order};
use crate::document::Move;
use crate::event::{Effect, Input};
use crate::key::Key;

impl App {
    /// Takes an input and says what is to be done for it.
    pub fn update(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Terminal(TerminalEvent::Key(event)) => self.key_event(&event, &mut effects),
            Input::Terminal(TerminalEvent::Paste(text)) => self.paste(&text),
            // Also where the size is what it was: on the way the terminal may have lost what it showed.
            Input::Terminal(TerminalEvent::Resize(..)) | Input::Resized => self.redraw(&mut effects),
            Input::Terminal(_) => {}
            Input::Snapshot(snapshot) => {
                self.take(snapshot);
                effects.push(Effect::Taken);
            }
            Input::ProcessEnded => self.process_ended(),
            Input::Quit => self.quit(),
            Input::Resumed => {
                self.changed = true;
                effects.push(Effect::Reenter);
            }
        }
        self.plan(&mut effects);
        effects
    }

    fn key_event(&mut self, event: &KeyEvent, effects: &mut Vec<Effect>) {
        let Some(key) = Key::pressed(event) else { return };
        self.changed |= self.message.take().is_some();
        let mode = self.mode();
        let mut action = action::find(mode, key);
        if action.is_none() && mode == Mode::Help {
            // A key of the tab below goes there: nobody has to leave the help first.
            action = action::find(Mode::Tab, key);
            if action.is_some() {
                self.help = None;
            }
        }
        if let Some(action) = action {
            self.changed = true;
            (action.run)(self, key, effects);
        }
    }

    fn paste(&mut self, text: &str) {
        if self.mode() == Mode::CommandLine {
            self.completion.reset();
            self.line.paste(text);
            self.changed = true;
        }
    }

    fn process_ended(&mut self) {
        self.state = self.state.next(Event::ProcessEnded);
        self.paused = false;
        self.changed = true;
    }

    /// Ends the session.
    pub(crate) fn quit(&mut self) {
        self.state = self.state.next(Event::Quit);
    }

    /// Leaves the introduction.
    pub(crate) fn go_on(&mut self) {
        self.state = self.state.next(Event::AnyKey);
    }

    /// Draws all of the screen again.
    pub(crate) fn redraw(&mut self, effects: &mut Vec<Effect>) {
        self.changed = true;
        effects.push(Effect::Redraw);
    }

    /// Shows the tab of this number.
    pub(crate) fn select(&mut self, tab: usize) {
        if tab >= views::ALL.len() {
            return;
        }
        if tab != self.tab {
            self.tab = tab;
            self.panes[tab].columns.clear();
        }
        self.help = None;
        self.state = self.state.next(Event::TabChosen);
    }

    /// Shows another tab, so many behind this one, going round.
    pub(crate) fn select_behind(&mut self, steps: usize) {
        self.select((self.tab + steps) % views::ALL.len());
    }

    /// Moves in what is shown.
    pub(crate) fn go(&mut self, to: Move) {
        if let Some(help) = &mut self.help {
            let places = (help.lines + 1).saturating_sub(help.height);
            help.top = to.from(help.top, places, help.height.saturating_sub(1));
        } else {
            let document = self.document();
            self.panes[self.tab].go(&document, to);
        }
    }

    /// Asks for the next scope.
    pub(crate) fn change_scope(&mut self) {
        self.settings.scope = self.settings.scope.next();
        if self.view().tables.iter().all(|table| table.scope.is_some()) {
            let scope = self.settings.scope;
            self.message = Some(Message::Remark(format!(
                "scope {scope} for the socket tabs; {} has one scope only",
                self.view().name
            )));
        }
        self.panes[self.tab].columns.clear();
    }

    /// Stops time or lets it go on.
    pub(crate) fn pause(&mut self, paused: bool, effects: &mut Vec<Effect>) {
        if self.ended() {
            self.message = Some(Message::Remark("the process has ended: nothing more will come".to_owned()));
        } else if paused != self.paused {
            self.paused = paused;
            // What is to be read comes first, so that going on does not begin with what was shown before.
            self.plan(effects);
            effects.push(Effect::Pause(paused));
        }
    }

    /// Reads once now.
    pub(crate) fn refresh(&mut self, effects: &mut Vec<Effect>) {
        if self.ended() {
            self.message = Some(Message::Remark("the process has ended: nothing more will come".to_owned()));
        } else if self.paused {
            self.message = Some(Message::Remark("paused: Space goes on".to_owned()));
        } else {
            effects.push(Effect::Refresh);
        }
    }

    /// Opens the help.
    pub(crate) fn open_help(&mut self) {
        self.help = Some(Overlay::default());
    }

    /// Opens the command line with a text in it.
    pub(crate) fn open_command_line(&mut self, text: &str) {
        self.typing = true;
        self.completion.reset();
        self.line.clear();
        self.line.set(text);
    }

    /// Leaves the command line; what is in it is lost.
    pub(crate) fn close_command_line(&mut self) {
        self.typing = false;
        self.completion.reset();
        self.line.clear();
    }

    /// Does what the command line says.
    pub(crate) fn run_command(&mut self, effects: &mut Vec<Effect>) {
        let line = self.line.take();
        self.close_command_line();
        match command::parse(&line) {
            Ok(None) => {}
            Ok(Some(Order::Tab(tab))) => self.select(tab),
            Ok(Some(Order::Interval(interval))) => {
                self.settings.interval = interval;
                effects.push(Effect::Interval(interval));
            }
            Ok(Some(Order::Help)) => self.open_help(),
            Ok(Some(Order::Quit)) => self.quit(),
            Err(error) => self.message = Some(Message::Error(error)),
        }
    }
}
