//! A network namespace that a test makes, and that goes with it.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A named network namespace with `lo` up.
#[derive(Debug)]
pub struct Netns {
    name: String,
}

impl Default for Netns {
    fn default() -> Self {
        Self::new()
    }
}

impl Netns {
    /// Makes one; needs root and `ip`.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("nm{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(Command::new("ip").args(["netns", "add", &name]));
        let netns = Self { name };
        netns.ip("link set lo up");
        netns
    }

    /// Runs `ip` with these words in the namespace.
    pub fn ip(&self, words: &str) -> String {
        self.run(&format!("ip {words}"))
    }

    /// Runs a command, split at blanks, in the namespace; its output.
    pub fn run(&self, command: &str) -> String {
        let output = run(self.command("sh").args(["-c", command]));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A command that will run in the namespace.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program.as_ref());
        command
    }

    /// Gives commands that are run in the namespace from now on a file of their own under `/etc`.
    pub fn etc(&self, file: &str, text: &str) {
        let directory = self.directory();
        std::fs::create_dir_all(&directory).unwrap();
        // Those that are under way keep what they have.
        let _ = std::fs::remove_file(directory.join(file));
        std::fs::write(directory.join(file), text).unwrap();
    }

    /// What `ip netns exec` puts over `/etc`.
    fn directory(&self) -> std::path::PathBuf {
        std::path::Path::new("/etc/netns").join(&self.name)
    }

    /// A file that stands for it, to enter it.
    pub fn path(&self) -> std::path::PathBuf {
        std::path::Path::new("/run/netns").join(&self.name)
    }

    /// A second namespace, and a link between the two: `veth0` here with the addresses ending in 1, there
    /// with those ending in 2 (192.0.2.0/24, 2001:db8::/64).
    pub fn peer(&self) -> Self {
        let peer = Self::new();
        self.ip(&format!("link add veth0 type veth peer name veth0 netns {}", peer.name));
        for (netns, host) in [(self, 1), (&peer, 2)] {
            netns.ip(&format!("addr add 192.0.2.{host}/24 dev veth0"));
            netns.ip(&format!("-6 addr add 2001:db8::{host}/64 dev veth0 nodad"));
            netns.ip("link set veth0 up");
        }
        peer
    }
}

impl Drop for Netns {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
        let _ = std::fs::remove_dir_all(self.directory());
    }
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
