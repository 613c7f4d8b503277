//! Screens of what was recorded of a real process, as `fixtures/README.md` tells of it: they say what a session makes of a
//! kernel's own bytes, where those of `world.rs` say what it makes of what seldom happens.

use std::io::Cursor;
use std::sync::Arc;

use crossterm::event::KeyCode;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{About, Player, Recording, Speed, Timeline, Zone};
use netmonitor_core::scope::Scope;
use netmonitor_tui::{Effect, Go, Input, Settings};

use crate::harness::{SETTINGS, Session};

static RECORDING: &[u8] = include_bytes!("../../../../fixtures/recordings/web-6.18-x86_64.nmr");

/// While every fourth segment of its answers was lost.
const LOSSY: u64 = 9;

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

/// A session on the recording, and who plays it.
struct Replayed {
    session: Session,
    player: Player<Cursor<&'static [u8]>>,
}

impl Replayed {
    /// Stands at a moment, and shows all of the namespace.
    fn new((width, height): (u16, u16), number: u64) -> Self {
        let settings = Settings { scope: Scope::Namespace, ..SETTINGS() };
        let session = Session::new(width, height, settings);
        let recording = Recording::open([Cursor::new(RECORDING)]).unwrap();
        let mut replayed = Self { session, player: Player::new(recording, Plan::default()) };
        replayed.player.to(number);
        replayed.go_on();
        replayed
    }

    fn press(&mut self, key: char) {
        self.session.press(KeyCode::Char(key));
        self.go_on();
    }

    fn command(&mut self, line: &str) {
        self.session.command(line);
        self.go_on();
    }

    /// Does what the session asks for, and hands over what it shows then.
    fn go_on(&mut self) {
        for effect in self.session.take_effects() {
            match effect {
                Effect::Plan(plan) => self.player.follow(plan),
                Effect::Time(Go::Ticks(ticks)) => {
                    let (number, _) = self.player.now().unwrap();
                    self.player.to(number.saturating_add_signed(ticks));
                }
                _ => {}
            }
        }
        let (number, snapshot) = self.player.now().unwrap();
        let recording = self.player.recording();
        let last = recording.last().wall;
        let about = About {
            zone: Zone::default(),
            origin: recording.head().origin(last, last + 3 * 3_600_000_000_000),
            scope: recording.head().scope.parse().ok(),
            interval: recording.head().interval,
        };
        let time = Timeline {
            about: Arc::new(about),
            span: recording.span(),
            ends: (recording.first().wall, last),
            now: snapshot.moment,
            number,
            ticks: recording.ticks(),
            is_playing: false,
            is_searching: false,
            speed: Speed::default(),
            changes: [].into(),
            damage: recording.damage(),
            lacks: None,
            said: None,
        };
        self.session.input(Input::Time(Box::new(time)));
        self.session.input(Input::Snapshot(snapshot));
    }
}

/// What a tab looks like at all sizes.
fn picture(tab: &str, open: impl Fn(&mut Replayed)) {
    let mut screens = String::new();
    for size in SIZES {
        let mut replayed = Replayed::new(size, LOSSY);
        open(&mut replayed);
        screens += &format!("{} columns, {} lines\n{}\n\n", size.0, size.1, replayed.session.screen());
    }
    insta::assert_snapshot!(format!("replayed_{tab}"), screens);
}

#[test]
fn tabs_with_a_number() {
    let tabs = ["overview", "tcp", "udp", "arp", "traffic", "stats", "raw", "icmp", "routing", "analysis"];
    for (number, tab) in ('0'..='9').zip(tabs) {
        picture(tab, |replayed| replayed.press(number));
    }
}

#[test]
fn tabs_without_one() {
    for tab in ["events", "unix", "neighbours", "addresses"] {
        picture(tab, |replayed| replayed.command(tab));
    }
}

#[test]
fn what_was_lost_is_seen_from_moment_to_moment() {
    let retransmitted = |number: u64| {
        let mut replayed = Replayed::new((200, 60), number);
        replayed.command("filter remote_port:51001");
        replayed.command("columns total_retrans");
        let screen = replayed.session.screen();
        let row = screen
            .lines()
            .find(|line| line.trim().bytes().all(|byte| byte.is_ascii_digit()) && line.trim() != "");
        row.unwrap_or_else(|| panic!("{screen}")).trim().parse::<u64>().unwrap()
    };
    // Before, meanwhile, and long after.
    assert_eq!(retransmitted(3), 0);
    let meanwhile = retransmitted(LOSSY);
    assert!(meanwhile > 0);
    assert!(retransmitted(14) > meanwhile);
    assert_eq!(retransmitted(15), retransmitted(14));
}

#[test]
fn a_step_is_another_moment() {
    let mut replayed = Replayed::new((120, 40), LOSSY);
    // Beside them it is drawn what was seen so far, in whichever order.
    let rows = |replayed: &mut Replayed| {
        let screen = replayed.session.screen();
        let rows = screen.lines().filter(|line| line.contains("192.0.2.1") || line.contains(" UTC"));
        rows.map(|row| row.chars().filter(char::is_ascii).take(70).collect()).collect::<Vec<String>>()
    };
    let before = rows(&mut replayed);
    assert!(before.len() > 10);
    replayed.press(']');
    assert_ne!(rows(&mut replayed), before);
    replayed.press('[');
    assert_eq!(rows(&mut replayed), before);
}

#[test]
fn what_is_wrong_with_a_row_stands_in_its_details() {
    // The worst finding is about a listening socket.
    let mut replayed = Replayed::new((120, 40), LOSSY);
    replayed.press('F');
    for _ in ["to its row", "its details"] {
        replayed.session.press(KeyCode::Enter);
        replayed.go_on();
    }
    let screen = replayed.session.screen();
    assert!(screen.contains("What is wrong with it"), "{screen}");
    assert!(screen.contains("critical: 2 connections wait to be accepted on port 81"), "{screen}");
    assert!(screen.contains("Next: See why the program accepts slowly"), "{screen}");
    // Nothing is wrong with the others.
    let mut replayed = Replayed::new((120, 40), LOSSY);
    replayed.press('8');
    replayed.session.press(KeyCode::Enter);
    replayed.go_on();
    assert!(!replayed.session.screen().contains("What is wrong with it"));
}
