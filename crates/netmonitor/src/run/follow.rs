//! The successor of a process that has ended: the one process that the same words name.

use std::time::{Duration, Instant};

use netmonitor_sys::find::{Found, Query};
use netmonitor_sys::{ProcTree, Target};

/// A search is followed by a rest of so many times what it took: searching never takes more than a quarter of a
/// core for long.
const REST: u32 = 3;

/// Searches until exactly one process is found. `tell` is told what is waited for, once and when that has
/// changed; `rest` waits for the next try, at least so long, and says with `false` that there shall be none.
pub(super) fn successor(
    tree: &ProcTree,
    query: &Query,
    tell: &mut dyn FnMut(&str) -> bool,
    rest: &mut dyn FnMut(Duration) -> bool,
) -> Option<Target> {
    let mut told = String::new();
    loop {
        let begun = Instant::now();
        let words = match query.find(tree) {
            Ok(Found::One(candidate)) => match candidate.open(tree) {
                Ok(target) => return Some(target),
                // It ended at once.
                Err(_) => format!("waiting for {query}"),
            },
            Ok(Found::None(_)) => format!("waiting for {query}"),
            Ok(Found::Several(several)) => {
                format!("waiting for {query} to be one process: {} match", several.len())
            }
            Err(error) => format!("waiting for {query}: {error}"),
        };
        if words != told && !tell(&words) || !rest(begun.elapsed() * REST) {
            return None;
        }
        told = words;
    }
}
