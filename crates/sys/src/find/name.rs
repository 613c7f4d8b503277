//! Processes by name: what the kernel calls them, what they execute, what they were called as.

use std::collections::BTreeSet;
use std::mem::MaybeUninit;

use super::entries::each;
use super::{CMDLINE, Candidate, Found, Nothing, found, nearest};
use crate::dir::denied;
use crate::target::{TargetError, shown};
use crate::tree::ProcTree;

/// The kernel cuts a name to so many bytes (`TASK_COMM_LEN` less its end).
const COMM: usize = 15;

/// Longer than any path (`PATH_MAX`) with ` (deleted)` behind it.
const PATH: usize = 4096 + 16;

/// Words of a command line among which a script is sought.
const WORDS: usize = 8;

/// Programs whose first argument is what they really run, and the letters of options that hold a program
/// instead. A version behind the name does not matter.
const INTERPRETERS: &[(&str, &str)] = &[
    ("ash", "c"),
    ("bash", "c"),
    ("bun", "ep"),
    ("dash", "c"),
    ("deno", ""),
    ("fish", "c"),
    ("guile", "c"),
    ("java", ""),
    ("ksh", "c"),
    ("lua", "e"),
    ("luajit", "e"),
    ("mksh", "c"),
    ("node", "ep"),
    ("nodejs", "ep"),
    ("perl", "eE"),
    ("php", "rBRE"),
    ("pypy", "c"),
    ("python", "c"),
    ("rscript", "e"),
    ("ruby", "e"),
    ("sh", "c"),
    ("tclsh", ""),
    ("wish", ""),
    ("zsh", "c"),
];

/// The names of one process.
#[derive(Debug, Clone, Copy, Default)]
struct Names<'a> {
    comm: &'a [u8],
    /// What it executes; `None` where that cannot be read.
    exe: Option<&'a [u8]>,
    cmdline: &'a [u8],
}

/// Searches by the exact name or path.
pub(super) fn find(tree: &ProcTree, name: &str) -> Result<Found, TargetError> {
    let (mut candidates, mut unread, mut known) = (Vec::new(), 0, BTreeSet::new());
    let mut cmdline = Vec::new();
    let searched = each(tree, |entry| {
        let mut path = [MaybeUninit::uninit(); PATH];
        let exe = entry.dir.link("exe", &mut path);
        unread += u64::from(exe.is_err_and(denied));
        cmdline.clear();
        let _ = entry.dir.small("cmdline", CMDLINE, &mut cmdline);
        let names = Names { comm: entry.name, exe: exe.ok().map(existing), cmdline: &cmdline };
        match names.is(name.as_bytes()) {
            true => candidates.push(Candidate::new(tree, entry)),
            false => known.extend(names.short().map(|name| String::from_utf8_lossy(name).into_owned())),
        }
    })?;
    Ok(found(candidates, || Nothing {
        what: format!("no process is called \"{}\"", shown(name)),
        compared: "name, executable and command",
        searched,
        unread,
        hiding: tree.is_hiding(),
        hint: None,
        nearest: nearest(name, known.iter().map(String::as_str)),
    }))
}

impl<'a> Names<'a> {
    fn is(self, name: &[u8]) -> bool {
        let is_base = |path: &[u8]| base(path) == name;
        if self.comm == name || self.exe == Some(name) {
            return true;
        }
        if name.contains(&b'/') {
            return self.called_as() == Some(name);
        }
        self.exe.is_some_and(is_base)
            || self.called_as().is_some_and(is_base)
            || self.script().is_some_and(is_base)
            || self.is_cut(name) && self.words().take(WORDS).any(is_base)
    }

    /// The kernel's name is the beginning of this one, as far as it can be.
    fn is_cut(self, name: &[u8]) -> bool {
        name.len() > COMM && self.comm == &name[..COMM]
    }

    fn words(self) -> impl Iterator<Item = &'a [u8]> {
        self.cmdline.split(|&byte| byte == 0).filter(|word| !word.is_empty())
    }

    /// What it was called as: the first word of its command line. Some programs write there what they are
    /// doing, as `sshd: user@pts/0`, which is no name.
    fn called_as(self) -> Option<&'a [u8]> {
        self.words().next().filter(|word| !word.windows(2).any(|pair| pair == b": "))
    }

    /// The script that an interpreter runs: its first argument that is no option. A program that stands in
    /// an option (`sh -c`, `perl -e`) has no name.
    fn script(self) -> Option<&'a [u8]> {
        let holds_program = interpreter(self.exe.or_else(|| self.called_as())?)?;
        for word in self.words().skip(1).take(WORDS) {
            match word.strip_prefix(b"-") {
                None => return Some(word),
                Some(option) if option.starts_with(b"-") => {}
                Some(option) if option.iter().any(|letter| holds_program.contains(letter)) => return None,
                Some(_) => {}
            }
        }
        None
    }

    /// All of its names, without the directories before them.
    fn short(self) -> impl Iterator<Item = &'a [u8]> {
        let names = [Some(self.comm), self.exe, self.called_as(), self.script()];
        names.into_iter().flatten().map(base).filter(|name| !name.is_empty())
    }
}

/// A path without the directories before its last name.
fn base(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// The path of a file that may have been removed since.
fn existing(path: &[u8]) -> &[u8] {
    path.strip_suffix(b" (deleted)").unwrap_or(path)
}

/// The letters of an interpreter's options that hold a program.
fn interpreter(path: &[u8]) -> Option<&'static [u8]> {
    let name = base(path).to_ascii_lowercase();
    let is_version = |byte: &u8| byte.is_ascii_digit() || b".-".contains(byte);
    let end = name.iter().rposition(|byte| !is_version(byte))? + 1;
    let known = INTERPRETERS.iter().find(|(known, _)| known.as_bytes() == &name[..end])?;
    Some(known.1.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(comm: &str, exe: Option<&str>, cmdline: &str, name: &str) -> bool {
        let cmdline = cmdline.replace(' ', "\0");
        let names = Names { comm: comm.as_bytes(), exe: exe.map(str::as_bytes), cmdline: cmdline.as_bytes() };
        names.is(name.as_bytes())
    }

    #[test]
    fn by_name_executable_and_what_it_was_called_as() {
        let nginx = |name| is("nginx", Some("/usr/sbin/nginx"), "nginx -g x", name);
        assert!(nginx("nginx") && nginx("/usr/sbin/nginx"));
        assert!(!nginx("ngin") && !nginx("nginx2") && !nginx("sbin/nginx") && !nginx("-g") && !nginx("x"));
        assert!(is("worker", Some("/opt/app"), "app", "app"), "a process that named itself");
        assert!(is("sh", Some("/bin/busybox"), "/bin/sh", "busybox"));
        assert!(is("x", None, "/opt/server --x", "server") && is("x", None, "/opt/server", "/opt/server"));
        assert!(is("kworker/0:1", None, "", "kworker/0:1"));
        assert!(!is("x", None, "", "y"));
    }

    #[test]
    fn a_name_that_the_kernel_cut_matches_with_the_whole_one_beside_it() {
        let comm = "a-very-long-nam";
        assert_eq!(comm.len(), COMM);
        assert!(is(comm, Some("/bin/a-very-long-name"), "x", "a-very-long-name"));
        assert!(is(comm, Some("/bin/tcc"), "tcc -run ./a-very-long-name", "a-very-long-name"));
        assert!(!is(comm, Some("/bin/other"), "other", "a-very-long-name"));
        assert!(is(comm, Some("/bin/other"), "other", comm));
        assert!(!is("short", Some("/bin/x"), "x a-very-long-name", "a-very-long-name"));
    }

    #[test]
    fn scripts_of_interpreters() {
        let python = |line, name| is("python3", Some("/usr/bin/python3.12"), line, name);
        assert!(python("python3 /srv/app.py --port 80", "app.py") && python("python3 -u app.py", "app.py"));
        assert!(python("python3 -m http.server", "http.server"));
        assert!(!python("python3 app.py other.py", "other.py"));
        assert!(!is("x", Some("/usr/bin/vim"), "vim app.py", "app.py"), "an editor runs nothing");
        let bash = |line, name| is("bash", Some("/bin/bash"), line, name);
        assert!(bash("bash --norc ./run.sh", "run.sh"));
        assert!(bash("bash -ex ./run.sh", "run.sh"));
        assert!(!bash("bash -c /usr/sbin/nginx", "nginx") && !bash("bash -lc nginx", "nginx"));
        assert!(is("x", None, "/usr/bin/perl5.36 tool.pl", "tool.pl"));
    }

    #[test]
    fn titles_are_no_names() {
        let names = Names { comm: b"x", exe: None, cmdline: b"job: copying /bin/cat\0" };
        assert!(!names.is(b"cat"));
    }
}
