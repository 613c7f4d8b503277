//! From what was typed to the process that is meant.

use netmonitor_sys::find::{Candidate, Found, Query};
use netmonitor_sys::{ProcTree, Target};

use super::choose::{self, Choice};

/// The process that is meant, and by which words.
pub(super) struct Wanted {
    pub(super) query: Query,
    pub(super) target: Target,
}

/// Finds it, asking on the terminal which of several it is; or tells why there is none. `to_follow`: what
/// is typed has to name its successor, too. `session`: the terminal belongs to it.
pub(super) fn find(tree: &ProcTree, typed: &str, to_follow: bool, session: bool) -> Result<Wanted, String> {
    let query = Query::parse(typed).map_err(|error| error.to_string())?;
    if to_follow && query.is_pid() {
        return Err(format!(
            "--follow needs a target that another process can have: process {query} has no successor\n\
             hint: give a name, :PORT, unit:NAME, container:ID or cgroup:PATH"
        ));
    }
    let candidate = match query.find(tree).map_err(|error| error.to_string())? {
        Found::One(candidate) => candidate,
        Found::None(nothing) => return Err(nothing.to_string()),
        Found::Several(candidates) => one_of(tree, &query, candidates, session)?,
    };
    let target = candidate.open(tree).map_err(|error| error.to_string())?;
    Ok(Wanted { query, target })
}

fn one_of(
    tree: &ProcTree,
    query: &Query,
    candidates: Vec<Candidate>,
    session: bool,
) -> Result<Candidate, String> {
    let title = format!("{} processes match \"{query}\"", candidates.len());
    match choose::choose(tree, &title, &candidates, session) {
        Choice::Made(place) => candidates.into_iter().nth(place).ok_or(title),
        Choice::None => Err(format!("{title}, none was chosen")),
        Choice::Impossible(list) => Err(format!("{title}: give the PID of one\n{list}")),
    }
}
