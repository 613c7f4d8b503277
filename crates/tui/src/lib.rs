//! The terminal session: snapshots and keys go in, screens and effects come out.
//!
//! [`App`] is the whole state of a session. [`run`] is its loop: receive, update, draw. Nothing here reads a
//! file or a clock: what the session wants of the world leaves it as an [`Effect`], and what is on screen
//! comes from a sequence of snapshots, live or recorded.
//!
//! | module | is |
//! |---|---|
//! | `event` | what goes in and what comes out |
//! | `app`, `update` | the state, and what inputs do to it |
//! | `action`, `key` | the table of keys: dispatch, help, hints and documents are made from it |
//! | `command`, `line` | the commands, and the line that they are typed in |
//! | `document`, `pane` | the rows of a tab as one scrolling text, and where the user is in it |
//! | `shown`, `asking` | how the tables of a tab are arranged; what is asked of them: filter, order, columns |
//! | `filter_offers` | what a filter that is typed can go on with |
//! | `flash` | rows that have just appeared or vanished |
//! | `files` | files that are opened over a tab |
//! | `graphs` | what is drawn over time, and whether it is |
//! | `grouped` | from a group of processes to those that are in it, and back |
//! | `time` | where a session stands in what was recorded, and how it goes from there |
//! | `whom` | from all processes of the machine to one of them, and back |
//! | `acts` | what can be done to others about a row, and the question before |
//! | `detail` | everything about a row, while it is followed |
//! | `naming` | whether names of remote addresses are looked up |
//! | `overlay`, `picker` | what can lie over a tab; the list of columns |
//! | `copy` | copying rows and tables, saving tables |
//! | `memory` | what is remembered over sessions |
//! | `mouse` | what the mouse does |
//! | `hits` | what lies where on the screen, for the mouse |
//! | `screen`, `panes`, `widgets`, `theme` | drawing |
//! | `back` | looking back at what a live session has kept |
//! | `bug` | what a panic leaves behind |
//! | `changes` | a terminal that is sent what changes, and nothing where nothing does |
//! | `palette` | colours as a terminal of 16 knows them |
//! | `terminal` | entering and leaving the terminal, reading its events |

#![forbid(unsafe_code)]

mod action;
mod acts;
mod app;
mod asking;
mod back;
mod bindings;
mod bug;
mod changes;
mod command;
mod copy;
mod detail;
mod document;
mod event;
mod files;
mod filter_offers;
mod findings;
mod flash;
mod graphs;
mod grouped;
mod hints;
mod hits;
mod key;
mod line;
mod manual;
mod memory;
mod mouse;
mod naming;
mod offers;
mod orders;
mod overlay;
mod palette;
mod pane;
mod panes;
mod picker;
mod plain;
mod recording;
mod run;
mod screen;
mod shown;
mod terminal;
mod theme;
mod time;
mod update;
mod whom;
mod widgets;

pub use acts::{Act, Permitted};
pub use app::{App, Settings};
pub use bindings::Bindings;
pub use bug::report_bugs;
pub use changes::Changes;
pub use copy::Save;
pub use event::{Effect, Go, Input, Progress, Whom};
pub use manual::{Bound, bound_keys, keys_markdown};
pub use memory::{Memo, Memory};
pub use palette::Palette;
pub use recording::Record;
pub use run::run;
pub use shown::{Prepared, Shown};
pub use terminal::{Screen, clear, copy, enter, open, read_terminal, restore};
pub use theme::{Marks, Theme};
