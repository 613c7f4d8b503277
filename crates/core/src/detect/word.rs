//! Words that a program has in itself, read from a recording.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::format::harmless_text;

/// A word of the program: the name of a table, a counter, a file.
pub(super) type Word = &'static str;

/// The most different words that are believed to be such, and the longest of them.
const MOST: usize = 1024;
const LONGEST: usize = 96;

/// Reads one. Of each there is one for good: they are few, and no recording makes them more than are believed.
pub(super) fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    static WORDS: LazyLock<Mutex<HashSet<Word>>> = LazyLock::new(Mutex::default);
    let word = String::deserialize(deserializer)?;
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(word) = words.get(&*word) {
        return Ok(word);
    }
    if words.len() >= MOST || word.len() > LONGEST || harmless_text(word.as_bytes()) != word {
        return Err(D::Error::custom("no word of this program"));
    }
    let word: Word = Box::leak(word.into_boxed_str());
    words.insert(word);
    Ok(word)
}
