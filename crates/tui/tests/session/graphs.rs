//! What is drawn over time.

use std::sync::Arc;

use crossterm::event::KeyCode;
use netmonitor_core::series::{Figures, RATE, RowKey, TrackId};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;
use netmonitor_tui::{Effect, Input, Marks};

use crate::harness::{SETTINGS, Session};
use crate::world::{World, asked_after, engine};

/// Ticks of a process whose connection moves more and more, then nothing; for a while nobody looks.
fn busy(ticks: u64) -> Vec<Arc<Snapshot>> {
    let mut engine = engine();
    let seen = (0..ticks).filter(|seq| !(20..28).contains(seq));
    let moved = |seq: u64| (0..=seq.min(60)).map(|tick| tick % 12 * 100_000).sum();
    seen.map(|seq| engine.advance(&asked_after(seq, moved(seq)))).collect()
}

fn session(width: u16, height: u16, tab: &str) -> Session {
    let mut session = Session::new(width, height, SETTINGS());
    session.screen();
    session.type_text(tab);
    busy(70).into_iter().for_each(|snapshot| session.input(Input::Snapshot(snapshot)));
    session.screen();
    session
}

#[test]
fn graphs_of_the_process_and_of_its_connections() {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        for (tab, name) in [("0", "overview"), ("1", "tcp")] {
            let mut session = session(width, height, tab);
            insta::assert_snapshot!(format!("graph_{name}_{width}x{height}"), session.screen());
        }
    }
}

#[test]
fn graphs_of_blocks_and_of_plain_characters() {
    for marks in [Marks::Block, Marks::Ascii] {
        let mut settings = SETTINGS();
        settings.theme = settings.theme.with_marks(marks);
        let mut session = Session::new(110, 30, settings);
        session.screen();
        busy(70).into_iter().for_each(|snapshot| session.input(Input::Snapshot(snapshot)));
        insta::assert_snapshot!(format!("graph_{marks}_110x30"), session.screen());
    }
}

#[test]
fn a_key_shows_graphs_and_hides_them() {
    let mut session = session(80, 24, "1");
    let is_shown = |session: &mut Session| session.screen().contains("the last ");
    assert!(!is_shown(&mut session));
    session.press(KeyCode::Char('g'));
    assert!(is_shown(&mut session));
    // In every tab, for the rest of the session.
    session.press(KeyCode::Char('5'));
    assert!(is_shown(&mut session));
    session.press(KeyCode::Char('g'));
    assert!(!is_shown(&mut session));
    session.press(KeyCode::Char('0'));
    assert!(!is_shown(&mut session));
    // Where there is no room it is said.
    session.resize(80, 12);
    session.screen();
    session.press(KeyCode::Char('g'));
    assert!(session.last_line().contains("no room for graphs"), "{}", session.last_line());
}

#[test]
fn what_is_drawn_is_read_and_nothing_else() {
    let mut session = Session::showing(80, 24, &World::default().snapshots(2));
    session.screen();
    session.press(KeyCode::Char('5'));
    let plans = |session: &mut Session| {
        let effects = session.take_effects().into_iter();
        effects.filter_map(|effect| if let Effect::Plan(plan) = effect { Some(plan) } else { None }).collect()
    };
    let before: Vec<netmonitor_core::plan::Plan> = plans(&mut session);
    assert!(before.last().is_some_and(|plan| plan.drawn.is_none()), "{before:?}");
    session.press(KeyCode::Char('g'));
    let after = plans(&mut session);
    let plan = after.last().expect("another plan");
    assert_eq!(plan.drawn.and_then(|drawn| drawn.view), Some("stats"));
    assert!(plan.counting > before.last().map_or(plan.counting, |plan| plan.counting));
    session.press(KeyCode::Char('g'));
    assert_eq!(plans(&mut session).last(), before.last());
}

#[test]
fn a_row_keeps_its_figures_wherever_it_stands() {
    let snapshots = busy(20);
    let (view, last) = (views::find("tcp").unwrap(), snapshots.last().unwrap());
    let drawn = netmonitor_core::series::Drawn {
        view: Some("tcp"),
        scope: netmonitor_core::scope::Scope::Process,
        by: views::By::default(),
    };
    let figures = Figures::of(last, drawn);
    let tables = view.tables_on(last, drawn.scope, drawn.by);
    let track = TrackId::of(&tables[0].name, RATE);
    let keys = RowKey::columns(&tables[0]);
    let moved: Vec<f32> =
        (0..tables[0].len()).map(|row| figures.row(track, RowKey::of(&tables[0], &keys, row))).collect();
    // The last of 20 ticks moved 7 times 100,000 bytes, over one connection.
    assert_eq!(moved.iter().filter(|rate| **rate > 0.0).collect::<Vec<_>>(), [&700_000.0], "{moved:?}");
    assert!(moved.contains(&0.0), "{moved:?}");
    assert!(figures.row(TrackId::of("udp", RATE), RowKey::of(&tables[0], &keys, 0)).is_nan());
    let rtt = TrackId::of(&tables[0].name, "rtt_us");
    assert!((0..tables[0].len()).any(|row| figures.row(rtt, RowKey::of(&tables[0], &keys, row)) > 0.0));
}
