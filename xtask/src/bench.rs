//! `bench`: all benches of the workspace, one after another.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// Runs them.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let status = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["bench", "--workspace", "--benches"])
        .status()
        .context("cargo bench")?;
    ensure!(status.success(), "a bench failed");
    Ok(())
}
