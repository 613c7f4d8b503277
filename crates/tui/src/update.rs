//! What inputs do to a session.

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use netmonitor_core::explain;
use netmonitor_core::format::harmless_text;
use netmonitor_core::session::Event;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, TableView};
use procnet::Value;

use crate::app::{App, Message, Mode, Typing};
use crate::document::Move;
use crate::event::{Effect, Input, Progress, Whom};
use crate::key::Key;
use crate::line::Line;
use crate::overlay::{Content, Meaning, Overlay, Search, TabList};
use crate::pane::Pane;

impl App {
    /// Takes an input and says what is to be done for it.
    pub fn update(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Terminal(TerminalEvent::Key(event)) => self.key_event(&event, &mut effects),
            Input::Terminal(TerminalEvent::Paste(text)) => self.paste(&text),
            // Also where the size is what it was: on the way the terminal may have lost what it showed.
            Input::Terminal(TerminalEvent::Resize(..)) | Input::Resized => self.redraw(&mut effects),
            Input::Mouse(event, at) => self.mouse(&event, at, &mut effects),
            Input::Terminal(_) => {}
            Input::Arranged(prepared) => self.ready = Some(prepared),
            Input::Snapshot(snapshot) => {
                self.take(snapshot);
                effects.push(Effect::Taken);
            }
            Input::Time(time) => self.take_time(*time, &mut effects),
            Input::Passed(figures) => self.take_passed(figures),
            Input::Progress(progress) => self.take_progress(progress),
            Input::ProcessEnded => self.process_ended(&mut effects),
            Input::Refused(why) => self.refused(&why, &mut effects),
            Input::Waiting(words) => self.wait_for(words),
            Input::Recording(goes_on, words) => self.recording(goes_on, &words),
            Input::Said(said) => self.said(said),
            Input::Quit => self.quit(),
            Input::Resumed => {
                self.changed = true;
                effects.push(Effect::Reenter);
            }
        }
        self.plan(&mut effects);
        self.tell_shown(&mut effects);
        self.tell_memory(&mut effects);
        self.renew_figures();
        effects
    }

    fn key_event(&mut self, event: &KeyEvent, effects: &mut Vec<Effect>) {
        let Some(key) = Key::pressed(event) else { return };
        self.changed |= self.message.take().is_some();
        let mode = self.mode();
        let mut action = self.settings.bindings.find(mode, key);
        if action.is_none() && mode == Mode::Overlay {
            // A key of the tab below goes there: nobody has to leave the overlay first.
            action = self.settings.bindings.find(Mode::Tab, key);
            if action.is_some() {
                self.overlay = None;
            }
        }
        if let Some(action) = action {
            self.changed = true;
            (action.run)(self, key, effects);
        }
    }

    fn paste(&mut self, text: &str) {
        if self.typing.is_some() {
            self.edit(|line| line.paste(text));
            self.changed = true;
        }
    }

    fn process_ended(&mut self, effects: &mut Vec<Effect>) {
        if self.leave_ended(effects) {
            return;
        }
        self.state = self.state.next(Event::ProcessEnded);
        self.paused = false;
        self.changed = true;
        self.end_of_live(effects);
    }

    /// The process has ended; what it showed stays until another one has taken its place.
    fn wait_for(&mut self, words: String) {
        self.waiting = Some(words);
        self.progress = None;
        self.changed = true;
    }

    /// Another process has taken the place of the one that has ended.
    pub(crate) fn begin_anew(&mut self, snapshot: &Snapshot) {
        let process = &snapshot.process;
        let name = harmless_text(&process.name);
        self.message = Some(Message::Remark(format!(
            "process {} {name} has taken its place; figures begin anew",
            process.pid
        )));
        self.stopped.clear();
        self.graphs.series.clear();
        self.changed = true;
    }

    /// Ends the session.
    pub(crate) fn quit(&mut self) {
        self.state = self.state.next(Event::Quit);
    }

    /// Leaves the introduction.
    pub(crate) fn go_on(&mut self) {
        self.hints.are_wanted = true;
        self.state = self.state.next(Event::AnyKey);
    }

    /// Draws all of the screen again.
    pub(crate) fn redraw(&mut self, effects: &mut Vec<Effect>) {
        self.changed = true;
        effects.push(Effect::Redraw);
    }

    /// Shows the tab of this number.
    pub(crate) fn select(&mut self, tab: usize) {
        if tab >= views::ALL.len() || !self.has_tab(tab) {
            return;
        }
        self.close_file();
        if tab != self.tab {
            self.tab = tab;
            self.panes[tab].columns.clear();
        }
        self.overlay = None;
        self.state = self.state.next(Event::TabChosen);
    }

    /// Shows the next of the tabs with a number, or the one before, going round; beside them the first or the last.
    pub(crate) fn select_beside(&mut self, forward: bool) {
        if self.watched.whom == Whom::All {
            return self.select_beside_of_all(forward);
        }
        let numbered = views::numbered().len();
        self.select(match (forward, self.tab) {
            (true, tab) if tab + 1 < numbered => tab + 1,
            (true, _) => 0,
            (false, tab) if (1..numbered).contains(&tab) => tab - 1,
            (false, _) => numbered - 1,
        });
    }

    /// Moves in what is shown.
    pub(crate) fn go(&mut self, to: Move) {
        if let Some(overlay) = &mut self.overlay {
            let places = (overlay.lines + 1).saturating_sub(overlay.height);
            overlay.top = to.from(overlay.top, places, overlay.height.saturating_sub(1));
        } else {
            let document = self.document();
            self.pane().go(&document, to);
        }
    }

    /// Asks for the next scope.
    pub(crate) fn change_scope(&mut self) {
        if self.watched.whom == Whom::All {
            self.message = Some(Message::Remark("all processes of the machine are shown".to_owned()));
            return;
        }
        self.following_row(|app| app.settings.scope = app.settings.scope.next());
        if self.view().tables.iter().all(|table| table.scope.is_some()) {
            let scope = self.settings.scope;
            self.message = Some(Message::Remark(format!(
                "scope {scope} for the socket tabs; {} has one scope only",
                self.view().name
            )));
        }
        self.pane().columns.clear();
    }

    /// Groups processes by the next of what they can be grouped by.
    pub(crate) fn change_grouping(&mut self) {
        if self.view().tables.iter().all(|table| table.content.by().is_none()) {
            self.message = Some(Message::Remark("only processes are grouped: p shows them".to_owned()));
            return;
        }
        self.left = None;
        self.settings.by = self.settings.by.next();
        let title = self.settings.by.title();
        self.message = Some(Message::Remark(format!("processes: {title}")));
        *self.pane() = Pane { filter: std::mem::take(&mut self.pane().filter), ..Pane::default() };
    }

    /// Shows counters in the next way.
    pub(crate) fn change_counters(&mut self) {
        self.keeping_row(|app| app.counters = app.counters.next());
        let mode = self.counters;
        let is_seen = self
            .snapshot
            .clone()
            .is_some_and(|snapshot| self.tables(&snapshot).iter().any(TableView::has_counters));
        let here = if is_seen { "" } else { "; what is shown here are no counters" };
        self.message = Some(Message::Remark(format!("counters: {}{here}", mode.title())));
        self.pane().columns.clear();
    }

    fn take_progress(&mut self, progress: Progress) {
        self.changed |= !self.paused;
        self.progress = Some(progress);
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
        if self.back.is_some() {
            self.remark("this is the past: L goes back to live figures");
        } else if self.time.is_some() {
            self.remark("nothing is read: this was recorded");
        } else if self.ended() {
            self.message = Some(Message::Remark("the process has ended: nothing more will come".to_owned()));
        } else if self.paused {
            self.message = Some(Message::Remark("paused: Space goes on".to_owned()));
        } else {
            self.stopped.clear();
            // What was left out is read with the rest.
            self.plan(effects);
            effects.push(Effect::Refresh);
        }
    }

    /// Opens the help.
    pub(crate) fn open_help(&mut self) {
        self.overlay = Some(Overlay::new(Content::Help));
    }

    /// Opens the list of all tabs.
    pub(crate) fn open_tabs(&mut self) {
        self.overlay = Some(Overlay::new(Content::Tabs(TabList::default())));
    }

    /// What is typed into the list that is open.
    pub(crate) fn search(&mut self) -> Option<&mut Search> {
        match self.overlay.as_mut().map(|overlay| &mut overlay.content) {
            Some(Content::Tabs(list)) => Some(&mut list.search),
            Some(Content::Columns(picker)) => Some(&mut picker.search),
            Some(Content::Acts(menu)) => Some(&mut menu.search),
            _ => None,
        }
    }

    /// How many entries of the list are left.
    pub(crate) fn left_in_list(&self) -> usize {
        match self.overlay.as_ref().map(|overlay| &overlay.content) {
            Some(Content::Tabs(list)) => list.left().len(),
            Some(Content::Columns(picker)) => picker.left().len(),
            Some(Content::Acts(menu)) => menu.left().len(),
            _ => 0,
        }
    }

    /// Shows the tab that is chosen in the list.
    pub(crate) fn choose_tab(&mut self) {
        if let Some(Content::Tabs(list)) = self.overlay.as_ref().map(|overlay| &overlay.content)
            && let Some(tab) = list.choice()
        {
            self.select(tab);
        }
    }

    /// Tells what the selected row means.
    pub(crate) fn explain(&mut self) {
        if let Some(path) = self.selected_file() {
            self.overlay = Some(Overlay::new(Content::Meaning(Meaning::of_file(&path))));
            return;
        }
        if self.explain_detector() {
            return;
        }
        let Some(snapshot) = self.snapshot.clone() else { return };
        let cursor = self.pane().cursor;
        let Some(table) = self.tables(&snapshot).into_iter().nth(cursor.table) else { return };
        let text = |column: &str| match table.named(cursor.row, column) {
            Some(Value::Text(text)) => Some(harmless_text(text)),
            _ => None,
        };
        let is_by_name = table.all_columns().iter().any(|column| column.name == "meaning");
        let mut meaning = Meaning::default();
        if let Some(name) = text("name").filter(|_| is_by_name) {
            let group = text("group").unwrap_or_else(|| table.name.to_string());
            meaning.entries.extend(explain::of(&group, &name));
            meaning.title = format!("{group}.{name}");
        } else {
            let group = self.file.as_ref().map_or(&*table.name, |file| file.opened.group());
            meaning.entries = explain::group(group);
            meaning.title = harmless_text(table.name.as_bytes());
            meaning.columns = table.all_columns().to_vec();
        }
        if meaning.entries.is_empty() && meaning.columns.is_empty() {
            let title = meaning.title;
            self.message =
                Some(Message::Remark(format!("{title} is not in the dictionary: a newer kernel's")));
            return;
        }
        self.overlay = Some(Overlay::new(Content::Meaning(meaning)));
    }

    /// Opens the command line with a text in it.
    pub(crate) fn open_command_line(&mut self, text: &str) {
        self.typing = Some(Typing::Command);
        self.completion.reset();
        self.values.take();
        self.line.clear();
        self.line.set(text);
    }

    /// Leaves the command line; what is in it is lost.
    pub(crate) fn close_command_line(&mut self) {
        self.typing = None;
        self.completion.reset();
        self.line.clear();
    }

    /// Whether something is left to be done once what there is was drawn, and nobody waits for anything else.
    pub fn has_more_to_do(&self) -> bool {
        self.is_filter_due
    }

    /// Does it, and says what is to be done for it.
    pub fn do_more(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if std::mem::take(&mut self.is_filter_due) && self.typing == Some(Typing::Filter) {
            self.try_filter();
            self.changed = true;
            self.tell_shown(&mut effects);
        }
        effects
    }

    /// Changes the line that is typed.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Line)) {
        match self.typing {
            Some(Typing::Filter) => {
                change(&mut self.filter_line);
                self.make_offers();
                self.is_filter_due = self.large;
                if !self.large {
                    self.try_filter();
                }
            }
            Some(Typing::Command) => {
                self.completion.reset();
                change(&mut self.line);
            }
            None => {}
        }
    }

    /// Erases the character before the cursor of the line that is typed; leaves an empty line.
    pub(crate) fn erase(&mut self) {
        let mut is_empty = false;
        self.edit(|line| is_empty = !line.backspace());
        match self.typing.filter(|_| is_empty) {
            Some(Typing::Filter) => self.cancel_filter(),
            Some(Typing::Command) => self.close_command_line(),
            None => {}
        }
    }
}
