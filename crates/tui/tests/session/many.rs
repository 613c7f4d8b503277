//! Many rows: a key is answered before they are gone through.

use std::fmt::Write;
use std::sync::Arc;

use crossterm::event::KeyCode;
use netmonitor_core::engine::Engine;
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{Effect, Input, Settings};

use crate::harness::{SETTINGS, Session};
use crate::world::{World, engine};

const ROWS: usize = 11_000;

fn world() -> World {
    let mut tcp = String::from("  sl  local_address rem_address\n");
    for row in 0..ROWS {
        let state = if row % 2 == 0 { "0A" } else { "01" };
        writeln!(
            tcp,
            "{row:4}: 0100007F:{:04X} 0200007F:0050 {state} 00000000:00000000 00:00000000 00000000  1000        0 {} 1 0 20 4 30 10 -1",
            1024 + row,
            1000 + row
        )
        .unwrap();
    }
    World { tcp: tcp.into_bytes(), only: vec!["tcp"], ..World::default() }
}

fn next(engine: &mut Engine, world: &World, seq: u64) -> Arc<Snapshot> {
    engine.advance(&world.sample(seq))
}

#[test]
fn what_is_typed_is_seen_before_rows_are_filtered_by_it() {
    let (world, mut engine) = (world(), engine());
    let mut session =
        Session::new(110, 30, Settings { scope: Scope::Namespace, skip_intro: Some(true), ..SETTINGS() });
    for seq in 0..2 {
        session.input(Input::Snapshot(next(&mut engine, &world, seq)));
    }
    session.type_text("/state:LISTEN");
    assert!(session.app.has_more_to_do());
    let screen = session.screen();
    assert!(screen.contains("/state:LISTEN") && screen.contains(&format!("{ROWS} rows")), "{screen}");
    session.take_effects();
    let effects = session.app.do_more();
    assert!(!session.app.has_more_to_do());
    assert!(session.screen().contains(&format!("{} of {ROWS} rows match", ROWS / 2)), "{}", session.screen());
    // Whoever reads is told how rows are shown now.
    let told = effects.into_iter().find_map(|effect| match effect {
        Effect::Arrange(shown) => Some(shown),
        _ => None,
    });
    let shown = told.expect("it is told");
    // A tick that was not arranged so is left out, the next one that was is shown.
    let before = session.app.snapshot().cloned().unwrap();
    session.input(Input::Snapshot(next(&mut engine, &world, 2)));
    assert!(Arc::ptr_eq(session.app.snapshot().unwrap(), &before));
    let later = next(&mut engine, &world, 3);
    session.input(Input::Arranged(Arc::new(shown.arrange(&later))));
    session.input(Input::Snapshot(later.clone()));
    assert!(Arc::ptr_eq(session.app.snapshot().unwrap(), &later));
    // What is left without being applied leaves nothing to be done.
    session.type_text(" x");
    session.press(KeyCode::Esc);
    session.app.do_more();
    assert!(session.screen().contains(&format!("{ROWS} rows")), "{}", session.screen());
}
