//! Recording what is watched, begun and ended by a command.

use netmonitor_core::format::harmless_text;
use netmonitor_core::interval::Interval;
use netmonitor_core::scope::Scope;

use crate::app::{App, Message};
use crate::event::Effect;

/// What is to be recorded, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The file, as typed.
    pub file: String,
    /// The process: its number, and when it began in clock ticks since boot. `None`: all of the machine.
    pub whom: Option<(u32, u64)>,
    /// Whose sockets.
    pub scope: Scope,
    /// The time between two moments.
    pub interval: Interval,
    /// Whether names of remote addresses are looked up.
    pub resolve: bool,
}

impl App {
    /// Begins to record to a file; without one the recording ends.
    pub(crate) fn record(&mut self, file: String, effects: &mut Vec<Effect>) {
        if self.time.is_some() && self.back.is_none() {
            return self.remark("this was recorded already: copy the file");
        }
        match (file.is_empty(), self.recording) {
            (true, true) => effects.push(Effect::Record(None)),
            (true, false) => self.remark("nothing is recorded: :record FILE begins"),
            (false, true) => self.remark("a recording is under way: :record alone ends it"),
            (false, false) => {
                let Some(snapshot) = &self.snapshot else { return self.remark("nothing was read yet") };
                let process = &snapshot.process;
                let is_host = snapshot.namespaces.is_some();
                effects.push(Effect::Record(Some(Record {
                    file,
                    whom: (!is_host).then_some((process.pid, process.start_time)),
                    scope: if is_host { Scope::Host } else { self.settings.scope },
                    interval: self.settings.interval,
                    resolve: self.settings.resolve,
                })));
            }
        }
    }

    /// Hears of the recording under way.
    pub(crate) fn recording(&mut self, goes_on: bool, words: &str) {
        self.recording = goes_on;
        let words = harmless_text(words.as_bytes());
        self.message = Some(match words.strip_prefix("error: ") {
            Some(why) => Message::Error(why.to_owned()),
            None => Message::Remark(words),
        });
        self.changed = true;
    }
}
