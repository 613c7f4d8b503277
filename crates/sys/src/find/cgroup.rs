//! Processes by their cgroup: a systemd unit, a container, a path.
//!
//! `/proc/PID/cgroup` has a line `number:controllers:path` for each hierarchy; that of cgroup v2 is `0::path`.

use std::collections::{BTreeSet, HashSet};

use super::entries::each;
use super::{Candidate, Found, Nothing, SHORT, found, nearest};
use crate::target::{TargetError, shown};
use crate::tree::ProcTree;

/// What a unit's name may end in where its cgroup is.
const UNITS: &[&str] = &[".service", ".scope", ".slice", ".socket", ".mount", ".swap"];

/// Digits of a container's identifier, in all engines that run OCI containers.
const ID: usize = 64;

/// Digits that are enough to name one.
const LEAST: usize = 4;

/// Digits of an identifier as engines show it.
const SHOWN: usize = 12;

/// Where cgroups are mounted.
const MOUNTED: &str = "/sys/fs/cgroup";

/// Which processes are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group {
    /// Those of a systemd unit.
    Unit(String),
    /// Those of a container.
    Container(String),
    /// Those of a cgroup and of the ones below it.
    Path(String),
}

impl Group {
    pub(super) fn unit(name: &str) -> Result<Self, &'static str> {
        match name.is_empty() || name.contains('/') {
            true => Err("names no unit: write unit:NAME, as in unit:sshd or unit:sshd.service"),
            false => Ok(Self::Unit(name.to_owned())),
        }
    }

    pub(super) fn container(id: &str) -> Result<Self, &'static str> {
        match id.is_empty() || id.contains('/') {
            true => Err("names no container: write container:ID with at least 4 digits of the ID"),
            false => Ok(Self::Container(id.to_owned())),
        }
    }

    pub(super) fn path(path: &str) -> Result<Self, &'static str> {
        let below = path.strip_prefix(MOUNTED).filter(|rest| rest.starts_with('/')).unwrap_or(path);
        match below.trim_matches('/') {
            "" if path.is_empty() => {
                Err("names no cgroup: write cgroup:PATH, as in cgroup:/system.slice/ssh.service")
            }
            below => Ok(Self::Path(format!("/{below}"))),
        }
    }

    /// Searches the processes of the group. Of several the one is meant that began the others, where there
    /// is one: it is in the group and its parent is not, and of no other can that be said.
    pub(super) fn find(&self, tree: &ProcTree) -> Result<Found, TargetError> {
        let (mut members, mut known) = (Vec::new(), BTreeSet::new());
        let (mut bytes, mut unread) = (Vec::new(), 0);
        let searched = each(tree, |entry| {
            if entry.dir.small("cgroup", SHORT, &mut bytes).is_err() {
                unread += 1;
                return;
            }
            match paths(&bytes).any(|path| self.holds(path)) {
                true => members.push((Candidate::new(tree, entry), entry.parent())),
                false => paths(&bytes).for_each(|path| self.names(path, &mut known)),
            }
        })?;
        let candidates = match root(&members) {
            Some(root) => vec![members.swap_remove(root).0],
            None => members.into_iter().map(|(candidate, _)| candidate).collect(),
        };
        Ok(found(candidates, || Nothing {
            what: self.none(),
            compared: "cgroup",
            searched,
            unread,
            hiding: tree.is_hiding(),
            hint: self.hint(),
            nearest: nearest(self.word(), known.iter().map(String::as_str)),
        }))
    }

    /// Whether a cgroup is in the group.
    fn holds(&self, path: &str) -> bool {
        match self {
            Self::Unit(name) => path.split('/').any(|part| is_unit(part, name)),
            Self::Container(id) => containers(path).any(|container| container.is(id)),
            Self::Path(above) => above == "/" || path.strip_prefix(above.as_str()).is_some_and(is_below),
        }
    }

    /// Adds what could have been meant.
    fn names(&self, path: &str, known: &mut BTreeSet<String>) {
        match self {
            Self::Unit(_) => {
                let units = path.split('/').filter(|part| UNITS.iter().any(|end| part.ends_with(end)));
                known.extend(units.map(str::to_owned));
            }
            Self::Container(_) => known.extend(containers(path).map(|container| match container {
                Container::Id(id) => id[..SHOWN].to_owned(),
                Container::Name(name) => name.to_owned(),
            })),
            Self::Path(_) => {
                known.insert(path.to_owned());
            }
        }
    }

    fn word(&self) -> &str {
        let (Self::Unit(word) | Self::Container(word) | Self::Path(word)) = self;
        word
    }

    fn none(&self) -> String {
        let word = shown(self.word());
        match self {
            Self::Unit(_) => format!("no process is in a unit \"{word}\""),
            Self::Container(_) => format!("no process is in a container \"{word}\""),
            Self::Path(_) => format!("no process is in the cgroup \"{word}\" or below it"),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Container(id) if !is_prefix(id) => Some(
                "a cgroup tells the ID of a container, of LXC its name: give 4 hexadecimal digits of the ID or more"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// The paths of a `cgroup` file.
fn paths(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let lines = bytes.split(|&byte| byte == b'\n');
    lines.filter_map(|line| str::from_utf8(line.splitn(3, |&byte| byte == b':').nth(2)?).ok())
}

/// What is left of a path behind another says that it is the same or lies below.
fn is_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// A part of a path is the cgroup of a unit: with its whole name, or with the kind of unit left out.
fn is_unit(part: &str, name: &str) -> bool {
    part == name && UNITS.iter().any(|end| name.ends_with(end))
        || part.strip_prefix(name).is_some_and(|end| UNITS.contains(&end))
}

/// What a part of a path says about a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container<'p> {
    Id(&'p str),
    Name(&'p str),
}

impl Container<'_> {
    fn is(self, typed: &str) -> bool {
        match self {
            Self::Id(id) => is_prefix(typed) && id.starts_with(&typed.to_ascii_lowercase()),
            Self::Name(name) => name == typed,
        }
    }
}

/// Enough of an identifier to name a container.
fn is_prefix(typed: &str) -> bool {
    (LEAST..=ID).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The containers that a path goes through. Docker, podman, containerd and CRI-O write `ID`, `docker-ID.scope`,
/// `libpod-ID.scope`, `cri-containerd-ID.scope`, `crio-ID.scope` or `…:cri-containerd:ID`; LXC and its kin
/// `lxc/NAME`, `lxc.payload/NAME` or `lxc.payload.NAME`. The process that watches over a container
/// (`libpod-conmon-ID.scope`, `lxc.monitor.NAME`) is not in it.
fn containers(path: &str) -> impl Iterator<Item = Container<'_>> {
    let above = std::iter::once("").chain(path.split('/'));
    above.zip(path.split('/')).filter_map(|(above, part)| {
        if matches!(above, "lxc" | "lxc.payload") && !part.is_empty() {
            return Some(Container::Name(part));
        }
        if let Some(name) = part.strip_prefix("lxc.payload.") {
            return Some(Container::Name(name));
        }
        let part = part.strip_suffix(".scope").unwrap_or(part);
        let id = part.rsplit([':', '-']).next().unwrap_or(part);
        let is_id = id.len() == ID && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_id && !part.contains("conmon")).then_some(Container::Id(id))
    })
}

/// The only member whose parent is not one.
fn root(members: &[(Candidate, u32)]) -> Option<usize> {
    let pids: HashSet<u32> = members.iter().map(|(candidate, _)| candidate.pid).collect();
    let mut roots = (0..members.len()).filter(|&place| !pids.contains(&members[place].1));
    let root = roots.next()?;
    roots.next().is_none().then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_unit_is_a_whole_part_of_the_path() {
        let is = |name: &str, path: &str| Group::unit(name).unwrap().holds(path);
        let path = "/user.slice/user-1000.slice/user@1000.service/app.slice/sshd.service";
        for name in ["sshd", "sshd.service", "app", "app.slice", "user@1000", "user-1000.slice"] {
            assert!(is(name, path), "{name}");
        }
        for name in ["ssh", "shd", "sshd.scope", "sshd.serv", "user@1000.servic", "service", "."] {
            assert!(!is(name, path), "{name}");
        }
        assert!(!is("plain", "/plain"), "a directory that is no unit");
    }

    #[test]
    fn containers_of_all_engines() {
        let is = |id: &str, path: &str| Group::container(id).unwrap().holds(path);
        for path in [
            format!("/docker/{A}"),
            format!("/system.slice/docker-{A}.scope"),
            format!("/machine.slice/libpod-{A}.scope/container"),
            format!("/libpod_parent/libpod-{A}"),
            format!("/kubepods/besteffort/pod11111111-2222-3333-4444-555555555555/{A}"),
            format!(
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-{A}.scope"
            ),
            format!("/kubepods.slice/crio-{A}.scope"),
            format!("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{A}"),
            format!("/../../docker/{A}/init.scope"),
        ] {
            assert!(is("0123", &path) && is(A, &path) && is("0123456789AB", &path), "{path}");
            assert!(!is("012", &path) && !is("1234", &path) && !is(&A[1..], &path), "{path}");
        }
        for path in [
            format!("/machine.slice/libpod-conmon-{A}.scope"),
            format!("/docker/{}", &A[1..]),
            format!("/docker/{A}0"),
            "/0123".to_owned(),
        ] {
            assert!(!is("0123", &path), "{path}");
        }
        for path in ["/lxc/web", "/lxc.payload/web", "/lxc.payload.web/system.slice/x.service"] {
            assert!(is("web", path) && !is("we", path), "{path}");
        }
        assert!(!is("web", "/lxc.monitor.web") && !is("web", "/web"));
    }

    #[test]
    fn a_path_holds_what_lies_below() {
        let is = |above: &str, path: &str| Group::path(above).unwrap().holds(path);
        for above in ["/a/b", "a/b", "/a/b/", "/sys/fs/cgroup/a/b"] {
            assert!(is(above, "/a/b") && is(above, "/a/b/c"), "{above}");
            assert!(!is(above, "/a/bc") && !is(above, "/a") && !is(above, "/x/a/b"), "{above}");
        }
        assert!(is("/", "/a") && is("/", "/"));
        assert_eq!(Group::path("/sys/fs/cgroups"), Ok(Group::Path("/sys/fs/cgroups".into())));
    }

    #[test]
    fn paths_may_hold_colons() {
        let file = b"3:cpu,cpuacct:/a:b\n1:name=systemd:/s\n0::/v2\nbad\n\n7:x:/\xff\n";
        assert_eq!(paths(file).collect::<Vec<_>>(), ["/a:b", "/s", "/v2"]);
    }

    #[test]
    fn the_main_process_is_the_only_one_whose_parent_is_outside() {
        let member = |pid, parent| {
            let candidate = Candidate {
                pid,
                start_time: 0,
                age: None,
                uid: None,
                name: vec![],
                cmdline: vec![],
                by: None,
            };
            (candidate, parent)
        };
        assert_eq!(root(&[member(12, 10), member(10, 1), member(13, 12)]), Some(1));
        assert_eq!(root(&[member(10, 1), member(11, 1)]), None);
        assert_eq!(root(&[]), None);
        assert_eq!(root(&[member(5, 0)]), Some(0));
    }
}
