//! Who may ask: names and passwords by basic authentication (RFC 7617), passwords as bcrypt keeps them.
//!
//! To check a password takes a tenth of a second by design. What was right once is remembered in a form that nobody can
//! turn back, and no more than two are checked at a time, so that guesses keep nobody from an answer.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::sync::Semaphore;

/// What is checked in the stead of a password of an unknown name, to take as long.
const NOBODY: &str = "$2b$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK";

/// So many right answers are remembered.
const REMEMBERED: usize = 64;

/// Checks passwords.
pub(super) struct Gate {
    users: BTreeMap<String, String>,
    right: Mutex<HashSet<[u64; 2]>>,
    keys: [RandomState; 2],
    checks: Semaphore,
}

impl Gate {
    /// Lets those in that have one of these names and the password of this hash.
    pub(super) fn new(users: BTreeMap<String, String>) -> Self {
        Self {
            users,
            right: Mutex::default(),
            keys: [RandomState::new(), RandomState::new()],
            checks: Semaphore::new(2),
        }
    }

    /// Whether somebody may come in with this header.
    pub(super) async fn lets_in(self: &Arc<Self>, header: Option<&[u8]>) -> bool {
        if self.users.is_empty() {
            return true;
        }
        let Some((name, password)) = header.and_then(credentials) else { return false };
        let print = [0, 1].map(|key: usize| self.keys[key].hash_one((&name, &password)));
        if self.right.lock().unwrap_or_else(PoisonError::into_inner).contains(&print) {
            return true;
        }
        let Ok(_permit) = self.checks.acquire().await else { return false };
        let (gate, is_known) = (self.clone(), self.users.contains_key(&name));
        let check = move || {
            let hash = gate.users.get(&name).map_or(NOBODY, String::as_str);
            bcrypt::verify(password, hash).unwrap_or(false)
        };
        let is_right = tokio::task::spawn_blocking(check).await.unwrap_or(false) && is_known;
        if is_right {
            let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
            if right.len() >= REMEMBERED {
                right.clear();
            }
            right.insert(print);
        }
        is_right
    }
}

/// Name and password of `Basic BASE64`.
fn credentials(header: &[u8]) -> Option<(String, Vec<u8>)> {
    let (scheme, rest) = header.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let decoded = BASE64_STANDARD.decode(rest.trim_ascii()).ok()?;
    let colon = decoded.iter().position(|&byte| byte == b':')?;
    let name = String::from_utf8(decoded[..colon].to_vec()).ok()?;
    Some((name, decoded[colon + 1..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_those_of_basic_authentication() {
        let of = |header: &str| credentials(header.as_bytes());
        assert_eq!(of("Basic YTpiOmM="), Some(("a".to_owned(), b"b:c".to_vec())));
        assert_eq!(of("basic YTo="), Some(("a".to_owned(), Vec::new())));
        for wrong in ["", "Basic", "Basic ", "Bearer YTpi", "Basic YQ==", "Basic !", "Basic YTpi\u{7f}"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_hash_that_stands_for_nobody_is_one() {
        assert_eq!(bcrypt::verify("anything", NOBODY).ok(), Some(false));
    }
}
