//! From a group of processes to those that are in it, and back.

use netmonitor_core::format::harmless_text;
use netmonitor_core::views::{self, By};
use procnet::Value;

use crate::app::{App, Message};
use crate::pane::Pane;

/// The groups that were left for the processes of one.
pub(crate) struct Left {
    by: By,
    pane: Pane,
}

impl App {
    /// Shows the processes of the selected group; `false`: none is selected that can be told from others.
    pub(crate) fn open_group(&mut self) -> bool {
        let Some(filter) = self.selected_group() else { return false };
        let pane = std::mem::replace(self.pane(), Pane { filter, ..Pane::default() });
        self.left = Some(Left { by: self.settings.by, pane });
        self.settings.by = By::Process;
        self.message = Some(Message::Remark("Esc: back to the groups; Enter opens a process".to_owned()));
        true
    }

    /// Shows the groups again that were left; `false`: none were.
    pub(crate) fn close_group(&mut self) -> bool {
        if self.view().name != views::PROCESSES {
            return false;
        }
        let Some(Left { by, pane }) = self.left.take() else { return false };
        self.settings.by = by;
        *self.pane() = pane;
        true
    }

    /// The filter that leaves the processes of the selected group.
    fn selected_group(&self) -> Option<String> {
        let snapshot = self.snapshot.as_ref().filter(|_| self.view().name == views::PROCESSES)?;
        let columns: &[&str] = match self.settings.by {
            By::Process => return None,
            By::Cgroup => &["cgroup", "cgroup_id"],
            By::User => &["uid"],
            By::Name => &["name"],
            By::Netns => &["netns"],
        };
        let cursor = self.panes[self.tab].cursor;
        let tables = self.tables(snapshot);
        let table = tables.get(cursor.table)?;
        columns.iter().find_map(|column| match table.named(cursor.row, column)? {
            Value::Unsigned(number) => Some(format!("{column}:{number}")),
            // A filter sees what is shown.
            Value::Text(text) => {
                let text = harmless_text(text).replace('\\', "\\\\").replace('"', "\\\"");
                Some(format!("{column}:\"{text}\""))
            }
            _ => None,
        })
    }
}
