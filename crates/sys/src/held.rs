//! A proc tree that is held in memory: what was kept of an archive. Nothing of it touches a disk, and paths in it
//! lead nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustix::io::Errno;

/// As many links are followed on the way to a file; the kernel follows as many.
const LINKS: usize = 40;

/// Directories and files by their names, kept flat: a place is the number of a node.
#[derive(Debug)]
pub(crate) struct Held {
    nodes: Vec<Node>,
}

/// What is at a place.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// A directory: places by name.
    Directory(BTreeMap<Box<[u8]>, usize>),
    /// A file's bytes.
    File(Arc<[u8]>),
    /// What a link points to.
    Link(Box<[u8]>),
}

/// A directory in a tree that is held.
#[derive(Debug, Clone)]
pub(crate) struct HeldDir {
    tree: Arc<Held>,
    at: usize,
}

impl Held {
    /// An empty directory.
    pub(crate) fn new() -> Self {
        Self { nodes: vec![Node::Directory(BTreeMap::new())] }
    }

    /// How many files, links and directories there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Puts a file or a link at a path; directories are made on the way. What is there already stays, and nothing is
    /// put below what is no directory. `false`: it was not put.
    pub(crate) fn put<'n>(&mut self, path: impl IntoIterator<Item = &'n [u8]>, node: Node) -> bool {
        let mut names = path.into_iter().peekable();
        let (mut at, mut node) = (0, Some(node));
        while let Some(name) = names.next() {
            let next = self.nodes.len();
            let Node::Directory(entries) = &mut self.nodes[at] else { return false };
            match entries.get(name) {
                Some(&there) => at = there,
                None => {
                    entries.insert(name.into(), next);
                    self.nodes.push(match names.peek() {
                        Some(_) => Node::Directory(BTreeMap::new()),
                        None => node.take().unwrap_or_else(|| Node::Directory(BTreeMap::new())),
                    });
                    at = next;
                }
            }
        }
        node.is_none()
    }

    /// The file at a path, no links followed.
    pub(crate) fn file<'n>(&self, path: impl IntoIterator<Item = &'n [u8]>) -> Option<Arc<[u8]>> {
        let mut at = 0;
        for name in path {
            let Node::Directory(entries) = &self.nodes[at] else { return None };
            at = *entries.get(name)?;
        }
        match &self.nodes[at] {
            Node::File(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Its top, to be looked at.
    pub(crate) fn into_dir(self) -> HeldDir {
        HeldDir { tree: Arc::new(self), at: 0 }
    }
}

impl HeldDir {
    /// What is at a path below this directory. Links are followed as long as they stay below it, the last one only if
    /// that is wanted.
    pub(crate) fn find(&self, path: &[u8], follow: bool) -> Result<(Self, &Node), Errno> {
        if path.starts_with(b"/") {
            return Err(Errno::XDEV);
        }
        let mut way = vec![self.at];
        let (mut left, mut followed): (Vec<&[u8]>, _) = (names_from_last(path).collect(), 0);
        while let Some(name) = left.pop() {
            let at = way.last().copied().ok_or(Errno::XDEV)?;
            match name {
                b"" | b"." => continue,
                b".." => {
                    way.pop();
                    if way.is_empty() {
                        return Err(Errno::XDEV);
                    }
                    continue;
                }
                _ => {}
            }
            let Node::Directory(entries) = &self.tree.nodes[at] else { return Err(Errno::NOTDIR) };
            let there = *entries.get(name).ok_or(Errno::NOENT)?;
            match &self.tree.nodes[there] {
                Node::Link(target) if follow || !left.is_empty() => {
                    followed += 1;
                    if followed > LINKS {
                        return Err(Errno::LOOP);
                    }
                    if target.starts_with(b"/") {
                        return Err(Errno::XDEV);
                    }
                    left.extend(names_from_last(target));
                }
                _ => way.push(there),
            }
        }
        let at = way.last().copied().ok_or(Errno::XDEV)?;
        Ok((Self { tree: self.tree.clone(), at }, &self.tree.nodes[at]))
    }

    /// Its entries, by name.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&[u8], &Node)> {
        let entries = match &self.tree.nodes[self.at] {
            Node::Directory(entries) => Some(entries.iter()),
            _ => None,
        };
        entries.into_iter().flatten().map(|(name, &at)| (&**name, &self.tree.nodes[at]))
    }

    /// Tells it from other places of the same tree.
    pub(crate) fn number(&self) -> u64 {
        self.at as u64
    }
}

fn names_from_last(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.rsplit(|&byte| byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> impl Iterator<Item = &[u8]> {
        path.split('/').map(str::as_bytes)
    }

    fn link(target: &str) -> Node {
        Node::Link(target.as_bytes().into())
    }

    fn tree() -> HeldDir {
        let mut held = Held::new();
        assert!(held.put(names("proc/7/net/tcp"), Node::File(b"rows".as_slice().into())));
        for (path, target) in [
            ("proc/self", "7"),
            ("proc/net", "self/net"),
            ("proc/7/out", "../../etc"),
            ("proc/7/root", "/etc"),
            ("proc/7/loop", "loop"),
            ("proc/7/fd/3", "socket:[5]"),
        ] {
            assert!(held.put(names(path), link(target)), "{path}");
        }
        held.into_dir()
    }

    fn read(dir: &HeldDir, path: &str) -> Result<Vec<u8>, Errno> {
        match dir.find(path.as_bytes(), true)?.1 {
            Node::File(bytes) => Ok(bytes.to_vec()),
            _ => Err(Errno::ISDIR),
        }
    }

    #[test]
    fn links_are_followed_below_the_directory_and_no_further() {
        let top = tree();
        let (proc, _) = top.find(b"proc", true).unwrap();
        let (process, _) = proc.find(b"7", true).unwrap();
        assert_eq!(read(&proc, "net/tcp").unwrap(), b"rows");
        assert_eq!(read(&process, "./net//tcp").unwrap(), b"rows");
        assert_eq!(read(&process, "net/../net/tcp").unwrap(), b"rows");
        for (path, errno) in [
            ("../7/net/tcp", Errno::XDEV),
            ("out/passwd", Errno::XDEV),
            ("root/passwd", Errno::XDEV),
            ("/etc/passwd", Errno::XDEV),
            ("loop", Errno::LOOP),
            ("net/udp", Errno::NOENT),
            ("net/tcp/x", Errno::NOTDIR),
            ("fd/3", Errno::NOENT),
        ] {
            assert_eq!(read(&process, path), Err(errno), "{path}");
        }
        assert!(matches!(process.find(b"fd/3", false), Ok((_, Node::Link(to))) if **to == *b"socket:[5]"));
    }

    #[test]
    fn what_is_there_stays() {
        let mut held = Held::new();
        assert!(held.put(names("a/b"), link("c")));
        assert!(!held.put(names("a/b"), Node::File(b"".as_slice().into())));
        assert!(!held.put(names("a/b/c"), Node::File(b"".as_slice().into())), "it is below a link");
        assert_eq!((held.len(), held.file(names("a/b"))), (3, None));
    }
}
