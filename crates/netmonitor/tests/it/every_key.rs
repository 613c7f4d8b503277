//! Every key of every action changes the screen: the action table is walked, with the real binary in a real
//! pseudo-terminal. An action that is new is walked, too, and needs a line in [`SCENES`] where it does nothing at first.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::need_tool;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::{Look, Pty};
use netmonitor_tui::{Bound, bound_keys};

use crate::{HOLDER, names, netmonitor};

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/recordings/web-6.18-x86_64.nmr");

/// What a session is on. In each nothing is seen to happen by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// A recording, in the middle of which time stands still.
    Recording,
    /// A process that is read once, and whenever it is asked for.
    Process,
    /// The same where nobody answers for names.
    World,
    /// All processes of the machine.
    All,
    /// The introduction.
    Intro,
}

/// Where a key of an action is pressed: in which session, and after which keys.
struct Scene {
    /// The action, or `Mode` alone for all of that mode that are not named.
    what: &'static str,
    on: On,
    keys: &'static [&'static str],
}

const fn scene(what: &'static str, on: On, keys: &'static [&'static str]) -> Scene {
    Scene { what, on, keys }
}

const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const LEFT: &str = "\x1b[D";
const HOME: &str = "\x1b[H";
const PAGE_DOWN: &str = "\x1b[6~";
const SHIFT_RIGHT: &str = "\x1b[1;2C";

/// An action is done in the first that names it and its mode, else in that of its mode.
const SCENES: &[Scene] = &[
    scene("Tab tab", On::Recording, &["F"]),
    scene("Tab processes", On::Process, &[]),
    scene("Tab grouping", On::All, &[]),
    scene("Tab back", On::Recording, &["/LISTEN\r"]),
    scene("Tab acknowledge", On::Recording, &["F"]),
    scene("Tab reverse", On::Recording, &[":sort local_port\r"]),
    scene("Tab counters", On::Recording, &["5"]),
    scene("Tab acts", On::Process, &[]),
    scene("Tab names", On::World, &["2"]),
    scene("Tab refresh", On::Process, &[NEXT_SECOND]),
    scene("Tab up", On::Recording, &[DOWN]),
    scene("Tab page-up", On::Recording, &[PAGE_DOWN]),
    scene("Tab first", On::Recording, &[DOWN]),
    scene("Tab columns-left", On::Recording, &[SHIFT_RIGHT]),
    scene("Overlay up", On::Recording, &["?", PAGE_DOWN]),
    scene("Overlay page-up", On::Recording, &["?", PAGE_DOWN]),
    scene("Overlay first", On::Recording, &["?", PAGE_DOWN]),
    scene("List choose-tab", On::Recording, &["f", DOWN]),
    scene("ColumnList usual-columns", On::Recording, &["c", " "]),
    scene("ActList list-erase", On::Process, &["K", "sig"]),
    scene("list-up", On::Recording, &[DOWN]),
    scene("list-page-up", On::Recording, &[DOWN]),
    scene("list-first", On::Recording, &[DOWN]),
    scene("list-erase", On::Recording, &["r"]),
    scene("CommandLine run", On::Recording, &[":", "udp"]),
    scene("CommandLine complete", On::Recording, &[":", "ud"]),
    scene("CommandLine complete-back", On::Recording, &[":", "t"]),
    scene("FilterLine apply-filter", On::Recording, &["/", "LISTEN"]),
    scene("FilterLine next-offer", On::Recording, &["/", "sta"]),
    scene("FilterLine previous-offer", On::Recording, &["/", "sta"]),
    scene("CommandLine earlier-command", On::Recording, &[":udp\r", ":"]),
    scene("CommandLine later-command", On::Recording, &[":udp\r", ":", UP]),
    scene("FilterLine earlier-command", On::Recording, &["/LISTEN\r", "\x1b", "/"]),
    scene("FilterLine later-command", On::Recording, &["/LISTEN\r", "\x1b", "/", UP]),
    scene("cursor-left", On::Recording, &["abc"]),
    scene("cursor-right", On::Recording, &["abc", LEFT]),
    scene("cursor-start", On::Recording, &["abc"]),
    scene("cursor-end", On::Recording, &["abc", HOME]),
    scene("erase", On::Recording, &["abc"]),
    scene("delete", On::Recording, &["abc", LEFT]),
    scene("erase-all", On::Recording, &["abc"]),
    scene("redraw", On::Recording, &[OVERWRITTEN]),
    scene("Intro", On::Intro, &[]),
    scene("Tab", On::Recording, &[]),
    scene("Overlay", On::Recording, &["?"]),
    scene("List", On::Recording, &["f"]),
    scene("SortList", On::Recording, &["o"]),
    scene("ColumnList", On::Recording, &["c"]),
    scene("ActList", On::Process, &["K"]),
    scene("Confirm", On::Process, &["K", "sigterm", "\r"]),
    scene("CommandLine", On::Recording, &[":"]),
    scene("FilterLine", On::Recording, &["/"]),
];

/// No key: something else writes over the screen.
const OVERWRITTEN: &str = "overwritten";

/// No key: a clock that shows seconds shows another one.
const NEXT_SECOND: &str = "next second";

/// Actions of a tab that are seen in the last line alone, with the reason.
const SAID: &[(&str, &str)] = &[
    ("command", "the command is typed there"),
    ("type-command", "the command is typed there"),
    ("filter", "the filter is typed there"),
    ("copy-row", "what is copied goes to the terminal's clipboard"),
    ("copy-table", "what is copied goes to the terminal's clipboard"),
];

/// A session, and what it is on.
struct Session {
    pty: Pty,
    _holder: Option<Holder>,
    _world: Option<Netns>,
}

impl Session {
    fn start(on: On, config: Option<&Path>, has_shell: bool) -> Self {
        let world = (on == On::World).then(names::world);
        let kinds = if on == On::World { "calls" } else { "tcp udp" };
        let has_holder = matches!(on, On::Process | On::World | On::Intro);
        let holder = has_holder.then(|| Holder::start(world.as_ref(), HOLDER, kinds));
        let mut command = world.as_ref().map_or_else(netmonitor, names::netmonitor_in);
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        let words = match (&holder, on) {
            (Some(holder), On::Intro) => vec!["--interval=1h".to_owned(), holder.pid().to_string()],
            (Some(holder), _) => {
                vec!["--interval=1h".into(), "--skip-intro".into(), holder.pid().to_string()]
            }
            (None, On::All) => ["--interval=1h", "top"].map(str::to_owned).to_vec(),
            (None, _) => ["--skip-intro", "replay", RECORDING, "--at", "+3s"].map(str::to_owned).to_vec(),
        };
        command.args(words).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
        let mut pty = Pty::spawn(if has_shell { in_shell(&command) } else { command }, 30, 120);
        pty.wait("what it is on", |screen| match on {
            On::Recording => screen.contains('●'),
            On::Process => screen.contains("LISTEN"),
            On::World => screen.contains("tcp · process"),
            // It reads once more when counting has begun.
            On::All => screen.contains("[processes]") && !screen.contains("counting begins"),
            On::Intro => screen.contains("any key"),
        });
        if on == On::Recording {
            // Graphs are filled in from moments before: without them nothing is seen to happen by itself.
            pty.wait_for("the last ");
            pty.send("g");
            pty.wait("no graphs", |screen| !screen.contains("the last "));
        }
        pty.settled();
        Self { pty, _holder: holder, _world: world }
    }

    /// Does what a scene asks for; each of its keys is seen to do something.
    fn go(&mut self, keys: impl Iterator<Item = &'static str>) -> Result<Look, String> {
        for key in keys {
            let before = self.pty.look();
            match key {
                OVERWRITTEN => self.pty.write_over("\x1b[2J\x1b[Ha message of the system"),
                NEXT_SECOND => {
                    next_second();
                    continue;
                }
                key => self.pty.send(key),
            }
            self.pty.until(|look| *look != before).ok_or_else(|| format!("{key:?} before it did nothing"))?;
            self.pty.settled();
        }
        Ok(self.pty.look())
    }
}

/// A command as a job of a shell: what nobody could bring back is not stopped by the kernel.
fn in_shell(command: &Command) -> Command {
    let mut shell = Command::new("bash");
    shell.args(["--norc", "-c", "set -m; \"$@\"; read line", "bash"]);
    shell.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

fn next_second() {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let before = now();
    while now() == before {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Where a key is pressed: in which session, after which keys.
fn scene_of(bound: &Bound) -> (On, impl Iterator<Item = &'static str> + use<>) {
    let find = |what: &str| SCENES.iter().find(|scene| scene.what == what);
    let mode = find(&bound.mode).unwrap_or_else(|| panic!("no scene for {}", bound.mode));
    let own = find(&format!("{} {}", bound.mode, bound.action));
    let further = find(bound.action).map_or(&[][..], |scene| scene.keys);
    let (on, keys, further) = match own {
        Some(own) => (own.on, own.keys, &[][..]),
        None => (mode.on, mode.keys, further),
    };
    (on, keys.iter().chain(further).copied())
}

/// What a terminal sends for a key.
fn sent(key: &str) -> String {
    const NAMED: &[(&str, &str)] = &[
        ("Space", " "),
        ("Enter", "\r"),
        ("Esc", "\x1b"),
        ("Tab", "\t"),
        ("Shift-Tab", "\x1b[Z"),
        ("Backspace", "\x7f"),
        ("Delete", "\x1b[3~"),
        ("Home", HOME),
        ("End", "\x1b[F"),
        ("PgUp", "\x1b[5~"),
        ("PgDn", PAGE_DOWN),
        ("↑", UP),
        ("↓", DOWN),
        ("→", "\x1b[C"),
        ("←", LEFT),
        ("Shift-→", SHIFT_RIGHT),
        ("Shift-←", "\x1b[1;2D"),
        ("F1", "\x1bOP"),
        ("F5", "\x1b[15~"),
        ("any key", "x"),
        ("any character", "x"),
    ];
    if let Some((_, bytes)) = NAMED.iter().find(|(name, _)| *name == key) {
        return (*bytes).to_owned();
    }
    let with = |prefix| key.strip_prefix(prefix).and_then(|rest: &str| rest.chars().next());
    match (with("Ctrl-"), with("Alt-")) {
        (Some(letter), _) => char::from(letter as u8 & 0x1f).to_string(),
        (_, Some(letter)) => format!("\x1b{letter}"),
        _ if key.chars().count() == 1 => key.to_owned(),
        _ => panic!("what is sent for {key}?"),
    }
}

/// Presses a key in its scene: why it is not seen to do anything.
fn press(bound: &Bound, config: Option<&Path>) -> Result<(), String> {
    let (on, keys) = scene_of(bound);
    let mut session = Session::start(on, config, bound.action == "suspend");
    let before = session.go(keys)?;
    session.pty.send(&sent(&bound.key));
    // What only says why nothing is done is no effect.
    let counts_all = bound.mode != "Tab" || SAID.iter().any(|(action, _)| *action == bound.action);
    let above = |look: &Look| look.lines[..look.lines.len() - 1].to_vec();
    let is_effect = |look: &Look| match counts_all || look.alternate != before.alternate {
        true => *look != before,
        false => above(look) != above(&before),
    };
    if session.pty.until(is_effect).is_some() {
        return Ok(());
    }
    let last = session.pty.contents().lines().last().unwrap_or_default().to_owned();
    Err(format!("it does nothing; the last line is {last:?}"))
}

/// Presses keys, some at a time.
fn press_all(keys: Vec<Bound>, config: Option<&Path>) {
    const AT_ONCE: usize = 4;
    assert!(!keys.is_empty());
    let (keys, wrong) = (Mutex::new(keys.into_iter()), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(bound) = keys.lock().unwrap().next() else { break };
                    if let Err(why) = press(&bound, config) {
                        let Bound { action, mode, key, .. } = &bound;
                        writeln!(wrong.lock().unwrap(), "{action} by {key} in {mode}: {why}").unwrap();
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong}");
}

fn ready() -> bool {
    names::ready() && need_tool("bash")
}

#[test]
fn every_key_of_every_action_is_seen_to_do_something() {
    if ready() {
        press_all(bound_keys(), None);
    }
}

/// Keys that no action has, as many as are needed in one mode.
fn other_keys() -> impl Iterator<Item = String> {
    // Alt and one of these two begins what other keys send.
    let characters = ('!'..='~').filter(|character| !matches!(character, '[' | 'O'));
    characters.map(|character| format!("Alt-{character}"))
}

#[test]
fn every_action_does_the_same_by_a_key_that_it_is_bound_to_instead() {
    if !ready() {
        return;
    }
    let mut names: Vec<&str> = Vec::new();
    let mut keys: Vec<Bound> = Vec::new();
    for bound in bound_keys().into_iter().filter(|bound| bound.can_be_changed) {
        if !names.contains(&bound.action) {
            names.push(bound.action);
            keys.push(bound);
        }
    }
    let mut config = String::from("[keys]\n");
    for (bound, key) in keys.iter_mut().zip(other_keys()) {
        bound.key = key;
        // What other actions do before it is done by keys that are theirs.
        let others: Vec<String> = bound_keys()
            .into_iter()
            .filter(|other| other.action == bound.action && other.mode == bound.mode)
            .map(|other| other.key)
            .collect();
        let all = others.iter().chain([&bound.key]).map(|key| toml_text(key)).collect::<Vec<_>>();
        writeln!(config, "{} = [{}]", bound.action, all.join(", ")).unwrap();
    }
    assert!(keys.iter().all(|bound| bound.key.starts_with("Alt-")), "there are more actions than keys");
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("config.toml");
    std::fs::write(&path, config).unwrap();
    press_all(keys, Some(&path));
}

fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A key that means nothing changes nothing: else the tests above would see what comes by itself.
#[test]
fn nothing_happens_in_a_scene_by_itself() {
    if !ready() {
        return;
    }
    for on in [On::Recording, On::Process, On::World, On::All] {
        let mut session = Session::start(on, None, false);
        let before = session.pty.look();
        session.pty.send("z");
        for _ in 0..5 {
            assert_eq!(session.pty.settled(), before, "{on:?}");
        }
    }
}
