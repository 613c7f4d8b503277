//! What works here and what does not: each thing that netmonitor can make use of is tried, and where it is
//! refused it is found out why, and what would put it right.

mod access;
mod counting;
mod diagnostics;
mod kernel;
mod privileges;

use crate::netns::Namespace;
use crate::target::{Target, TargetError};
use crate::tree::{Kind, ProcTree};
use privileges::Privileges;

/// How it stands with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It works.
    Ok,
    /// It works for a part of what there is.
    Partly,
    /// It does not work, and could.
    Missing,
    /// Something to know: it does not work, and nobody could have it here; or it is not asked.
    Note,
}

/// One thing, and how it stands with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name, which stays the same.
    pub name: &'static str,
    /// How it stands.
    pub status: Status,
    /// What was found, and what it means.
    pub reason: String,
    /// What would put it right.
    pub fix: Option<Fix>,
    /// What the kernel said at length; empty for nothing.
    pub log: String,
}

/// What puts something right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// To give the program's file these capabilities, by the names that `setcap` knows.
    Capabilities(Vec<&'static str>),
    /// To run it as root: its file can be given nothing.
    Root,
    /// To run it outside of the container or sandbox that withholds these capabilities.
    Outside(Vec<&'static str>),
}

impl Check {
    fn ok(name: &'static str, reason: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, reason: reason.into(), fix: None, log: String::new() }
    }

    fn note(name: &'static str, reason: impl Into<String>) -> Self {
        Self { status: Status::Note, ..Self::ok(name, reason) }
    }

    fn missing(name: &'static str, reason: impl Into<String>, fix: Option<Fix>) -> Self {
        Self { status: Status::Missing, fix, ..Self::ok(name, reason) }
    }

    fn partly(name: &'static str, reason: impl Into<String>, fix: Option<Fix>) -> Self {
        Self { status: Status::Partly, fix, ..Self::ok(name, reason) }
    }
}

/// Tries everything: for one process, or for all that the tree shows. Of a copied tree the running kernel is
/// asked nothing. Fails if the tree's processes cannot be listed.
pub fn examine(tree: &ProcTree, target: Option<&Target>) -> Result<Vec<Check>, TargetError> {
    let mut checks = vec![kernel::version(tree)];
    if tree.kind() == Kind::Copy {
        checks.push(access::procfs(tree, None));
        checks.push(access::descriptors(tree, target, None)?);
        return Ok(checks);
    }
    let privileges = Privileges::read();
    checks.extend(kernel::features(tree));
    checks.extend(privileges.checks());
    checks.extend(counting::counting(&privileges));
    checks.push(access::procfs(tree, Some(&privileges)));
    checks.push(access::descriptors(tree, target, Some(&privileges))?);
    checks.push(access::own_sockets(tree, target, &privileges)?);
    let (namespace, check) = access::namespace(target, &privileges);
    checks.push(check);
    // Where the target's cannot be entered, the own one tells what the kernel offers.
    let look = || {
        let mut inside = diagnostics::all(&privileges);
        inside.push(access::settings());
        inside
    };
    let entered = namespace.as_ref().map(|namespace| namespace.run(look));
    checks.extend(match entered {
        Some(Ok(inside)) => inside,
        _ => look(),
    });
    checks.push(access::conntrack(tree, target, &privileges));
    Ok(checks)
}

/// What an error says, without its number.
fn said(errno: rustix::io::Errno) -> String {
    let said = errno.to_string();
    said.split(" (os error").next().unwrap_or(&said).to_owned()
}

/// The network namespace of a process, or why it cannot be opened.
fn namespace_of(target: &Target) -> Result<Namespace, rustix::io::Errno> {
    let thread = crate::threads::live_thread(target.dir(), Some(target.pid()))?;
    Namespace::open(target.dir(), thread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own_and_a_reason() {
        let tree = ProcTree::open("/proc".as_ref()).unwrap();
        let own = Target::find(&tree, &std::process::id().to_string()).unwrap();
        for target in [None, Some(&own)] {
            let checks = examine(&tree, target).unwrap();
            let names: std::collections::BTreeSet<_> = checks.iter().map(|check| check.name).collect();
            assert_eq!(names.len(), checks.len());
            for check in &checks {
                assert!(!check.reason.is_empty() && !check.reason.contains('\n'), "{check:?}");
                let is_good = matches!(check.status, Status::Ok | Status::Note);
                assert!(!is_good || check.fix.is_none(), "{check:?}");
            }
        }
    }

    #[test]
    fn what_this_process_may_of_itself_works() {
        let tree = ProcTree::open("/proc".as_ref()).unwrap();
        let own = Target::find(&tree, &std::process::id().to_string()).unwrap();
        let checks = examine(&tree, Some(&own)).unwrap();
        for name in ["descriptors", "own_sockets", "namespace"] {
            let check = checks.iter().find(|check| check.name == name).unwrap();
            assert_eq!(check.status, Status::Ok, "{check:?}");
        }
    }
}
