//! `doctor`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::{Meant, not_before_the_command};
use crate::run::doctor::Doctor;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The process that is to be looked at [default: any]
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: Option<String>,

    /// Tell at length what the kernel said to BPF programs that it refused
    #[arg(short, long)]
    verbose: bool,

    /// Output format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

impl Typed {
    pub(super) fn meant(self, before: Option<String>, procfs: PathBuf) -> anyhow::Result<Meant> {
        not_before_the_command(before, "doctor")?;
        let Self { target, verbose, format } = self;
        Ok(Meant::Doctor(Doctor { target, procfs, json: format == "json", verbose }))
    }
}
