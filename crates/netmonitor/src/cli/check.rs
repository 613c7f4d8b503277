//! `check`, as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netmonitor_core::check::{Asked, FORMATS, Format};
use netmonitor_core::detect::Severity;
use netmonitor_core::interval::Interval;
use netmonitor_core::record::Zone;

use super::record::time;
use super::{Chosen, Meant, not_before_the_command, refuse};
use crate::run::check::Check;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The process to check: a PID, a name, :PORT, unit:NAME, container:ID or cgroup:PATH; of a recording of all processes the
    /// PID of one
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: Option<String>,

    /// Look for so long, as 30s or 5m [default: two readings, a second or --interval apart]
    #[arg(long = "for", value_name = "TIME", value_parser = time, conflicts_with = "from")]
    length: Option<Duration>,

    /// What counts: findings that are so bad or worse: info, warning or critical
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    severity: Severity,

    /// Output format: text, json or sarif
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format)]
    format: &'static Format,

    /// Print to this file, which is written anew [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Check what was recorded in this file, from its beginning to its end
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl Typed {
    /// `interval`: where one was typed.
    pub(super) fn meant(
        self,
        before: Option<String>,
        chosen: &Chosen,
        (procfs, interval): (PathBuf, Option<Interval>),
    ) -> anyhow::Result<Meant> {
        not_before_the_command(before, "check")?;
        let Self { target, length, severity, format, output, from } = self;
        let pid = target.as_deref().and_then(super::pid);
        if let (Some(target), Some(_), None) = (&target, &from, pid) {
            return Err(refuse(format!("{target:?}: of a recording a process is named by its PID")));
        }
        let asked = Asked { severity, scope: chosen.scope, zone: Zone::default() };
        let interval = interval.unwrap_or_default();
        let thresholds = chosen.thresholds.clone();
        Ok(Meant::Check(Check {
            target,
            procfs,
            from,
            pid,
            asked,
            thresholds,
            length,
            interval,
            format,
            output,
        }))
    }
}

fn format(name: &str) -> Result<&'static Format, String> {
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let found = FORMATS.iter().find(|format| format.name == name);
    found.copied().ok_or_else(|| format!("it is {}", names()))
}
