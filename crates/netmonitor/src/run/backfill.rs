//! What is drawn over time where a recording was jumped into: the figures of the moments before, as if they had been played
//! in turn. They are made while nobody waits for anything, from a bounded time before.

use std::io::{Read, Seek};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use netmonitor_core::record::Player;
use netmonitor_core::series::{Drawn, Figures};

/// No more moments are made.
const MOMENTS: u64 = 120;

/// Which moments a session has figures of, and those that are being made.
#[derive(Debug, Default)]
pub(super) struct Backfill {
    /// What is drawn, and the moments in a row that were handed over with it, that which is shown among them.
    have: Option<(Drawn, Range<u64>)>,
    under_way: Option<UnderWay>,
}

/// Moments are being made.
#[derive(Debug)]
struct UnderWay {
    drawn: Drawn,
    missing: Range<u64>,
    /// The moment that is shown.
    back: u64,
}

impl Backfill {
    /// A moment was handed over, with what is drawn of it.
    pub(super) fn handed(&mut self, drawn: Option<Drawn>, number: u64) {
        let before = self.have.take();
        self.have = drawn.map(|drawn| match before {
            Some((of, have)) if of == drawn && (have.start..=have.end).contains(&number) => {
                (of, have.start..have.end.max(number + 1))
            }
            _ => (drawn, number..number + 1),
        });
    }

    /// Numbers begin anew.
    pub(super) fn forget(&mut self) {
        self.have = None;
    }

    /// Whether moments are being made: the player stands elsewhere than what is shown.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Begins to make the moments that are missing before this one, if there are any.
    pub(super) fn begin<R: Read + Seek>(&mut self, player: &mut Player<R>, number: u64) {
        let Some((drawn, have)) = self.have.as_mut().filter(|(_, have)| have.contains(&number)) else {
            return;
        };
        let missing = number.saturating_sub(MOMENTS)..have.start;
        if missing.is_empty() {
            return;
        }
        let drawn = *drawn;
        // Also where some of them cannot be read: they are sought once.
        have.start = missing.start;
        if player.to(missing.start) {
            self.under_way = Some(UnderWay { drawn, missing, back: number });
        } else {
            player.to(number);
        }
    }

    /// Makes some of them for so long; gives what was made. At the end the player stands again at what is shown.
    pub(super) fn go_on<R: Read + Seek>(
        &mut self,
        player: &mut Player<R>,
        long: Duration,
    ) -> Vec<Arc<Figures>> {
        let (begun, mut made) = (Instant::now(), Vec::new());
        while let Some(UnderWay { drawn, missing, .. }) = &self.under_way {
            let now = player.now().filter(|(number, _)| *number < missing.end);
            made.extend(now.iter().map(|(_, snapshot)| snapshot.figures(*drawn)));
            if now.is_none() || !player.step() {
                self.leave(player);
            } else if begun.elapsed() >= long {
                break;
            }
        }
        made
    }

    /// Leaves the rest: something else is wanted.
    pub(super) fn leave<R: Read + Seek>(&mut self, player: &mut Player<R>) {
        if let Some(UnderWay { back, .. }) = self.under_way.take() {
            player.to(back);
        }
    }
}
