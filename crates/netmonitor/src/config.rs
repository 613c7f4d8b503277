//! The options: one struct for the configuration file, the environment and the command line. Of these the
//! later wins.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use netmonitor_core::interval::Interval;
use netmonitor_core::scope::Scope;
use netmonitor_core::views::{By, CounterMode};
use netmonitor_tui::{Marks, Theme};
use serde::Deserialize;

use crate::run::Refused;

/// What can be chosen. Names in the file are those of the flags, with `_` for `-`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// Time between two readings: 0.1 to 3600 seconds, as 0.2, 200ms, 4s or 1h [default: a session 1; show reads once]
    #[arg(long, global = true, value_name = "TIME", env = "NETMONITOR_INTERVAL", hide_env_values = true)]
    pub(crate) interval: Option<Interval>,

    /// Whose sockets are shown: process, tree, cgroup, namespace, or of show host [default: process]
    #[arg(long, global = true, value_name = "SCOPE", env = "NETMONITOR_SCOPE", hide_env_values = true)]
    #[serde(default, deserialize_with = "word")]
    pub(crate) scope: Option<Scope>,

    /// How counters are shown: all, total, rate, since-start or moved [default: all of each]
    #[arg(long, global = true, value_name = "MODE", env = "NETMONITOR_COUNTERS", hide_env_values = true)]
    #[serde(default, deserialize_with = "word")]
    pub(crate) counters: Option<CounterMode>,

    /// What processes are grouped by: process, cgroup, user, name or netns [default: process, each for itself]
    #[arg(long, global = true, value_name = "WHAT", env = "NETMONITOR_BY", hide_env_values = true)]
    #[serde(default, deserialize_with = "word")]
    pub(crate) by: Option<By>,

    /// Leave the introduction of a session out
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_SKIP_INTRO", hide_env_values = true)]
    pub(crate) skip_intro: Option<bool>,

    /// Keep the last view of a session when the process has ended
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_LINGER", hide_env_values = true)]
    pub(crate) linger: Option<bool>,

    /// Go on with the process that takes its place when the process has ended: the target is searched again
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_FOLLOW", hide_env_values = true)]
    pub(crate) follow: Option<bool>,

    /// Count packets, too, as they go over the wire: the columns wire_rx_bytes and the like; needs CAP_NET_ADMIN
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_WIRE", hide_env_values = true)]
    pub(crate) wire: Option<bool>,

    /// How a session looks: dark, light, contrast, ansi or none [default: what the terminal is said to be; NO_COLOR none]
    #[arg(long, global = true, value_name = "THEME", env = "NETMONITOR_THEME", hide_env_values = true)]
    #[serde(default, deserialize_with = "word")]
    pub(crate) theme: Option<Theme>,

    /// What pictures and lines are made of: braille, block or ascii [default: braille; ascii without UTF-8]
    #[arg(long, global = true, value_name = "MARKS", env = "NETMONITOR_MARKS", hide_env_values = true)]
    #[serde(default, deserialize_with = "word")]
    pub(crate) marks: Option<Marks>,

    /// Read another proc tree: a container's mounted host tree, or a captured one: a directory or tar archive that holds
    /// proc/net or proc/PID/net [default: /proc]
    #[arg(long, global = true, value_name = "PATH", env = "NETMONITOR_PROCFS", hide_env_values = true)]
    pub(crate) procfs: Option<PathBuf>,
}

/// A value that is typed as a word.
fn word<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err = String>,
{
    let word = String::deserialize(deserializer)?;
    word.parse().map(Some).map_err(|why| serde::de::Error::custom(format!("{word:?}: {why}")))
}

impl Options {
    /// Takes from `file` what is not given.
    pub(crate) fn or(self, file: Self) -> Self {
        Self {
            interval: self.interval.or(file.interval),
            scope: self.scope.or(file.scope),
            counters: self.counters.or(file.counters),
            by: self.by.or(file.by),
            skip_intro: self.skip_intro.or(file.skip_intro),
            linger: self.linger.or(file.linger),
            follow: self.follow.or(file.follow),
            wire: self.wire.or(file.wire),
            theme: self.theme.or(file.theme),
            marks: self.marks.or(file.marks),
            procfs: self.procfs.or(file.procfs),
        }
    }
}

/// Reads the configuration file: the one that is named, else the one at the usual place if it is there.
pub(crate) fn file(named: Option<&Path>) -> anyhow::Result<Options> {
    let (path, needed) = match named {
        Some(path) => (path.to_owned(), true),
        None => match usual_place() {
            Some(path) => (path, false),
            None => return Ok(Options::default()),
        },
    };
    let text = match std::fs::read_to_string(&path) {
        // At the usual place there may be none, or one of somebody else: HOME survives a change of user.
        Err(error)
            if !needed && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) =>
        {
            return Ok(Options::default());
        }
        read => read
            .map_err(|error| Refused(format!("cannot read the configuration {}: {error}", path.display())))?,
    };
    let wrong = |error: toml::de::Error| {
        format!("in the configuration {}: {}", path.display(), error.to_string().trim())
    };
    Ok(toml::from_str(&text).map_err(|error| Refused(wrong(error)))?)
}

/// `$XDG_CONFIG_HOME/netmonitor/config.toml`, in `~/.config` where that is not set.
fn usual_place() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let base = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(base.join("netmonitor").join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_wins_over_the_file() {
        let file: Options = toml::from_str("interval = 2.5\nscope = \"namespace\"\nlinger = true\n").unwrap();
        let given = Options { interval: "4s".parse().ok(), linger: Some(false), ..Options::default() };
        let both = given.or(file);
        assert_eq!(both.interval, "4".parse().ok());
        assert_eq!((both.scope, both.linger), (Some(Scope::Namespace), Some(false)));
    }

    #[test]
    fn wrong_files_are_errors() {
        for wrong in [
            "intervall = 1",
            "interval = 0",
            "interval = \"x\"",
            "scope = \"hosts\"",
            "counters = \"x\"",
            "by = \"x\"",
            "linger = 1",
            "[",
        ] {
            assert!(toml::from_str::<Options>(wrong).is_err(), "{wrong}");
        }
        assert!(file(Some(Path::new("/nonexistent/netmonitor.toml"))).is_err());
    }
}
