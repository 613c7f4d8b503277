//! Filters that are typed, orders and columns that are chosen, and the cursor that stays on its row.

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyModifiers};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{Effect, Input, Settings};
use ratatui::style::Modifier;

use crate::harness::{SETTINGS, Session};
use crate::world::{TCP, World, engine};

fn namespace(width: u16, height: u16) -> Session {
    let settings = Settings { scope: netmonitor_core::scope::Scope::Namespace, ..SETTINGS() };
    let mut session = Session::new(width, height, settings);
    for snapshot in World::default().snapshots(2) {
        session.input(Input::Snapshot(snapshot));
    }
    session
}

/// The first words of the rows of the first table.
fn rows(session: &mut Session) -> Vec<String> {
    let screen = session.screen();
    let lines = screen.lines().skip_while(|line| !line.contains("9 analysis")).skip(3);
    let rows = lines.take_while(|line| !line.trim().is_empty());
    rows.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect()
}

fn heading(session: &mut Session) -> String {
    let screen = session.screen();
    let mut lines = screen.lines().skip_while(|line| !line.contains("9 analysis"));
    let is_graph =
        |line: &str| line.contains("sent and received: ") || line.trim_matches(['┤', ' ']).is_empty();
    lines.find(|line| !line.contains("9 analysis") && !is_graph(line)).unwrap_or_default().trim().to_owned()
}

#[test]
fn a_filter_is_applied_while_it_is_typed() {
    let mut session = namespace(120, 24);
    assert_eq!(rows(&mut session).len(), 6);
    session.type_text("/state");
    assert_eq!(rows(&mut session).len(), 6, "it may become a column");
    session.type_text(":ESTAB");
    assert!(session.screen().contains("no row matches: / changes the filter, Esc takes it back"));
    session.type_text("LISHED");
    assert_eq!(rows(&mut session).len(), 3);
    assert!(session.last_line().starts_with("/state:ESTABLISHED"));
    assert!(heading(&mut session).contains("3 of 6 rows match · filter: state:ESTABLISHED"));
    // What cannot be understood leaves the rows as they are.
    session.type_text(" local_port>");
    assert_eq!(rows(&mut session).len(), 3);
    session.type_text("41395");
    assert_eq!(rows(&mut session), ["192.168.0.10 41396", "2001:db8::1 50000"]);
    session.press(KeyCode::Enter);
    assert_eq!(rows(&mut session).len(), 2);
    assert!(session.last_line().contains("command"), "{}", session.last_line());
    // Of this tab only, and it is kept.
    session.type_text("2");
    assert!(!session.screen().contains("filter:"));
    session.type_text("1");
    assert!(heading(&mut session).contains("filter: state:ESTABLISHED × local_port>41395 ×"));
    session.press(KeyCode::Esc);
    assert_eq!(rows(&mut session).len(), 6);
    session.press(KeyCode::Esc);
    assert!(session.last_line().contains("nothing lies over this tab"));
}

#[test]
fn a_filter_is_edited_left_and_emptied() {
    let mut session = namespace(120, 24);
    session.type_text("/LISTEN");
    session.press(KeyCode::Enter);
    assert_eq!(rows(&mut session).len(), 2);
    session.type_text("/");
    assert!(session.last_line().starts_with("/LISTEN"), "the filter is there to be changed");
    session.ctrl('u');
    session.type_text("TIME_WAIT");
    assert_eq!(rows(&mut session).len(), 1);
    session.press(KeyCode::Esc);
    assert!(heading(&mut session).contains("filter: LISTEN"), "it is what it was before");
    session.type_text("/");
    session.ctrl('u');
    session.press(KeyCode::Enter);
    assert_eq!(rows(&mut session).len(), 6);
    assert!(!session.screen().contains("filter:"));
    // Filters have lines of their own before them, commands have others.
    session.command("set 9");
    session.type_text("/");
    session.press(KeyCode::Up);
    assert!(session.last_line().starts_with("/LISTEN"), "{}", session.last_line());
    assert_eq!(rows(&mut session).len(), 2);
    session.press(KeyCode::Down);
    session.press(KeyCode::Backspace);
    assert_eq!(rows(&mut session).len(), 6);
    session.input(Input::Terminal(Event::Paste("/state:LISTEN\n".to_owned())));
    assert!(!session.last_line().starts_with('/'), "nothing is typed: nothing is pasted");
    session.type_text("/");
    session.input(Input::Terminal(Event::Paste("state:LISTEN\n".to_owned())));
    assert_eq!(rows(&mut session).len(), 2);
}

#[test]
fn what_is_wrong_with_a_filter_is_marked() {
    let mut session = namespace(120, 24);
    session.type_text("/LISTEN foo:1");
    assert!(session.last_line().contains("no column `foo`"), "{}", session.last_line());
    let marked = |session: &mut Session| {
        let buffer = session.buffer();
        let width = usize::from(buffer.area.width);
        let last = buffer.content.chunks(width).last().unwrap();
        let is_marked = |x: &usize| last[*x].modifier.contains(Modifier::REVERSED | Modifier::UNDERLINED);
        (0..width).filter(is_marked).collect::<Vec<_>>()
    };
    assert_eq!(marked(&mut session), [8, 9, 10]);
    session.press(KeyCode::Enter);
    assert!(session.last_line().starts_with("/LISTEN foo:1"), "it stays to be put right");
    session.ctrl('u');
    assert!(marked(&mut session).is_empty());
    session.type_text("state:");
    assert_eq!(marked(&mut session), [7], "something is missing there");
    session.type_text("LISTEN");
    assert!(marked(&mut session).is_empty());
    session.resize(12, 8);
    session.type_text(&" or (state:".repeat(9));
    session.buffer();
    session.press(KeyCode::Home);
    session.buffer();
    session.press(KeyCode::Esc);
    session.resize(120, 24);
    assert_eq!(rows(&mut session).len(), 6);
}

#[test]
fn names_of_columns_are_offered_and_completed() {
    let mut session = namespace(120, 24);
    session.type_text("/");
    assert!(session.last_line().contains("state:LISTEN"), "{}", session.last_line());
    session.type_text("not remote_");
    let screen = session.screen();
    assert!(screen.contains("remote_address  ") && screen.contains("remote_port  "), "{screen}");
    session.type_text("p");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with("/not remote_port"));
    session.type_text(":443");
    assert_eq!(rows(&mut session).len(), 3);
}

#[test]
fn of_the_tables_of_a_tab_those_without_the_column_say_so() {
    let mut session = namespace(120, 40);
    session.type_text("3/device:eth0");
    session.press(KeyCode::Enter);
    let screen = session.screen();
    assert!(screen.contains("2 of 2 rows match"), "{screen}");
    assert!(screen.contains("none: no column `device` in this table"), "{screen}");
    session.command("filter nowhere:1");
    assert!(session.last_line().starts_with("/nowhere:1   no column `nowhere`"), "{}", session.last_line());
}

#[test]
fn rows_are_sorted_by_a_column_from_the_list() {
    let mut session = namespace(120, 24);
    let before = rows(&mut session);
    session.type_text("o");
    assert!(session.screen().contains("sort tcp by"), "{}", session.screen());
    session.type_text("tx_q");
    session.press(KeyCode::Enter);
    assert_eq!(rows(&mut session)[0], "192.168.0.10 41396", "what is counted comes with the most first");
    assert!(session.screen().contains("tx queue↓"));
    session.type_text("O");
    assert_eq!(rows(&mut session)[5], "192.168.0.10 41396");
    assert!(session.screen().contains("tx queue↑"));
    session.type_text("o");
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("tx queue↓"), "the column is chosen that there is");
    session.type_text("oremote_address");
    session.press(KeyCode::Enter);
    assert_eq!(rows(&mut session)[0], before[0], "0.0.0.0 is the first of all addresses");
    session.type_text("o");
    session.press(KeyCode::Home);
    session.press(KeyCode::Enter);
    assert_eq!(rows(&mut session), before);
    session.type_text("O");
    assert!(session.last_line().contains("tcp is not sorted"), "{}", session.last_line());
    session.command("sort state,local_port:desc");
    assert_eq!(rows(&mut session)[0], "2001:db8::1 50000");
    session.command("sort state:up");
    assert!(session.last_line().contains("`up` is no order"), "{}", session.last_line());
    session.command("sort");
    assert_eq!(rows(&mut session), before);
}

#[test]
fn columns_are_chosen_from_the_list_and_kept() {
    let mut session = namespace(200, 40);
    session.type_text("c");
    let screen = session.screen();
    assert!(screen.contains("columns of tcp: 11 of 159") && screen.contains("[x] local_address"), "{screen}");
    session.type_text("inode");
    assert!(session.screen().contains("> [ ] inode"));
    session.type_text(" ");
    assert!(session.screen().contains("> [x] inode"));
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("owners             inode"), "{}", session.screen());
    session.type_text("21");
    assert!(session.screen().contains("owners             inode"));
    session.type_text("c*");
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("fastopen"));
    session.type_text("c");
    session.press(KeyCode::Backspace);
    session.press(KeyCode::Esc);
    assert!(!session.screen().contains("fastopen") && !session.screen().contains("inode"));
    session.command("columns inode,state");
    assert!(session.screen().contains(" inode  state\n"), "{}", session.screen());
    session.command("columns inode,stat");
    assert!(session.last_line().contains("no column `stat`"));
    session.command("columns -owners");
    assert!(session.screen().contains("retrans") && !session.screen().contains("owners"));
    session.command("columns");
    assert!(session.screen().contains("retrans  owners"), "{}", session.screen());
    // The last one stays.
    session.command("columns state");
    session.type_text("cstate ");
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("ESTABLISHED"));
}

#[test]
fn a_filter_that_is_typed_before_anything_is_there_is_kept() {
    let mut session = Session::new(120, 40, SETTINGS());
    session.type_text("/state:LISTEN");
    session.press(KeyCode::Enter);
    session.input(Input::Snapshot(World::default().snapshot(2)));
    assert!(heading(&mut session).contains("filter: state:LISTEN"), "{}", session.screen());
}

#[test]
fn what_is_not_shown_is_there() {
    let mut session = namespace(120, 40);
    session.command("columns state");
    session.command("filter inode:102");
    assert!(heading(&mut session).contains("1 of 6 rows match"));
    session.press(KeyCode::Enter);
    let cells = session.screen();
    assert!(cells.contains("remote_address") && cells.contains("93.184.216.34"), "{cells}");
    session.press(KeyCode::Esc);
    session.type_text("x");
    assert!(session.screen().contains("remote_port"));
    let mut session = namespace(120, 40);
    session.type_text("5");
    session.command("columns value");
    session.type_text("x");
    assert!(session.screen().contains("TcpExt.SyncookiesSent"), "{}", session.screen());
}

fn tcp_without(inode: &str) -> Vec<u8> {
    let lines = TCP.lines().filter(|line| !line.contains(&format!(" {inode} ")));
    lines.map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}

#[test]
fn the_cursor_stays_on_its_row_when_rows_come_go_and_move() {
    let mut engine = engine();
    let mut snapshot = |world: &World, seq| engine.advance(&world.sample(seq));
    let mut session = namespace(120, 24);
    session.input(Input::Snapshot(snapshot(&World { tcp: tcp_without("101"), ..World::default() }, 0)));
    for _ in 0..3 {
        session.press(KeyCode::Down);
    }
    let row = session.selected_row();
    assert!(row.starts_with("192.168.0.10   41396"), "{row}");
    // A row appears before it.
    session.input(Input::Snapshot(snapshot(&World::default(), 1)));
    assert_eq!(session.selected_row(), row);
    session.command("sort tx_queue:desc");
    assert!(session.selected_row().starts_with("192.168.0.10   41396"));
    assert_eq!(rows(&mut session)[0], "192.168.0.10 41396");
    session.type_text("O");
    assert!(session.selected_row().starts_with("192.168.0.10   41396"));
    // The same queue, but that of others has grown.
    let grown =
        String::from_utf8(TCP.into()).unwrap().replace("01 00000000:00000000 02", "01 00009999:00000000 02");
    session.input(Input::Snapshot(snapshot(&World { tcp: grown.into_bytes(), ..World::default() }, 2)));
    assert_eq!(rows(&mut session)[5], "192.168.0.10 41394");
    assert!(session.selected_row().starts_with("192.168.0.10   41396"));
    session.type_text("/ESTABLISHED");
    session.press(KeyCode::Enter);
    assert!(session.selected_row().starts_with("192.168.0.10   41396"));
    session.press(KeyCode::Esc);
    assert!(session.selected_row().starts_with("192.168.0.10   41396"));
    session.type_text("n");
    assert!(session.selected_row().starts_with("192.168.0.10   41396"), "{}", session.screen());
    // It is gone: the cursor stays where it was.
    session.input(Input::Snapshot(snapshot(&World { tcp: tcp_without("102"), ..World::default() }, 3)));
    assert!(!session.selected_row().is_empty() && !session.selected_row().contains("41396"));
}

#[test]
fn who_looks_at_the_first_row_sees_the_first_row() {
    let mut engine = engine();
    let mut snapshot = |world: &World, seq| engine.advance(&world.sample(seq));
    let mut session = namespace(120, 24);
    session.input(Input::Snapshot(snapshot(&World::default(), 0)));
    session.command("sort tx_queue:desc");
    assert!(session.selected_row().contains("41396"));
    let grown =
        String::from_utf8(TCP.into()).unwrap().replace("01 00000000:00000000 02", "01 00009999:00000000 02");
    let grown = World { tcp: grown.into_bytes(), ..World::default() };
    session.input(Input::Snapshot(snapshot(&grown, 1)));
    assert!(session.selected_row().contains("41394"), "{}", session.screen());
    session.press(KeyCode::Down);
    session.press(KeyCode::Up);
    session.input(Input::Snapshot(snapshot(&World::default(), 2)));
    assert!(session.selected_row().contains("41394"), "it was chosen");
    session.press(KeyCode::Home);
    session.input(Input::Snapshot(snapshot(&grown, 3)));
    session.input(Input::Snapshot(snapshot(&World::default(), 4)));
    assert!(session.selected_row().contains("41396"));
}

#[test]
fn equal_rows_stay_in_their_order_from_tick_to_tick() {
    let mut session = namespace(120, 24);
    session.command("sort state:desc");
    let first = rows(&mut session);
    for snapshot in World::default().snapshots(3) {
        session.input(Input::Snapshot(snapshot));
        assert_eq!(rows(&mut session), first);
    }
}

#[test]
fn what_is_shown_is_told_and_what_was_prepared_is_used() {
    let mut session = namespace(120, 24);
    session.take_effects();
    session.press(KeyCode::Down);
    assert_eq!(session.take_effects(), [], "there is nothing to arrange");
    session.command("sort local_port:desc");
    let effects = session.take_effects();
    let [Effect::Arrange(shown), Effect::Remember(_)] = &effects[..] else { panic!("{effects:?}") };
    assert!(!shown.is_plain());
    let snapshot: Arc<Snapshot> = World::default().snapshot(3);
    session.input(Input::Arranged(Arc::new(shown.arrange(&snapshot))));
    let first = rows(&mut session);
    session.input(Input::Snapshot(snapshot.clone()));
    assert_eq!(rows(&mut session), first);
    // Prepared for another order: not used.
    let old = Arc::new(shown.arrange(&snapshot));
    session.type_text("O");
    session.input(Input::Arranged(old));
    session.input(Input::Snapshot(snapshot));
    assert_eq!(
        rows(&mut session)[0],
        rows(&mut session).iter().min_by_key(|row| port(row)).cloned().unwrap()
    );
    session.take_effects();
    session.command("sort");
    let effects = session.take_effects();
    assert!(
        matches!(&effects[..], [Effect::Arrange(shown), Effect::Remember(_)] if shown.is_plain()),
        "{effects:?}"
    );
}

fn port(row: &str) -> u16 {
    row.split_whitespace().nth(1).and_then(|port| port.parse().ok()).unwrap()
}

#[test]
fn counters_and_a_filter_go_together() {
    let mut session = namespace(120, 40);
    session.type_text("4");
    session.command("filter interface:eth*");
    assert!(heading(&mut session).contains("1 of 2 rows match"), "{}", session.screen());
    for _ in 0..4 {
        session.type_text("m");
    }
    assert!(heading(&mut session).contains("moved only"));
    session.command("filter interface:lo");
    let screen = session.screen();
    assert!(
        screen.contains("0 of 1 rows match, 1 of 2 have moved") && screen.contains("no row matches"),
        "{screen}"
    );
}

#[test]
fn files_are_found_and_opened() {
    let mut session = namespace(120, 24);
    session.type_text("/LISTEN");
    session.press(KeyCode::Enter);
    session.type_text("w");
    assert!(!session.screen().contains("filter:"), "the text has a filter of its own");
    session.type_text("/0A00A8C0");
    session.press(KeyCode::Enter);
    session.press(KeyCode::Esc);
    assert!(heading(&mut session).contains("filter: LISTEN"));
}

#[test]
fn screens_of_a_filter_and_of_the_lists() {
    for (width, height) in [(40, 10), (80, 24), (120, 40)] {
        let mut session = namespace(width, height);
        session.type_text("/ESTABLISHED");
        session.press(KeyCode::Enter);
        session.command("sort tx_queue:desc");
        session.type_text("/");
        session.type_text(" stat:x");
        insta::assert_snapshot!(format!("filter_{width}x{height}"), session.screen());
        session.press(KeyCode::Esc);
        session.type_text("o");
        insta::assert_snapshot!(format!("sort_list_{width}x{height}"), session.screen());
        session.press(KeyCode::Esc);
        session.type_text("cque");
        session.press_with(KeyModifiers::NONE, KeyCode::Char(' '));
        insta::assert_snapshot!(format!("column_list_{width}x{height}"), session.screen());
    }
}

#[test]
fn the_usual_columns_of_sockets_fit_on_120_columns() {
    let mut session = Session::showing(120, 24, &World::default().snapshots(2));
    for tab in ["1", "2"] {
        session.type_text(tab);
        let screen = session.screen();
        assert!(screen.contains(" user") && !screen.contains('›'), "{screen}");
    }
}
