//! What goes into a session and what comes out of it.

use std::sync::Arc;
use std::time::Duration;

use netmonitor_core::files::NetPath;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Sought, Speed, Timeline};
use netmonitor_core::scope::Scope;
use netmonitor_core::series::Figures;
use netmonitor_core::snapshot::Snapshot;

use crate::acts::Act;
use crate::copy::Save;
use crate::memory::Memo;
use crate::recording::Record;
use crate::shown::{Prepared, Shown};

/// What a session is told.
#[derive(Clone)]
pub enum Input {
    /// A key, a paste, a new size.
    Terminal(crossterm::event::Event),
    /// What the mouse has done, and when, on a clock that begins anywhere.
    Mouse(crossterm::event::MouseEvent, Duration),
    /// How the tables of the snapshot are arranged that comes next.
    Arranged(Arc<Prepared>),
    /// A tick was read.
    Snapshot(Arc<Snapshot>),
    /// What is shown comes from what was recorded; where in it the snapshot stands that comes next.
    Time(Box<Timeline>),
    /// What is drawn of other moments than the one that is shown: of what was read meanwhile, or of what was before.
    Passed(Vec<Arc<Figures>>),
    /// A large file is being read.
    Progress(Progress),
    /// The process has ended.
    ProcessEnded,
    /// The process has ended and another one will take its place: what is waited for, in words. The next
    /// snapshot is of that one.
    Waiting(String),
    /// What was to be watched cannot be, in words; what was watched before goes on.
    Refused(String),
    /// What has become of the recording under way, in words, and whether it goes on.
    Recording(bool, String),
    /// What has become of something that was to be done beside the session: words, or why it could not be done.
    Said(Result<String, String>),
    /// A signal asks for an end: SIGTERM, SIGHUP, SIGINT.
    Quit,
    /// The session goes on after it was stopped: SIGCONT.
    Resumed,
    /// The terminal has another size or had one for a moment: SIGWINCH. Its events tell it too, but one that
    /// comes together with a key is lost.
    Resized,
}

/// Whom a session watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// All processes of the machine.
    All,
    /// The process that the session began with, or who took its place.
    First,
    /// Another one.
    Other {
        /// Its number.
        pid: u32,
        /// When it began, in clock ticks since boot.
        start_time: u64,
    },
}

/// Where to go in what was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// Let time go on; or, with `false`, stand still.
    Play(bool),
    /// So many ticks on, or back.
    Ticks(i64),
    /// So many seconds on, or back.
    Seconds(i64),
    /// To this moment.
    To(Sought),
    /// To the last moment.
    Last,
    /// To what is live, from what a session has kept.
    Live,
    /// To the next moment at which something has changed in this scope.
    NextChange(Scope),
    /// To the next moment at which something begins to be wrong in this scope.
    NextFinding(Scope),
    /// Let time go on so fast from now on.
    Speed(Speed),
}

/// How far a large file has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The file, by its path below `net`.
    pub path: NetPath,
    /// Rows so far.
    pub rows: usize,
    /// Bytes so far.
    pub bytes: u64,
}

/// What a session wants of the world. The caller performs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// What is to be read from now on; once at once.
    Plan(Plan),
    /// Watch this from now on. What is ordered after it is meant for it.
    Watch(Whom),
    /// What is shown from now on: arrange it for each snapshot before that is handed over.
    Arrange(Shown),
    /// The time between two ticks from now on.
    Interval(Interval),
    /// Go somewhere else in what was recorded.
    Time(Go),
    /// Record this beside what is read; or end the recording under way.
    Record(Option<Record>),
    /// Do this to others, which was confirmed.
    Act(Act),
    /// Hand a text to the terminal's clipboard.
    Copy(String),
    /// Write a table to a file that is not there yet, and tell by [`Input::Said`] what has become of it.
    Save(Save),
    /// Remember something for later sessions.
    Remember(Memo),
    /// Read once now.
    Refresh,
    /// A snapshot was taken: until then nobody needs the next one.
    Taken,
    /// Leave the terminal, stop, and enter it again when told to go on.
    Suspend,
    /// Clear the terminal: all of it is drawn again.
    Redraw,
    /// Enter the terminal once more, since somebody else has had it, and clear it.
    Reenter,
    /// Read nothing from now on; or, with `false`, go on, once at once.
    Pause(bool),
}
