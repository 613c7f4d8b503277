//! `run`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::{Meant, not_before_the_command};
use crate::run::command::Run;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// Write the report to this file [default: standard error]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Output format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,

    /// The command and its arguments, behind --
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

impl Typed {
    pub(super) fn meant(self, before: Option<String>) -> anyhow::Result<Meant> {
        not_before_the_command(before, "run")?;
        Ok(Meant::Run(Run { command: self.command, output: self.output, json: self.format == "json" }))
    }
}
