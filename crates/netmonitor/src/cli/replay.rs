//! `replay`, as typed.

use std::path::PathBuf;

use clap::Args;
use netmonitor_core::record::When;
use netmonitor_core::scope::Scope;

use super::{Meant, Session, not_before_the_command};
use crate::run::naming::Naming;
use crate::run::replay::Replay;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The recording; FILE.1, FILE.2 and so on beside it, which were written before it, belong to it. Or a captured tree: a
    /// directory or an archive
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Begin at this moment: 03:12 or 03:12:07 of its last day, 2026-11-30T03:12:07Z, -5m before its end, +5m after its
    /// beginning [default: its first]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,
}

impl Typed {
    pub(super) fn meant(
        self,
        before: Option<String>,
        scope: Option<Scope>,
        (session, naming): (Session, Naming),
    ) -> anyhow::Result<Meant> {
        not_before_the_command(before, "replay")?;
        Ok(Meant::Replay(Replay { file: self.file, at: self.at, scope, session, naming }))
    }
}
