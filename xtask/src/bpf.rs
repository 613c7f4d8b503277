//! `bpf`: compiles the programs that count in the kernel. The object is kept with the sources, so that nobody who builds
//! netmonitor needs a compiler for it; a test says when they differ.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// The compiler that the object is made with: another version makes another one.
const CLANG: &str = "clang-14";
/// Takes out what only a debugger reads. What the kernel and the loader read stays.
const STRIP: &str = "llvm-strip-14";

/// The programs that are shipped, and those that a bench measures them beside.
const NAMES: [&str; 2] = ["netmonitor", "bare"];

/// Compiles the programs.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let folder = root.join("crates/sys/bpf");
    NAMES.iter().try_for_each(|name| compile(&folder, name, &folder.join(object(name))))
}

fn object(name: &str) -> String {
    format!("{name}.bpf.o")
}

fn compile(folder: &Path, name: &str, object: &Path) -> anyhow::Result<()> {
    let mut clang = Command::new(CLANG);
    clang.current_dir(folder).args(["-target", "bpf", "-mcpu=v3", "-O2", "-g"]);
    clang.args(["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-const-variable"]);
    // The object says the same wherever it is made.
    clang.args(["-fdebug-compilation-dir", ".", "-c"]).arg(format!("{name}.bpf.c")).arg("-o").arg(object);
    finish(&mut clang)?;
    finish(Command::new(STRIP).arg("-g").arg(object))
}

fn finish(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("starting {name}"))?;
    if !status.success() {
        bail!("{name} failed: {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_is_what_the_sources_say() {
        if !netmonitor_testkit::need_tool(CLANG) || !netmonitor_testkit::need_tool(STRIP) {
            return;
        }
        let folder = crate::root().join("crates/sys/bpf");
        let made = tempfile::tempdir().unwrap();
        for name in NAMES {
            let object = object(name);
            compile(&folder, name, &made.path().join(&object)).unwrap();
            let read = |folder: &Path| std::fs::read(folder.join(&object)).unwrap();
            assert!(read(made.path()) == read(&folder), "{name} has changed: run `cargo xtask bpf`");
        }
    }
}
