//! `tidy`: the rules of the house that a machine can check.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::docs;

/// Lines of a source file without its tests.
const LONGEST_FILE: usize = 500;
/// Lines of `main.rs` of the program.
const LONGEST_MAIN: usize = 40;

/// What a crate may depend on: names of the workspace's crates that it knows, and of heavy crates that it
/// alone may use.
const ARROWS: &[(&str, &[&str], &[&str])] = &[
    ("procnet", &[], &[]),
    ("core", &["procnet"], &[]),
    ("sys", &["netmonitor-core", "procnet"], &["rustix", "libc"]),
    ("tui", &["netmonitor-core", "procnet"], &["ratatui", "crossterm"]),
    ("serve", &["netmonitor-core", "procnet"], &["hyper", "tokio", "tokio-rustls"]),
    ("names", &["netmonitor-core"], &["hickory-resolver", "maxminddb", "tokio"]),
    (
        "netmonitor",
        &["netmonitor-core", "netmonitor-names", "netmonitor-serve", "netmonitor-sys", "netmonitor-tui"],
        &["clap", "anyhow", "signal-hook"],
    ),
    ("testkit", &[], &["rustix", "libc"]),
];

/// Checks them, and tells all that is wrong.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    for path in sources(root)? {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        source(&name, &text, &mut wrong);
    }
    arrows(root, &mut wrong)?;
    documents(root, &mut wrong);
    columns(&mut wrong);
    for line in &wrong {
        eprintln!("{line}");
    }
    ensure!(wrong.is_empty(), "{} rules broken", wrong.len());
    Ok(())
}

fn sources(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut left) = (Vec::new(), vec![root.join("crates"), root.join("xtask")]);
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).with_context(|| directory.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() && !path.ends_with("target") {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn source(name: &str, text: &str, wrong: &mut Vec<String>) {
    if !text.starts_with("//!") {
        wrong.push(format!("{name}: does not open with //! saying what it is"));
    }
    let is_test = ["/tests/", "/benches/"].iter().any(|folder| name.contains(folder));
    let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
    if !is_test && lines > LONGEST_FILE {
        wrong.push(format!("{name}: {lines} lines without tests, more than {LONGEST_FILE}"));
    }
    if name == "crates/netmonitor/src/main.rs" && lines > LONGEST_MAIN {
        wrong.push(format!("{name}: {lines} lines, more than {LONGEST_MAIN}"));
    }
    let unsafe_allowed = ["crates/sys/", "crates/testkit/"].iter().any(|folder| name.starts_with(folder));
    if name.ends_with("src/lib.rs") && !unsafe_allowed && !text.contains("#![forbid(unsafe_code)]") {
        wrong.push(format!("{name}: does not forbid unsafe code"));
    }
    // Written in two parts, so that this file does not find itself.
    for word in
        [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[ig", "nore"), concat!("FIX", "ME")]
    {
        if text.contains(word) {
            wrong.push(format!("{name}: holds {word}"));
        }
    }
}

fn arrows(root: &Path, wrong: &mut Vec<String>) -> anyhow::Result<()> {
    for (krate, known, own) in ARROWS {
        let path = root.join("crates").join(krate).join("Cargo.toml");
        let manifest: toml::Table =
            toml::from_str(&fs::read_to_string(&path)?).with_context(|| path.display().to_string())?;
        let empty = toml::Table::new();
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).unwrap_or(&empty);
        for dependency in dependencies.keys() {
            let ours = dependency.starts_with("netmonitor") || dependency == "procnet";
            let heavy = ARROWS.iter().any(|(_, _, heavy)| heavy.contains(&dependency.as_str()));
            let allowed = if ours { known } else { own };
            if (ours || heavy) && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("crates/{krate}: may not depend on {dependency}"));
            }
        }
    }
    Ok(())
}

fn documents(root: &Path, wrong: &mut Vec<String>) {
    for (path, text) in docs::all() {
        if fs::read_to_string(root.join(&path)).ok().as_deref() != Some(&text) {
            wrong.push(format!("{path}: not as the registries say; run cargo xtask docs"));
        }
    }
    for path in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"] {
        if !root.join(path).is_file() {
            wrong.push(format!("{path} is missing"));
        }
    }
}

fn columns(wrong: &mut Vec<String>) {
    for view in netmonitor_core::views::ALL {
        for table in view.tables {
            for column in table.content.columns() {
                if netmonitor_core::views::is_reserved(table, column.name) {
                    wrong.push(format!("{}.{}: column {} is reserved", view.name, table.name, column.name));
                }
            }
        }
    }
}
