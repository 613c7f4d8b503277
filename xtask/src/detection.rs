//! `docs/detection.md`: what each detector declares.

use std::fmt::Write;

use netmonitor_core::detect::{ALL, Detector, tell};

use crate::docs::capital;

pub(crate) fn document() -> String {
    let mut text = String::from(
        "# What is looked for\n\n\
         Made by `cargo xtask docs` from what detectors declare; `netmonitor explain finding:NAME` tells the same. Info is worth\n\
         knowing, a warning costs service or is what an attack leaves behind, critical is service lost now. Scope says whose state\n\
         is judged: `process` is that of the target (of its tree or control group where that is asked for). Thresholds are set in\n\
         the configuration file, under `[thresholds]`. Which scenario each is found in, made for real, and in which hours of healthy\n\
         work nothing may be found: [scenarios.md](scenarios.md).\n\n\
         | finding | severity | scope | sure | what it is |\n|---|---|---|---|---|\n",
    );
    for Detector { name, title, severity, scope, sure, .. } in ALL.iter() {
        let _ = writeln!(
            text,
            "| [`{name}`](#{name}) | {} | {scope} | {} | {title} |",
            severity.word(),
            sure.word()
        );
    }
    ALL.iter().for_each(|detector| one(detector, &mut text));
    text
}

fn one(detector: &Detector, text: &mut String) {
    let Detector { name, title, severity, scope, sure, why, next, references, thresholds, .. } = detector;
    let head = format!("{} · scope {scope} · {}", severity.word(), sure.word());
    let (title, reads) = (capital(title), tell::sources(detector).join(", "));
    let _ = write!(
        text,
        "\n## {name}\n\n{title}. {head}. Reads {reads}.\n\n{why}\n\nNext: {next}\n\nMore: {references}.\n"
    );
    if !thresholds.is_empty() {
        text.push_str("\n| threshold | default | unit | what it is | from |\n|---|---|---|---|---|\n");
        for it in *thresholds {
            let _ =
                writeln!(text, "| `{}` | {} | {} | {} | {} |", it.name, it.usual, it.unit, it.doc, it.source);
        }
    }
}
