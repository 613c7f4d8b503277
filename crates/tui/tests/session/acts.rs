//! What can be done to others, as it is offered and asked about.

use crossterm::event::KeyCode;
use netmonitor_core::views;
use netmonitor_tui::{Act, Effect, Input, Permitted, Settings};

use crate::harness::{SETTINGS, Session};
use crate::world::World;

fn session(width: u16, height: u16, permitted: Permitted) -> Session {
    let mut session = Session::new(width, height, Settings { permitted, ..SETTINGS() });
    for snapshot in World::default().snapshots(2) {
        session.input(Input::Snapshot(snapshot));
    }
    session
}

fn everything() -> Permitted {
    SETTINGS().permitted
}

#[test]
fn screens_of_the_menu_and_of_the_question() {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut session = session(width, height, everything());
        session.type_text("K");
        insta::assert_snapshot!(format!("acts_{width}x{height}"), session.screen());
        session.type_text("sigkill");
        session.press(KeyCode::Enter);
        insta::assert_snapshot!(format!("confirm_{width}x{height}"), session.screen());
    }
}

#[test]
fn nothing_is_asked_for_but_what_was_confirmed() {
    let mut session = session(120, 40, everything());
    session.take_effects();
    for keys in ["K", "sigterm"] {
        session.type_text(keys);
    }
    session.press(KeyCode::Enter);
    for code in [KeyCode::Char('Y'), KeyCode::Char(' '), KeyCode::Tab, KeyCode::Char('5')] {
        session.press(code);
        let effects = session.take_effects();
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Act(_))), "{effects:?}");
    }
    session.press(KeyCode::Char('y'));
    let process = World::default().snapshots(2)[1].process.clone();
    let asked = Act::Signal { process: (process.pid, process.start_time), signal: 15 };
    assert!(session.take_effects().contains(&Effect::Act(asked)));
    session.input(Input::Said(Err("no such luck".to_owned())));
    assert!(session.last_line().contains("no such luck"));
}

#[test]
fn what_is_not_permitted_cannot_be_chosen() {
    for permitted in [
        Permitted { nothing: Some("off by --read-only"), ..everything() },
        Permitted { signals_all: false, uid: 4711, closes: false, ..everything() },
    ] {
        let mut session = session(120, 40, permitted);
        session.take_effects();
        session.type_text("K");
        let offered = session.screen().lines().filter(|line| line.contains("send SIG")).count();
        assert_eq!(session.screen().matches("not possible").count(), offered);
        session.press(KeyCode::Enter);
        session.type_text("y");
        let effects = session.take_effects();
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Act(_))), "{effects:?}");
    }
}

#[test]
fn of_another_row_the_watched_process_is_offered() {
    let mut session = session(120, 40, everything());
    session.type_text(&(views::place("routing")).to_string());
    session.type_text("K");
    assert!(session.screen().contains("send SIGTERM"), "{}", session.screen());
    assert!(!session.screen().contains("close the TCP"));
}
