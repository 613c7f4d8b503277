//! Attempts to connect that fail, by the other end: what two detectors count in the same way.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::detect::memory::Counts;
use crate::detect::{Amount, Found, Scene, Severity, Subject, Threshold};
use crate::events::Kind;

/// Attempts that failed in one way.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Failing {
    failed: Option<Counts<(IpAddr, u16)>>,
    /// Those that did not, by port.
    opened: Option<Counts<u16>>,
}

/// What is counted, and how it is told.
pub(super) struct Failure {
    pub kind: Kind,
    /// `refused`: what has happened to the attempts.
    pub word: &'static str,
    pub least: &'static Threshold,
    pub seconds: &'static Threshold,
}

impl Failing {
    pub(super) fn look(&mut self, failure: &Failure, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Failure { kind, word, least, seconds } = failure;
        let seconds = scene.limit(seconds);
        let failed = self.failed.get_or_insert_with(|| Counts::seconds(seconds));
        let opened = self.opened.get_or_insert_with(|| Counts::seconds(seconds));
        let at = scene.at();
        let mut peers = BTreeMap::new();
        for event in scene.events() {
            // Clients that go away without a word are everyday life of a server.
            let is_own = event.speaks() == "tcp" && !event.record.is_passive;
            let Some(remote) = event.socket().remote.filter(|_| is_own) else { continue };
            let port = event.socket().remote_port;
            match event.kind {
                Kind::Opened => _ = opened.add(port, 1, at),
                failure if failure == *kind => {
                    _ = peers.insert((remote, port), failed.add((remote, port), 1, at))
                }
                _ => {}
            }
        }
        for ((address, port), count) in peers {
            if f64::from(count) < scene.limit(least) {
                continue;
            }
            // A program that tries several addresses of a name one after the other is well off.
            let others = opened.of(port, at);
            let severity = if others > 0 { Severity::Info } else { Severity::Warning };
            found
                .report(
                    Subject::Peer("tcp", address, port),
                    format!(
                        "{count} connections to {address} port {port} were {word} in the last {seconds:.0} s"
                    ),
                )
                .severity(severity)
                .strength(count.into())
                .shows(format!("connections {word}"), Amount::Count(count.into()), "events")
                .shows(
                    format!("connections to port {port} that were opened"),
                    Amount::Count(others.into()),
                    "events",
                )
                .done();
        }
    }
}
