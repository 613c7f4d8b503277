//! Names from outside do nothing to a terminal, wherever they are shown: a real process with hostile names of every kind,
//! the real binary, a real pseudo-terminal.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use netmonitor_core::record::Head;
use netmonitor_core::sample::Origin;
use netmonitor_core::scope::Scope;
use netmonitor_core::views;
use netmonitor_testkit::dns::{Reply, Server};
use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{hostile, need};

use crate::replay::{bytes, day, head, written};
use crate::session::restored;
use crate::targets::Cgroup;
use crate::{HOLDER, names, netmonitor, stdout};

const ESCAPE: &str = "\x1b";

/// What a screen may be sent beside text: sequences of its own, ends of lines, and the bell that ends a copy.
const ON_SCREEN: &[char] = &['\x1b', '\r', '\n', '\x07', '\x08'];

/// A process all of whose names are hostile, in a namespace where others are, too.
struct World {
    netns: Netns,
    holder: Holder,
    _cgroup: Cgroup,
    _folder: tempfile::TempDir,
    _server: Server,
}

impl World {
    /// One that others made at the same time do not meet.
    fn new(name: &str) -> Option<Self> {
        let cgroup = Cgroup::new(&format!("{name}{}", hostile::NAME));
        if !names::ready() || !need("a cgroup v2 in which groups can be made", cgroup.is_some()) {
            return None;
        }
        let netns = names::world();
        for words in [
            &["link", "add", hostile::SHORT, "type", "veth", "peer", "name", "p0"][..],
            &["link", "set", hostile::SHORT, "up"],
            &["addr", "add", "198.51.100.1/24", "dev", hostile::SHORT],
        ] {
            assert!(netns.command("ip").args(words).status().unwrap().success(), "{words:?}");
        }
        // The line of a user cannot have a colon or a line end.
        netns.etc("passwd", &format!("{}:x:0:0::/:/bin/sh\n", hostile::NAME));
        let reply =
            |_: Ipv4Addr| Reply::Name(vec![hostile::NAME.as_bytes().to_vec(), b"example".to_vec()], 60);
        let server = Server::start(&netns, reply);
        let folder = tempfile::tempdir().unwrap();
        let mut command = netns.command(std::env::current_exe().unwrap());
        command.arg(hostile::long()).env("TMPDIR", folder.path());
        let holder = Holder::start_by(command, HOLDER, "tcp udp calls hostile");
        let cgroup = cgroup.unwrap();
        cgroup.take(holder.pid());
        Some(Self { netns, holder, _cgroup: cgroup, _folder: folder, _server: server })
    }

    /// The program in that namespace, with names of addresses.
    fn netmonitor(&self) -> Command {
        let mut command = names::netmonitor_in(&self.netns);
        command.arg("--resolve").env("LC_ALL", "C.UTF-8");
        command
    }
}

/// Does something, and waits until all of it is seen.
fn press(pty: &mut Pty, keys: &str) {
    let before = pty.look();
    pty.send(keys);
    assert!(pty.until(|look| *look != before).is_some(), "{keys:?} does nothing");
    pty.settled();
    well_drawn(pty, keys);
}

/// The frame of the screen is where it belongs: nothing in it is wider than it seems.
fn well_drawn(pty: &Pty, keys: &str) {
    let screen = pty.contents();
    let width = |line: &str| line.chars().filter(|it| !('\u{300}'..='\u{36f}').contains(it)).count();
    let framed: Vec<&str> = screen.lines().take_while(|line| line.starts_with(['┌', '│', '└'])).collect();
    for line in &framed {
        assert!(line.ends_with(['┐', '│', '┘']) && width(line) == 160, "after {keys:?}:\n{screen}");
    }
}

#[test]
fn a_process_with_hostile_names_is_shown_on_every_screen() {
    let Some(world) = World::new("screens") else { return };
    let mut command = world.netmonitor();
    command.args(["--skip-intro", "--interval", "0.2", &world.holder.pid().to_string()]);
    let mut pty = Pty::spawn(command, 40, 160);
    pty.wait_for(r"\u{1b}[77777m\u{202e}ab");
    pty.wait_for("LISTEN");
    for view in views::ALL {
        pty.send(&format!(":{}\r", view.name));
        pty.wait(view.name, |screen| screen.contains(&format!("{}]", view.name)));
        pty.settled();
        well_drawn(&pty, view.name);
    }
    // What lies over a tab: everything about a row, its meaning, values that a filter can go on with, what can be done.
    for (tab, shown) in [("unix", "gpj"), ("links", "77777"), ("processes", "77777"), ("udp", "192.0.2.")] {
        pty.send(&format!(":{tab}\r/{shown}\r"));
        pty.wait(tab, |screen| {
            screen.contains(&format!("filter: {shown}")) && screen.contains(&format!("{tab}]"))
        });
        for (over, leave) in [("D", ESCAPE), ("x", ESCAPE), ("K", ESCAPE), ("y", ""), ("Y", "")] {
            pty.send(over);
            pty.settled();
            pty.send(leave);
            pty.settled();
        }
        press(&mut pty, ESCAPE);
    }
    for keys in [":unix\r", "/path:", "\t", "\r", ESCAPE, "/user:", "\t", "\r", ESCAPE, "0", "nn", "?"] {
        pty.send(keys);
        pty.settled();
    }
    pty.send("\x04");
    assert_eq!(restored(&mut pty).code(), Some(0));
    assert_eq!(hostile::harm(&pty.raw(), ON_SCREEN), None);
}

#[test]
fn tables_in_print_have_hostile_names_as_what_they_are() {
    let Some(world) = World::new("print") else { return };
    let pid = world.holder.pid().to_string();
    for scope in ["process", "namespace", "cgroup"] {
        for view in views::ALL {
            let words = ["show", &pid, view.name, "--scope", scope, "--columns", "*"];
            let output = world.netmonitor().args(words).output().unwrap();
            let text = stdout(&output);
            assert_eq!(hostile::harm(text.as_bytes(), &['\n']), None, "{words:?}:\n{text:?}");
            assert_eq!(hostile::harm(&output.stderr, &['\n']), None, "{words:?}");
        }
    }
    let shown =
        |tab: &str| stdout(&world.netmonitor().args(["show", &pid, tab]).output().unwrap()).to_owned();
    for (tab, name) in [
        ("unix", r"\u{1b}]0;own\u{7}"),
        ("links", r"\u{1b}[77777m\u{202e}ab"),
        ("processes", r"\u{1b}[77777m\u{202e}ab"),
        ("udp", r"\u{1b}]0;own\u{7}"),
        ("overview", r"\u{1b}]0;own\u{7}"),
    ] {
        let text = shown(tab);
        assert!(text.contains(name), "{name} in {tab}:\n{text}");
    }
    let doctor = world.netmonitor().args(["doctor", &pid]).output().unwrap();
    let check = world.netmonitor().args(["check", &pid]).output().unwrap();
    for output in [doctor, check] {
        assert_eq!(hostile::harm(&output.stdout, &['\n']), None, "{}", stdout(&output));
        assert_eq!(hostile::harm(&output.stderr, &['\n']), None);
    }
}

/// A recording whose head and names are hostile.
fn recording(folder: &Path) -> std::path::PathBuf {
    let mut samples = day::of(3);
    for part in samples.iter_mut().flat_map(|sample| &mut sample.parts) {
        match &part.origin {
            Origin::Process(name) if name == "cmdline" => part.bytes = hostile::long().into_bytes(),
            Origin::Users => part.bytes = format!("{}:x:1000:0::/:\n", hostile::NAME).into_bytes(),
            Origin::Net(name) if name == "dev" => {
                part.bytes =
                    [b"a\nb\n".as_slice(), hostile::long().as_bytes(), b": 1 2 3 4 5 6 7 8 9 10 11 12\n"]
                        .concat();
            }
            _ => {}
        }
    }
    let mut head: Head = head(Some(day::PID), Scope::Process);
    head.writer = hostile::long();
    head.machine.kernel = hostile::NAME.into();
    head.machine.arch = hostile::NAME.into();
    head.machine.boot_id = hostile::NAME.into();
    written(folder, &bytes(head, &samples))
}

#[test]
fn a_recording_with_hostile_names_is_replayed_and_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = recording(folder.path());
    let mut command = netmonitor();
    command.arg("replay").arg(&path).args(["--skip-intro", "--at", "+1s"]).env("LC_ALL", "C.UTF-8");
    let mut pty = Pty::spawn(command, 40, 160);
    pty.wait_for("[1 tcp]");
    for view in views::ALL {
        pty.send(&format!(":{}\r", view.name));
        pty.settled();
        well_drawn(&pty, view.name);
    }
    for keys in ["0", "D", ESCAPE, "4", "D", ESCAPE, "x", ESCAPE, "?", ESCAPE, "[", "]", "K", ESCAPE, "y"] {
        pty.send(keys);
        pty.settled();
    }
    pty.send("\x04");
    assert_eq!(restored(&mut pty).code(), Some(0));
    assert_eq!(hostile::harm(&pty.raw(), ON_SCREEN), None);

    for tab in ["overview", "traffic", "tcp", "processes"] {
        let output = netmonitor().args(["show", tab, "--from"]).arg(&path).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{tab}");
        assert_eq!(hostile::harm(&output.stdout, &['\n']), None, "{tab}: {:?}", stdout(&output));
        assert_eq!(hostile::harm(&output.stderr, &['\n']), None, "{tab}");
    }
}
