//! What is remembered over sessions: a file in the user's state directory, `$XDG_STATE_HOME/netmonitor/state.toml`, in
//! `~/.local/state` where that is not set.
//!
//! It is read when a session begins. What a session changes is written at once: the file is read again, so that what
//! others have changed meanwhile stays, and replaced as a whole. What of it this version does not know stays, too.
//!
//! Nothing is written where there is no such place, where it is not the user's own (HOME survives a change of user), or
//! where what stands there could not be read.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use netmonitor_tui::{Memo, Memory};
use serde::{Deserialize, Serialize};

/// The version of the file that this program writes. It reads no later one.
const VERSION: u32 = 1;

/// How many commands are remembered.
const COMMANDS: usize = 100;

/// A larger file is not ours.
const LARGEST: u64 = 256 << 10;

/// Keeps what is to be remembered.
pub(crate) struct Keeper {
    /// The file; `None`: nothing is kept.
    file: Option<PathBuf>,
}

/// What the file holds.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct State {
    version: u32,
    #[serde(default)]
    totals: bool,
    #[serde(default)]
    counters: Option<String>,
    #[serde(default)]
    skip_intro: bool,
    #[serde(default)]
    commands: Vec<String>,
    /// What later versions of the same form keep.
    #[serde(flatten)]
    rest: toml::Table,
    #[serde(default)]
    tables: BTreeMap<String, Table>,
}

/// Order and columns of a table, as typed.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Table {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<String>,
}

impl Keeper {
    /// Finds the file, and reads what is remembered. Where it cannot be read, that is to be said once.
    pub(crate) fn open() -> (Self, Memory) {
        Self::at(place())
    }

    fn at(file: Option<PathBuf>) -> (Self, Memory) {
        let Some(path) = file else { return (Self { file: None }, Memory::default()) };
        match read(&path) {
            Ok(state) => (Self { file: Some(path) }, state.memory()),
            Err(why) => {
                let said = format!("nothing is remembered: {}: {why}", path.display());
                (Self { file: None }, Memory { said: Some(said), ..Memory::default() })
            }
        }
    }

    /// Remembers something.
    ///
    /// # Errors
    ///
    /// Why it cannot; nothing more is remembered then.
    pub(crate) fn remember(&mut self, memo: Memo) -> Result<(), String> {
        let Some(path) = self.file.take() else { return Ok(()) };
        let mut state = read(&path)?;
        state.take(memo);
        let text = toml::to_string(&state).map_err(|error| error.to_string())?;
        replace(&path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))?;
        self.file = Some(path);
        Ok(())
    }
}

impl State {
    fn take(&mut self, memo: Memo) {
        self.version = VERSION;
        match memo {
            Memo::Totals(totals) => self.totals = totals,
            Memo::Counters(mode) => self.counters = Some(mode.word().to_owned()),
            Memo::SkipIntro => self.skip_intro = true,
            Memo::Command(command) => {
                self.commands.retain(|known| *known != command);
                self.commands.push(command);
                let surplus = self.commands.len().saturating_sub(COMMANDS);
                self.commands.drain(..surplus);
            }
            Memo::Table { name, sort: None, columns: None } => drop(self.tables.remove(&name)),
            Memo::Table { name, sort, columns } => drop(self.tables.insert(name, Table { sort, columns })),
        }
    }

    fn memory(self) -> Memory {
        let tables = self.tables.into_iter().map(|(name, table)| (name, table.sort, table.columns)).collect();
        let Self { totals, skip_intro, commands, .. } = self;
        // A word that this version does not know is one of a later version.
        let counters = self.counters.and_then(|word| word.parse().ok());
        Memory { tables, totals, counters, skip_intro, commands, said: None }
    }
}

/// What the file holds; nothing where there is none.
fn read(path: &Path) -> Result<State, String> {
    let text = match read_text(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::default()),
        read => read.map_err(|error| error.to_string())?,
    };
    // Who was stopped while it was written may have left an empty one.
    if text.trim().is_empty() {
        return Ok(State::default());
    }
    let state: State = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
    match state.version {
        1..=VERSION => Ok(state),
        version => Err(format!("of version {version}, this program knows {VERSION}")),
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    file.take(LARGEST + 1).read_to_string(&mut text)?;
    match text.len() as u64 {
        0..=LARGEST => Ok(text),
        _ => Err(io::Error::other(format!("larger than {LARGEST} bytes"))),
    }
}

/// Replaces the file as a whole: who reads it meanwhile sees the one or the other.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let new = directory.join(format!(".state.{}", std::process::id()));
    let _ = fs::remove_file(&new);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&new, path));
    written.inspect_err(|_| _ = fs::remove_file(&new))
}

/// The file, if there is a place for it that is the user's own.
fn place() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let base = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local").join("state")))?;
    let file = base.join("netmonitor").join("state.toml");
    is_own(&file).then_some(file)
}

/// Whether the file, or the nearest directory above it that there is, belongs to who runs this.
fn is_own(file: &Path) -> bool {
    let nearest = file.ancestors().find_map(|path| fs::metadata(path).ok());
    nearest.is_some_and(|nearest| nearest.uid() == netmonitor_sys::effective_user())
}

#[cfg(test)]
mod tests {
    use netmonitor_core::views::CounterMode;

    use super::*;

    fn table(name: &str, columns: Option<&str>) -> Memo {
        Memo::Table { name: name.to_owned(), sort: None, columns: columns.map(str::to_owned) }
    }

    fn opened(file: &Path) -> (Keeper, Memory) {
        Keeper::at(Some(file.to_owned()))
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a/b/state.toml");
        let (mut keeper, memory) = opened(&file);
        assert_eq!(memory, Memory::default());
        keeper.remember(table("tcp", Some("state,inode"))).unwrap();
        keeper.remember(table("net/\"x\ny", Some("*"))).unwrap();
        // Another session, meanwhile.
        let (mut other, _) = opened(&file);
        other.remember(Memo::Totals(true)).unwrap();
        other.remember(Memo::Counters(CounterMode::Rate)).unwrap();
        keeper.remember(table("udp", Some("drops"))).unwrap();
        keeper.remember(table("udp", None)).unwrap();
        let (_, memory) = opened(&file);
        let tables: Vec<_> =
            memory.tables.iter().map(|(name, _, columns)| (name.as_str(), columns.as_deref())).collect();
        assert_eq!(tables, [("net/\"x\ny", Some("*")), ("tcp", Some("state,inode"))]);
        assert!(memory.totals && memory.said.is_none() && !memory.skip_intro);
        assert_eq!(memory.counters, Some(CounterMode::Rate));
        keeper.remember(Memo::SkipIntro).unwrap();
        for number in 0..150 {
            keeper.remember(Memo::Command(format!("filter x{}", number % 120))).unwrap();
        }
        let (_, memory) = opened(&file);
        assert!(memory.skip_intro);
        assert_eq!((memory.commands.len(), memory.commands[99].as_str()), (100, "filter x29"));
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing else is left there");
    }

    #[test]
    fn what_later_versions_keep_stays() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.toml");
        fs::write(&file, "version = 1\nseen = [1, 2]\ncounters = \"new\"\n[more]\nx = 1\n").unwrap();
        assert_eq!(opened(&file).1, Memory::default());
        opened(&file).0.remember(table("tcp", Some("state"))).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.contains("seen = [1, 2]") && text.contains("[more]") && text.contains("[tables.tcp]"),
            "{text}"
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.toml");
        let large = "#".repeat(LARGEST as usize + 1);
        for text in ["version = 2\n", "version", "totals = true\n", "version = 1\ntables = 3\n", &large] {
            fs::write(&file, text).unwrap();
            let (mut keeper, memory) = opened(&file);
            assert!(memory.said.unwrap().contains("nothing is remembered"), "{text:.20}");
            keeper.remember(Memo::Totals(true)).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(opened(&file).1.said.is_some());
        let (mut nowhere, memory) = Keeper::at(None);
        assert_eq!((nowhere.remember(Memo::Totals(true)), memory), (Ok(()), Memory::default()));
    }

    #[test]
    fn where_it_cannot_be_written_it_is_said_once() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file/state.toml");
        let (mut keeper, _) = opened(&file);
        fs::write(directory.path().join("file"), "").unwrap();
        assert!(keeper.remember(Memo::Totals(true)).is_err());
        assert!(keeper.remember(Memo::Totals(false)).is_ok());
    }
}
