//! `record` as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netmonitor_core::interval::{Interval, duration};
use netmonitor_core::scope::Scope;

use super::{Chosen, Follow, Meant, not_before_the_command, refuse};
use crate::run::record::Record;
use crate::size::Size;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The process to record: a PID, a name, :PORT, unit:NAME, container:ID or cgroup:PATH; none with --scope host
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: Option<String>,

    /// Write the recording to this file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Stop after so long, as 90s, 5m or 1h [default: when the process has ended, or on SIGINT]
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    length: Option<Duration>,

    /// Keep no more than so many bytes, as 500M or 1G: older pieces stand beside FILE as FILE.1, FILE.2..., and the oldest are
    /// removed
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_size: Option<u64>,

    /// Keep no more than the last so long, as 24h, in the same way
    #[arg(long, value_name = "TIME", value_parser = time)]
    keep: Option<Duration>,
}

impl Typed {
    pub(super) fn meant(
        self,
        before: Option<String>,
        (interval, follow): (Option<Interval>, Follow),
        (procfs, chosen): (PathBuf, Chosen),
    ) -> anyhow::Result<Meant> {
        not_before_the_command(before, "record")?;
        let Chosen { scope, naming, thresholds, .. } = chosen;
        let Self { target, output, length, max_size, keep } = self;
        if follow == Follow::Typed {
            return Err(refuse("record takes one process; for all of them: --scope host".to_owned()));
        }
        if scope == Scope::Host && target.is_some() {
            return Err(refuse("--scope host records all processes: leave the target out".to_owned()));
        }
        let interval = interval.unwrap_or_default();
        let record = Record { output, interval, length, max_size, keep, scope, naming, thresholds };
        Ok(Meant::Record { record, target, procfs })
    }
}

/// A length of time that is not none.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let is_some = |length: &Duration| !length.is_zero();
    duration(text).filter(is_some).ok_or_else(|| "it is a length of time, as 90s, 5m or 24h".to_owned())
}

/// The least that a limit of size can be: a segment fits in.
const LEAST: u64 = 1 << 20;

fn size(text: &str) -> Result<u64, String> {
    let size = text.parse().ok().filter(|Size(bytes)| *bytes >= LEAST);
    size.map(|Size(bytes)| bytes).ok_or_else(|| "it is a size from 1M on, as 500M or 1G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("1M"), Ok(1 << 20));
        assert_eq!(size("2GiB"), Ok(2 << 30));
        assert_eq!(size("1048576"), Ok(1 << 20));
        for wrong in ["", "G", "1X", "-1G", "1023K", "99999999999T", "1.5G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
