//! `doctor`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::Meant;
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
    pub(super) fn meant(self, procfs: PathBuf) -> Meant {
        let Self { target, verbose, format } = self;
        Meant::Doctor(Doctor { target, procfs, json: format == "json", verbose })
    }
}
