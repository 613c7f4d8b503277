//! A list handed on while it is read, so that nobody has to hold all of it.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::engine::Engine;
pub use crate::part::PIECE;
use crate::sample::{Moment, Origin, Reading, Sink, Status};
use crate::snapshot::Snapshot;

/// Feeds an engine, and hands on each piece of a list of sockets as a snapshot in which it is all that there is. What
/// comes after the last piece is in the engine's next snapshot. For a plan with [`pieces`](crate::plan::Plan::pieces).
pub struct Pieces<'e> {
    engine: &'e mut Engine,
    /// `Break`: no more is wanted.
    each: &'e mut dyn FnMut(Arc<Snapshot>) -> ControlFlow<()>,
    handed_on: bool,
    /// A list that changed while it was given: what came of it has been handed on, so it is not taken anew.
    settled: Option<Origin>,
    /// The tick was begun anew after something had been handed on.
    has_moved: bool,
}

impl<'e> Pieces<'e> {
    /// Hands on what an engine makes.
    pub fn new(engine: &'e mut Engine, each: &'e mut dyn FnMut(Arc<Snapshot>) -> ControlFlow<()>) -> Self {
        Self { engine, each, handed_on: false, settled: None, has_moved: false }
    }

    /// The process went into another network namespace while pieces of the former were handed on: what comes now does
    /// not belong to them.
    pub fn has_moved(&self) -> bool {
        self.has_moved
    }

    fn is_settled(&self, origin: &Origin) -> bool {
        self.has_moved || self.settled.as_ref() == Some(origin)
    }
}

impl Sink for Pieces<'_> {
    fn begin(&mut self, moment: Moment) {
        self.has_moved |= self.handed_on;
        self.engine.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        if self.is_settled(origin) {
            return ControlFlow::Break(());
        }
        self.engine.chunk(origin, bytes)?;
        match self.engine.piece(origin) {
            None => ControlFlow::Continue(()),
            Some(snapshot) => {
                self.handed_on = true;
                (self.each)(snapshot)
            }
        }
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        if self.is_settled(origin) {
            return;
        }
        if self.handed_on && reading.status == Status::Interrupted {
            self.settled = Some(origin.clone());
        }
        self.engine.end(origin, reading);
    }
}
