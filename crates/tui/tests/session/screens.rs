//! Screens as they look, at three sizes.
//!
//! The pictures lie in `snapshots/`. `INSTA_UPDATE=always cargo test -p netmonitor-tui` draws them anew;
//! look at each before it is committed.

use crossterm::event::{KeyCode, KeyModifiers};
use netmonitor_core::sample::Status;
use netmonitor_tui::{Input, Settings, Theme};
use ratatui::style::{Color, Modifier};

use crate::happenings;
use crate::harness::{SETTINGS, Session};
use crate::world::{World, asked, engine};

const SIZES: [(u16, u16); 3] = [(40, 10), (80, 24), (120, 40)];

/// Pictures of a scenario at all sizes.
fn picture(name: &str, settings: fn() -> Settings, play: fn(&mut Session)) {
    for (width, height) in SIZES {
        let mut session = Session::new(width, height, settings());
        session.terminal.draw(|frame| session.app.draw(frame)).unwrap();
        play(&mut session);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), session.screen());
    }
}

fn refreshed(session: &mut Session, world: &World) {
    for snapshot in world.snapshots(2) {
        session.input(Input::Snapshot(snapshot));
    }
}

fn usual(session: &mut Session) {
    refreshed(session, &World::default());
}

#[test]
fn introduction() {
    picture("intro", || Settings { skip_intro: Some(false), ..SETTINGS() }, usual);
}

#[test]
fn before_anything_was_read() {
    picture("start", SETTINGS, |_| {});
}

#[test]
fn tcp() {
    picture("tcp", SETTINGS, |session| {
        usual(session);
        session.press(KeyCode::Down);
    });
}

#[test]
fn tcp_of_the_namespace_and_columns_further_right() {
    picture("tcp_namespace", SETTINGS, |session| {
        usual(session);
        session.type_text("nnn");
        for _ in 0..5 {
            session.press_with(KeyModifiers::SHIFT, KeyCode::Right);
            session.screen();
        }
    });
}

#[test]
fn overview() {
    picture("overview", SETTINGS, |session| {
        let mut engine = engine();
        session.type_text("0");
        for seq in 0..2 {
            session.input(Input::Snapshot(engine.advance(&asked(seq))));
        }
    });
}

#[test]
fn every_other_tab() {
    for (tab, name) in
        ('2'..='9').zip(["udp", "arp", "traffic", "stats", "raw", "icmp", "routing", "analysis"])
    {
        let mut session = Session::new(80, 24, SETTINGS());
        usual(&mut session);
        session.type_text(&tab.to_string());
        insta::assert_snapshot!(format!("{name}_80x24"), session.screen());
    }
}

fn happened(session: &mut Session) {
    session.type_text(":events");
    session.press(KeyCode::Enter);
    for snapshot in happenings::snapshots() {
        session.input(Input::Snapshot(snapshot));
    }
}

#[test]
fn events() {
    picture("events", SETTINGS, happened);
}

#[test]
fn events_of_the_namespace_that_match() {
    picture("events_filtered", SETTINGS, |session| {
        happened(session);
        session.type_text("nnn/event:accepted");
        session.press(KeyCode::Enter);
    });
}

#[test]
fn events_without_the_privileges() {
    let mut session = Session::new(80, 24, SETTINGS());
    session.type_text(":events");
    session.press(KeyCode::Enter);
    session.input(Input::Snapshot(happenings::unwatched()));
    insta::assert_snapshot!("events_denied_80x24", session.screen());
}

#[test]
fn stats_scrolled() {
    picture("stats_scrolled", SETTINGS, |session| {
        usual(session);
        session.type_text("5");
        session.screen();
        session.press(KeyCode::PageDown);
        session.screen();
        session.press(KeyCode::PageDown);
    });
}

#[test]
fn help() {
    picture("help", SETTINGS, |session| {
        usual(session);
        session.type_text("?");
    });
}

#[test]
fn a_command_is_typed() {
    picture("command_line", SETTINGS, |session| {
        usual(session);
        session.type_text("s");
    });
}

#[test]
fn a_command_is_wrong() {
    picture("command_error", SETTINGS, |session| {
        usual(session);
        session.command("foo");
    });
}

#[test]
fn ended() {
    picture(
        "ended",
        || Settings { linger: true, ..SETTINGS() },
        |session| {
            usual(session);
            session.input(Input::ProcessEnded);
        },
    );
}

#[test]
fn paused() {
    picture("paused", SETTINGS, |session| {
        usual(session);
        session.type_text(" ");
    });
}

#[test]
fn descriptors_that_may_not_be_read() {
    picture("no_permission", SETTINGS, |session| {
        refreshed(session, &World { links: Status::Denied, ..World::default() });
    });
}

#[test]
fn another_program_in_another_namespace() {
    picture("exec", SETTINGS, |session| {
        let mut engine = engine();
        let world = World::default();
        session.input(Input::Snapshot(engine.advance(&world.sample(0))));
        let world = World { name: b"wget".to_vec(), stack: 150_000, ..world };
        session.input(Input::Snapshot(engine.advance(&world.sample(1))));
        let sample = world.sample_without(2, "stat/arp_cache", Status::Missing);
        session.input(Input::Snapshot(engine.advance(&sample)));
        session.type_text("3");
    });
}

#[test]
fn a_process_without_sockets() {
    picture("empty", SETTINGS, |session| {
        refreshed(session, &World { tcp: b"header\n".to_vec(), ..World::default() });
        session.type_text("6");
    });
}

#[test]
fn very_small_screens() {
    for (width, height) in [(20, 6), (10, 3), (12, 1), (1, 1)] {
        let mut session = Session::new(width, height, SETTINGS());
        usual(&mut session);
        insta::assert_snapshot!(format!("small_{width}x{height}"), session.screen());
    }
}

/// Colours and marks of a screen: one letter a cell.
fn looks(session: &mut Session) -> Vec<(Color, Color, Modifier)> {
    let cells = session.buffer().content.iter();
    cells.map(|cell| (cell.fg, cell.bg, cell.modifier)).collect()
}

#[test]
fn themes_have_the_colours_that_they_say() {
    for (name, _) in Theme::all() {
        let theme = Theme::named(name).unwrap();
        let mut session = Session::new(120, 40, Settings { theme, linger: true, ..SETTINGS() });
        refreshed(&mut session, &World { links: Status::Denied, ..World::default() });
        for keys in ["1", "4", "9", " ", "?"] {
            session.type_text(keys);
            for (fg, bg, _) in looks(&mut session) {
                assert!(!matches!(fg, Color::Rgb(..)));
                let is_many = matches!((fg, bg), (Color::Indexed(_), _) | (_, Color::Indexed(_)));
                assert!(!is_many || ["dark", "light"].contains(&name), "{name}: {fg} on {bg}");
                assert!(name != "none" || (fg, bg) == (Color::Reset, Color::Reset));
            }
        }
        session.press(KeyCode::Esc);
        session.input(Input::ProcessEnded);
        assert!(session.screen().contains("ENDED"), "a word says it, too");
    }
}

#[test]
fn the_selected_row_and_tab_are_marked_without_colour() {
    let mut session = Session::new(80, 24, Settings { theme: Theme::named("none").unwrap(), ..SETTINGS() });
    usual(&mut session);
    assert!(session.selected_row().starts_with("127.0.0.1"));
    assert!(session.screen().contains("[1 tcp]"));
}
