//! Looking back in a live session: its kept moments are shown by the time line of a recording, while reading goes on.

use std::sync::Arc;

use netmonitor_core::record::When;
use netmonitor_core::snapshot::Snapshot;

use crate::app::App;
use crate::event::{Effect, Go};

/// A session that looks back.
pub(crate) struct Back {
    /// What was shown before.
    pub(crate) live: Option<Arc<Snapshot>>,
    /// It has gone somewhere: else it stands where it was frozen.
    pub(crate) has_moved: bool,
    /// The next live snapshot is shown.
    leaving: bool,
    /// The moment that is to be shown once it is known which there are.
    sought: Option<When>,
}

impl App {
    /// Whether moments can be looked at that the session has kept.
    pub(crate) fn keeps(&self) -> bool {
        self.settings.keeps && self.snapshot.is_some()
    }

    /// Begins to look back, if it does not yet.
    pub(crate) fn look_back(&mut self, go: Go, effects: &mut Vec<Effect>) {
        match &mut self.back {
            Some(back) => back.leaving = false,
            None => {
                let live = self.snapshot.clone();
                self.back = Some(Back { live, has_moved: false, leaving: false, sought: None });
            }
        }
        self.note_go(go);
        // What is shown lies still until the moment has come.
        self.paused = false;
        self.changed = true;
        effects.push(Effect::Time(go));
    }

    /// Whether what is shown is still what was frozen.
    pub(crate) fn note_go(&mut self, go: Go) {
        if let Some(back) = &mut self.back {
            back.has_moved |= go != Go::Play(false);
        }
    }

    /// The same to a moment as it was typed.
    pub(crate) fn look_back_at(&mut self, when: &When, effects: &mut Vec<Effect>) {
        self.look_back(Go::Play(false), effects);
        self.back.iter_mut().for_each(|back| back.sought = Some(when.clone()));
    }

    /// Goes there, once it is known which moments there are.
    pub(crate) fn go_on_seeking(&mut self, effects: &mut Vec<Effect>) {
        if let Some(when) = self.back.as_mut().and_then(|back| back.sought.take()) {
            self.go_at(&when, effects);
        }
    }

    /// Shows what is live with the next snapshot; of a process that has ended what was shown last.
    pub(crate) fn return_to_live(&mut self, effects: &mut Vec<Effect>) {
        let is_over = self.ended();
        let Some(back) = &mut self.back else { return };
        back.leaving = true;
        effects.push(Effect::Time(Go::Live));
        if is_over {
            let live = back.live.take();
            self.following_row(|app| app.snapshot = live.or(app.snapshot.take()));
            self.is_back();
            self.remark("the process has ended: this is its last moment");
        }
    }

    /// What is live is shown at once, for it is of somebody else.
    pub(crate) fn leave_past(&mut self, effects: &mut Vec<Effect>) {
        if self.back.is_some() {
            effects.push(Effect::Time(Go::Live));
            self.is_back();
        }
    }

    /// The process has ended: nothing live comes any more.
    pub(crate) fn end_of_live(&mut self, effects: &mut Vec<Effect>) {
        if self.back.as_ref().is_some_and(|back| back.leaving) {
            self.return_to_live(effects);
        }
    }

    fn is_back(&mut self) {
        (self.back, self.time) = (None, None);
        self.changed = true;
    }

    /// Whether a snapshot is of what is shown: of the past while the session looks back, else live.
    pub(crate) fn takes(&mut self, snapshot: &Snapshot) -> bool {
        match &self.back {
            // Of a session on a recording all are.
            None => !(self.settings.keeps && snapshot.is_recorded),
            Some(back) if back.leaving && !snapshot.is_recorded => {
                self.is_back();
                true
            }
            Some(back) => snapshot.is_recorded && !back.leaving,
        }
    }

    /// Whether a place in time is that of what is shown.
    pub(crate) fn takes_time(&self) -> bool {
        match &self.back {
            None => !self.settings.keeps,
            Some(back) => !back.leaving,
        }
    }
}
