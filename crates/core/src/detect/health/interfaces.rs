//! Packets of interfaces that went wrong, in the last while: what two detectors count in the same way.

use std::collections::HashMap;

use procnet::proc::dev::Dev;
use serde::{Deserialize, Serialize};

use crate::detect::memory::Share;
use crate::detect::{Amount, Found, Scene, Subject, Threshold};
use crate::rates;

/// The most interfaces that are remembered.
const MOST: usize = 256;

/// What is counted: a name of the columns, how it is told, and the counters of what went wrong and of all packets.
pub(super) struct Kind {
    pub columns: [&'static str; 2],
    pub words: &'static str,
    pub of: fn(&Dev) -> [(u64, u64); 2],
    pub percent: &'static Threshold,
    pub least: &'static Threshold,
    pub seconds: &'static Threshold,
}

/// Of each interface where something went wrong lately: received, sent.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Interfaces(HashMap<Vec<u8>, [Share; 2]>);

impl Interfaces {
    pub(super) fn look(&mut self, kind: &Kind, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some((source, table)) = scene.source("dev").zip(scene.table::<Dev>("dev")) else { return };
        let Some(before) = &source.before else { return };
        let seconds = scene.limit(kind.seconds);
        for (row, dev) in table.iter().enumerate() {
            let Some((earlier, _)) = before.row::<Dev>(row) else { continue };
            let name = table.texts.get(dev.interface);
            let grown = std::array::from_fn::<_, 2, _>(|way| {
                let ((wrong, all), (old_wrong, old_all)) = ((kind.of)(dev)[way], (kind.of)(earlier)[way]);
                rates::growth(old_wrong, wrong).zip(rates::growth(old_all, all)).unwrap_or((0, 0))
            });
            let is_wrong = grown.iter().any(|(wrong, _)| *wrong > 0);
            if !self.0.contains_key(name) && (!is_wrong || self.0.len() >= MOST) {
                continue;
            }
            let shares = self
                .0
                .entry(name.to_vec())
                .or_insert_with(|| std::array::from_fn(|_| Share::seconds(seconds)));
            let mut is_old = true;
            for (way, share) in shares.iter_mut().enumerate() {
                let (wrong, good) = grown[way];
                let (part, whole) = share.add((wrong, good + wrong), scene.at());
                is_old &= part == 0;
                let percent = part as f64 * 100.0 / whole.max(1) as f64;
                if wrong == 0
                    || (part as f64) < scene.limit(kind.least)
                    || percent < scene.limit(kind.percent)
                {
                    continue;
                }
                let name = String::from_utf8_lossy(name).into_owned();
                let did = ["received", "sent"][way];
                found
                    .report(
                        Subject::Interface(name),
                        format!(
                            "{part} of {whole} packets to be {did} in the last {seconds:.0} s {}",
                            kind.words
                        ),
                    )
                    .strength(percent)
                    .shows(format!("{} in {seconds:.0} s", kind.columns[way]), Amount::Count(part), "dev")
                    .shows("of all", Amount::Share(percent / 100.0), "dev")
                    .done();
            }
            if is_old {
                self.0.remove(name);
            }
        }
    }
}
