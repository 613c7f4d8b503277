//! The session's states, as far as a terminal is concerned, and what each wants to be read.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use netmonitor_core::detect;
use netmonitor_core::plan::{Owners, Plan};
use netmonitor_core::scope::Scope;
use netmonitor_core::session::State;
use netmonitor_core::views;
use netmonitor_tui::{Effect, Input, Memo, Memory, Settings};

use crate::harness::{SETTINGS, Session};
use crate::world::World;

fn plan_of(tab: &str, scope: Scope) -> Effect {
    Effect::Plan(judged(Plan::of([views::find(tab).unwrap()], scope), scope))
}

/// With what is looked for whatever is shown.
fn judged(mut plan: Plan, scope: Scope) -> Plan {
    plan.add(detect::needs(false), scope);
    plan.owners = plan.owners.max(Owners::Family);
    plan
}

fn introduced() -> Session {
    Session::new(80, 24, Settings { skip_intro: Some(false), ..SETTINGS() })
}

#[test]
fn the_introduction_is_left_by_any_key() {
    for code in
        [KeyCode::Char('x'), KeyCode::Char('2'), KeyCode::Enter, KeyCode::Esc, KeyCode::Up, KeyCode::F(5)]
    {
        let mut session = introduced();
        assert_eq!(session.app.state(), State::NoSelection);
        assert!(session.screen().contains("press any key"));
        session.press(code);
        assert_eq!(session.app.state(), State::TabSelected, "{code:?}");
        assert!(session.screen().contains("[1 tcp]"));
    }
}

#[test]
fn what_is_no_key_leaves_the_introduction() {
    let mut session = introduced();
    let released = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
    session.input(Input::Terminal(Event::Key(released)));
    session.input(Input::Terminal(Event::FocusGained));
    session.resize(90, 20);
    session.input(Input::Snapshot(World::default().snapshot(1)));
    session.ctrl('l');
    assert_eq!(session.app.state(), State::NoSelection);
}

#[test]
fn the_introduction_can_be_left_out() {
    assert_eq!(Session::new(80, 24, SETTINGS()).app.state(), State::TabSelected);
}

#[test]
fn values_that_came_meanwhile_are_shown_at_once() {
    let mut session = introduced();
    session.input(Input::Snapshot(World::default().snapshot(1)));
    assert_eq!(session.app.state(), State::NoSelection);
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("ESTABLISHED"));
}

#[test]
fn new_values_refresh_and_a_tab_is_selected() {
    let snapshots = World::default().snapshots(3);
    let mut session = Session::showing(80, 24, &snapshots[..1]);
    assert_eq!(session.app.state(), State::Refreshing);
    session.input(Input::Snapshot(snapshots[1].clone()));
    assert_eq!(session.app.state(), State::Refreshing);
    session.type_text("3");
    assert_eq!(session.app.state(), State::TabSelected);
    session.input(Input::Snapshot(snapshots[2].clone()));
    assert_eq!(session.app.state(), State::Refreshing);
}

#[test]
fn ctrl_d_and_ctrl_c_end_in_every_mode() {
    type Enter = fn(&mut Session);
    let modes: [(&str, Enter); 8] = [
        ("tab", |_| {}),
        ("command line", |session| session.type_text(":set 6")),
        ("command line by its first letter", |session| session.type_text("tc")),
        ("help", |session| session.type_text("?")),
        ("paused", |session| session.type_text(" ")),
        ("error", |session| session.command("foo")),
        ("command line over help", |session| session.type_text("?:tc")),
        ("nothing read", |session| session.resize(1, 1)),
    ];
    for letter in ['d', 'c'] {
        for (name, enter) in modes {
            let mut session = Session::showing(80, 24, &World::default().snapshots(1));
            enter(&mut session);
            session.screen();
            assert!(!session.app.is_over());
            session.ctrl(letter);
            assert_eq!(session.app.state(), State::Terminated, "Ctrl-{letter} in {name}");
            assert!(session.app.is_over());
        }
        let mut session = introduced();
        session.ctrl(letter);
        assert_eq!(session.app.state(), State::Terminated, "Ctrl-{letter} in the introduction");
        let mut session = Session::new(80, 24, Settings { linger: true, ..SETTINGS() });
        session.input(Input::ProcessEnded);
        session.ctrl(letter);
        assert!(session.app.is_over(), "Ctrl-{letter} when ended");
    }
}

#[test]
fn q_ends_unless_it_is_typed() {
    for mode in ["", "?", " "] {
        let mut session = Session::showing(80, 24, &World::default().snapshots(1));
        session.type_text(mode);
        session.type_text("q");
        assert!(session.app.is_over(), "{mode:?}");
    }
    let mut session = introduced();
    session.type_text("q");
    assert!(session.app.is_over());
    let mut session = Session::showing(80, 24, &World::default().snapshots(1));
    session.type_text(":q");
    assert!(!session.app.is_over());
    assert!(session.last_line().starts_with(":q"));
    session.command("");
    session.command("quit");
    assert!(session.app.is_over());
}

#[test]
fn a_signal_ends() {
    let mut session = Session::showing(80, 24, &World::default().snapshots(1));
    session.type_text(":tc");
    session.input(Input::Quit);
    assert_eq!(session.app.state(), State::Terminated);
    assert!(session.app.is_over());
}

#[test]
fn the_end_of_the_process_ends_the_session() {
    let mut session = Session::showing(80, 24, &World::default().snapshots(1));
    session.input(Input::ProcessEnded);
    assert_eq!(session.app.state(), State::Exited);
    assert!(session.app.is_over());
    assert!(session.app.snapshot().is_some(), "for a closing report");
    let mut session = introduced();
    session.input(Input::ProcessEnded);
    assert!(session.app.is_over());
}

#[test]
fn with_linger_the_last_view_stays_until_the_user_quits() {
    let world = World::default();
    let mut session = Session::new(80, 24, Settings { linger: true, ..SETTINGS() });
    session.input(Input::Snapshot(world.snapshot(1)));
    session.input(Input::ProcessEnded);
    session.take_effects();
    assert!(!session.app.is_over());
    assert!(session.screen().contains("ENDED"));
    session.type_text("4");
    session.press(KeyCode::Down);
    assert!(session.screen().contains("[4 traffic]"));
    assert!(session.selected_row().starts_with("eth0"));
    session.type_text(" ");
    assert!(session.last_line().contains("has ended"));
    session.press(KeyCode::F(5));
    assert!(session.last_line().contains("has ended"));
    assert_eq!(session.take_effects(), [], "nothing is read any more");
    let shown = session.screen();
    session.input(Input::Snapshot(world.snapshot(3)));
    assert!(!session.app.needs_draw());
    assert_eq!(session.screen(), shown);
    assert_eq!(session.app.state(), State::Exited);
    session.type_text("q");
    assert_eq!(session.app.state(), State::Terminated);
}

#[test]
fn a_process_that_ends_at_once_leaves_what_was_read() {
    let mut session = Session::new(80, 24, Settings { linger: true, skip_intro: Some(false), ..SETTINGS() });
    session.input(Input::ProcessEnded);
    assert!(session.screen().contains("ended before anything was read"));
    session.input(Input::Snapshot(World::default().snapshot(1)));
    assert!(session.screen().contains("ESTABLISHED"));
}

#[test]
fn the_first_tick_reads_everything_and_then_only_what_is_seen() {
    let mut session = introduced();
    let tcp = views::find("tcp").unwrap();
    let first = judged(Plan::of([tcp], Scope::Process), Scope::Process).with_first_readings();
    assert_eq!(session.take_effects(), [Effect::Plan(first)]);
    session.press(KeyCode::Enter);
    assert_eq!(session.take_effects(), []);
    session.input(Input::Snapshot(World::default().snapshot(1)));
    assert_eq!(session.take_effects(), [plan_of("tcp", Scope::Process)]);
    session.input(Input::Snapshot(World::default().snapshot(2)));
    assert_eq!(session.take_effects(), []);
    session.type_text("2");
    assert_eq!(session.take_effects(), [plan_of("udp", Scope::Process)]);
    session.type_text("2");
    assert_eq!(session.take_effects(), []);
    session.type_text("nnn");
    let scopes = [Scope::Tree, Scope::Cgroup, Scope::Namespace];
    assert_eq!(session.take_effects(), scopes.map(|scope| plan_of("udp", scope)));
}

#[test]
fn a_tab_is_drawn_at_once_with_its_age() {
    let world = World::default();
    let mut engine = crate::world::engine();
    let mut session = Session::new(100, 24, SETTINGS());
    session.input(Input::Snapshot(engine.advance(&world.sample(0))));
    let tcp = World { only: vec!["tcp", "tcp6"], ..world };
    session.input(Input::Snapshot(engine.advance(&tcp.sample(34))));
    session.type_text("4");
    let screen = session.screen();
    assert!(screen.contains("eth0") && screen.contains("read 30 s ago"), "{screen}");
}

#[test]
fn a_tab_that_was_never_read_says_so() {
    let world = World { only: vec!["tcp", "tcp6"], ..World::default() };
    let mut session = Session::showing(80, 24, &world.snapshots(1));
    session.type_text("4");
    let screen = session.screen();
    assert!(screen.contains("reading…") && !screen.contains("not read"), "{screen}");
}

#[test]
fn pause_freezes_and_reads_nothing() {
    let snapshots = World::default().snapshots(3);
    let mut session = Session::showing(80, 24, &snapshots[..1]);
    session.take_effects();
    session.type_text(" ");
    assert_eq!(session.take_effects(), [Effect::Pause(true)]);
    let shown = session.screen();
    assert!(shown.contains("PAUSED"));
    session.input(Input::Snapshot(snapshots[1].clone()));
    assert!(!session.app.needs_draw());
    assert_eq!(session.screen(), shown);
    session.press(KeyCode::F(5));
    assert_eq!(session.take_effects(), []);
    assert!(session.last_line().contains("Space goes on"));
    session.type_text("4");
    assert_eq!(session.take_effects(), [], "nothing is read while time stands still");
    assert!(session.screen().contains("eth0"), "but what is there is shown");
    session.type_text("L");
    assert_eq!(session.take_effects(), [plan_of("traffic", Scope::Process), Effect::Pause(false)]);
    session.input(Input::Snapshot(snapshots[2].clone()));
    assert!(!session.screen().contains("PAUSED"));
    session.type_text("L");
    assert_eq!(session.take_effects(), []);
    session.type_text("  ");
    assert_eq!(session.take_effects(), [Effect::Pause(true), Effect::Pause(false)]);
}

#[test]
fn keys_that_want_something_of_the_world() {
    let mut session = Session::showing(80, 24, &World::default().snapshots(1));
    session.take_effects();
    session.ctrl('z');
    session.ctrl('l');
    session.press(KeyCode::F(5));
    session.ctrl('r');
    assert_eq!(session.take_effects(), [Effect::Suspend, Effect::Redraw, Effect::Refresh, Effect::Refresh]);
    session.screen();
    assert!(!session.app.needs_draw());
    session.input(Input::Resumed);
    assert_eq!(session.take_effects(), [Effect::Reenter]);
    assert!(session.app.needs_draw());
    session.screen();
    session.input(Input::Resized);
    assert_eq!(session.take_effects(), [Effect::Redraw]);
    assert!(session.app.needs_draw());
}

#[test]
fn who_is_new_is_told_one_thing_at_a_time() {
    let mut session = introduced();
    let snapshots = World::default().snapshots(30);
    session.input(Input::Snapshot(snapshots[0].clone()));
    assert!(session.screen().contains("n: and not show this again"), "{}", session.screen());
    session.press(KeyCode::Enter);
    session.input(Input::Snapshot(snapshots[1].clone()));
    assert!(session.last_line().starts_with("hint: ↓ and ↑ choose a row"), "{}", session.last_line());
    session.press(KeyCode::Down);
    assert!(session.last_line().contains("? help"), "{}", session.last_line());
    session.input(Input::Snapshot(snapshots[2].clone()));
    assert!(session.last_line().contains("? help"), "not again at once: {}", session.last_line());
    session.type_text("5");
    session.input(Input::Snapshot(snapshots[29].clone()));
    assert!(session.last_line().starts_with("hint: "), "{}", session.last_line());
}

#[test]
fn the_introduction_is_left_for_good() {
    let remembering = || Settings { remembers: true, skip_intro: None, ..SETTINGS() };
    let mut session = Session::new(80, 24, remembering());
    session.input(Input::Snapshot(World::default().snapshot(1)));
    session.take_effects();
    session.type_text("n");
    assert!(session.take_effects().contains(&Effect::Remember(Memo::SkipIntro)));
    assert!(session.screen().contains("[1 tcp]"), "{}", session.screen());
    let memory =
        Memory { skip_intro: true, commands: vec!["filter state:LISTEN".to_owned()], ..Memory::default() };
    let mut session = Session::new(80, 24, Settings { memory: memory.clone(), ..remembering() });
    session.input(Input::Snapshot(World::default().snapshot(1)));
    assert!(session.screen().contains("[1 tcp]"));
    session.type_text(":");
    session.press(KeyCode::Up);
    assert!(session.last_line().starts_with(":filter state:LISTEN"), "{}", session.last_line());
    session.press(KeyCode::Enter);
    let typed = Effect::Remember(Memo::Command("filter state:LISTEN".to_owned()));
    assert!(session.effects.contains(&typed));
    let asked = Settings { memory, skip_intro: Some(false), ..remembering() };
    let mut session = Session::new(80, 24, asked);
    session.input(Input::Snapshot(World::default().snapshot(1)));
    assert!(session.screen().contains("press any key"), "asked for, it is shown");
}
