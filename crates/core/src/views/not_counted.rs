//! A table of what is counted in the kernel, where nothing is.

use procnet::Value;

use super::Rows;
use crate::sample::Status;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Reason, Traffic};

/// No rows, and why, where there is more to be said than that nothing was counted so far.
pub(super) struct NotCounted(pub(super) Option<String>);

/// What is counted; else why nothing is.
pub(super) fn counted(snapshot: &Snapshot, scope: Scope) -> Result<&Traffic, NotCounted> {
    match &snapshot.traffic {
        // It is with the next tick.
        Some(Ok(traffic)) if traffic.is_own && scope != Scope::Process => Err(NotCounted(None)),
        Some(Ok(traffic)) => Ok(traffic),
        Some(Err(reason)) => Err(NotCounted::because(reason)),
        None => Err(NotCounted(Some("counted from reading to reading: give --interval".to_owned()))),
    }
}

impl NotCounted {
    /// For this reason. That counting only begins is none.
    pub(super) fn because(reason: &Reason) -> Self {
        let is_refused = reason.status != Status::NotAsked;
        Self(is_refused.then(|| format!("not counted: {}", reason.words)))
    }

    /// The same of what is watched.
    pub(super) fn unwatched(reason: &Reason) -> Self {
        let is_refused = reason.status != Status::NotAsked;
        Self(is_refused.then(|| format!("not watched: {}", reason.words)))
    }
}

impl Rows for NotCounted {
    fn len(&self) -> usize {
        0
    }

    fn cell(&self, _: usize, _: usize) -> Value<'_> {
        Value::Absent("")
    }

    fn remark(&self) -> Option<String> {
        self.0.clone()
    }
}
