//! `learn`, as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netmonitor_core::interval::Interval;
use netmonitor_core::scope::Scope;

use super::record::time;
use super::{Meant, not_before_the_command, refuse};
use crate::run::learn::Learn;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The process to learn from: a PID, a name, :PORT, unit:NAME, container:ID or cgroup:PATH
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: String,

    /// Write the baseline to this file, which must not be there yet
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Learn for so long, as 90s, 5m or 1h [default: until the process has ended, or on SIGINT]
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    length: Option<Duration>,
}

impl Typed {
    pub(super) fn meant(
        self,
        before: Option<String>,
        (procfs, interval, scope): (PathBuf, Option<Interval>, Scope),
    ) -> anyhow::Result<Meant> {
        not_before_the_command(before, "learn")?;
        if !scope.is_held() {
            return Err(refuse("a baseline is of a process, its tree or its control group".to_owned()));
        }
        let Self { target, output, length } = self;
        let interval = interval.unwrap_or_default();
        Ok(Meant::Learn(Learn { target, procfs, output, length, interval, scope }))
    }
}
