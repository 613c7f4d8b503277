//! Tables of a session in a real pseudo-terminal: the mouse, what is copied and saved, what is remembered.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::pty::Pty;
use rustix::process::{Pid, Signal, kill_process};

use crate::session::{Target, restored};
use crate::{HOLDER, netmonitor};

/// A session that shows its first tab; what it remembers lies below this folder.
fn opened(pid: &str, state: &Path, words: &[&str]) -> Pty {
    let mut command = netmonitor();
    command.arg(pid).args(["--skip-intro", "--interval", "0.2"]).args(words);
    command.env("XDG_STATE_HOME", state);
    let pty = Pty::spawn(command, 30, 120);
    pty.wait_for("tcp · process");
    pty
}

/// Where a text stands on the screen, as a terminal tells it of the mouse.
fn place(pty: &Pty, text: &str) -> (usize, usize) {
    let screen = pty.wait_for(text);
    let (line, row) = screen.lines().zip(1..).find(|(line, _)| line.contains(text)).unwrap();
    (line[..line.find(text).unwrap()].chars().count() + 1, row)
}

/// Presses and releases the left button there.
fn click(pty: &mut Pty, text: &str) {
    let (column, row) = place(pty, text);
    pty.send(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn the_mouse_is_listened_to_and_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let holder = Holder::start(None, HOLDER, "tcp udp");
    let mut pty = opened(&holder.pid().to_string(), folder.path(), &[]);
    // From now on rows stay where they are: the graph above them has its room.
    pty.wait_for("the last ");
    assert!(holds(&pty.raw(), "\x1b[?1000h\x1b[?1006h") && !holds(&pty.raw(), "\x1b[?1003h"));
    click(&mut pty, "2 udp");
    pty.wait_for("[2 udp]");
    click(&mut pty, "1 tcp");
    pty.wait_for("[1 tcp]");
    click(&mut pty, "state");
    pty.wait_for("state↑");
    click(&mut pty, "state↑");
    pty.wait_for("state↓");
    pty.send("/state:LISTEN\r");
    pty.wait_for("filter: state:LISTEN ×");
    click(&mut pty, "LISTEN ×");
    pty.wait("no filter", |screen| !screen.contains("filter:"));
    // A double click opens the row.
    let (column, row) = place(&pty, "CLOSE_WAIT");
    let press = format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m");
    pty.send(&format!("{press}{press}"));
    pty.wait_for("remote_address");
    pty.send("\x1b[<65;10;10M");
    pty.wait_for(" 4–");
    pty.send("q");
    assert_eq!(restored(&mut pty).code(), Some(0));
    assert!(holds(&pty.raw(), "\x1b[?1006l\x1b[?1000l"));
}

#[test]
fn the_mouse_is_the_terminals_while_the_session_is_stopped_and_where_it_is_not_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::waiting();
    let mut pty = opened(&target.pid(), folder.path(), &[]);
    pty.send("\x1a");
    pty.wait_for_bytes("\x1b[?1006l", 1);
    kill_process(Pid::from_raw(pty.pid().cast_signed()).unwrap(), Signal::CONT).unwrap();
    pty.wait_for_bytes("\x1b[?1006h", 2);
    click(&mut pty, "3 arp");
    pty.wait_for("[3 arp]");
    pty.send("q");
    restored(&mut pty);

    let mut pty = opened(&target.pid(), folder.path(), &["--no-mouse"]);
    pty.send("q");
    restored(&mut pty);
    assert!(!holds(&pty.raw(), "\x1b[?1000h"));
}

#[test]
fn rows_and_tables_go_to_the_terminals_clipboard() {
    let folder = tempfile::tempdir().unwrap();
    let holder = Holder::start(None, HOLDER, "tcp udp");
    let mut pty = opened(&holder.pid().to_string(), folder.path(), &[]);
    pty.wait_for("LISTEN");
    pty.send(":columns state\r");
    pty.wait("one column", |screen| !screen.contains("local address"));
    pty.send(":filter state:LISTEN\r");
    pty.wait_for("LISTEN ×");
    pty.send("y");
    // "LISTEN" in base64.
    pty.wait_for_bytes("\x1b]52;c;TElTVEVO\x07", 1);
    pty.send("Y");
    // "at,state\n" in base64, and the time behind it.
    pty.wait_for_bytes("\x1b]52;c;YXQsc3RhdGUK", 1);
    pty.send("q");
    restored(&mut pty);
}

#[test]
fn a_table_is_saved_to_a_new_file_only() {
    let folder = tempfile::tempdir().unwrap();
    let holder = Holder::start(None, HOLDER, "tcp udp");
    let mut pty = opened(&holder.pid().to_string(), folder.path(), &[]);
    pty.wait_for("LISTEN");
    let file = folder.path().join("a table.csv");
    let command = format!(":save {}\r", file.display());
    pty.send(&command);
    pty.wait_for("written to");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("at,local_address,") && text.contains(",LISTEN,"), "{text}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    pty.send(&command);
    pty.wait_for("is there already");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    pty.send(":save /nonexistent/x\r");
    pty.wait_for("not saved: /nonexistent/x: No such file");
    pty.send("q");
    restored(&mut pty);
}

#[test]
fn what_was_chosen_is_there_in_the_next_session() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::waiting();
    let mut pty = opened(&target.pid(), folder.path(), &[]);
    pty.send("5");
    pty.wait_for("TcpExt");
    pty.send(":columns name,value\r");
    pty.wait("two columns", |screen| !screen.contains("since start"));
    pty.send(":sort value:desc\r");
    pty.wait_for("value↓");
    pty.send("m");
    pty.wait_for("counters: totals");
    pty.send("q");
    restored(&mut pty);
    let file = folder.path().join("netmonitor/state.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("[tables.TcpExt]") && text.contains("name,value"), "{text}");
    assert!(text.contains("counters = \"total\""), "{text}");

    let mut pty = opened(&target.pid(), folder.path(), &[]);
    pty.send("5");
    let screen = pty.wait_for("value↓");
    assert!(!screen.contains("since start"), "{screen}");
    assert!(screen.lines().any(|line| line.contains("TcpExt ·") && line.contains("· totals")), "{screen}");
    pty.send("q");
    restored(&mut pty);

    // What cannot be read is said and left as it is.
    fs::write(&file, "version = 99\n").unwrap();
    let mut pty = opened(&target.pid(), folder.path(), &[]);
    pty.wait_for("nothing is remembered");
    pty.send("T");
    pty.wait("the remark is gone", |screen| !screen.contains("nothing is remembered"));
    pty.send("q");
    restored(&mut pty);
    assert_eq!(fs::read_to_string(&file).unwrap(), "version = 99\n");
}

#[test]
fn nothing_is_written_to_a_home_of_somebody_else() {
    if !netmonitor_testkit::need_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    rustix::fs::chown(folder.path(), Some(rustix::fs::Uid::from_raw(65534)), None).unwrap();
    let target = Target::waiting();
    let mut command = netmonitor();
    command.args([&target.pid(), "--skip-intro"]).env("HOME", folder.path());
    let mut pty = Pty::spawn(command, 30, 120);
    pty.wait_for("tcp · process");
    pty.send("T");
    pty.wait_for("totals are shown");
    pty.send("q");
    restored(&mut pty);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
