//! `config`: the options in force, as a configuration file, each with where it comes from.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use netmonitor_core::detect::{ALL, Threshold, Thresholds};
use netmonitor_core::format::harmless_text;

/// The options in force.
pub(crate) struct Config {
    /// Where the configuration file is looked for.
    pub(crate) file: Option<PathBuf>,
    /// It is there.
    pub(crate) is_there: bool,
    /// The options.
    pub(crate) settings: Vec<Setting>,
    /// Keys that are bound otherwise.
    pub(crate) keys: toml::Table,
    /// From when on something is wrong.
    pub(crate) thresholds: Thresholds,
}

/// One option.
pub(crate) struct Setting {
    /// Its name in the file.
    pub(crate) name: String,
    /// What it is; `None`: not set, and there is nothing that is usual.
    pub(crate) value: Option<toml::Value>,
    /// Who said so.
    pub(crate) origin: Origin,
}

/// Who said what an option is.
pub(crate) enum Origin {
    /// A flag of this name.
    Flag(String),
    /// A variable of the environment.
    Environment(String),
    /// The file.
    File,
    /// Nobody.
    Usual,
}

impl Config {
    /// Prints them.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut out = io::stdout().lock();
        out.write_all(self.text().as_bytes()).and_then(|()| out.flush()).context("writing")?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let path = self.file.as_ref().map(|path| harmless_text(path.as_os_str().as_encoded_bytes()));
        let _ = match path {
            Some(path) if self.is_there => writeln!(text, "# {path}"),
            Some(path) => writeln!(text, "# {path}: not there"),
            None => {
                writeln!(text, "# no place for a configuration file: neither XDG_CONFIG_HOME nor HOME is set")
            }
        };
        let lines: Vec<String> = self.settings.iter().map(Setting::line).collect();
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        for (line, setting) in lines.iter().zip(&self.settings) {
            let _ = writeln!(text, "{line:widest$}  # {}", setting.origin.words());
        }
        if !self.keys.is_empty() {
            let _ = writeln!(text, "\n[keys]  # file");
            for (action, keys) in &self.keys {
                let _ = writeln!(text, "{action} = {keys}");
            }
        }
        self.write_thresholds(&mut text);
        text
    }
}

impl Config {
    fn write_thresholds(&self, text: &mut String) {
        let _ = writeln!(text, "\n[thresholds]");
        let all = || ALL.iter().flat_map(|detector| detector.thresholds);
        let line = |it: &Threshold| format!("{} = {}", it.name, self.thresholds.get(it));
        let widest = all().map(|it| line(it).chars().count()).max().unwrap_or(0);
        for threshold in all() {
            let origin = if self.thresholds.is_set(threshold) { Origin::File } else { Origin::Usual };
            let _ = writeln!(text, "{:widest$}  # {}; {}", line(threshold), origin.words(), threshold.unit);
        }
    }
}

impl Setting {
    fn line(&self) -> String {
        match &self.value {
            Some(value) => format!("{} = {value}", self.name),
            None => format!("# {}: not set", self.name),
        }
    }
}

impl Origin {
    fn words(&self) -> String {
        match self {
            Self::Flag(name) => format!("--{name}"),
            Self::Environment(name) => name.clone(),
            Self::File => "file".to_owned(),
            Self::Usual => "default".to_owned(),
        }
    }
}
