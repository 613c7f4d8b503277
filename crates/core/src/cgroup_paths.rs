//! What control groups are called, by their numbers: programs in the kernel tell numbers only, and a path is looked up while
//! the group is there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use procnet::number::decimal;
use serde::{Deserialize, Serialize};

/// Paths are kept of groups that nothing is told of any more, until there are so many.
const MOST: usize = 4096;

/// Paths of control groups of the second version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CgroupPaths(Arc<HashMap<u64, Vec<u8>>>);

impl CgroupPaths {
    /// The path of a group; `None` where it was gone when it was looked up.
    pub fn get(&self, number: u64) -> Option<&[u8]> {
        self.0.get(&number).map(Vec::as_slice)
    }

    /// Takes lines `NUMBER PATH`. Where there are very many, those that are still used are kept.
    pub(crate) fn take(&mut self, lines: &[u8], used: impl FnOnce() -> HashSet<u64>) {
        let paths = Arc::make_mut(&mut self.0);
        if paths.len() > MOST {
            let used = used();
            paths.retain(|number, _| used.contains(number));
        }
        for line in lines.split(|&byte| byte == b'\n') {
            let Some(blank) = line.iter().position(|&byte| byte == b' ') else { continue };
            if let Some(number) = decimal(&line[..blank]) {
                paths.insert(number, line[blank + 1..].to_vec());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_names_as_long_as_they_are_used() {
        let mut paths = CgroupPaths::default();
        paths.take(b"33 /a b\nx /y\n34\n35 /gone\n", HashSet::new);
        assert_eq!(
            (paths.get(33), paths.get(35), paths.0.len()),
            (Some(&b"/a b"[..]), Some(&b"/gone"[..]), 2)
        );
        let many: String = (100..=100 + MOST).map(|number| format!("{number} /x\n")).collect();
        paths.take(many.as_bytes(), HashSet::new);
        paths.take(b"50 /new", || HashSet::from([33]));
        let mut known: Vec<u64> = paths.0.keys().copied().collect();
        known.sort_unstable();
        assert_eq!(known, [33, 50]);
    }
}
