//! `netmonitor`: everything the kernel knows about the network activity of one process.

mod cli;
mod config;
mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    run::panic::install();
    match cli::parse().and_then(run::run) {
        Ok(code) => code,
        Err(error) => run::failed(&error),
    }
}
