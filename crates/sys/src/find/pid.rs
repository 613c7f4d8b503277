//! A process by its number.

use super::Candidate;
use super::entries::entry;
use crate::target::{Target, TargetError};
use crate::tree::ProcTree;

/// Whether a text is a number and so always means a PID; a negative one is refused as such.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The process of that number, or why there is none that can be watched.
pub(super) fn find(tree: &ProcTree, text: &str) -> Result<Candidate, TargetError> {
    let target = Target::find(tree, text)?;
    let mut bytes = Vec::new();
    let name = entry(target.dir(), target.pid(), &mut bytes).map_or(&b""[..], |entry| entry.name).to_vec();
    Ok(Candidate::of(tree, target.dir(), target.pid(), target.start_time(), name))
}
