//! Names from outside do nothing to a terminal.

use netmonitor_tui::Input;

use crate::harness::Session;
use crate::world::{World, engine};

const ESCAPES: &[u8] = b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae";

#[test]
fn names_with_escape_sequences_are_shown_as_what_they_are() {
    let before = World { stack: 1_000, ..World::default() };
    let world =
        World { name: ESCAPES.to_vec(), interface: ESCAPES.to_vec(), stack: 2_000, ..World::default() };
    for (width, height) in [(40, 10), (80, 24), (200, 60), (7, 5)] {
        let mut engine = engine();
        let mut session = Session::new(width, height, crate::harness::SETTINGS());
        session.input(Input::Snapshot(engine.advance(&before.sample(0))));
        session.input(Input::Snapshot(engine.advance(&world.sample(1))));
        for tab in '1'..='9' {
            session.type_text(&tab.to_string());
            for cell in &session.buffer().content {
                let harmful = cell.symbol().chars().find(|c| c.is_control() || *c == '\u{202e}');
                assert_eq!(harmful, None, "tab {tab} at {width}×{height}");
            }
        }
        if width >= 80 {
            session.type_text("4");
            assert!(session.screen().contains(r"\u{1b}]0;owned"));
        }
    }
}
