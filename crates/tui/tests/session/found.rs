//! What was found: the badge on every screen, the way to the row, acknowledging.

use std::sync::Arc;

use crossterm::event::KeyCode;
use netmonitor_core::detect;
use netmonitor_core::engine::Engine;
use netmonitor_core::plan::Plan;
use netmonitor_core::sample::Origin;
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{Effect, Input};

use crate::harness::{SETTINGS, Session};
use crate::world::{World, engine};

/// The engine as a session has it.
fn watching() -> Engine {
    let mut engine = engine();
    let mut plan = Plan::of(netmonitor_core::views::nine().iter().copied(), Scope::Process);
    plan.add(detect::needs(true), Scope::Process);
    engine.follow(&plan);
    engine
}

/// A tick in which so many connections were dropped so far.
fn tick(engine: &mut Engine, seq: u64, overflows: u64) -> Arc<Snapshot> {
    let mut sample = World::default().sample(seq);
    sample.parts.retain(|part| part.origin != Origin::net("netstat"));
    let text = format!("TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 0 {overflows}\n");
    sample.push(Origin::net("netstat"), text);
    engine.advance(&sample)
}

fn session(width: u16, height: u16, overflows: &[u64]) -> (Session, Engine) {
    let (mut session, mut engine) = (Session::new(width, height, SETTINGS()), watching());
    for (seq, overflows) in (0..).zip(overflows) {
        session.input(Input::Snapshot(tick(&mut engine, seq, *overflows)));
    }
    (session, engine)
}

#[test]
fn what_is_wrong_is_told_on_every_screen() {
    for (width, height) in [(80, 24), (120, 40), (200, 60), (40, 10)] {
        let (mut calm, _) = session(width, height, &[7, 7, 7]);
        assert!(!calm.screen().contains("critical"));
        let (mut session, _) = session(width, height, &[7, 7, 9]);
        for tab in ["1", "0", "5", "F"] {
            session.type_text(tab);
            assert!(session.screen().contains("! 1 critical"), "{width}×{height}: {}", session.screen());
        }
        insta::assert_snapshot!(format!("findings_{width}x{height}"), session.screen());
    }
}

#[test]
fn a_finding_leads_to_its_row_and_back() {
    let (mut session, mut engine) = session(120, 40, &[7, 7, 9]);
    session.type_text("F");
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("[5 stats]"), "{}", session.screen());
    session.input(Input::Snapshot(tick(&mut engine, 3, 9)));
    assert!(session.selected_row().starts_with("ListenOverflows"), "{}", session.selected_row());
    session.type_text("F");
    assert!(session.selected_row().starts_with("critical"), "{}", session.selected_row());
}

#[test]
fn what_was_acknowledged_is_quiet_until_it_gets_worse() {
    let (mut session, _) = session(120, 40, &[7, 7, 9]);
    session.type_text("!");
    assert!(session.last_line().starts_with("select a finding"), "{}", session.last_line());
    session.type_text("F!");
    assert!(session.last_line().contains("is quiet unless it gets worse"), "{}", session.last_line());
    assert!(!session.screen().contains("! 1 critical"), "{}", session.screen());
    session.type_text("!");
    assert!(session.screen().contains("! 1 critical"), "{}", session.screen());
}

#[test]
fn findings_are_looked_for_whatever_is_shown() {
    let (mut session, _) = session(80, 24, &[7]);
    session.take_effects();
    session.type_text("3");
    let effects = session.take_effects();
    let plan =
        effects.iter().find_map(|effect| if let Effect::Plan(plan) = effect { Some(plan) } else { None });
    let plan = plan.expect("another tab needs something else");
    assert!(plan.findings && plan.net.iter().any(|path| path == "netstat"));
    assert!(!plan.events, "to watch connections costs the whole machine something");
    session.type_text("F");
    let effects = session.take_effects();
    let watches = effects.iter().any(|effect| matches!(effect, Effect::Plan(plan) if plan.events));
    assert!(watches, "somebody looks");
}

#[test]
fn what_finds_something_is_explained() {
    let (mut session, _) = session(120, 40, &[7, 7, 9]);
    session.type_text("Fx");
    for said in ["finding:accept-queue-overflow: ", "critical · scope namespace", "reads     net/netstat"] {
        assert!(session.screen().contains(said), "{said}: {}", session.screen());
    }
    session.press(KeyCode::Esc);
    session.type_text(":explain finding:close-wait-l");
    assert!(session.screen().contains("finding:close-wait-leak"), "{}", session.screen());
    session.press(KeyCode::Tab);
    session.press(KeyCode::Enter);
    for said in ["finding:close-wait-leak: ", "close-wait-seconds = 60 seconds"] {
        assert!(session.screen().contains(said), "{said}: {}", session.screen());
    }
    session.press(KeyCode::Esc);
    session.type_text(":explain finding:close-wait-leek");
    session.press(KeyCode::Enter);
    assert!(session.last_line().contains("nearest: close-wait-leak"), "{}", session.last_line());
}

#[test]
fn thresholds_that_were_set_are_told() {
    let thresholds = detect::Thresholds::of([("close-wait-seconds", 7.0)]).unwrap();
    let mut session = Session::new(120, 40, netmonitor_tui::Settings { thresholds, ..SETTINGS() });
    session.input(Input::Snapshot(tick(&mut watching(), 0, 7)));
    session.type_text(":explain finding:close-wait-leak");
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("close-wait-seconds = 7 seconds as set"), "{}", session.screen());
}
