//! What the mouse does.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEventKind};
use netmonitor_core::scope::Scope;
use netmonitor_tui::{Input, Settings};

use crate::harness::{SETTINGS, Session};
use crate::world::World;

fn namespace(width: u16, height: u16) -> Session {
    let settings = Settings { scope: Scope::Namespace, ..SETTINGS() };
    let mut session = Session::new(width, height, settings);
    for snapshot in World::default().snapshots(2) {
        session.input(Input::Snapshot(snapshot));
    }
    session.screen();
    session
}

fn click(session: &mut Session, text: &str) {
    let place = session.find(text);
    session.click(place, 0);
}

#[test]
fn tabs_are_shown_where_they_are_clicked() {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut session = namespace(width, height);
        for (number, heading) in [("4", "traffic"), ("0", "overview"), ("9", "analysis"), ("1", "tcp")] {
            let screen = session.screen();
            let is_bar = |line: &&str| line.contains('8') && line.contains('9') && line.contains(']');
            match screen.lines().zip(0..).find(|(line, _)| is_bar(line)) {
                Some((line, y)) => session.click((line.find(number).unwrap() as u16, y), 0),
                // A narrow screen may have room for the name of the tab that is shown, and no more.
                None => {
                    assert!(width < 80, "{screen}");
                    session.type_text(number);
                }
            }
            assert!(session.screen().contains(&format!("[{number} {heading}]")), "{}", session.screen());
        }
    }
    let mut session = namespace(120, 40);
    click(&mut session, "F findings");
    assert!(session.screen().contains("[F findings]"), "{}", session.screen());
}

#[test]
fn a_click_selects_a_row_and_a_double_click_opens_it() {
    let mut session = namespace(120, 24);
    let (_, y) = session.find("41396");
    session.click((50, y), 1000);
    assert!(session.selected_row().contains("41396"), "{}", session.screen());
    // Another one, too late.
    session.click((50, y), 1400);
    assert!(session.screen().contains("[1 tcp]"));
    session.click((50, y), 1799);
    let cells = session.screen();
    assert!(cells.contains("remote_address") && cells.contains("41396"), "{cells}");
    session.press(KeyCode::Esc);
    // Two clicks in time on different rows are two clicks.
    session.screen();
    session.click((50, y), 5000);
    session.click((50, y - 1), 5001);
    assert!(session.screen().contains("[1 tcp]") && session.selected_row().contains("41394"));
    // Other buttons, and what lies beside rows, do nothing.
    session.mouse(MouseEventKind::Down(MouseButton::Right), (50, y), 6000);
    session.click((50, 22), 7000);
    session.click((0, 0), 7000);
    session.click((500, 500), 7000);
    assert!(session.selected_row().contains("41394"));
}

#[test]
fn a_click_on_a_heading_sorts() {
    let mut session = namespace(120, 24);
    click(&mut session, "tx queue");
    assert!(session.screen().contains("tx queue↓"), "{}", session.screen());
    assert!(session.selected_row().contains("41396"), "the first row stays the first");
    click(&mut session, "tx queue");
    assert!(session.screen().contains("tx queue↑"));
    click(&mut session, "state");
    assert!(session.screen().contains("state↑"));
    // Of another table of the tab.
    session.type_text("8");
    session.screen();
    let before = session.find("routes_ipv6");
    let headings = session.screen();
    let line = headings.lines().nth(usize::from(before.1) + 1).unwrap().to_owned();
    let x = line.char_indices().position(|(at, _)| line[at..].starts_with("destination")).unwrap();
    session.click((x as u16, before.1 + 1), 0);
    let screen = session.screen();
    let sorted = screen.lines().nth(usize::from(before.1) + 1).unwrap();
    assert!(sorted.contains("destination↑") && screen.matches('↑').count() == 1, "{screen}");
}

#[test]
fn terms_of_a_filter_are_taken_away() {
    let mut session = namespace(120, 24);
    session.command("filter state:ESTABLISHED local_port>41395 remote_port:443");
    assert!(session.screen().contains("2 of 6 rows match"), "{}", session.screen());
    click(&mut session, "local_port>41395 ×");
    let screen = session.screen();
    assert!(screen.contains("filter: state:ESTABLISHED × remote_port:443 ×"), "{screen}");
    click(&mut session, "remote_port:443 ×");
    click(&mut session, "state:ESTABLISHED ×");
    assert!(!session.screen().contains("filter:") && session.screen().contains("6 rows"));
    // What is joined by `or` is one term.
    session.command("filter LISTEN or ESTABLISHED");
    click(&mut session, "LISTEN or ESTABLISHED ×");
    assert!(!session.screen().contains("filter:"));
}

#[test]
fn the_wheel_scrolls_rows_texts_and_lists() {
    let mut session = namespace(80, 24);
    session.type_text("5");
    // Columns keep the width that they have got.
    let names = |session: &mut Session| {
        let screen = session.screen();
        screen
            .lines()
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let first = names(&mut session);
    for _ in 0..3 {
        session.mouse(MouseEventKind::ScrollDown, (40, 12), 0);
    }
    assert_ne!(names(&mut session), first);
    for _ in 0..3 {
        session.mouse(MouseEventKind::ScrollUp, (40, 12), 0);
    }
    assert_eq!(names(&mut session), first);
    session.type_text("?");
    session.screen();
    session.mouse(MouseEventKind::ScrollDown, (40, 12), 0);
    assert!(session.screen().contains(" 4–"), "{}", session.screen());
    session.press(KeyCode::Esc);
    session.type_text("f");
    session.mouse(MouseEventKind::ScrollDown, (40, 12), 0);
    assert!(session.screen().contains("> arp"), "{}", session.screen());
}

#[test]
fn entries_of_lists_are_clicked() {
    let mut session = namespace(120, 40);
    session.type_text("f");
    click(&mut session, "routing ");
    assert!(session.screen().contains("[8 routing]"), "{}", session.screen());
    session.type_text("1o");
    click(&mut session, "local_port ");
    assert!(session.screen().contains("port↑"), "{}", session.screen());
    session.type_text("c");
    click(&mut session, "tx_queue ");
    assert!(session.screen().contains("> [ ] tx_queue"), "{}", session.screen());
    click(&mut session, "tx_queue ");
    assert!(session.screen().contains("> [x] tx_queue"));
    session.press(KeyCode::Enter);
    // What is offered for a filter.
    session.type_text("/state:");
    click(&mut session, "LISTEN       2 rows");
    assert!(session.last_line().starts_with("/state:LISTEN"), "{}", session.screen());
    // A line that is typed stays open whatever else is clicked.
    click(&mut session, "2 udp");
    assert!(session.last_line().starts_with("/state:LISTEN"));
}

#[test]
fn the_introduction_is_left_by_a_click() {
    let mut session = Session::new(80, 24, Settings { skip_intro: Some(false), ..SETTINGS() });
    session.input(Input::Snapshot(World::default().snapshot(1)));
    session.mouse(MouseEventKind::Moved, (3, 3), 0);
    assert!(session.screen().contains("press any key"));
    session.click((3, 3), 0);
    assert!(session.screen().contains("[1 tcp]"));
    session.press_with(KeyModifiers::NONE, KeyCode::Char('2'));
    assert!(session.screen().contains("[2 udp]"));
}
