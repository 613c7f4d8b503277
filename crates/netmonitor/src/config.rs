//! The options: one struct for the configuration file, the environment and the command line. Of these the
//! later wins.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use netmonitor_core::detect::Thresholds;
use netmonitor_core::interval::Interval;
use netmonitor_core::query::nearest::nearest;
use netmonitor_core::scope::Scope;
use netmonitor_core::views::{By, CounterMode};
use netmonitor_tui::{Bindings, Marks, Theme};
use serde::{Deserialize, Serialize, Serializer};

use crate::looks;
use crate::run::Refused;
use crate::size::Size;

/// As much is kept of a session's past: of a process with 100 sockets some hours.
const HISTORY: Size = Size(32 << 20);

/// What can be chosen. Names in the file are those of the flags, with `_` for `-`.
#[derive(Debug, Clone, Default, Args, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// Time between two readings: 0.1 to 3600 seconds, as 0.2, 200ms, 4s or 1h [default: a session 1; show reads once]
    #[arg(long, global = true, value_name = "TIME", env = "NETMONITOR_INTERVAL", hide_env_values = true)]
    #[serde(default, serialize_with = "as_word")]
    pub(crate) interval: Option<Interval>,

    /// Whose sockets are shown: process, tree, cgroup, namespace, or of show host [default: process]
    #[arg(long, global = true, value_name = "SCOPE", env = "NETMONITOR_SCOPE", hide_env_values = true)]
    #[serde(default, deserialize_with = "word", serialize_with = "as_word")]
    pub(crate) scope: Option<Scope>,

    /// How counters are shown: all, total, rate, since-start or moved [default: all of each]
    #[arg(long, global = true, value_name = "MODE", env = "NETMONITOR_COUNTERS", hide_env_values = true)]
    #[serde(default, deserialize_with = "word", serialize_with = "as_word")]
    pub(crate) counters: Option<CounterMode>,

    /// What processes are grouped by: process, cgroup, user, name or netns [default: process, each for itself]
    #[arg(long, global = true, value_name = "WHAT", env = "NETMONITOR_BY", hide_env_values = true)]
    #[serde(default, deserialize_with = "word", serialize_with = "as_word")]
    pub(crate) by: Option<By>,

    /// Leave the introduction of a session out
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_SKIP_INTRO", hide_env_values = true)]
    pub(crate) skip_intro: Option<bool>,

    /// Leave the mouse to the terminal: a session then knows no clicks and no wheel
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_NO_MOUSE", hide_env_values = true)]
    pub(crate) no_mouse: Option<bool>,

    /// Keep the last view of a session when the process has ended
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_LINGER", hide_env_values = true)]
    pub(crate) linger: Option<bool>,

    /// Go on with the process that takes its place when the process has ended: the target is searched again
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_FOLLOW", hide_env_values = true)]
    pub(crate) follow: Option<bool>,

    /// Memory for what a session keeps of its past, to step back through it; 0: nothing [default: 32M]
    #[arg(long, global = true, value_name = "SIZE", env = "NETMONITOR_HISTORY", hide_env_values = true)]
    #[serde(default, deserialize_with = "word", serialize_with = "as_word")]
    pub(crate) history: Option<Size>,

    /// Count packets, too, as they go over the wire: the columns wire_rx_bytes and the like; needs CAP_NET_ADMIN
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_WIRE", hide_env_values = true)]
    pub(crate) wire: Option<bool>,

    /// Look up the names of remote addresses (d in a session): columns remote_name. Whoever answers for an address can notice
    /// that somebody asks
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_RESOLVE", hide_env_values = true)]
    pub(crate) resolve: Option<bool>,

    /// Tell countries and networks of remote addresses by this file in the format of MaxMind: columns remote_country,
    /// remote_asn, remote_as_org. May be given twice, or as FILE:FILE: one of countries or cities, one of networks
    #[arg(long, global = true, value_name = "FILE", action = clap::ArgAction::Append, env = "NETMONITOR_GEOIP", value_delimiter = ':', hide_env_values = true)]
    #[serde(default)]
    pub(crate) geoip: Vec<PathBuf>,

    /// Show netmonitor itself, too, among all processes and sockets of the machine
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_OWN", hide_env_values = true)]
    pub(crate) own: Option<bool>,

    /// A session does nothing to others: it closes no connection and signals no process
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new(), value_name = "BOOL", env = "NETMONITOR_READ_ONLY", hide_env_values = true)]
    pub(crate) read_only: Option<bool>,

    /// How a session looks: dark, light, contrast, ansi or none [default: what the terminal is said to be; NO_COLOR none]
    #[arg(long, global = true, value_name = "THEME", env = "NETMONITOR_THEME", hide_env_values = true)]
    #[serde(default, deserialize_with = "word", serialize_with = "as_word")]
    pub(crate) theme: Option<Theme>,

    /// What pictures and lines are made of: braille, block or ascii [default: braille; ascii without UTF-8]
    #[arg(long, global = true, value_name = "MARKS", env = "NETMONITOR_MARKS", hide_env_values = true)]
    #[serde(default, deserialize_with = "word", serialize_with = "as_word")]
    pub(crate) marks: Option<Marks>,

    /// Read another proc tree: a container's mounted host tree, or a captured one: a directory or tar archive that holds
    /// proc/net or proc/PID/net [default: /proc]
    #[arg(long, global = true, value_name = "PATH", env = "NETMONITOR_PROCFS", hide_env_values = true)]
    pub(crate) procfs: Option<PathBuf>,

    /// Keys that do something else than usual: actions by their names, each with its keys. Only in the file.
    #[arg(skip)]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) keys: BTreeMap<String, Keys>,

    /// From when on something is wrong: thresholds by their names. Only in the file.
    #[arg(skip)]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) thresholds: BTreeMap<String, f64>,
}

/// The keys of an action: one, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Keys {
    One(String),
    Several(Vec<String>),
}

impl Keys {
    fn all(&self) -> &[String] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Several(keys) => keys,
        }
    }
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

/// The same as a text.
fn as_word<T: Word, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(Word::typed).serialize(serializer)
}

/// What is typed as a word.
trait Word {
    /// The word.
    fn typed(&self) -> String;
}

macro_rules! words {
    ($($of:ty, $word:expr;)*) => {
        $(impl Word for $of {
            fn typed(&self) -> String {
                let word: fn(&Self) -> String = $word;
                word(self)
            }
        })*
    };
}

words! {
    Interval, |interval| format!("{}s", interval.duration().as_secs_f64());
    Scope, Scope::to_string;
    CounterMode, |mode| mode.word().to_owned();
    By, |by| by.word().to_owned();
    Theme, Theme::to_string;
    Marks, Marks::to_string;
    Size, Size::to_string;
}

impl Options {
    /// What holds where nothing is said; the interval is that of a session.
    pub(crate) fn usual() -> Self {
        let theme = looks::chosen(None, None);
        Self {
            interval: Some(Interval::default()),
            scope: Some(Scope::default()),
            counters: Some(CounterMode::default()),
            by: Some(By::default()),
            skip_intro: Some(false),
            no_mouse: Some(false),
            linger: Some(false),
            follow: Some(false),
            history: Some(HISTORY),
            wire: Some(false),
            resolve: Some(false),
            geoip: Vec::new(),
            own: Some(false),
            read_only: Some(false),
            theme: Some(theme),
            marks: Some(theme.marks),
            procfs: Some(PathBuf::from("/proc")),
            keys: BTreeMap::new(),
            thresholds: BTreeMap::new(),
        }
    }

    /// Bytes that a session may keep.
    pub(crate) fn history(&self) -> u64 {
        self.history.unwrap_or(HISTORY).0
    }

    /// What keys do.
    pub(crate) fn bindings(&self) -> anyhow::Result<Bindings> {
        let entries = self.keys.iter().map(|(action, keys)| (action.as_str(), keys.all()));
        Ok(Bindings::of(entries).map_err(|why| Refused(format!("in the configuration, keys: {why}")))?)
    }

    /// From when on something is wrong.
    pub(crate) fn thresholds(&self) -> anyhow::Result<Thresholds> {
        let set = self.thresholds.iter().map(|(name, value)| (name.as_str(), *value));
        Ok(Thresholds::of(set).map_err(|why| Refused(format!("in the configuration, thresholds: {why}")))?)
    }

    /// Takes from `file` what is not given.
    pub(crate) fn or(self, file: Self) -> Self {
        Self {
            interval: self.interval.or(file.interval),
            scope: self.scope.or(file.scope),
            counters: self.counters.or(file.counters),
            by: self.by.or(file.by),
            skip_intro: self.skip_intro.or(file.skip_intro),
            no_mouse: self.no_mouse.or(file.no_mouse),
            linger: self.linger.or(file.linger),
            follow: self.follow.or(file.follow),
            history: self.history.or(file.history),
            wire: self.wire.or(file.wire),
            resolve: self.resolve.or(file.resolve),
            geoip: if self.geoip.is_empty() { file.geoip } else { self.geoip },
            own: self.own.or(file.own),
            read_only: self.read_only.or(file.read_only),
            theme: self.theme.or(file.theme),
            marks: self.marks.or(file.marks),
            procfs: self.procfs.or(file.procfs),
            keys: if self.keys.is_empty() { file.keys } else { self.keys },
            thresholds: if self.thresholds.is_empty() { file.thresholds } else { self.thresholds },
        }
    }
}

/// A configuration file.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Where it is looked for.
    pub(crate) path: Option<PathBuf>,
    /// What it says, if it is there.
    pub(crate) options: Option<Options>,
}

/// Reads the configuration file: the one that is named, else the one at the usual place if it is there.
pub(crate) fn file(named: Option<&Path>) -> anyhow::Result<File> {
    let (path, needed) = match named {
        Some(path) => (path.to_owned(), true),
        None => match usual_place() {
            Some(path) => (path, false),
            None => return Ok(File::default()),
        },
    };
    let text = match std::fs::read_to_string(&path) {
        // At the usual place there may be none, or one of somebody else: HOME survives a change of user.
        Err(error)
            if !needed && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) =>
        {
            return Ok(File { path: Some(path), options: None });
        }
        read => read
            .map_err(|error| Refused(format!("cannot read the configuration {}: {error}", path.display())))?,
    };
    let options =
        parsed(&text).map_err(|why| Refused(format!("in the configuration {}: {why}", path.display())))?;
    Ok(File { path: Some(path), options: Some(options) })
}

/// What a file says, or what is wrong in it.
fn parsed(text: &str) -> Result<Options, String> {
    toml::from_str(text).map_err(|error| {
        let mut why = error.to_string().trim().to_owned();
        let names = names();
        let unknown = toml::from_str::<toml::Table>(text).unwrap_or_default();
        for key in unknown.keys().filter(|key| !names.contains(key)) {
            if let Some(near) = nearest(key, names.iter().map(String::as_str), 1).first() {
                let _ = write!(why, "\nhint: {key:?} is no option; nearest: {near:?}");
            }
        }
        why
    })
}

/// Tables of the file that no flag stands for.
const ONLY_IN_THE_FILE: [&str; 2] = ["keys", "thresholds"];

/// The names that a file may have.
fn names() -> Vec<String> {
    let flags = Options::augment_args(clap::Command::new(""));
    flags
        .get_arguments()
        .map(|flag| flag.get_id().to_string())
        .chain(ONLY_IN_THE_FILE.map(str::to_owned))
        .collect()
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
            "keys = 1",
            "[keys]\nfilter = 1",
            "thresholds = 1",
            "[thresholds]\nclose-wait-seconds = \"a minute\"",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        let why = parsed("linger = true\nintervall = 1\n").unwrap_err();
        assert!(why.contains("line 2") && why.ends_with("nearest: \"interval\""), "{why}");
        assert!(file(Some(Path::new("/nonexistent/netmonitor.toml"))).is_err());
    }

    #[test]
    fn what_is_usual_is_a_file_and_every_option_has_its_place_in_it() {
        let text = toml::to_string(&Options::usual()).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let options = parsed(&text).unwrap();
        assert_eq!(toml::to_string(&options).unwrap(), text);
        for name in names().iter().filter(|name| !ONLY_IN_THE_FILE.contains(&name.as_str())) {
            assert!(table.contains_key(name), "{name}");
        }
        // Nothing that a file says gets lost.
        assert_eq!(toml::to_string(&Options::default().or(options)).unwrap(), text);
    }

    #[test]
    fn keys_are_bound_by_the_file() {
        let options = parsed("[keys]\nfilter = \"F3\"\nquit = [\"Q\", \"F10\"]\n").unwrap();
        assert_ne!(options.bindings().unwrap(), Bindings::default());
        let wrong = parsed("[keys]\nfilter = \"f\"\n").unwrap().bindings().unwrap_err();
        assert!(wrong.to_string().contains("both filter and tabs"), "{wrong}");
    }

    #[test]
    fn thresholds_are_set_by_the_file() {
        let options = parsed("[thresholds]\nclose-wait-seconds = 5\nclose-wait-sockets = 1.5\n").unwrap();
        let set = [("close-wait-seconds", 5.0), ("close-wait-sockets", 1.5)];
        assert_eq!(options.thresholds().unwrap(), Thresholds::of(set).unwrap());
        for (wrong, said) in
            [("close-wait-second = 1", "close-wait-seconds"), ("close-wait-seconds = -1", "cannot be")]
        {
            let why =
                parsed(&format!("[thresholds]\n{wrong}\n")).unwrap().thresholds().unwrap_err().to_string();
            assert!(why.contains(said), "{why}");
        }
    }
}
