//! Tables: totals, columns that stay, rows that come and go, what is copied, offered and remembered.

use crossterm::event::{KeyCode, KeyModifiers};
use netmonitor_core::scope::Scope;
use netmonitor_tui::{Effect, Input, Memo, Memory, Settings};
use ratatui::style::Modifier;

use crate::harness::{SETTINGS, Session};
use crate::world::{TCP, World, engine};

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

fn namespace(width: u16, height: u16) -> Session {
    let settings = Settings { scope: Scope::Namespace, ..SETTINGS() };
    let mut session = Session::new(width, height, settings);
    for snapshot in World::default().snapshots(2) {
        session.input(Input::Snapshot(snapshot));
    }
    session.take_effects();
    session
}

fn without(inode: &str) -> World {
    let lines = TCP.lines().filter(|line| !line.contains(&format!(" {inode} ")));
    World { tcp: lines.map(|line| format!("{line}\n")).collect::<String>().into_bytes(), ..World::default() }
}

/// A world of so many connections, the one after the other.
fn many(rows: u32) -> World {
    let header = TCP.lines().next().unwrap();
    let row = |row: u32| {
        let (port, inode) = (1024 + row, 10_000 + row);
        format!(
            "{row:4}: 0100007F:{port:04X} 0200007F:0050 01 00000002:00000001 00:00000000 00000000  1000        0 {inode} 1 0\n"
        )
    };
    let rows: String = (0..rows).map(row).collect();
    World { tcp: format!("{header}\n{rows}").into_bytes(), ..World::default() }
}

/// Lines of the screen that hold a text.
fn lines(session: &mut Session, text: &str) -> Vec<String> {
    session.screen().lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}

#[test]
fn what_can_be_added_up_is() {
    let mut session = namespace(120, 40);
    session.type_text("T");
    let totals = lines(&mut session, "Σ");
    // What waits in queues; ports have no sum, nor have round-trip times.
    let words: Vec<&str> = totals[0].split_whitespace().collect();
    assert_eq!(words, ["Σ", "6", "rows", "288", "0", "2"], "{}", session.screen());
    session.command("filter state:ESTABLISHED");
    assert!(lines(&mut session, "Σ")[0].trim().starts_with("Σ 3 of 6 rows match"));
    // Different counters have no sum.
    session.type_text("5");
    assert!(lines(&mut session, "Σ").is_empty(), "{}", session.screen());
    session.type_text("4");
    let totals = lines(&mut session, "Σ").remove(0);
    assert!(totals.contains("4305000") || totals.contains("4155000"), "{}", session.screen());
    session.type_text("1");
    session.press(KeyCode::Esc);
    session.press(KeyCode::End);
    assert!(session.selected_row().contains("50000"), "the cursor does not stand on totals");
    session.type_text("T");
    assert!(lines(&mut session, "Σ").is_empty());
}

#[test]
fn totals_are_seen_where_rows_go_on_below() {
    let world = many(120);
    let mut session = Session::new(80, 24, Settings { scope: Scope::Namespace, ..SETTINGS() });
    session.input(Input::Snapshot(world.snapshot(1)));
    session.type_text("T");
    let screen = session.screen();
    let last = screen.lines().rev().nth(1).unwrap();
    assert!(last.trim().starts_with("Σ 122 rows"), "{screen}");
    for code in [KeyCode::PageDown, KeyCode::End, KeyCode::Up, KeyCode::PageUp, KeyCode::Home] {
        session.press(code);
        let screen = session.screen();
        assert_eq!(screen.matches('Σ').count(), 1, "{screen}");
        assert!(!session.selected_row().is_empty() && !session.selected_row().contains('Σ'), "{screen}");
    }
}

#[test]
fn what_tells_rows_apart_stays_where_columns_are_scrolled() {
    let mut session = namespace(120, 24);
    session.command("columns *");
    session.screen();
    for _ in 0..9 {
        session.press_with(KeyModifiers::SHIFT, KeyCode::Right);
        session.screen();
    }
    let header = lines(&mut session, "local address").remove(0);
    let titles = header.find("local address").zip(header.find("remote address")).zip(header.find('‹'));
    let ((local, remote), mark) = titles.unwrap_or_else(|| panic!("{header}"));
    assert!(local < remote && remote < mark, "{header}");
    assert!(!header.contains("state"), "{header}");
    // Where there is no room for them, the first one.
    session.resize(40, 24);
    let header = lines(&mut session, "local address").remove(0);
    assert!(header.contains('‹') && !header.contains("remote address"), "{header}");
}

#[test]
fn rows_that_come_and_go_are_marked_for_a_second() {
    let mut engine = engine();
    let mut session = Session::new(120, 24, SETTINGS());
    let mut tick = |session: &mut Session, world: &World, seq| {
        session.input(Input::Snapshot(engine.advance(&world.sample(seq))));
        session.screen()
    };
    let marked = |screen: &str, mark: &str| -> Vec<String> {
        let found = screen.lines().filter(|line| line.starts_with(mark));
        found.map(str::to_owned).collect()
    };
    let screen = tick(&mut session, &without("101"), 0);
    assert!(marked(&screen, "+").is_empty(), "at first all are there: {screen}");
    tick(&mut session, &without("101"), 1);
    let screen = tick(&mut session, &World::default(), 2);
    let new = marked(&screen, "+");
    assert!(new.len() == 1 && new[0].contains("41394"), "{screen}");
    // Neither a filter nor an order nor another tab brings or takes rows away.
    session.command("sort local_port:desc");
    assert_eq!(marked(&session.screen(), "+").len(), 1);
    session.command("sort");
    session.type_text("21");
    assert_eq!(marked(&session.screen(), "+").len(), 1);
    session.command("filter ESTABLISHED");
    session.press(KeyCode::Esc);
    assert_eq!(marked(&session.screen(), "+").len(), 1);
    // What was asked for by the last change of tabs comes with it.
    let screen = tick(&mut session, &World::default(), 3);
    assert!(marked(&screen, "+").is_empty(), "{screen}");
    let screen = tick(&mut session, &without("102"), 4);
    let gone = marked(&screen, "-");
    assert!(gone.len() == 1 && gone[0].contains("41396") && gone[0].contains("288"), "{screen}");
    assert!(screen.contains("3 of 5 sockets held"), "it is not one of the rows: {screen}");
    // It stands where it stood, and is struck out.
    let y = screen.lines().position(|line| line.starts_with('-')).unwrap();
    let above = screen.lines().nth(y - 1).unwrap();
    assert!(above.contains("41394"), "{screen}");
    let buffer = session.buffer();
    assert!(buffer[(3, y as u16)].modifier.contains(Modifier::CROSSED_OUT));
    // The cursor goes by it.
    session.press(KeyCode::End);
    session.press(KeyCode::Home);
    for _ in 0..2 {
        session.press(KeyCode::Down);
    }
    assert!(!session.selected_row().contains("41396"), "{}", session.screen());
    let screen = tick(&mut session, &without("102"), 5);
    assert!(marked(&screen, "-").is_empty() && !screen.contains("41396"), "{screen}");
}

#[test]
fn marks_last_a_second_however_short_the_ticks_are() {
    let mut engine = engine();
    let mut session = Session::new(120, 24, SETTINGS());
    let mut tick = |session: &mut Session, world: &World, tenths: u64| {
        let mut sample = world.sample(tenths);
        sample.moment.boottime = 100_000_000_000 + tenths * 100_000_000;
        session.input(Input::Snapshot(engine.advance(&sample)));
        let screen = session.screen();
        (screen.lines().any(|line| line.starts_with('+')), screen.lines().any(|line| line.starts_with('-')))
    };
    assert_eq!(tick(&mut session, &without("101"), 0), (false, false));
    assert_eq!(tick(&mut session, &without("101"), 1), (false, false));
    assert_eq!(tick(&mut session, &World::default(), 2), (true, false));
    assert_eq!(tick(&mut session, &without("102"), 5), (true, true));
    assert_eq!(tick(&mut session, &without("102"), 10), (true, true));
    assert_eq!(tick(&mut session, &without("102"), 11), (false, true));
    assert_eq!(tick(&mut session, &without("102"), 14), (false, false));
    // Where time goes back there is nothing left of what is to come.
    tick(&mut session, &World::default(), 15);
    assert_eq!(tick(&mut session, &World::default(), 3), (false, false));
}

#[test]
fn what_another_tab_reads_anew_has_not_appeared() {
    let mut engine = engine();
    let mut session = Session::new(120, 24, SETTINGS());
    for seq in 0..2 {
        session.input(Input::Snapshot(engine.advance(&World::default().sample(seq))));
    }
    session.type_text("3");
    // Meanwhile only what the tab needs is read; the tables of the other one are of long ago.
    let only = World { only: vec!["arp"], ..World::default() };
    for seq in 2..5 {
        session.input(Input::Snapshot(engine.advance(&only.sample(seq))));
    }
    session.type_text("1");
    session.input(Input::Snapshot(engine.advance(&without("101").sample(5))));
    let screen = session.screen();
    assert!(!screen.lines().any(|line| line.starts_with(['+', '-'])), "{screen}");
}

#[test]
fn rows_and_tables_are_copied() {
    let mut session = namespace(120, 24);
    session.press(KeyCode::Down);
    session.type_text("y");
    let effects = session.take_effects();
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    let row = session.selected_row();
    assert!(text.contains('\t') && !text.contains('\n'), "{text:?}");
    assert_eq!(
        text.split('\t').flat_map(str::split_whitespace).collect::<Vec<_>>(),
        row.split_whitespace().collect::<Vec<_>>()
    );
    assert!(session.last_line().contains("clipboard"), "{}", session.last_line());
    session.command("filter state:LISTEN");
    session.command("columns local_address,local_port,state");
    session.take_effects();
    session.type_text("Y");
    let effects = session.take_effects();
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("at,local_address,local_port,state"));
    assert_eq!(lines.next(), Some("2001-09-09T01:46:41.000Z,127.0.0.1,8080,LISTEN"));
    assert_eq!((lines.count(), session.last_line().contains("2 of 6 rows match")), (1, true));
    session.command("filter nothing");
    session.take_effects();
    session.type_text("y");
    assert_eq!(session.take_effects(), []);
}

#[test]
fn a_table_too_large_for_a_clipboard_goes_to_a_file() {
    let world = many(2000);
    let mut session = Session::new(120, 24, Settings { scope: Scope::Namespace, ..SETTINGS() });
    session.input(Input::Snapshot(world.snapshot(1)));
    session.take_effects();
    session.type_text("Y");
    assert_eq!(session.take_effects(), []);
    assert!(session.last_line().contains(":save FILE"), "{}", session.last_line());
    session.command("save /tmp/x y.csv");
    let effects = session.take_effects();
    let [Effect::Save(save)] = &effects[..] else { panic!("{effects:?}") };
    // What is saved is what was shown, whatever comes later.
    session.input(Input::Snapshot(World::default().snapshot(2)));
    let mut out = Vec::new();
    assert_eq!((save.write(&mut out).unwrap(), save.file.as_str()), (2002, "/tmp/x y.csv"));
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 2003);
    session.input(Input::Said(Err("not saved: \u{1b}[2J".into())));
    assert!(session.last_line().contains(r"not saved: \u{1b}[2J"), "{}", session.last_line());
    session.command("save");
    assert!(session.last_line().contains("usage: save <file>"));
}

#[test]
fn names_from_outside_are_copied_harmless() {
    let world = World { interface: b"\x1b]52;c;eA==\x07".to_vec(), ..World::default() };
    let mut session = Session::showing(120, 24, &world.snapshots(2));
    session.type_text("4");
    session.press(KeyCode::Down);
    session.take_effects();
    session.type_text("yY");
    for effect in session.take_effects() {
        let Effect::Copy(text) = effect else { panic!("{effect:?}") };
        let is_harmful = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n');
        assert!(text.contains(r"\u{1b}]52") && !text.contains(is_harmful), "{text:?}");
    }
}

#[test]
fn values_of_a_column_are_offered_by_how_often_they_are_there() {
    let mut session = namespace(120, 24);
    session.type_text("/state:");
    let screen = session.screen();
    let of = |value: &str| {
        screen.lines().position(|line| line.contains(&format!("{value} ")) && line.contains(" row"))
    };
    assert!(of("ESTABLISHED") < of("LISTEN") && of("LISTEN") < of("TIME_WAIT"), "{screen}");
    assert!(screen.contains("3 rows") && screen.contains("1 row"), "{screen}");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with("/state:ESTABLISHED"));
    assert!(session.screen().contains("3 of 6 rows match"));
    session.press(KeyCode::Tab);
    assert!(
        session.last_line().starts_with("/state:LISTEN") && session.screen().contains("2 of 6 rows match")
    );
    session.press(KeyCode::BackTab);
    session.press(KeyCode::BackTab);
    assert!(session.last_line().starts_with("/state:TIME_WAIT"), "{}", session.last_line());
    session.ctrl('u');
    session.type_text("/state:wai");
    session.press(KeyCode::Backspace);
    session.ctrl('u');
    session.type_text("state!=LISTEN,wai");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with("/state!=LISTEN,TIME_WAIT"), "{}", session.last_line());
    assert!(session.screen().contains("3 of 6 rows match"));
    session.ctrl('u');
    session.type_text("remote_address:4.");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with("/remote_address:4.3.2.1"), "{}", session.last_line());
    // Nothing to offer, nothing to take.
    session.ctrl('u');
    session.type_text("nowhere:");
    session.press(KeyCode::Tab);
    session.press(KeyCode::BackTab);
    assert!(session.last_line().starts_with("/nowhere: "), "{}", session.last_line());
}

#[test]
fn values_that_mean_more_are_offered_in_quotes() {
    let world = World { interface: b"a b\"\x1b".to_vec(), ..World::default() };
    let mut session = Session::showing(120, 24, &world.snapshots(2));
    session.type_text("4/interface:a");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(r#"/interface:"a b\"\\u{1b}""#), "{}", session.last_line());
    assert!(session.screen().contains("1 of 2 rows match"), "{}", session.screen());
}

#[test]
fn columns_order_and_totals_are_remembered() {
    let mut session = namespace(200, 40);
    session.type_text("cinode ");
    session.press(KeyCode::Enter);
    session.command("sort local_port:desc");
    session.type_text("T");
    let memos: Vec<Memo> = session
        .take_effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Remember(memo) => Some(memo),
            _ => None,
        })
        .collect();
    let Some(Memo::Table { name, sort: Some(sort), columns: Some(columns) }) = memos.get(1) else {
        panic!("{memos:?}")
    };
    assert_eq!(
        (name.as_str(), sort.as_str(), memos.get(2)),
        ("tcp", "local_port:desc", Some(&Memo::Totals(true)))
    );
    assert!(columns.ends_with(",inode"), "{columns}");
    let shown = session.screen();
    let memory = Memory {
        tables: vec![(name.clone(), Some(sort.clone()), Some(columns.clone()))],
        totals: true,
        said: None,
        ..Memory::default()
    };
    let mut next = Session::new(200, 40, Settings { scope: Scope::Namespace, memory, ..SETTINGS() });
    for snapshot in World::default().snapshots(2) {
        next.input(Input::Snapshot(snapshot));
    }
    assert_eq!(
        next.screen().lines().skip(7).take(12).collect::<Vec<_>>(),
        shown.lines().skip(7).take(12).collect::<Vec<_>>()
    );
    assert!(!next.take_effects().iter().any(|effect| matches!(effect, Effect::Remember(_))));
    next.command("sort");
    next.command("columns");
    let last = next.take_effects().pop();
    assert!(
        matches!(last, Some(Effect::Remember(Memo::Table { sort: None, columns: None, .. }))),
        "{last:?}"
    );
}

#[test]
fn nothing_is_remembered_where_it_is_not_to_be() {
    let mut session = Session::new(120, 24, Settings { remembers: false, ..SETTINGS() });
    session.input(Input::Snapshot(World::default().snapshot(1)));
    session.command("columns state");
    session.type_text("T");
    assert!(!session.take_effects().iter().any(|effect| matches!(effect, Effect::Remember(_))));
    assert!(!session.screen().contains("local address"));
}

#[test]
fn why_nothing_is_remembered_is_said_once() {
    let memory = Memory { said: Some("nothing is remembered: it is broken".into()), ..Memory::default() };
    let mut session = Session::new(120, 24, Settings { memory, ..SETTINGS() });
    session.input(Input::Snapshot(World::default().snapshot(1)));
    assert!(session.last_line().contains("it is broken"), "{}", session.last_line());
    session.press(KeyCode::Down);
    assert!(!session.last_line().contains("it is broken"));
}

#[test]
fn screens_of_tables() {
    for (width, height) in SIZES {
        let mut engine = engine();
        let mut session = Session::new(width, height, Settings { scope: Scope::Namespace, ..SETTINGS() });
        session.input(Input::Snapshot(engine.advance(&without("101").sample(0))));
        session.screen();
        // What is drawn over time is read from then on.
        for seq in 1..3 {
            session.input(Input::Snapshot(engine.advance(&without("101").sample(seq))));
        }
        session.type_text("T");
        session.command("filter local_address:192.168.0.10,127.0.0.1 not state:CLOSE");
        session.screen();
        session.input(Input::Snapshot(engine.advance(&without("102").sample(3))));
        insta::assert_snapshot!(format!("tables_{width}x{height}"), session.screen());
        session.type_text("/ state:");
        session.press(KeyCode::Tab);
        insta::assert_snapshot!(format!("offers_{width}x{height}"), session.screen());
    }
}
