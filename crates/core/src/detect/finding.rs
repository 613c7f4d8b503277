//! What was found: of what, how bad, since when, and the numbers that show it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use procnet::Value;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Detector;
use super::word::{self, Word};
use crate::format::harmless_text;
use crate::scope::Scope;
use crate::views::TableView;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It costs service, or is what an attack leaves behind.
    Warning,
    /// Service is lost now.
    Critical,
}

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|severity| severity.word() == word);
        found.ok_or_else(|| format!("it is {}", Self::ALL.map(Self::word).join(", ")))
    }
}

/// How sure it is that what was seen is what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sure {
    /// It may be something else as well.
    Hint,
    /// It mostly is.
    Likely,
    /// The kernel says so.
    Certain,
}

impl Sure {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// The process, or the tree or control group that is watched.
    Process,
    /// The network namespace.
    Namespace,
    /// The machine.
    Host,
    /// A counter: group and name.
    Counter(#[serde(deserialize_with = "word::known")] Word, #[serde(deserialize_with = "word::known")] Word),
    /// A socket of IP: what it speaks, both ends, and the number that tells it from all others, where that is known.
    Socket {
        /// Name of its table: `tcp`, `udp`, `raw`.
        #[serde(deserialize_with = "word::known")]
        table: Word,
        /// Own end.
        local: (IpAddr, u16),
        /// The other end.
        remote: (IpAddr, u16),
        /// Inode, else cookie.
        number: u64,
    },
    /// A socket of another family: name of its table, inode.
    Other(#[serde(deserialize_with = "word::known")] Word, u64),
    /// Others that are connected to: what is spoken, address, port.
    Peer(#[serde(deserialize_with = "word::known")] Word, IpAddr, u16),
    /// A network interface.
    Interface(String),
    /// An address of a neighbour, and the interface that it is behind.
    Neighbour(IpAddr, String),
    /// A processor.
    Cpu(u64),
}

/// The row that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jump {
    /// The tab.
    pub tab: &'static str,
    /// The table in it.
    pub table: &'static str,
    /// What the row has in these columns, as the table prints it.
    pub cells: Vec<(&'static str, String)>,
}

impl Jump {
    /// Whether it is this row of that table.
    pub fn is_about(&self, table: &TableView<'_>, row: usize) -> bool {
        let is =
            |(column, text): &(&str, String)| table.named(row, column).is_some_and(|cell| is(cell, text));
        self.cells.iter().all(is)
    }
}

/// Whether a cell is this, as it is printed.
fn is(cell: Value<'_>, text: &str) -> bool {
    match cell {
        Value::Text(bytes) | Value::Line(bytes) => bytes == text.as_bytes(),
        Value::Label(label) => label == text,
        Value::Ip(address) => text.parse() == Ok(address),
        cell => cell.count().is_some_and(|number| text.parse() == Ok(number)),
    }
}

impl Subject {
    /// Where it is shown.
    pub fn jump(&self) -> Option<Jump> {
        let jump = |tab, table, cells| Some(Jump { tab, table, cells });
        match self {
            Self::Process | Self::Namespace | Self::Host => None,
            Self::Counter(group, name) => {
                let tab = crate::views::tab_of_table(group)?;
                jump(tab, group, vec![("name", (*name).to_owned())])
            }
            Self::Socket { table, local, remote, .. } => {
                let tab = crate::views::tab_of_table(table)?;
                let end = |(address, port): &(IpAddr, u16), name: [&'static str; 2]| {
                    [(name[0], address.to_string()), (name[1], port.to_string())]
                };
                let cells = end(local, ["local_address", "local_port"]);
                let cells = cells.into_iter().chain(end(remote, ["remote_address", "remote_port"]));
                jump(tab, table, cells.collect())
            }
            Self::Other(table, inode) => {
                jump(crate::views::tab_of_table(table)?, table, vec![("inode", inode.to_string())])
            }
            Self::Peer(_, address, _) => {
                jump("peers", "hosts", vec![("remote_address", address.to_string())])
            }
            Self::Interface(name) => jump("traffic", "interfaces", vec![("interface", name.clone())]),
            Self::Neighbour(address, _) => {
                jump("neighbours", "neighbours", vec![("dst", address.to_string())])
            }
            Self::Cpu(number) => jump("softnet", "packet_stats_per_cpu", vec![("cpu", number.to_string())]),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |(address, port): &(IpAddr, u16)| match address {
            IpAddr::V4(_) => format!("{address}:{port}"),
            IpAddr::V6(_) => format!("[{address}]:{port}"),
        };
        match self {
            Self::Process => f.write_str("the process"),
            Self::Namespace => f.write_str("the network namespace"),
            Self::Host => f.write_str("the machine"),
            Self::Counter(group, name) => write!(f, "{group}.{name}"),
            Self::Socket { table, local, remote, .. } if remote.1 == 0 => write!(f, "{table} {}", end(local)),
            Self::Socket { table, local, remote, .. } => {
                write!(f, "{table} {} → {}", end(local), end(remote))
            }
            Self::Other(table, inode) => write!(f, "{table} socket {inode}"),
            Self::Peer(protocol, address, 0) => write!(f, "{protocol} {address}"),
            Self::Peer(protocol, address, port) => write!(f, "{protocol} {}", end(&(*address, *port))),
            Self::Interface(name) => write!(f, "interface {}", harmless_text(name.as_bytes())),
            Self::Neighbour(address, name) => {
                write!(f, "{address} on {}", harmless_text(name.as_bytes()))
            }
            Self::Cpu(number) => write!(f, "CPU {number}"),
        }
    }
}

/// A number with what it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Amount {
    /// Things.
    Count(u64),
    /// Bytes.
    Bytes(u64),
    /// A part of a whole, 1 being all of it.
    Share(f64),
    /// Things a second.
    Rate(f64),
    /// Seconds.
    Seconds(f64),
    /// Milliseconds.
    Milliseconds(f64),
    /// A word.
    Text(String),
}

impl Amount {
    /// The bare number, or the word.
    pub fn value(&self) -> Json {
        match self {
            Self::Count(count) | Self::Bytes(count) => (*count).into(),
            Self::Share(number) | Self::Rate(number) | Self::Seconds(number) | Self::Milliseconds(number) => {
                (*number).into()
            }
            Self::Text(text) => text.as_str().into(),
        }
    }

    /// What the number counts, where that is no number of things.
    pub const fn unit(&self) -> Option<&'static str> {
        match self {
            Self::Count(_) | Self::Text(_) => None,
            Self::Bytes(_) => Some("bytes"),
            Self::Share(_) => Some("share"),
            Self::Rate(_) => Some("per_second"),
            Self::Seconds(_) => Some("seconds"),
            Self::Milliseconds(_) => Some("milliseconds"),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Bytes(bytes) => write!(f, "{bytes} B"),
            Self::Share(share) => write!(f, "{:.1} %", share * 100.0),
            Self::Rate(rate) => write!(f, "{rate:.1}/s"),
            Self::Seconds(seconds) => write!(f, "{seconds:.1} s"),
            Self::Milliseconds(milliseconds) => write!(f, "{milliseconds:.1} ms"),
            Self::Text(text) => f.write_str(&harmless_text(text.as_bytes())),
        }
    }
}

/// A number that shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is called where it was read.
    pub name: String,
    /// What it is now.
    pub now: Amount,
    /// What it was at the look before, or what it is held against.
    pub before: Option<Amount>,
    /// Where it was read.
    #[serde(deserialize_with = "word::known")]
    pub source: Word,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = harmless_text(self.name.as_bytes());
        match &self.before {
            Some(before) => write!(f, "{name} {} (before: {before})", self.now),
            None => write!(f, "{name} {}", self.now),
        }
    }
}

/// How a finding fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    /// It is so, and about as bad as it was.
    Open,
    /// It has got worse.
    Worse,
    /// It has got better, and is still so.
    Better,
    /// It is not so any more.
    Over,
}

impl Life {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Over => "over",
        }
    }
}

/// Something that was found.
#[derive(Clone, Serialize, Deserialize)]
pub struct Finding {
    /// Its number among all that this watch has found, from 1: what was found anew after it was over has the same.
    pub id: u64,
    /// Who has found it.
    #[serde(with = "by_name")]
    pub detector: &'static Detector,
    /// About what.
    pub subject: Subject,
    /// How bad it is.
    pub severity: Severity,
    /// Whose state it is.
    pub scope: Scope,
    /// How it fares.
    pub life: Life,
    /// Since when it is so: wall clock, nanoseconds since the epoch.
    pub since: i64,
    /// When it was last seen.
    pub seen: i64,
    /// How often it has begun.
    pub times: u64,
    /// What is to be seen, in a sentence.
    pub what: String,
    /// The numbers that show it, of when it was last seen.
    pub evidence: Vec<Evidence>,
    /// The subject and the numbers in words.
    #[serde(skip)]
    pub(crate) words: [String; 2],
}

impl Finding {
    /// It is so now.
    pub fn is_open(&self) -> bool {
        self.life != Life::Over
    }

    /// Its numbers in one text.
    pub fn evidence_text(&self) -> &str {
        &self.words[1]
    }

    /// Puts it in words.
    pub(super) fn tell(&mut self) {
        let numbers: Vec<String> = self.evidence.iter().map(Evidence::to_string).collect();
        self.words = [self.subject.to_string(), numbers.join("; ")];
    }
}

/// A detector is written by its name.
mod by_name {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::detect::{Detector, find};

    pub(super) fn serialize<S: Serializer>(
        detector: &&'static Detector,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(detector.name)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static Detector, D::Error> {
        let name = String::deserialize(deserializer)?;
        find(&name).map_err(|_| D::Error::custom("no such detector"))
    }
}
