//! What can be done about the selected row: its connection closed, its process signalled. A menu offers it, a question says
//! exactly what will happen, and only then it is asked for. Whoever performs it makes sure that it is the same connection or process.

use std::net::{IpAddr, SocketAddr};

use netmonitor_core::format::harmless_text;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use procnet::Value;
use ratatui::text::{Line, Span};

use crate::app::{App, Message};
use crate::event::{Effect, Whom};
use crate::overlay::{Content, Overlay, Search};
use crate::theme::Theme;
use crate::widgets::text;

/// Something to be done to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Close a TCP connection.
    Close {
        /// The process in whose network namespace it is: its number, and when it began in clock ticks since boot.
        process: (u32, u64),
        /// It is a socket of IPv6.
        is_v6: bool,
        /// Its own end.
        local: SocketAddr,
        /// The other one.
        remote: SocketAddr,
        /// The interface that it is bound to; 0 for none.
        ifindex: u32,
        /// Its number, which no other socket ever has.
        cookie: u64,
    },
    /// Send a process a signal.
    Signal {
        /// The process.
        process: (u32, u64),
        /// Number of the signal.
        signal: i32,
    },
}

/// What may be done to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permitted {
    /// Why nothing may be.
    pub nothing: Option<&'static str>,
    /// Connections may be closed.
    pub closes: bool,
    /// Processes of others may be signalled.
    pub signals_all: bool,
    /// Who asks.
    pub uid: u32,
}

/// Signals by name and number (those of every architecture that has the usual ones), with what they do.
const SIGNALS: &[(&str, i32, &str)] = &[
    ("SIGTERM", 15, "it is asked to end"),
    ("SIGINT", 2, "it is asked to end, as by Ctrl-C"),
    ("SIGHUP", 1, "it is told that its terminal is gone; many servers read their configuration anew"),
    ("SIGQUIT", 3, "it ends, mostly with a core dump"),
    ("SIGKILL", 9, "it ends at once, and can clean nothing up"),
    ("SIGSTOP", 19, "it stops where it stands"),
    ("SIGCONT", 18, "it goes on where it was stopped"),
    ("SIGUSR1", 10, "it does what it means by that, and ends where it means nothing"),
    ("SIGUSR2", 12, "it does what it means by that, and ends where it means nothing"),
];

/// One thing that can be done.
#[derive(Debug)]
struct Offer {
    words: String,
    /// What will happen, exactly.
    question: String,
    /// What is asked for, or why it cannot be.
    act: Result<Act, String>,
}

/// The menu.
#[derive(Debug)]
pub(crate) struct Menu {
    /// What is typed, and which of those that are left is chosen.
    pub(crate) search: Search,
    offers: Vec<Offer>,
}

/// The question before something is done.
#[derive(Debug)]
pub(crate) struct Confirm {
    question: String,
    act: Act,
}

impl Menu {
    /// Numbers of the offers that hold what is typed.
    pub(crate) fn left(&self) -> Vec<usize> {
        let holds = |place: &usize| self.offers[*place].words.to_lowercase().contains(&self.search.typed);
        (0..self.offers.len()).filter(holds).collect()
    }

    /// The line of the chosen offer.
    pub(crate) fn line(&self) -> usize {
        self.search.line(self.left().len())
    }

    fn choice(&self) -> Option<&Offer> {
        let left = self.left();
        self.offers.get(*left.get(self.search.chosen.min(left.len().checked_sub(1)?))?)
    }

    /// The lines.
    pub(crate) fn lines(&self, theme: Theme) -> Vec<Line<'static>> {
        let left = self.left();
        let mut lines = vec![self.search.prompt(theme)];
        for (place, offer) in left.iter().enumerate() {
            let offer = &self.offers[*offer];
            let is_chosen = place == self.search.chosen.min(left.len() - 1);
            let mark = if is_chosen { '>' } else { ' ' };
            let mut line = format!(" {mark} {}", offer.words);
            let mut style = ratatui::style::Style::new();
            if let Err(why) = &offer.act {
                line = format!(" {mark} not possible: {why} · {}", offer.words);
                style = theme.quiet();
            }
            lines.push(Line::from(Span::styled(line, if is_chosen { theme.selected() } else { style })));
        }
        if left.is_empty() {
            lines.push(Line::from("   nothing"));
        }
        lines
    }
}

impl Confirm {
    /// The lines, broken to fit.
    pub(crate) fn lines(&self, room: usize, theme: Theme) -> Vec<Line<'static>> {
        let said = text::wrapped(&self.question, room.saturating_sub(2).max(20));
        let mut lines: Vec<_> = said
            .into_iter()
            .map(|line| Line::from(Span::styled(format!(" {line}"), theme.strong())))
            .collect();
        lines.push(Line::default());
        lines.push(Line::from(" y does it, Esc leaves it"));
        lines
    }
}

impl App {
    /// Offers what can be done about the selected row.
    pub(crate) fn open_acts(&mut self) {
        let Some(snapshot) = self.snapshot.clone() else { return self.remark("nothing was read yet") };
        let cursor = self.pane().cursor;
        let tables = self.tables(&snapshot);
        let table = tables.get(cursor.table).filter(|table| cursor.row < table.len());
        let mut offers: Vec<Offer> =
            table.and_then(|table| self.close(table, cursor.row, &snapshot)).into_iter().collect();
        let selected = self.selected_process();
        offers.extend(self.signals(table.map(|table| (table, cursor.row)), selected, &snapshot));
        drop(tables);
        if offers.is_empty() {
            return self.remark("nothing can be done about this row: choose a TCP connection or a process");
        }
        self.overlay = Some(Overlay::new(Content::Acts(Menu { search: Search::default(), offers })));
    }

    /// Asks whether the chosen thing is to be done.
    pub(crate) fn choose_act(&mut self) {
        let Some(Content::Acts(menu)) = self.overlay.as_ref().map(|overlay| &overlay.content) else { return };
        let Some(Offer { question, act, .. }) = menu.choice() else { return };
        match act {
            Ok(act) => {
                let confirm = Confirm { question: question.clone(), act: act.clone() };
                self.overlay = Some(Overlay::new(Content::Confirm(confirm)));
            }
            Err(why) => self.message = Some(Message::Error(format!("not possible: {why}"))),
        }
    }

    /// Has it done.
    pub(crate) fn confirm(&mut self, effects: &mut Vec<Effect>) {
        if let Some(Content::Confirm(confirm)) = self.overlay.take().map(|overlay| overlay.content) {
            effects.push(Effect::Act(confirm.act));
        }
    }

    /// Why nothing may be done.
    fn forbidden(&self) -> Result<(), String> {
        let why = match self.settings.permitted.nothing {
            _ if self.time.is_some() => Some("this was recorded"),
            why => why,
        };
        why.map_or(Ok(()), |why| Err(why.to_owned()))
    }

    /// Closing the connection of a row, if it is one.
    fn close(&self, table: &TableView<'_>, row: usize, snapshot: &Snapshot) -> Option<Offer> {
        let end = |address: &str, port: &str| match (table.named(row, address)?, table.named(row, port)?) {
            (Value::Ip(address), Value::Unsigned(port)) => {
                Some(SocketAddr::new(address, port.try_into().ok()?))
            }
            _ => None,
        };
        if table.name != "tcp" {
            return None;
        }
        let (local, remote) = (end("local_address", "local_port")?, end("remote_address", "remote_port")?);
        if remote.port() == 0 {
            return None;
        }
        let number = |column: &str| table.named(row, column).and_then(|value| value.count());
        let process = (snapshot.process.pid, snapshot.process.start_time);
        let cookie = number("cookie").filter(|cookie| *cookie != 0);
        let act = self.forbidden().and_then(|()| match cookie {
            _ if snapshot.namespaces.is_some() || process.0 == 0 => Err("open its process first".to_owned()),
            _ if self.ended() => Err("the process has ended".to_owned()),
            _ if !self.settings.permitted.closes => Err("needs CAP_NET_ADMIN".to_owned()),
            None => Err("the kernel does not tell its cookie here".to_owned()),
            Some(cookie) => Ok(Act::Close {
                process,
                is_v6: matches!(local.ip(), IpAddr::V6(_)),
                local,
                remote,
                ifindex: number("ifindex").and_then(|ifindex| ifindex.try_into().ok()).unwrap_or(0),
                cookie,
            }),
        });
        let question = format!(
            "Close the TCP connection {local} – {remote} (cookie {})? Whoever holds it gets an error (ECONNABORTED), the other end a reset; \
             what was not read or sent yet is lost.",
            cookie.unwrap_or(0)
        );
        Some(Offer { words: format!("close the TCP connection {local} – {remote}"), question, act })
    }

    /// The signals that can be sent to the process of a row, else to the one that is watched.
    fn signals(
        &self,
        row: Option<(&TableView<'_>, usize)>,
        selected: Option<Whom>,
        snapshot: &Snapshot,
    ) -> Vec<Offer> {
        let (process, name, uid) = match (selected, row) {
            (Some(Whom::Other { pid, start_time }), Some((table, row))) => {
                let name = match table.named(row, "name") {
                    Some(Value::Text(name)) => harmless_text(name),
                    _ => String::new(),
                };
                let uid = table.named(row, "uid").and_then(|uid| uid.count()?.try_into().ok());
                ((pid, start_time), name, uid)
            }
            _ if snapshot.namespaces.is_none() && snapshot.process.pid != 0 => {
                let process = &snapshot.process;
                ((process.pid, process.start_time), harmless_text(&process.name), process.uid)
            }
            _ => return Vec::new(),
        };
        let permitted = self.settings.permitted;
        let may = self.forbidden().and_then(|()| match uid {
            _ if selected.is_none() && self.ended() => Err("the process has ended".to_owned()),
            Some(uid) if uid != permitted.uid && !permitted.signals_all => {
                Err("a process of another user: needs CAP_KILL".to_owned())
            }
            _ => Ok(()),
        });
        let offer = |(signal, number, does): &(&str, i32, &str)| Offer {
            words: format!("send {signal} to process {} {name}: {does}", process.0),
            question: format!("Send {signal} to process {} {name}? Then {does}.", process.0),
            act: may.clone().map(|()| Act::Signal { process, signal: *number }),
        };
        SIGNALS.iter().map(offer).collect()
    }
}
