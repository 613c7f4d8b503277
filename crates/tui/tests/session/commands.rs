//! The command line and the tabs.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use netmonitor_core::interval::Interval;
use netmonitor_core::session::State;
use netmonitor_core::views::{self, By};
use netmonitor_tui::{Effect, Input};

use crate::harness::Session;
use crate::world::World;

fn session() -> Session {
    let mut session = Session::showing(80, 24, &World::default().snapshots(2));
    session.take_effects();
    session
}

#[test]
fn each_tab_by_name_and_by_number() {
    for (place, view) in views::ALL.iter().enumerate() {
        let numbered = place < views::numbered().len();
        let selected = match numbered {
            true => format!("[{place} {}]", view.name),
            false if view.name == views::FINDINGS => format!("[F {}]", view.name),
            false => format!("[{}]", view.name),
        };
        let mut session = session();
        session.command(&format!("  {} ", view.name));
        assert!(session.screen().contains(&selected), "{selected} by name");
        assert_eq!(session.app.state(), State::TabSelected);
        session.type_text(if place == 1 { "2" } else { "1" });
        if numbered {
            session.type_text(&place.to_string());
            assert!(session.screen().contains(&selected), "{selected} by number");
        } else {
            session.type_text("f");
            session.type_text(view.name);
            session.press(KeyCode::Enter);
            assert!(session.screen().contains(&selected), "{selected} from the list");
        }
        let mut seen = session.screen();
        for _ in 0..150 {
            session.press(KeyCode::Down);
            seen.push_str(&session.screen());
        }
        // Those for what other kernels have are left out while they are empty.
        for table in view.tables_by(By::default()).filter(|table| !table.content.is_optional()) {
            assert!(seen.contains(&format!(" {} · ", table.name)), "{} in {}", table.name, view.name);
        }
    }
}

#[test]
fn tabs_go_round() {
    let mut session = session();
    session.press(KeyCode::BackTab);
    assert!(session.screen().contains("[0 overview]"));
    session.press(KeyCode::BackTab);
    assert!(session.screen().contains("[9 analysis]"));
    session.press(KeyCode::Tab);
    session.press(KeyCode::Tab);
    session.press(KeyCode::Right);
    assert!(session.screen().contains("[2 udp]"));
    session.press(KeyCode::Left);
    assert!(session.screen().contains("[1 tcp]"));
}

#[test]
fn the_letters_of_the_first_commands_open_the_command_line_with_them() {
    for letter in ['t', 'u', 'a', 's', 'r', 'i'] {
        let mut session = session();
        session.type_text(&letter.to_string());
        assert!(session.last_line().starts_with(&format!(":{letter}")));
    }
    let mut session = session();
    session.type_text("udp");
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("[2 udp]"));
}

#[test]
fn set_changes_the_interval() {
    let mut session = session();
    assert!(session.screen().contains("every 1 s"));
    session.command("set 6");
    let six: Interval = "6".parse().unwrap();
    assert_eq!(session.take_effects(), [Effect::Interval(six)]);
    assert!(session.screen().contains("every 6 s"));
    session.command(" set  0.2 ");
    assert!(session.screen().contains("every 0.2 s"));
}

#[test]
fn wrong_commands_change_nothing_and_say_what_is_wrong() {
    for (line, error) in [
        ("set", "usage: set <seconds>"),
        ("set 1 2", "usage: set <seconds>"),
        ("set x", r#"not an interval: "x""#),
        ("set 0", r#"not an interval: "0" (0.1 to 3600 seconds)"#),
        ("xyz", r#"unknown command "xyz""#),
        ("trafic", r#"unknown command "trafic"; nearest: traffic"#),
        ("explain ZZZZZZZZZZ", "neither a counter nor a column here: ZZZZZZZZZZ"),
        ("goto nowhere", r#"no tab "nowhere""#),
        ("goto 5", "there are rows 1 to 4"),
        ("goto 0", "there are rows 1 to 4"),
        ("theme drak", r#"no theme "drak": there are dark, light, contrast, ansi, none"#),
        ("marks dots", r#"no marks "dots": there are braille, block, ascii"#),
    ] {
        let mut session = session();
        let (before, state) = (session.screen(), session.app.state());
        session.command(line);
        assert_eq!(session.last_line(), format!("! {error}"));
        let above = |screen: &str| screen.rsplit_once('\n').map(|(above, _)| above.to_owned());
        assert_eq!(above(&session.screen()), above(&before), "{line}");
        assert_eq!(session.app.state(), state);
        assert_eq!(session.take_effects(), []);
        session.press(KeyCode::Home);
        assert_eq!(session.screen(), before, "the next key takes the error away");
    }
}

#[test]
fn a_filter_as_a_command_goes_on_with_names_and_values() {
    let mut session = session();
    session.type_text(":filter sta");
    assert!(session.screen().contains("│ state:"), "{}", session.screen());
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":filter state:"));
    // Those that stand there, with how often.
    session.type_text("liste");
    let screen = session.screen();
    let offer = screen.lines().find(|line| line.contains("│ LISTEN")).unwrap_or_default();
    assert!(offer.contains(" row") && !screen.contains("│ ESTABLISHED"), "{screen}");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":filter state:LISTEN"), "{}", session.last_line());
    session.type_text(",est");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":filter state:LISTEN,ESTABLISHED"), "{}", session.last_line());
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("filter: state:LISTEN,ESTABLISHED"), "{}", session.screen());
}

#[test]
fn leaving_and_editing_the_command_line() {
    let mut session = session();
    let before = session.screen();
    session.type_text(":set 7");
    session.press(KeyCode::Esc);
    assert_eq!(session.screen(), before);
    session.type_text(":");
    session.press(KeyCode::Backspace);
    assert_eq!(session.screen(), before);
    session.type_text(":xtc");
    session.press(KeyCode::Home);
    session.press(KeyCode::Delete);
    session.press(KeyCode::End);
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":tcp"));
    session.ctrl('u');
    assert!(
        session.screen().contains("│ overview") && session.screen().contains(" more"),
        "{}",
        session.screen()
    );
    session.press(KeyCode::Enter);
    assert_eq!(session.screen(), before, "a blank command does nothing");
    session.command("set 9");
    session.type_text(":");
    session.press(KeyCode::Up);
    assert!(session.last_line().starts_with(":set 9"));
    session.press(KeyCode::Down);
    assert!(!session.last_line().contains("set 9"));
}

#[test]
fn a_paste_goes_into_an_open_command_line_only() {
    let mut session = session();
    let paste = || Input::Terminal(Event::Paste("set\n6\u{1b}[2J\u{7}".to_owned()));
    let before = session.screen();
    session.input(paste());
    assert_eq!(session.screen(), before);
    session.type_text(":");
    session.input(paste());
    assert!(session.last_line().starts_with(r":set 6\u{1b}[2J\u{7}"));
}

#[test]
fn the_cursor_stands_where_is_typed_and_a_long_line_scrolls() {
    let mut session = session();
    session.type_text(":");
    session.screen();
    session.terminal.backend_mut().assert_cursor_position((1, 23));
    session.type_text(&"y".repeat(300));
    session.screen();
    session.terminal.backend_mut().assert_cursor_position((79, 23));
    session.press(KeyCode::Home);
    session.screen();
    session.terminal.backend_mut().assert_cursor_position((1, 23));
}

#[test]
fn the_help_scrolls_and_lets_keys_of_the_tab_through() {
    let mut session = session();
    session.type_text("?");
    let first = session.screen();
    assert!(first.contains("The tab tcp") && first.contains("open the command line"));
    session.press(KeyCode::PageDown);
    assert_ne!(session.screen(), first);
    session.press(KeyCode::End);
    let end = session.screen();
    session.press(KeyCode::Down);
    assert_eq!(session.screen(), end);
    session.press(KeyCode::Home);
    assert_eq!(session.screen(), first);
    session.type_text("4");
    assert!(session.screen().contains("[4 traffic]"));
    session.command("help");
    assert!(session.screen().contains("The tab traffic"), "{}", session.screen());
    session.press(KeyCode::Esc);
    assert!(session.screen().contains("[4 traffic]"));
}

#[test]
fn commands_and_what_they_take_are_offered_and_completed() {
    let mut session = session();
    session.type_text(":sort rem");
    assert!(session.screen().contains("│ remote_address:desc"), "{}", session.screen());
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":sort remote_"), "{}", session.last_line());
    session.press(KeyCode::Tab);
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":sort remote_address:desc"), "{}", session.last_line());
    session.press(KeyCode::BackTab);
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("remote address↑"), "{}", session.screen());
    session.type_text(":columns state,por");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":columns state,local_port"), "{}", session.last_line());
    session.press(KeyCode::Esc);
    session.type_text(":explain tcptimeo");
    session.press(KeyCode::Tab);
    assert!(session.last_line().starts_with(":explain TcpExt.TCPTimeouts"), "{}", session.last_line());
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("TcpExt.TCPTimeouts:"), "{}", session.screen());
    session.command("explain rx_queue");
    assert!(session.screen().contains("rx_queue"), "{}", session.screen());
    session.press(KeyCode::Esc);
    session.command("goto traffic.links");
    assert!(session.screen().contains("[4 traffic]"), "{}", session.screen());
    session.command("goto tcp");
    session.command("goto 3");
    assert!(session.selected_row().contains("41396"), "{}", session.selected_row());
}

#[test]
fn looks_change_at_once() {
    let mut session = session();
    let before = session.screen();
    session.command("marks ascii");
    session.press(KeyCode::F(9));
    let plain = session.screen();
    assert!(before.contains('┌') && plain.is_ascii(), "{plain}");
    assert_eq!(before.chars().count(), plain.chars().count(), "one character for one");
    session.command("marks braille");
    session.press(KeyCode::F(9));
    assert_eq!(session.screen(), before);
    session.command("theme contrast");
    assert_eq!(session.last_line(), "theme contrast");
}

#[test]
fn scope_widens_and_narrows() {
    let mut session = session();
    assert!(session.screen().contains("tcp · process · 4 of 5 sockets held"));
    // Who belongs to tree and control group is not known before it was read.
    session.type_text("n");
    assert!(
        session.screen().contains("tcp · tree") && session.screen().contains("reading…"),
        "{}",
        session.screen()
    );
    session.type_text("n");
    assert!(session.screen().contains("tcp · cgroup"), "{}", session.screen());
    session.type_text("n");
    assert!(session.screen().contains("tcp · namespace net:[4026531840] · 6 rows"));
    session.type_text("n");
    assert!(session.screen().contains("tcp · process · 4 of 5 sockets held"));
    session.type_text("3n");
    assert!(session.last_line().contains("arp has one scope only"));
}

#[test]
fn the_cursor_of_a_tab_is_kept() {
    let mut session = session();
    session.press(KeyCode::Down);
    let row = session.selected_row();
    session.type_text("21");
    assert_eq!(session.selected_row(), row);
    session.type_text("k");
    assert_ne!(session.selected_row(), row);
    session.type_text("j");
    assert_eq!(session.selected_row(), row);
}

#[test]
fn columns_scroll_and_the_first_one_stays() {
    let mut session = session();
    let first = session.screen();
    assert!(first.contains("local address") && first.contains('›') && !first.contains('‹'));
    session.press_with(KeyModifiers::SHIFT, KeyCode::Right);
    assert!(session.screen().contains('‹'));
    for _ in 0..200 {
        session.press_with(KeyModifiers::SHIFT, KeyCode::Right);
        session.screen();
    }
    let last = session.screen();
    assert!(last.contains("local address") && last.contains(" owners") && !last.contains('›'), "{last}");
    for _ in 0..200 {
        session.press_with(KeyModifiers::SHIFT, KeyCode::Left);
    }
    assert_eq!(session.screen(), first);
}

#[test]
fn the_list_of_tabs_is_searched_and_left() {
    let mut session = session();
    session.resize(100, 40);
    session.type_text("f");
    let screen = session.screen();
    for view in views::ALL {
        assert!(screen.contains(view.name), "{} in {screen}", view.name);
    }
    session.resize(80, 10);
    for _ in 1..views::ALL.len() {
        session.press(KeyCode::Down);
    }
    let last = views::ALL[views::ALL.len() - 1].name;
    assert!(session.screen().contains(&format!("> {last}")), "the chosen tab is always seen");
    session.resize(80, 24);
    session.type_text("ctk");
    assert!(session.screen().contains("> conntrack"));
    session.press(KeyCode::Esc);
    assert!(session.screen().contains("[1 tcp]"));
    session.type_text("f");
    session.type_text("zzz");
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("no tab"));
    session.ctrl('d');
    assert!(session.app.is_over());
}

#[test]
fn a_row_is_explained() {
    let mut session = session();
    session.type_text("5x");
    let screen = session.screen();
    assert!(screen.contains("TcpExt.SyncookiesSent") && screen.contains("source"), "{screen}");
    session.press(KeyCode::Esc);
    session.type_text("1x");
    let screen = session.screen();
    assert!(screen.contains("Columns") && screen.contains("remote_port"), "{screen}");
    session.type_text("x");
    assert!(session.screen().contains("[1 tcp]"));
}
