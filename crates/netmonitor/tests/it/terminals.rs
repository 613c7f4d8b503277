//! Terminals of all kinds: of 16 colours, without colours, without UTF-8, of sizes that change all the time, with a mouse.

use std::process::Command;

use netmonitor_core::views;
use netmonitor_testkit::pty::Pty;

use crate::netmonitor;
use crate::session::{colour_codes, restored};

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/recordings/web-6.18-x86_64.nmr");

const CTRL_D: &str = "\x04";
const ESCAPE: &str = "\x1b";
const ROWS: u16 = 30;
const COLUMNS: u16 = 120;

/// A session on a recording in which time stands still, on a terminal that these variables tell of.
fn opened(variables: &[(&str, &str)], words: &[&str]) -> Pty {
    // The terminal is given a kind when it is made, so a command sets these.
    let mut command = Command::new("env");
    command.args(["-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "COLORTERM", "-u", "COLORFGBG", "TZ=UTC"]);
    command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
    command.arg(netmonitor().get_program()).args(["--skip-intro", "replay", RECORDING, "--at", "+3s"]);
    command.args(words);
    for (name, value) in netmonitor().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut pty = Pty::spawn(command, ROWS, COLUMNS);
    pty.wait_for("[1 tcp]");
    // Graphs are filled in from moments before: without them nothing changes by itself.
    pty.wait_for("the last ");
    pty.send("g");
    pty.wait("no graphs", |screen| !screen.contains("the last "));
    pty.settled();
    pty
}

/// Does something that is seen; gives the screen as text.
fn screen_after(pty: &mut Pty, keys: &str) -> String {
    let before = pty.look();
    pty.send(keys);
    assert!(pty.until(|look| *look != before).is_some(), "{keys:?} does nothing");
    pty.settled();
    pty.contents()
}

/// What leads to every tab and to all that lies over it, one after the other.
fn all_screens() -> Vec<String> {
    let first = views::ALL.iter().map(|view| format!(":{}\r", view.name));
    let mut keys: Vec<String> = first.collect();
    keys.push("1".to_owned());
    for over in ["?", "x", "D", "f", "o", "c", ":", "/", "/sta"] {
        keys.extend([over.to_owned(), ESCAPE.to_owned()]);
    }
    keys.extend(["0", "g", "5", "m", "m", "m", "m", "1T", "F", "N", "[", "y"].map(str::to_owned));
    keys
}

#[test]
fn a_terminal_of_sixteen_colours_is_sent_no_others() {
    for kind in ["xterm-16color", "screen", "tmux", "linux", "rxvt"] {
        let mut pty = opened(&[("TERM", kind), ("LANG", "C.UTF-8")], &[]);
        for keys in ["F", "\x1b[B", "0", "5", "m", "1", "/LISTEN\r", "?", ESCAPE, "D"] {
            screen_after(&mut pty, keys);
        }
        pty.send(CTRL_D);
        restored(&mut pty);
        let colours = colour_codes(&pty.raw());
        assert!(!colours.is_empty() && colours.iter().all(|colour| *colour < 16), "{kind}: {colours:?}");
    }
}

#[test]
fn without_colours_everything_is_still_told_apart() {
    let mut pty = opened(&[("NO_COLOR", "1"), ("LANG", "C.UTF-8")], &[]);
    // The selected row, the chosen tab and what is wrong are told by other means.
    let first = pty.look();
    screen_after(&mut pty, "\x1b[B");
    assert_ne!(pty.look(), first, "the selected row is seen");
    assert!(screen_after(&mut pty, "2").contains("[2 udp]"));
    assert!(screen_after(&mut pty, ":foo\r").contains("! unknown command"));
    pty.send(CTRL_D);
    restored(&mut pty);
    assert_eq!(colour_codes(&pty.raw()), Vec::<u32>::new());
}

#[test]
fn a_terminal_without_utf_8_is_sent_ascii_and_all_of_it_can_be_read() {
    let mut plain = opened(&[("LANG", "C")], &[]);
    let mut usual = opened(&[("LANG", "C.UTF-8")], &[]);
    for keys in all_screens() {
        let keys = keys.as_str();
        let before = usual.look();
        usual.send(keys);
        plain.send(keys);
        let Some(_) = usual.until(|look| *look != before) else { panic!("{keys:?} does nothing") };
        assert_eq!(usual.settled().cursor, plain.settled().cursor, "{keys:?}");
        for (line, plain) in usual.contents().lines().zip(plain.contents().lines()) {
            let pairs = line.chars().zip(plain.chars());
            let lost = pairs.filter(|(usual, plain)| *plain == '?' && *usual != '?');
            let lost: String = lost.map(|(usual, _)| usual).collect();
            assert_eq!(lost, "", "cannot be read after {keys:?}: {plain}");
        }
    }
    let raw = plain.raw();
    assert!(raw.is_ascii(), "{:?}", raw.iter().find(|byte| !byte.is_ascii()));
}

/// Numbers in a row that looks like chance.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u16) -> u16 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u16 % most + 1
    }
}

#[test]
fn a_storm_of_sizes_leaves_the_last_screen_right() {
    let utf_8 = [("LANG", "C.UTF-8")];
    let mut pty = opened(&utf_8, &[]);
    let mut dice = Dice(2);
    let keys =
        ["1", "5", "\x1b[6~", "\x1b[F", "0", "?", ESCAPE, "/", "x", ESCAPE, "F", "D", ESCAPE, "f", ESCAPE];
    for (number, keys) in (0..400).zip(keys.iter().cycle()) {
        let (rows, columns) = match number % 10 {
            0 => (1, 1),
            1 => (dice.up_to(4), dice.up_to(4)),
            2 => (1, dice.up_to(300)),
            3 => (dice.up_to(100), 1),
            _ => (dice.up_to(100), dice.up_to(300)),
        };
        pty.resize(rows, columns);
        // At times a key comes between.
        if number % 3 == 0 {
            pty.send(keys);
        }
    }
    pty.resize(ROWS, COLUMNS);
    pty.settled();
    // Whatever lies over the tab is left, then all is as it is in a session that was never disturbed.
    let calm = |pty: &mut Pty| {
        for keys in [ESCAPE, ESCAPE, ESCAPE] {
            pty.send(keys);
            pty.settled();
        }
        pty.send("5");
        pty.wait_for("[5 stats]");
        pty.send("\x1b[H");
        pty.settled();
        pty.look()
    };
    let mut quiet = opened(&utf_8, &[]);
    let (after, expected) = (calm(&mut pty), calm(&mut quiet));
    assert_eq!(after, expected, "{}\n\n{}", pty.contents(), quiet.contents());
    pty.send(CTRL_D);
    assert_eq!(restored(&mut pty).code(), Some(0));
}

#[test]
fn rows_are_selected_and_scrolled_with_the_mouse() {
    let mut pty = opened(&[("LANG", "C.UTF-8")], &[]);
    screen_after(&mut pty, "5");
    let before = pty.look();
    // A press on the twentieth line of the screen.
    screen_after(&mut pty, "\x1b[<0;20;20M\x1b[<0;20;20m");
    let selected = pty.look();
    let changed = |one: &[String], other: &[String]| -> Vec<usize> {
        (0..one.len()).filter(|line| one[*line] != other[*line]).collect()
    };
    assert!(changed(&before.lines, &selected.lines).contains(&19), "that row is selected");
    screen_after(&mut pty, "\x1b[<65;20;20M");
    let scrolled = pty.look();
    assert!(changed(&selected.lines, &scrolled.lines).len() > 5, "{}", pty.contents());
    screen_after(&mut pty, "\x1b[<64;20;20M");
    assert_eq!(pty.look(), selected);
    // What lies outside of everything does nothing.
    pty.send("\x1b[<0;500;500M\x1b[<0;500;500m\x1b[<65;1;1M\x1b[<64;1;1M");
    pty.settled();
    pty.send(CTRL_D);
    assert_eq!(restored(&mut pty).code(), Some(0));
}
