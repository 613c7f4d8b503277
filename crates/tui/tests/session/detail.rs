//! Everything about a row: what is told, and that it follows its row.

use crossterm::event::KeyCode;
use netmonitor_core::sample::{Machine, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_tui::{Effect, Input, Settings};

use crate::harness::{SETTINGS, Session};
use crate::world::{World, engine};

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

fn namespace(width: u16, height: u16) -> Session {
    let mut session = Session::new(width, height, Settings { scope: Scope::Namespace, ..SETTINGS() });
    for snapshot in World::default().snapshots(2) {
        session.input(Input::Snapshot(snapshot));
    }
    session
}

/// All lines of what lies over the tab.
fn whole(session: &mut Session) -> String {
    session.resize(160, 200);
    session.screen()
}

#[test]
fn screens_of_a_connection_an_interface_a_counter_a_route_and_a_neighbour() {
    for (width, height) in SIZES {
        let mut session = namespace(width, height);
        session.type_text("/ESTABLISHED");
        session.press(KeyCode::Enter);
        session.press(KeyCode::Enter);
        insta::assert_snapshot!(format!("connection_{width}x{height}"), session.screen());
        session.press(KeyCode::Esc);
        for (tab, name) in [("4", "interface"), ("5", "counter"), ("8", "route"), ("3", "neighbour")] {
            session.type_text(tab);
            session.press(KeyCode::Enter);
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), session.screen());
            session.press(KeyCode::Esc);
        }
    }
}

/// A listening socket and both ends of a connection with it, the number of bytes in whose queue is given.
fn both_ends(queue: u32) -> Sample {
    let mut sample = Sample::default();
    sample.moment.boottime = u64::from(queue) * 1_000_000_000;
    sample.push(
        Origin::process("stat"),
        b"7 (talker) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n".to_vec(),
    );
    sample.push(Origin::process("ns/net"), *b"net:[50]");
    sample.push(Origin::Links(7), *b"ns/net net:[50]\nfd/3 socket:[10]\n");
    sample.push(Origin::Links(8), *b"ns/net net:[50]\nfd/3 socket:[20]\n");
    let row = |local: &str, remote: &str, queue: u32, inode: u32| {
        format!(
            "0: {local} {remote} 01 {queue:08X}:00000000 00:00000000 00000000 0 0 {inode} 1 0 20 4 30 10 -1\n"
        )
    };
    let (one, other) = ("0100007F:1F90", "0100007F:C350");
    let rows = [row(one, other, queue, 10), row(other, one, 7, 20)].concat();
    sample.push(Origin::net("tcp"), format!("header\n{rows}"));
    sample.push(Origin::net("tcp6"), *b"header\n");
    sample
}

#[test]
fn the_other_end_is_found_where_it_is_on_this_machine_and_a_row_is_followed() {
    let mut engine = netmonitor_core::engine::Engine::watching(Machine::default(), 7);
    let mut session = Session::new(160, 60, Settings { scope: Scope::Namespace, ..SETTINGS() });
    session.input(Input::Snapshot(engine.advance(&both_ends(5))));
    session.type_text("D");
    let screen = session.screen();
    let other = screen.split("The other end").nth(1).unwrap_or_else(|| panic!("{screen}"));
    let line = |name: &str| other.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(line("process").contains(" 8 "), "{screen}");
    assert!(line("state").contains("ESTABLISHED") && line("tx queue").contains(" 7 "), "{screen}");
    assert!(screen.contains("ESTABLISHED: Both ends may send"), "{screen}");
    // It is told anew with each moment...
    session.input(Input::Snapshot(engine.advance(&both_ends(6))));
    let tx_queue =
        |screen: &str| screen.lines().find(|line| line.contains("tx_queue")).unwrap_or_default().to_owned();
    assert!(tx_queue(&session.screen()).contains(" 6 "), "{}", session.screen());
    // ...and stays as it was when it is no more.
    let mut last = both_ends(7);
    for part in last.parts.iter_mut().filter(|part| part.origin == Origin::net("tcp")) {
        part.bytes = b"header\n".to_vec();
    }
    session.input(Input::Snapshot(engine.advance(&last)));
    let screen = session.screen();
    assert!(screen.contains("is no more; as it was at") && tx_queue(&screen).contains(" 6 "), "{screen}");
}

#[test]
fn what_belongs_to_an_interface_is_read_while_it_is_open() {
    let mut session = namespace(120, 40);
    session.type_text("4");
    session.take_effects();
    session.type_text("D");
    let wanted = session.take_effects().into_iter().find_map(|effect| match effect {
        Effect::Plan(plan) => Some(plan),
        _ => None,
    });
    let dumps: Vec<_> =
        wanted.expect("there is more to be read").dumps.iter().map(|dump| dump.name).collect();
    for name in ["rtnetlink/addr", "rtnetlink/route", "rtnetlink/neigh"] {
        assert!(dumps.contains(&name), "{name} {dumps:?}");
    }
    session.press(KeyCode::Esc);
    let effects = session.take_effects();
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Plan(plan) if plan.dumps.len() < dumps.len()))
    );
}

#[test]
fn hostile_names_are_harmless_in_it() {
    let name = "\x1b]0;own\x07\u{202e}gpj\u{200b}".repeat(200);
    let mut sample = both_ends(5);
    let stat = format!("7 ({name}) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n");
    sample.parts[0].bytes = stat.into_bytes();
    sample.push(Origin::HostNames, format!("127.0.0.1 name {name}\n").into_bytes());
    sample.push(Origin::Networks, format!("127.0.0.1\t{name}\t1\t{name}\n").into_bytes());
    sample.push(Origin::Services, format!("{name} 50000/tcp\n").into_bytes());
    let mut engine = engine();
    let mut session = Session::new(160, 60, Settings { scope: Scope::Namespace, ..SETTINGS() });
    session.input(Input::Snapshot(engine.advance(&sample)));
    for keys in ["", "D", "K"] {
        session.type_text(keys);
        let screen = session.screen();
        assert!(!screen.contains(['\x1b', '\x07', '\u{202e}', '\u{200b}']), "{screen:?}");
    }
    session.press(KeyCode::Esc);
    session.type_text("D");
    let screen = whole(&mut session);
    assert!(screen.contains("\\u{202e}") && screen.contains("\\u{1b}"), "{screen}");
}
