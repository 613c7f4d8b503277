//! The loop: what is drawn when, and what is performed.

use std::io;
use std::sync::mpsc;

use crossterm::event::{KeyCode, KeyModifiers};
use netmonitor_tui::{App, Effect, Input, run};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::harness::{SETTINGS, key};
use crate::world::World;

/// Runs a session on inputs that are all there before it begins; gives what was performed, and how many
/// frames were drawn.
fn run_on(inputs: Vec<Input>) -> (App, Vec<Effect>, usize) {
    let (app, performed, mut terminal) = run_in(inputs);
    let drawn = terminal.get_frame().count();
    (app, performed, drawn)
}

fn run_in(inputs: Vec<Input>) -> (App, Vec<Effect>, Terminal<TestBackend>) {
    let (sender, receiver) = mpsc::channel();
    inputs.into_iter().for_each(|input| sender.send(input).unwrap());
    drop(sender);
    let mut app = App::new(SETTINGS());
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut performed = Vec::new();
    run(&mut terminal, &mut app, &receiver, &mut |effect, terminal| {
        if effect == Effect::Redraw {
            netmonitor_tui::clear(terminal)?;
        }
        performed.push(effect);
        Ok(())
    })
    .unwrap();
    (app, performed, terminal)
}

#[test]
fn a_flood_costs_one_drawing_and_only_the_last_snapshot_is_taken() {
    let snapshots = World::default().snapshots(50);
    let last = snapshots.last().unwrap().clone();
    let mut inputs: Vec<Input> = snapshots.into_iter().map(Input::Snapshot).collect();
    for _ in 0..50 {
        inputs.push(key(KeyModifiers::NONE, KeyCode::Down));
    }
    let (app, performed, drawn) = run_on(inputs);
    assert_eq!(drawn, 2, "the first frame, and one for the flood");
    assert!(std::sync::Arc::ptr_eq(app.snapshot().unwrap(), &last));
    let (taken, plans): (Vec<_>, Vec<_>) = performed.iter().partition(|effect| **effect == Effect::Taken);
    assert_eq!(plans.len(), 2, "the first plan, and the one after the first snapshot");
    assert_eq!(taken.len(), 1, "one word for those that nobody needs any more");
}

#[test]
fn nothing_is_drawn_for_what_changes_nothing() {
    let unbound = || key(KeyModifiers::ALT, KeyCode::Char('x'));
    let (_, performed, drawn) = run_on(vec![unbound(), unbound()]);
    assert_eq!((performed.len(), drawn), (1, 1));
}

#[test]
fn what_comes_behind_the_end_is_left_alone() {
    let inputs = vec![key(KeyModifiers::CONTROL, KeyCode::Char('d')), key(KeyModifiers::NONE, KeyCode::F(5))];
    let (app, performed, _) = run_on(inputs);
    assert!(app.is_over());
    assert!(!performed.contains(&Effect::Refresh));
}

#[test]
fn redraw_draws_all_again() {
    let (_, performed, mut terminal) = run_in(vec![Input::Resized]);
    assert!(performed.contains(&Effect::Redraw));
    assert_eq!(terminal.get_frame().count(), 2);
    let screen = terminal.backend().to_string();
    assert!(screen.contains("[1 tcp]") && screen.contains("netmonitor"), "{screen}");
}

#[test]
fn an_error_of_the_world_ends_the_loop() {
    let (sender, receiver) = mpsc::channel();
    sender.send(key(KeyModifiers::CONTROL, KeyCode::Char('z'))).unwrap();
    let mut app = App::new(SETTINGS());
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let result = run(&mut terminal, &mut app, &receiver, &mut |effect, _| match effect {
        Effect::Suspend => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        _ => Ok(()),
    });
    assert_eq!(result.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}
