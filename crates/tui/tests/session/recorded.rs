//! A session on what was recorded: its keys, its commands, its time line.

use std::sync::Arc;

use crossterm::event::KeyCode;
use netmonitor_core::record::{About, Damage, Sought, Span, Speed, Timeline, Zone};
use netmonitor_core::sample::Moment;
use netmonitor_core::scope::Scope;
use netmonitor_tui::{Effect, Go, Input};

use crate::harness::{SETTINGS, Session};
use crate::world::World;

const SECOND: i64 = 1_000_000_000;

/// 2001-09-09 01:46:40 UTC.
const FIRST: i64 = 1_000_000_000 * SECOND;

/// Since boot it began.
const BEGIN: u64 = 50 * SECOND as u64;

/// The moment so many seconds after the first one.
fn at(seconds: i64) -> Moment {
    let since = seconds * SECOND;
    Moment { wall: FIRST + since, boottime: BEGIN + since.unsigned_abs(), seq: seconds.unsigned_abs() }
}

fn span(seconds: i64) -> Span {
    Span { walls: (FIRST, at(seconds).wall), boottimes: (BEGIN, at(seconds).boottime) }
}

fn timeline() -> Timeline {
    Timeline {
        about: Arc::new(About {
            zone: Zone::default(),
            origin: "recorded by netmonitor 0.1.0 on 6.1.0 x86_64, 3 h ago".to_owned(),
            scope: Some(Scope::Process),
            interval: SECOND as u64,
        }),
        span: span(600),
        ends: (FIRST, FIRST + 600 * SECOND),
        now: at(150),
        number: 150,
        ticks: 601,
        is_playing: false,
        is_searching: false,
        speed: Speed::default(),
        changes: [at(300).boottime].into(),
        damage: Damage::default(),
        lacks: None,
        said: None,
    }
}

fn recorded(width: u16, height: u16, time: Timeline) -> Session {
    let mut session = Session::new(width, height, SETTINGS());
    session.input(Input::Time(Box::new(time)));
    session.input(Input::Snapshot(World::default().snapshot(2)));
    session.take_effects();
    session
}

#[test]
fn the_time_line_is_drawn_in_every_width() {
    for (width, height) in [(120, 24), (80, 24), (40, 10)] {
        let mut session = recorded(width, height, timeline());
        insta::assert_snapshot!(format!("recorded_{width}x{height}"), session.screen());
    }
    // One that lasts for days tells them.
    let long =
        Timeline { span: span(200_000), ends: (FIRST, at(200_000).wall), is_playing: true, ..timeline() };
    let screen = recorded(100, 24, long).screen();
    assert!(screen.contains("▶ 1×  09-09 01:46") && screen.contains("09-11 09:20"), "{screen}");
    // One moment is a recording, too.
    let short = Timeline { span: span(0), ends: (FIRST, FIRST), now: at(0), ticks: 1, ..timeline() };
    assert!(recorded(80, 24, short).screen().contains('●'));
    for width in 1..50 {
        recorded(width, 12, timeline()).screen();
    }
}

#[test]
fn keys_and_commands_go_through_time() {
    let mut session = recorded(120, 24, timeline());
    for (key, go) in [
        (' ', Go::Play(true)),
        ('[', Go::Ticks(-1)),
        (']', Go::Ticks(1)),
        ('{', Go::Seconds(-60)),
        ('}', Go::Seconds(60)),
        ('L', Go::Last),
        ('N', Go::NextChange(Scope::Process)),
    ] {
        session.press(KeyCode::Char(key));
        assert_eq!(session.take_effects(), [Effect::Time(go)], "{key}");
    }
    for (command, go) in [
        ("at 01:50", Go::To(Sought::Wall(FIRST + 201 * SECOND - 1))),
        ("at -1m", Go::To(Sought::Boottime(at(540).boottime))),
        ("speed 10", Go::Speed("10".parse().unwrap())),
        ("next", Go::NextChange(Scope::Process)),
    ] {
        session.command(command);
        assert_eq!(session.take_effects(), [Effect::Time(go)], "{command}");
    }
    for (command, why) in [
        ("at 12:00", "! 12:00 is not in the recording"),
        ("at x", "! not a time"),
        ("speed 0", "! not a speed"),
        ("set 2", "a recording has the interval"),
    ] {
        session.command(command);
        assert!(session.last_line().starts_with(why), "{}", session.last_line());
        assert_eq!(session.take_effects(), []);
    }
    session.input(Input::Time(Box::new(Timeline { is_playing: true, ..timeline() })));
    session.press(KeyCode::Char(' '));
    assert_eq!(session.take_effects(), [Effect::Time(Go::Play(false))]);
    // Another scope is another plan, and another sense of change.
    session.press(KeyCode::Char('n'));
    session.take_effects();
    session.command("next");
    assert_eq!(session.take_effects(), [Effect::Time(Go::NextChange(Scope::Tree))]);
}

#[test]
fn a_live_session_has_nothing_to_step_through() {
    let mut session = Session::showing(120, 24, &World::default().snapshots(2));
    session.take_effects();
    for key in ['[', ']', '{', '}', 'N'] {
        session.press(KeyCode::Char(key));
        assert!(session.last_line().starts_with("this is live"), "{}", session.last_line());
    }
    session.command("at 10:00");
    assert!(session.last_line().starts_with("this is live"));
    assert_eq!(session.take_effects(), []);
}

#[test]
fn what_is_said_is_harmless_and_said_once() {
    let mut session = recorded(120, 24, timeline());
    let said = Some("changed here: \u{1b}[2Ja socket".to_owned());
    session.input(Input::Time(Box::new(Timeline { said, ..timeline() })));
    assert!(session.last_line().starts_with("changed here: "), "{}", session.last_line());
    assert!(!session.screen().contains('\u{1b}'));
    session.press(KeyCode::Down);
    session.input(Input::Time(Box::new(timeline())));
    assert!(!session.last_line().contains("changed"));
    let damage = Damage { open: true, segments: 2 };
    session.input(Input::Time(Box::new(Timeline { damage, ..timeline() })));
    let screen = session.screen();
    assert!(
        screen.contains(
            "! the recording has no end: it was cut, or is still being written, and is damaged in 2 places"
        ),
        "{screen}"
    );
}
