//! What a watch hands on to one that goes on in the middle of a recording: what was found, and what rules remember.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::Watch;
use super::watch::{Count, Kept, MOST};

/// Names of what is no rule.
const BEGINNING: &str = "watch";
const CONNECTIONS: &str = "connections";
const CONTACTS: &str = "contacts";
const FINDING: &str = "finding";

/// What a watch hands on, piece by piece, each with its name: the pieces that a version does not know it leaves out, and
/// begins anew what it does not find.
pub type Carried = Vec<(Cow<'static, str>, ByteBuf)>;

/// Something whose memory can be handed on.
pub trait Remember {
    /// What it remembers.
    fn remembered(&self) -> Vec<u8>;

    /// Goes on from that. What cannot be read leaves it as it is.
    fn recall(&mut self, bytes: &[u8]);
}

impl<T: Serialize + DeserializeOwned> Remember for T {
    fn remembered(&self) -> Vec<u8> {
        // Nothing in it can fail to be written; an empty one begins anew.
        rmp_serde::to_vec(self).unwrap_or_default()
    }

    fn recall(&mut self, bytes: &[u8]) {
        if let Ok(taken) = rmp_serde::from_slice(bytes) {
            *self = taken;
        }
    }
}

/// How it begins.
#[derive(Serialize, Deserialize)]
struct Beginning {
    /// The process that it is about; 0 for a machine.
    pid: u32,
    /// A number of what it is judged by: what was found by other thresholds is not gone on with.
    judged_by: u32,
    count: Count,
}

impl Watch {
    /// What it hands on, of the process with this number.
    pub(crate) fn carry(&self, pid: u32) -> Carried {
        let (judged_by, count) = (self.thresholds.number(), self.count);
        let piece = |name, bytes| (Cow::Borrowed(name), ByteBuf::from(bytes));
        let mut pieces = vec![
            piece(BEGINNING, named(&Beginning { pid, judged_by, count })),
            piece(CONNECTIONS, self.connections.remembered()),
            piece(CONTACTS, self.contacts.remembered()),
        ];
        pieces.extend(self.found.values().map(|kept| piece(FINDING, named(kept))));
        let looks = self.rules.iter().filter_map(|rule| Some((rule.detector.name, rule.look.as_ref()?)));
        pieces.extend(looks.map(|(name, look)| piece(name, look.remembered())));
        pieces
    }

    /// Goes on from what one has handed on that was about the same, and judged alike.
    pub(crate) fn resume(&mut self, carried: &Carried, pid: u32) {
        let Some(beginning) = carried.iter().find(|(name, _)| name == BEGINNING) else { return };
        let Ok(beginning) = rmp_serde::from_slice::<Beginning>(&beginning.1) else { return };
        if (beginning.pid, beginning.judged_by) != (pid, self.thresholds.number()) {
            return;
        }
        self.count = beginning.count;
        self.found.clear();
        (self.connections, self.contacts) = Default::default();
        self.rules.iter_mut().for_each(|rule| rule.look = rule.detector.rule.look());
        for (name, bytes) in carried {
            match &**name {
                BEGINNING => {}
                CONNECTIONS => self.connections.recall(bytes),
                CONTACTS => self.contacts.recall(bytes),
                FINDING => self.take_over(bytes),
                name => {
                    let rule = self.rules.iter_mut().find(|rule| rule.detector.name == name);
                    if let Some(look) = rule.and_then(|rule| rule.look.as_mut()) {
                        look.recall(bytes);
                    }
                }
            }
        }
    }

    fn take_over(&mut self, bytes: &[u8]) {
        let Ok(mut kept) = rmp_serde::from_slice::<Kept>(bytes) else { return };
        let place = self.rules.iter().position(|rule| rule.detector.name == kept.finding.detector.name);
        if let Some(place) = place.filter(|_| self.found.len() < MOST) {
            kept.finding.tell();
            self.found.insert((place, kept.finding.subject.clone()), kept);
        }
    }
}

/// As it is written: with the names of fields, so that another version may have more of them.
fn named(what: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(what).unwrap_or_default()
}
