//! Properties of the table of actions.

use std::sync::Arc;

use crossterm::event::{Event, KeyEvent};
use netmonitor_core::engine::Engine;
use netmonitor_core::interval::Interval;
use netmonitor_core::sample::{Machine, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, CounterMode};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::app::Settings;
use crate::bindings::Bindings;
use crate::event::Input;

fn snapshot() -> Arc<Snapshot> {
    let machine = Machine::default();
    let mut sample = Sample::default();
    let row = |inode| {
        format!("0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 {inode} 1 0\n")
    };
    sample.push(Origin::net("tcp"), format!("header\n{}", (1..=100).map(row).collect::<String>()));
    Engine::new(machine).advance(&sample)
}

fn settings() -> Settings {
    Settings {
        interval: Interval::default(),
        scope: Scope::Namespace,
        counters: Some(CounterMode::All),
        by: netmonitor_core::views::By::default(),
        top: false,
        skip_intro: Some(true),
        linger: false,
        keeps: false,
        theme: crate::Theme::named("ansi").unwrap(),
        bindings: Bindings::default(),
        thresholds: Default::default(),
        wire: false,
        resolve: false,
        own: false,
        permitted: crate::Permitted { nothing: None, closes: true, signals_all: true, uid: 0 },
        mouse: false,
        memory: crate::memory::Memory::default(),
        remembers: true,
    }
}

/// A session in a mode, in the middle of everything, so that every action has something to do.
fn session(mode: Mode, paused: bool) -> (App, Terminal<TestBackend>) {
    let mut app = App::new(Settings { skip_intro: Some(mode != Mode::Intro), ..settings() });
    app.start();
    app.update(Input::Snapshot(snapshot()));
    app.tab = 4;
    app.select(views::FIRST);
    match mode {
        Mode::Intro | Mode::Tab => {}
        Mode::Overlay => app.open_help(),
        Mode::List => app.open_tabs(),
        Mode::SortList => app.open_columns(Purpose::Sort),
        Mode::ColumnList => app.open_columns(Purpose::Show),
        Mode::ActList => app.open_acts(),
        Mode::Confirm => {
            app.open_acts();
            app.choose_act();
        }
        Mode::FilterLine => {
            for line in ["LISTEN", "state:LISTEN"] {
                app.set_filter(line);
            }
            app.open_filter();
            app.edit(|line| line.set("sta"));
            app.edit(|line| {
                line.recall_before();
                line.left();
            });
        }
        Mode::CommandLine => {
            for line in ["udp", "raw"] {
                app.open_command_line(line);
                app.line.take();
            }
            app.open_command_line("t");
            app.line.recall_before();
            app.line.left();
        }
    }
    if let Some(search) = app.search() {
        search.push('r');
        search.chosen = 1;
    }
    let mut terminal = Terminal::new(TestBackend::new(60, 12)).expect("a test terminal has no errors");
    let mut draw = |app: &mut App| {
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    };
    draw(&mut app);
    app.go(Move::PageDown);
    app.panes[views::FIRST].columns_right();
    draw(&mut app);
    app.paused = paused;
    (app, terminal)
}

/// All that an action can change.
fn fingerprint(app: &App) -> String {
    let pane = &app.panes[app.tab];
    let place = (
        (app.tab, app.file.is_some(), app.counters.word()),
        pane.cursor,
        pane.first_column,
        app.overlay.as_ref().map(|overlay| (overlay.top, format!("{:?}", overlay.content))),
    );
    let lines = [&app.line, &app.filter_line].map(|line| (line.text(), line.before_cursor()));
    let typed = (app.typing, lines, app.completion.typed(&app.line), &pane.filter, &app.choices);
    format!("{:?} {place:?} {typed:?} {} {} {:?}", app.state, app.paused, app.settings.scope, app.message)
}

fn pressed(key: Key) -> Input {
    let (modifiers, code) = match key {
        Key::Press(modifiers, code) => (modifiers, code),
        Key::Character | Key::Any => (crossterm::event::KeyModifiers::NONE, KeyCode::Char('x')),
    };
    Input::Terminal(Event::Key(KeyEvent::new(code, modifiers)))
}

#[test]
fn no_key_is_bound_twice_in_one_mode() {
    for mode in Mode::ALL {
        let mut bound: Vec<(Key, &str)> = Vec::new();
        for action in ALL.iter().filter(|action| action.modes.contains(mode)) {
            for key in action.keys {
                let other = bound.iter().find(|(known, _)| known == key);
                assert!(other.is_none(), "{key} is both {} and {other:?} in {mode:?}", action.name);
                bound.push((*key, action.name));
            }
        }
    }
}

#[test]
fn names_are_unique_and_every_action_has_all_its_parts() {
    for action in ALL {
        assert_eq!(ALL.iter().filter(|other| other.name == action.name).count(), 1, "{}", action.name);
        assert!(!action.doc.is_empty() && !action.keys.is_empty() && !action.modes.is_empty());
    }
}

#[test]
fn every_action_does_something_with_each_of_its_keys() {
    for action in ALL {
        for (mode, key) in
            action.modes.iter().flat_map(|mode| action.keys.iter().map(move |key| (*mode, *key)))
        {
            let did_something = [false, true].into_iter().any(|paused| {
                let (mut app, _) = session(mode, paused);
                // The selected tab is no choice: begin elsewhere.
                let here = key == Key::char('1');
                if here {
                    app.select(3);
                }
                let before = fingerprint(&app);
                let effects = app.update(pressed(key));
                fingerprint(&app) != before || !effects.is_empty()
            });
            assert!(did_something, "{} by {key} in {mode:?}", action.name);
        }
    }
}

#[test]
fn a_key_of_its_own_goes_before_any_key() {
    let bindings = Bindings::default();
    let name = |mode, key| bindings.find(mode, key).map(|action| action.name);
    assert_eq!(name(Mode::Intro, Key::char('q')), Some("quit"));
    assert_eq!(name(Mode::Intro, Key::char('t')), Some("go-on"));
    assert_eq!(name(Mode::Intro, Key::ctrl('d')), Some("quit-now"));
    assert_eq!(name(Mode::CommandLine, Key::char('q')), Some("type"));
    assert_eq!(name(Mode::CommandLine, Key::ctrl('c')), Some("quit-now"));
    assert_eq!(name(Mode::Tab, Key::char('z')), None);
}
