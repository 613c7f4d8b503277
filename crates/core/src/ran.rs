//! What a command has done on the network while it ran, with all that descended from it: what `run` tells at the end.

use std::sync::Arc;

use serde::Serialize;

use crate::export::{self, Selection};
use crate::format::harmless_text;
use crate::process::Process;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Sums, Traffic};
use crate::views::CounterMode;

/// The tables that are told.
const TABLES: [&str; 4] = ["overview.bytes", "peers.hosts", "peers.ports", "processes"];

/// A command that has ended.
#[derive(Debug, Clone, Serialize)]
pub struct Ran {
    /// What was typed.
    pub command: Vec<String>,
    /// Number of its process.
    pub pid: u32,
    /// Its exit status, where it ended by itself.
    pub exit_status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// How long it ran.
    pub seconds: f64,
    /// Why nothing was counted.
    pub not_counted: Option<String>,
}

/// What it moved in all.
#[derive(Serialize)]
struct Totals {
    rx_bytes: u64,
    tx_bytes: u64,
    total_retrans: u64,
    conns: u64,
    processes: u64,
    /// Descendants that were not followed, because there was no room.
    unfollowed: u64,
}

impl Totals {
    fn of(traffic: &Traffic) -> Self {
        let mut sums = Sums::default();
        traffic.processes.iter().for_each(|process| sums += process.sums);
        Self {
            rx_bytes: sums.moved.counts.rx_bytes,
            tx_bytes: sums.moved.counts.tx_bytes,
            total_retrans: sums.retrans,
            conns: sums.conns,
            processes: traffic.processes.len() as u64,
            unfollowed: traffic.unfollowed,
        }
    }
}

impl Ran {
    /// The report for people.
    pub fn text(&self, snapshot: Option<&Snapshot>) -> String {
        let name = harmless_text(self.command.join(" ").as_bytes());
        let how = match (self.exit_status, self.signal) {
            (Some(status), _) => format!("exit status {status}"),
            (None, signal) => format!("ended by signal {}", signal.unwrap_or_default()),
        };
        let mut text = format!("netmonitor: {name}: {how} after {:.3} s\n", self.seconds);
        match (self.own(snapshot), &self.not_counted) {
            (_, Some(why)) => text.push_str(&format!("not counted: {why}\n")),
            (Some((own, totals)), None) => {
                text.push_str(&format!(
                    "received {} bytes, sent {}; connections: {}, segments sent again: {}, processes: {}\n",
                    totals.rx_bytes, totals.tx_bytes, totals.conns, totals.total_retrans, totals.processes
                ));
                if totals.unfollowed > 0 {
                    text.push_str(&format!(
                        "{} descendants were not followed: there was no room\n",
                        totals.unfollowed
                    ));
                }
                text.push_str(&print(&own, "text"));
            }
            (None, None) => {}
        }
        text
    }

    /// The report for programs: one JSON document.
    pub fn json(&self, snapshot: Option<&Snapshot>) -> String {
        #[derive(Serialize)]
        struct Document<'a> {
            schema: u32,
            #[serde(flatten)]
            ran: &'a Ran,
            totals: Option<Totals>,
            report: Option<serde_json::Value>,
        }
        let own = self.own(snapshot);
        let report = own.as_ref().and_then(|(own, _)| serde_json::from_str(&print(own, "json")).ok());
        let totals = own.map(|(_, totals)| totals);
        let document = Document { schema: export::SCHEMA, ran: self, totals, report };
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }

    fn own(&self, snapshot: Option<&Snapshot>) -> Option<(Snapshot, Totals)> {
        let name = self.command.first().map_or(&[][..], |name| name.as_bytes());
        let mut process = Process::default();
        (process.pid, process.name) = (self.pid, name.to_vec());
        let own = Snapshot { process: Arc::new(process), ..snapshot?.of_own_traffic() };
        let totals = Totals::of(own.traffic.as_ref()?.as_ref().ok()?);
        Some((own, totals))
    }
}

fn print(snapshot: &Snapshot, format: &str) -> String {
    let mut out = Vec::new();
    let selection = Selection::parse(&TABLES, Scope::Process).ok();
    // A rate of what is over says nothing.
    let selection = selection.map(|selection| Selection { counters: CounterMode::Total, ..selection });
    if let (Some(selection), Some(format)) = (selection, export::find(format)) {
        // Memory takes all.
        let _ = (format.export)().write(&mut out, snapshot, &selection);
    }
    String::from_utf8_lossy(&out).into_owned()
}
