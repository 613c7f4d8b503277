//! A live session that looks back at what was kept of it.

use std::sync::Arc;

use crossterm::event::KeyCode;
use netmonitor_core::record::{About, Damage, Span, Speed, Timeline, Zone};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{Effect, Go, Input, Settings};

use crate::harness::{SETTINGS, Session};
use crate::world::{World, engine};

const SECOND: u64 = 1_000_000_000;

/// The moments that were kept, as they are played.
fn kept(ticks: u64) -> Vec<Arc<Snapshot>> {
    let mut engine = engine().recorded();
    (0..ticks).map(|seq| engine.advance(&World::default().sample(seq))).collect()
}

fn place(shown: &Snapshot, ticks: u64) -> Input {
    let first = 1_000_000_000 * SECOND as i64;
    let last = first + (ticks * SECOND) as i64;
    Input::Time(Box::new(Timeline {
        about: Arc::new(About {
            zone: Zone::default(),
            origin: "kept by this session".to_owned(),
            scope: None,
            interval: SECOND,
        }),
        span: Span { walls: (first, last), boottimes: (100 * SECOND, (100 + ticks) * SECOND) },
        ends: (first, last),
        now: shown.moment,
        number: shown.moment.seq,
        ticks,
        is_playing: false,
        is_searching: false,
        speed: Speed::default(),
        changes: [].into(),
        damage: Damage::default(),
        lacks: None,
        said: None,
    }))
}

fn live(width: u16, height: u16) -> Session {
    let mut session = Session::new(width, height, Settings { keeps: true, linger: true, ..SETTINGS() });
    World::default().snapshots(20).into_iter().for_each(|snapshot| session.input(Input::Snapshot(snapshot)));
    session.screen();
    session.take_effects();
    session
}

/// Goes back to one of twenty moments.
fn back(session: &mut Session, number: usize) {
    session.press(KeyCode::Char('['));
    let shown = kept(20).swap_remove(number);
    session.input(place(&shown, 20));
    session.input(Input::Snapshot(shown));
    session.take_effects();
}

/// The second of what is shown. The screen tells that of the past; of what is live it tells the minute.
fn second(session: &mut Session) -> String {
    let screen = session.screen();
    let line = screen.lines().next().unwrap_or_default().to_owned();
    match line.split("01:46:").nth(1).or(line.split("01:47:").nth(1)) {
        Some(second) => second[..2].to_owned(),
        None => {
            let shown = session.app.snapshot().expect("something is shown");
            format!("{:02}", shown.moment.wall / 1_000_000_000 % 60)
        }
    }
}

#[test]
fn screens_of_the_past() {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut session = live(width, height);
        back(&mut session, 7);
        insta::assert_snapshot!(format!("past_{width}x{height}"), session.screen());
    }
}

#[test]
fn every_key_of_time_leads_into_the_past() {
    for (key, go) in [
        (' ', Go::Play(false)),
        ('[', Go::Ticks(-1)),
        (']', Go::Ticks(1)),
        ('{', Go::Seconds(-60)),
        ('}', Go::Seconds(60)),
    ] {
        let mut session = live(80, 24);
        session.press(KeyCode::Char(key));
        assert_eq!(session.take_effects(), [Effect::Time(go)], "{key}");
        let mark = if key == ' ' { "PAUSED" } else { "PAST" };
        assert!(session.screen().contains(mark), "{key}");
    }
    // A time is looked for once it is known which there are.
    let mut session = live(80, 24);
    session.command("at 01:46:45");
    assert_eq!(session.take_effects(), [Effect::Time(Go::Play(false))]);
    session.input(place(&kept(20)[19], 20));
    assert!(matches!(session.take_effects()[..], [Effect::Time(Go::To(_))]));
}

#[test]
fn what_is_live_waits_until_it_is_asked_for() {
    let mut session = live(80, 24);
    assert_eq!(second(&mut session), "59");
    back(&mut session, 7);
    assert_eq!(second(&mut session), "47");
    let later = World::default().snapshots(25);
    session.input(Input::Snapshot(later[24].clone()));
    assert_eq!(second(&mut session), "47");
    // What was there before is what a closing report tells of.
    assert_eq!(session.app.snapshot().map(|snapshot| snapshot.moment.seq), Some(19));
    session.press(KeyCode::Char('L'));
    assert_eq!(session.take_effects(), [Effect::Time(Go::Live)]);
    // What still comes of the past is late.
    session.input(place(&kept(20)[3], 20));
    session.input(Input::Snapshot(kept(20)[3].clone()));
    assert_eq!(second(&mut session), "47");
    session.input(Input::Snapshot(later[24].clone()));
    assert_eq!(second(&mut session), "04");
    assert!(!session.screen().contains("PAST"));
    session.input(place(&kept(20)[3], 20));
    session.input(Input::Snapshot(kept(20)[3].clone()));
    assert_eq!(second(&mut session), "04");
}

#[test]
fn tabs_of_the_past_are_read_from_there() {
    let mut session = live(80, 24);
    back(&mut session, 7);
    session.press(KeyCode::Char('4'));
    assert!(matches!(session.take_effects()[..], [Effect::Plan(_)]));
    assert!(session.screen().contains("[4 traffic]") && session.screen().contains("eth0"));
    session.press(KeyCode::F(5));
    assert!(session.last_line().contains("this is the past"), "{}", session.last_line());
    session.press(KeyCode::Char(' '));
    assert_eq!(session.take_effects(), [Effect::Time(Go::Live)]);
}

#[test]
fn the_past_of_a_process_that_has_ended_can_be_looked_at() {
    let mut session = live(80, 24);
    session.input(Input::ProcessEnded);
    back(&mut session, 7);
    assert_eq!(second(&mut session), "47");
    session.press(KeyCode::Char('L'));
    assert_eq!(second(&mut session), "59");
    assert!(session.screen().contains("ENDED"));
    // While another one is waited for, what is seen of the past is none.
    let mut session = live(80, 24);
    session.press(KeyCode::Char('['));
    session.input(Input::Waiting("waiting for curl".to_owned()));
    let shown = kept(20).swap_remove(7);
    session.input(place(&shown, 20));
    session.input(Input::Snapshot(shown));
    assert!(session.screen().contains("waiting for curl"), "{}", session.screen());
    // It may also end while somebody goes back to it.
    let mut session = live(80, 24);
    back(&mut session, 7);
    session.press(KeyCode::Char('L'));
    session.input(Input::ProcessEnded);
    assert_eq!(second(&mut session), "59");
}

#[test]
fn where_nothing_is_kept_it_is_said() {
    let mut session = live(80, 24);
    session.press(KeyCode::Char('['));
    session.take_effects();
    session.input(Input::Refused("nothing is kept so far".to_owned()));
    assert!(session.last_line().contains("nothing is kept so far"));
    assert_eq!(session.take_effects(), [Effect::Time(Go::Live)]);
    session.input(Input::Snapshot(World::default().snapshot(22)));
    assert_eq!(second(&mut session), "01");
}
