//! `slow-reader`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::detect::memory::MOST;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "slow-reader-percent",
    usual: 50.0,
    unit: "percent",
    doc: "Part of the receive buffer that unread data must fill.",
    source: "ours; by default half of the buffer is for data (Documentation/networking/ip-sysctl.rst, tcp_adv_win_scale)",
};

static SECONDS: Threshold = Threshold {
    name: "slow-reader-seconds",
    usual: 3.0,
    unit: "seconds",
    doc: "For how long.",
    source: "ours",
};

static STALLED: Threshold = Threshold {
    name: "slow-reader-stalled-seconds",
    usual: 30.0,
    unit: "seconds",
    doc: "After how long without reading anything at all it is a warning.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "slow-reader",
    title: "the process reads a connection more slowly than data arrive",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&PERCENT, &SECONDS, &STALLED],
    rule: Rule::Look(|| Box::<Readers>::default()),
    why: "The receive buffer is full, so the sender has to wait for this process. That may be meant (a limit of the rate, a pause); where nothing is read for long the program hangs, or has forgotten the connection.",
    next: "See what the process does meanwhile: computing, waiting for a disk, for a lock, for another connection? A stopped process (state T) reads nothing.",
    references: "RFC 9293, 3.8.6; net/ipv4/tcp_input.c tcp_rcv_established",
};

/// Since when the buffer is full, since when nothing was read, and how much had been read then.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Full {
    since: u64,
    unread_since: u64,
    read: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Readers(HashMap<u64, Full>);

impl Look for Readers {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.connections().is_empty() {
            return;
        }
        let mut now = HashMap::new();
        for connection in scene.connections() {
            let (inet, at) = (connection.socket.inet, scene.at());
            if inet.rx_queue == 0 || now.len() >= MOST {
                continue;
            }
            let memory = connection.socket.detail().and_then(|detail| detail.memory());
            let Some((held, room)) = memory.and_then(|memory| memory.rmem().zip(memory.rcvbuf())) else { continue };
            if f64::from(held) < f64::from(room) * scene.limit(&PERCENT) / 100.0 {
                continue;
            }
            let read = connection.info.bytes_received().unwrap_or(0).saturating_sub(inet.rx_queue.into());
            let full = Full { since: at, unread_since: at, read };
            let known = self.0.get(&connection.cookie).copied().unwrap_or(full);
            let full = if known.read == read { known } else { Full { since: known.since, ..full } };
            now.insert(connection.cookie, full);
            let seconds = at.saturating_sub(full.since) as f64 / 1e9;
            if seconds < scene.limit(&SECONDS) {
                continue;
            }
            let unread = at.saturating_sub(full.unread_since) as f64 / 1e9;
            let is_stalled = unread >= scene.limit(&STALLED);
            let from = format!("{} port {}", inet.remote_address, inet.remote_port);
            let what = match is_stalled {
                true => format!("nothing of what comes from {from} was read for {unread:.0} s"),
                false => format!("what comes from {from} has filled the receive buffer for {seconds:.0} s"),
            };
            found
                .report(subject(&connection.socket), what)
                .severity(if is_stalled { Severity::Warning } else { Severity::Info })
                .shows("rx_queue", Amount::Bytes(inet.rx_queue.into()), "sock_diag/tcp")
                .shows("rmem", Amount::Bytes(held.into()), "sock_diag/tcp")
                .shows("rcvbuf", Amount::Bytes(room.into()), "sock_diag/tcp")
                .done();
        }
        self.0 = now;
    }
}
