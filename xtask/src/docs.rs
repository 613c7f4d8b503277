//! `docs`: documents that are made from the registries, so that they cannot say anything else.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use netmonitor_core::export::schema;
use netmonitor_core::scope::Scope;
use netmonitor_core::views;
use procnet::dictionary::lookup;
use procnet::proc::{self, FileScope};

/// The generated documents: path and text.
pub(crate) fn all() -> Vec<(String, String)> {
    let mut all = vec![
        ("docs/keys.md".to_owned(), netmonitor_tui::keys_markdown()),
        ("docs/tables.md".to_owned(), tables()),
        ("docs/files.md".to_owned(), files()),
        ("docs/counters.md".to_owned(), counters()),
        ("docs/detection.md".to_owned(), crate::detection::document()),
    ];
    all.extend(
        schema::documents()
            .into_iter()
            .map(|(name, schema)| (format!("docs/schema/{name}.json"), format!("{schema:#}\n"))),
    );
    all
}

/// Writes them.
pub(crate) fn write(root: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(root.join("docs/schema")).context("making docs/schema")?;
    for (path, text) in all() {
        std::fs::write(root.join(&path), text).with_context(|| format!("writing {path}"))?;
    }
    Ok(())
}

fn tables() -> String {
    let mut text = String::from(
        "# Tabs, tables, columns\n\n\
         Made by `cargo xtask docs`. A column has the same name on the screen's help, in JSON, JSON lines and CSV;\n\
         numbers are in the kernel's unit. A counter `x` has its rate in `x_rate` (`rate` where the column is `value`),\n\
         which is null in the first reading. What the kernel does not report is null.\n",
    );
    for view in views::ALL {
        let _ = write!(text, "\n## {}\n\n{}.\n", view.name, capital(view.help));
        for table in view.tables {
            let scope = table.scope.map_or("process or namespace", Scope::word);
            let _ = write!(
                text,
                "\n### {}.{}\n\n{}. Scope: {scope}.\n\n",
                view.name,
                table.name,
                capital(table.doc)
            );
            if let Some(shown) = table.content.default_columns() {
                let names: Vec<_> = shown.iter().map(|name| format!("`{name}`")).collect();
                let _ = write!(text, "On a screen and in text: {}.\n\n", names.join(" "));
            }
            text.push_str("| column | unit | kind | what it says |\n|---|---|---|---|\n");
            for column in table.content.columns() {
                let (unit, kind) = (format!("{:?}", column.unit), format!("{:?}", column.kind));
                let unit = if unit == "None" { String::new() } else { unit.to_lowercase() };
                let _ = writeln!(
                    text,
                    "| `{}` | {unit} | {} | {} |",
                    column.name,
                    kind.to_lowercase(),
                    column.doc
                );
            }
        }
    }
    text
}

fn counters() -> String {
    let mut text = String::from(
        "# Counters\n\n\
         Made by `cargo xtask docs` from the dictionary that `netmonitor explain` and the key `x` read.\n",
    );
    let mut group = "";
    for entry in lookup::entries() {
        if entry.group != group {
            group = entry.group;
            let _ = write!(
                text,
                "\n## {group}\n\n| counter | kind | growth | what makes it move | counted by |\n|---|---|---|---|---|\n"
            );
        }
        let (kind, growth) = (entry.kind.word(), entry.growth.word());
        let _ =
            writeln!(text, "| `{}` | {kind} | {growth} | {} | {} |", entry.name, entry.meaning, entry.source);
    }
    text
}

fn files() -> String {
    let mut text = String::from(
        "# Files under /proc/PID/net\n\n\
         Made by `cargo xtask docs`. What this version knows, and the kernel function that prints it. Of a file that is\n\
         not decoded the last column says why; it is shown as its text. A file that is not here is shown so, too.\n\n\
         | file | what it lists | scope | printed by | not decoded because |\n|---|---|---|---|---|\n",
    );
    for file in proc::FILES {
        let scope = match file.scope {
            FileScope::Namespace => "namespace",
            FileScope::Host => "host",
            FileScope::InitialNamespace => "host; exists in the initial namespace only",
        };
        let reason = file.raw_only.unwrap_or_default();
        let _ =
            writeln!(text, "| `{}` | {} | {scope} | `{}` | {reason} |", file.path, file.what, file.source);
    }
    text
}

pub(crate) fn capital(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
