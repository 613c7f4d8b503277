//! Files that are opened: from the tab that lists them, or as the text behind a table.

use netmonitor_core::detect;
use netmonitor_core::files::{NetPath, is_harmless};
use netmonitor_core::plan::{Measure, Owners, Plan};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, Opened};
use procnet::{Value, proc};

use crate::app::{App, Message};
use crate::event::{Effect, Whom};

/// Reading a file again to measure it is worth while it takes no longer than this, in nanoseconds.
const QUICK: u64 = 10_000_000;

/// A file that lies over its tab.
#[derive(Debug)]
pub(crate) struct OpenFile {
    /// The file.
    pub(crate) opened: Opened,
    /// Other files of the same table, whose text comes next.
    more: Vec<NetPath>,
}

impl App {
    /// Whether the tab that lists all files is shown, and none of them.
    fn is_file_list(&self) -> bool {
        self.file.is_none() && self.view().name == views::FILES
    }

    /// The file whose row is selected.
    pub(crate) fn selected_file(&self) -> Option<NetPath> {
        let snapshot = self.snapshot.as_ref().filter(|_| self.is_file_list())?;
        let cursor = self.panes[self.tab].cursor;
        match self.tables(snapshot).get(cursor.table)?.named(cursor.row, "name")? {
            Value::Text(path) => Some(String::from_utf8_lossy(path).into_owned().into()),
            _ => None,
        }
    }

    /// Opens the selected file as a table, the session of the selected process, the processes of the selected group; of another
    /// row tells everything.
    pub(crate) fn enter(&mut self, effects: &mut Vec<Effect>) {
        match (self.selected_file(), self.selected_process()) {
            (Some(path), _) => self.open_file(path, false, Vec::new()),
            (None, Some(process)) => self.watch_process(process, effects),
            (None, None) if self.open_group() => {}
            (None, None) if self.jump() => {}
            (None, None) => self.open_detail(),
        }
    }

    /// Shows the text behind what is shown; in the text of a file that was opened its rows again.
    pub(crate) fn show_text(&mut self) {
        if let Some(path) = self.selected_file() {
            return self.open_file(path, true, Vec::new());
        }
        let Some(mut file) = self.file.take() else { return self.open_text_of_table() };
        if !file.more.is_empty() {
            let path = file.more.remove(0);
            return self.open_file(path, true, file.more);
        }
        if self.view().name == views::FILES {
            self.open_file(file.opened.path, !file.opened.text, Vec::new());
        }
    }

    /// The text of the files behind the table of the selected row.
    fn open_text_of_table(&mut self) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        let table = self.panes[self.tab].cursor.table;
        let mut shown = self
            .view()
            .tables_by(self.settings.by)
            .filter(|def| def.view(&snapshot, self.asked_scope()).is_worth_showing());
        let needs = shown.nth(table).map(|def| def.content.needs()).unwrap_or_default();
        let files = needs.dumps.iter().flat_map(|dump| dump.files).map(|path| NetPath::Borrowed(path));
        let mut paths = needs.net.into_iter().chain(files);
        match paths.next() {
            Some(first) => self.open_file(first, true, paths.collect()),
            None => self.message = Some(Message::Remark("no file tells of this table".to_owned())),
        }
    }

    fn open_file(&mut self, path: NetPath, text: bool, more: Vec<NetPath>) {
        let effect = proc::find(&path).and_then(|file| file.side_effect);
        if let Some(effect) = effect.filter(|_| self.confirmed.as_ref() != Some(&path)) {
            self.message = Some(Message::Error(format!(
                "reading net/{path} {effect}: the same key again reads it once"
            )));
            self.confirmed = Some(path);
            return;
        }
        self.stopped.clear();
        let place = self.place_of_file();
        self.panes[place] = crate::pane::Pane::default();
        let next = more.first().map(|next| format!("w: net/{next}   "));
        self.message = Some(Message::Remark(format!("{}Esc: back", next.unwrap_or_default())));
        self.file = Some(OpenFile { opened: Opened { path, text }, more });
    }

    /// Leaves the rest of what is being read, or else the file that is open.
    pub(crate) fn back(&mut self, effects: &mut Vec<Effect>) {
        if let Some(progress) = self.progress.take() {
            let path = progress.path;
            self.message =
                Some(Message::Remark(format!("net/{path}: only its beginning was read; F5 reads it again")));
            self.stopped.push(path);
        } else if self.file.is_some() {
            self.close_file();
        } else if !self.close_group() && !self.clear_filter() && !self.go_home(effects) {
            self.message = Some(Message::Remark("nothing lies over this tab".to_owned()));
        }
    }

    /// Shows the tab again that a file lies over.
    pub(crate) fn close_file(&mut self) {
        self.file = None;
        self.confirmed = None;
        self.stopped.clear();
    }

    /// Number of the pane that opened files are shown in: behind those of the tabs.
    pub(crate) fn place_of_file(&self) -> usize {
        views::ALL.len()
    }

    /// What is to be read for what is shown.
    pub(crate) fn wanted(&self) -> Plan {
        if self.watched.whom == Whom::All {
            return Plan::of([self.view()], Scope::Host);
        }
        let asked = self.settings.scope;
        // Where the process's own sockets cannot be told, the namespace's are shown, and their owners sought.
        let scope = self.snapshot.as_ref().map_or(asked, |snapshot| snapshot.scope(asked).0);
        let mut plan = match &self.file {
            Some(file) => file.opened.plan(),
            None => Plan::of([self.view()], scope),
        };
        if let Some(path) = self.selected_file().filter(|path| self.is_to_be_measured(path)) {
            plan.measure = Measure::One(path);
        }
        // The badge is on every screen.
        plan.add(detect::needs(false), scope);
        plan.owners = plan.owners.max(Owners::Family);
        let snapshot = self.snapshot.as_deref();
        plan.net.retain(|path| !self.stopped.contains(path) && !was_read_once(path, snapshot));
        plan.dumps.retain(|dump| !self.stopped.iter().any(|path| dump.files.contains(&&**path)));
        plan
    }

    /// A file is measured when it is selected, and again while that costs little.
    fn is_to_be_measured(&self, path: &NetPath) -> bool {
        let measured = self.snapshot.as_ref().and_then(|snapshot| snapshot.files.measured(path).copied());
        let is_quick = measured.is_none_or(|measured| measured.reading.took < QUICK);
        is_quick && is_harmless(path) && !self.stopped.contains(path)
    }
}

/// A file that is changed by reading it, and was read.
fn was_read_once(path: &NetPath, snapshot: Option<&Snapshot>) -> bool {
    !is_harmless(path) && snapshot.is_some_and(|snapshot| snapshot.source(path).is_some())
}
