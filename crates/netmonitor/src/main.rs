//! `netmonitor`: everything the kernel knows about the network activity of one process.

mod cli;
mod config;
mod looks;
mod run;
mod size;
mod state;

use std::process::ExitCode;

fn main() -> ExitCode {
    netmonitor_tui::report_bugs(env!("CARGO_PKG_VERSION"));
    match cli::parse().and_then(run::run) {
        Ok(code) => code,
        Err(error) => run::failed(&error),
    }
}
