//! Developer tasks: `cargo xtask tidy | docs | pictures | bpf | bench`.

mod bench;
mod bpf;
mod detection;
mod docs;
mod pictures;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A task: its name, what it does, and the doing.
type Task = (&'static str, &'static str, fn(&Path) -> anyhow::Result<()>);

const TASKS: &[Task] = &[
    ("tidy", "check the rules of the house that a machine can check", tidy::run),
    ("docs", "write the generated documents", docs::write),
    ("pictures", "draw the main screens for the README", pictures::run),
    ("bpf", "compile the programs that count in the kernel", bpf::run),
    ("bench", "run the benches, for docs/performance.md", bench::run),
];

fn main() -> ExitCode {
    let asked = std::env::args().nth(1);
    let Some((_, _, task)) = TASKS.iter().find(|(name, ..)| Some(*name) == asked.as_deref()) else {
        eprintln!("usage: cargo xtask TASK");
        for (name, doc, _) in TASKS {
            eprintln!("  {name:8} {doc}");
        }
        return ExitCode::from(2);
    };
    match task(&root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The top of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}
