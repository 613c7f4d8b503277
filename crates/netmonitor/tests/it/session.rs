//! The session: the real binary in a real pseudo-terminal.

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::pty::{self, Pty};
use netmonitor_testkit::{PATIENCE, need_root, need_tool};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::LocalModes;

use crate::{HOLDER, netmonitor};

const TABS: [(&str, &str, &str); 9] = [
    ("1", "tcp", "tcp · process"),
    ("2", "udp", "udp · process"),
    ("3", "arp", "IP address"),
    ("4", "traffic", "rx bytes"),
    ("5", "stats", "TcpExt"),
    ("6", "raw", "raw · process"),
    ("7", "icmp", "ping_sockets"),
    ("8", "routing", "routes_ipv4"),
    ("9", "analysis", "DefaultTTL"),
];

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";
const ESCAPE: &str = "\x1b";
const ENTER: &str = "\r";

/// A process that stays until it is told to go on, and then does what its script says.
pub(crate) struct Target(Child);

impl Target {
    fn start(script: &str) -> Self {
        let child = Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).spawn().unwrap();
        Self(child)
    }

    pub(crate) fn waiting() -> Self {
        Self::start("read line")
    }

    pub(crate) fn pid(&self) -> String {
        self.0.id().to_string()
    }

    fn go_on(&mut self) {
        self.0.stdin.take().unwrap().write_all(b"\n").unwrap();
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A session on a process, with these words behind it.
fn start(pid: &str, words: &[&str], rows: u16, columns: u16) -> Pty {
    let mut command = netmonitor();
    command.arg(pid).args(words);
    Pty::spawn(command, rows, columns)
}

/// A session that shows its first tab.
fn opened(target: &Target) -> Pty {
    let pty = start(&target.pid(), &["--skip-intro", "--interval", "0.2"], 30, 110);
    pty.wait_for("tcp · process");
    pty
}

/// The terminal is as a shell left it.
#[track_caller]
pub(crate) fn restored(pty: &mut Pty) -> ExitStatus {
    let status = pty.exit();
    pty.wait("the end of the alternate screen", |_| true);
    let end = Instant::now() + PATIENCE;
    while pty.alternate_screen() || pty.cursor_hidden() {
        assert!(Instant::now() < end, "the screen was not given back");
        std::thread::sleep(Duration::from_millis(2));
    }
    let modes = pty.modes().local_modes;
    assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG), "{modes:?}");
    status
}

#[test]
fn introduction_any_key_tabs_and_end() {
    let target = Target::waiting();
    let mut pty = start(&target.pid(), &["--interval", "0.2"], 40, 110);
    let modes = pty.modes();
    let intro = pty.wait_for("any key");
    for word in ["tcp", "analysis", "set", "Ctrl-D", "namespace"] {
        assert!(intro.contains(word), "{word} in\n{intro}");
    }
    assert!(pty.alternate_screen() && !modes.local_modes.is_empty());
    pty.send("x");
    pty.wait_for("tcp · process");
    for (key, _, shown) in TABS.iter().rev() {
        pty.send(key);
        pty.wait_for(shown);
    }
    for overview in ["0", "1:overview\r"] {
        pty.send(overview);
        pty.wait_for("totals · process");
    }
    for (_, name, shown) in TABS.iter().rev() {
        pty.send(name);
        pty.send(ENTER);
        pty.wait_for(shown);
    }
    pty.send(CTRL_D);
    assert_eq!(restored(&mut pty).code(), Some(0));
}

#[test]
fn the_interval_is_set_and_wrong_commands_change_nothing() {
    let target = Target::waiting();
    let mut pty = opened(&target);
    pty.send(":set 6\r");
    pty.wait_for("6 s");
    for (typed, told) in [
        ("set\r", "usage: set <seconds>"),
        ("set 1 2\r", "usage: set <seconds>"),
        ("set x\r", "not an interval: \"x\""),
        ("set 0\r", "not an interval: \"0\""),
        (":foo\r", "unknown command \"foo\""),
    ] {
        pty.send(typed);
        let screen = pty.wait_for(told);
        assert!(screen.contains("6 s") && screen.contains("tcp · process"), "{screen}");
    }
    pty.send(":quit\r");
    assert_eq!(restored(&mut pty).code(), Some(0));
}

#[test]
fn tab_completes_and_escape_leaves() {
    let target = Target::waiting();
    let mut pty = opened(&target);
    pty.send("an");
    pty.wait_for(":an");
    pty.send("\t");
    pty.wait_for(":analysis");
    pty.send(ENTER);
    pty.wait_for("DefaultTTL");
    pty.send("rou");
    pty.wait_for(":rou");
    pty.send(ESCAPE);
    // Escape and a key behind it at once would be the key with Alt.
    pty.wait("the end of the command line", |screen| !screen.contains(":rou"));
    pty.send("1");
    pty.wait_for("tcp · process");
    pty.send("q");
    assert_eq!(restored(&mut pty).code(), Some(0));
}

#[test]
fn ctrl_d_and_ctrl_c_end_it_in_every_mode() {
    let target = Target::waiting();
    let modes: [(&str, &str); 4] =
        [("", "tcp · process"), (":set 4", ":set 4"), ("?", "keys and commands"), (" ", "PAUSED")];
    for key in [CTRL_D, CTRL_C] {
        for (keys, shown) in modes {
            let mut pty = opened(&target);
            pty.send(keys);
            pty.wait(shown, |screen| screen.to_lowercase().contains(&shown.to_lowercase()));
            pty.send(key);
            assert_eq!(restored(&mut pty).code(), Some(0), "{keys:?} then {key:?}");
        }
        let mut pty = start(&target.pid(), &[], 24, 80);
        pty.wait_for("any key");
        pty.send(key);
        assert_eq!(restored(&mut pty).code(), Some(0), "introduction, {key:?}");
    }
}

#[test]
fn the_end_of_the_process_ends_the_session_with_a_report() {
    let mut holder = Holder::start(None, HOLDER, "tcp udp");
    let mut pty = start(&holder.pid().to_string(), &["--skip-intro"], 30, 110);
    pty.wait_for("CLOSE_WAIT");
    let killed = Instant::now();
    holder.kill();
    let status = pty.exit();
    let took = killed.elapsed();
    assert_eq!(status.code(), Some(0));
    // 100 ms are promised; the rest is for a machine that is busy with other tests.
    assert!(took < Duration::from_millis(600), "{took:?}");
    restored(&mut pty);
    let report = pty.wait_for("has ended; watched for");
    assert!(
        report.contains("tcp: 10 (") && report.contains("2 LISTEN") && report.contains("udp: 4"),
        "{report}"
    );
}

#[test]
fn linger_keeps_the_last_view() {
    let mut target = Target::waiting();
    let mut pty = start(&target.pid(), &["--skip-intro", "--linger"], 30, 110);
    pty.wait_for("tcp · process");
    target.kill();
    pty.wait("the mark of the end", |screen| screen.to_lowercase().contains("ended"));
    pty.send("4");
    pty.wait_for("traffic");
    pty.send("q");
    assert_eq!(restored(&mut pty).code(), Some(0));
}

#[test]
fn signals_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let target = Target::waiting();
        let mut pty = opened(&target);
        kill_process(Pid::from_raw(pty.pid() as i32).unwrap(), signal).unwrap();
        assert_eq!(restored(&mut pty).code(), Some(0), "{signal:?}");
    }
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let target = Target::waiting();
    for _ in 0..3 {
        let mut command = netmonitor();
        command.args([&target.pid(), "--skip-intro", "--interval", "0.1"]);
        assert_eq!(pty::hang_up(command, "sockets").code(), Some(0));
    }
}

#[test]
fn ctrl_z_stops_it_and_fg_brings_it_back() {
    if !need_tool("bash") {
        return;
    }
    let target = Target::waiting();
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "shell> ").env("XDG_CONFIG_HOME", "/nonexistent");
    shell.env_remove("XDG_STATE_HOME").env_remove("HOME");
    let mut pty = Pty::spawn(shell, 30, 110);
    pty.wait_for("shell>");
    let line = format!("{} --skip-intro {}\r", env!("CARGO_BIN_EXE_netmonitor"), target.pid());
    pty.send(&line);
    pty.wait_for("tcp · process");
    pty.send(CTRL_Z);
    pty.wait_for("Stopped");
    assert!(!pty.alternate_screen());
    pty.send("echo still here\r");
    pty.wait_for("still here");
    pty.send("fg\r");
    pty.wait_for("tcp · process");
    assert!(pty.alternate_screen());
    pty.send("4");
    pty.wait_for("rx bytes");
    pty.send("q");
    pty.wait("the shell", |screen| screen.trim_end().ends_with("shell>"));
    pty.send("exit\r");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let target = Target::waiting();
    let mut pty = opened(&target);
    for (rows, columns) in [(10, 40), (24, 80), (60, 200), (3, 10), (1, 1), (30, 110)] {
        pty.resize(rows, columns);
        // It answers after each size, whether or not there is room for anything.
        pty.send("4");
        pty.send("1");
    }
    pty.wait_for("tcp · process");
    pty.send(CTRL_D);
    assert_eq!(restored(&mut pty).code(), Some(0));
}

#[test]
fn an_exec_and_another_namespace_are_noticed() {
    if !need_root() || !need_tool("unshare") {
        return;
    }
    let mut target = Target::start("read line; exec unshare -n sleep 60");
    let mut pty = opened(&target);
    let before = std::fs::read_link(format!("/proc/{}/ns/net", target.pid())).unwrap();
    pty.wait_for(before.to_str().unwrap());
    target.go_on();
    pty.wait("the new program", |screen| screen.contains("sleep"));
    let after = std::fs::read_link(format!("/proc/{}/ns/net", target.pid())).unwrap();
    assert_ne!(before, after);
    pty.wait_for(after.to_str().unwrap());
    pty.send(CTRL_D);
    assert_eq!(restored(&mut pty).code(), Some(0));
}

#[test]
fn only_colours_that_the_terminal_has_are_sent() {
    let target = Target::waiting();
    let colours = |variables: &[(&str, &str)]| {
        // The harness sets some of them anew, so a shell sets these.
        let set: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let program = env!("CARGO_BIN_EXE_netmonitor");
        let line = format!("{} exec {program} --skip-intro {}", set.join(" "), target.pid());
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).env("XDG_CONFIG_HOME", "/nonexistent").env_remove("COLORTERM");
        shell.env_remove("XDG_STATE_HOME").env_remove("HOME");
        let mut pty = Pty::spawn(shell, 30, 110);
        pty.wait_for("tcp · process");
        pty.send(CTRL_D);
        restored(&mut pty);
        colour_codes(&pty.raw())
    };
    assert_eq!(colours(&[("NO_COLOR", "1")]), Vec::<u32>::new());
    let some = colours(&[("TERM", "xterm")]);
    assert!(!some.is_empty() && some.iter().all(|colour| *colour < 16), "{some:?}");
    let many = colours(&[("TERM", "xterm-256color")]);
    assert!(many.contains(&999), "{many:?}");
    let chosen = colours(&[("NO_COLOR", "1"), ("NETMONITOR_THEME", "ansi")]);
    // Which of them are set depends on what there was to be said meanwhile.
    let is_ansi = !chosen.is_empty() && chosen.iter().all(|colour| *colour < 16);
    assert!(is_ansi, "what is chosen goes before what the terminal is said to be: {chosen:?}");
}

/// The colours among the attributes that were set, as numbers of the palette; 999 for one outside of it.
pub(crate) fn colour_codes(raw: &[u8]) -> Vec<u32> {
    let text = String::from_utf8_lossy(raw);
    let mut colours = Vec::new();
    for rest in text.split("\x1b[").skip(1) {
        let Some(end) = rest.find(|character: char| !(character.is_ascii_digit() || character == ';')) else {
            continue;
        };
        if !rest[end..].starts_with('m') {
            continue;
        }
        for code in rest[..end].split(';').filter_map(|code| code.parse().ok()) {
            match code {
                30..=37 => colours.push(code - 30),
                40..=47 => colours.push(code - 40),
                90..=97 => colours.push(code - 82),
                100..=107 => colours.push(code - 92),
                // The forms for 256 colours and more: a terminal of 16 does not know them.
                38 | 48 => colours.push(999),
                _ => {}
            }
        }
    }
    colours
}

/// Not a test of anything: the process that has a bug, for the next one.
#[test]
fn bug() {
    if std::env::var_os("NETMONITOR_TEST_BUG").is_some() {
        netmonitor_tui::report_bugs(env!("CARGO_PKG_VERSION"));
        netmonitor_tui::enter(true).unwrap();
        println!("entered");
        let _ = std::thread::spawn(|| panic!("a bug\x1b[31m for the test")).join();
    }
}

#[test]
fn a_bug_gives_the_terminal_back_and_ends_with_101() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "session::bug", "--nocapture", "--test-threads=1"])
        .env("NETMONITOR_TEST_BUG", "1");
    let mut pty = Pty::spawn(command, 30, 110);
    assert_eq!(restored(&mut pty).code(), Some(101));
    let screen = pty.wait_for("a bug");
    let line = screen.lines().find(|line| line.contains("a bug")).unwrap();
    assert!(line.contains("report") || screen.contains("report"), "{screen}");
    assert!(!String::from_utf8_lossy(&pty.raw()).contains("\x1b[31m for"), "{screen}");
}

#[test]
fn a_huge_file_does_not_hold_up_the_session_and_can_be_left() {
    const LINES: usize = 800_000;
    let folder = crate::copy::tree();
    let path = folder.path().join("4242/net/nf_conntrack");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    for number in 0..LINES {
        let (a, b) = (number / 250 % 250, number % 250);
        writeln!(file, "ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.{a}.{b} dst=192.0.2.1 sport={} dport=443 src=192.0.2.1 dst=10.0.{a}.{b} sport=443 dport={} [ASSURED] mark=0 zone=0 use=2", 1024 + number % 60_000, 1024 + number % 60_000).unwrap();
    }
    file.into_inner().unwrap();
    let mut command = netmonitor();
    command.args(["--procfs", folder.path().to_str().unwrap(), "--skip-intro", "4242"]);
    let mut pty = Pty::spawn(command, 30, 110);
    pty.wait_for("LISTEN");
    pty.send(":conntrack\r");
    let screen = pty.wait("how far it is", |screen| screen.contains("reading net/nf_conntrack:"));
    assert!(screen.contains("MB so far") && screen.contains("Esc leaves the rest"), "{screen}");
    // Keys are answered while it is read.
    let begun = Instant::now();
    pty.send("?");
    pty.wait_for("keys and commands");
    pty.send(ESCAPE);
    pty.wait("the tab", |screen| !screen.contains("keys and commands"));
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    pty.wait("it is still being read", |screen| screen.contains("reading net/nf_conntrack:"));
    pty.send(ESCAPE);
    let screen = pty.wait("a part", |screen| screen.contains("only its beginning is here"));
    assert!(screen.contains("nf_conntrack"), "{screen}");
    pty.send(CTRL_D);
    assert!(pty.exit().success());
}

#[test]
fn tables_are_filtered_and_sorted_while_they_are_read() {
    let holder = Holder::start(None, HOLDER, "20");
    let mut pty = start(&holder.pid().to_string(), &["--skip-intro", "--interval", "0.1"], 30, 110);
    pty.wait_for("ESTABLISHED");
    pty.send("/state:LISTEN");
    pty.wait("listening sockets only", |screen| {
        screen.contains("filter: state:LISTEN") && !screen.contains("ESTABLISHED")
    });
    pty.send(",FOO bar:\x7f:");
    pty.wait_for("no value after `:`");
    pty.send(ESCAPE);
    pty.wait("the line left", |screen| !screen.contains("filter: state"));
    pty.send(&format!(":filter state:ESTABLISHED{ENTER}:sort local_port:desc{ENTER}"));
    let sorted = |screen: &str| {
        let rows = screen.lines().filter(|line| line.contains("ESTABLISHED") && line.contains("127.0.0.1"));
        let ports: Vec<u16> = rows.filter_map(|line| line.split_whitespace().nth(1)?.parse().ok()).collect();
        ports.len() > 10 && ports.is_sorted_by(|one, other| one >= other)
    };
    pty.wait("sorted ports", |screen| screen.contains("port↓") && sorted(screen));
    // Ages tell one reading from the next.
    pty.send(&format!(":columns local_address,local_port,state,last_data_sent_ms{ENTER}"));
    pty.wait_for("last sent");
    let before = pty.contents();
    pty.wait("a later reading, still sorted", |screen| screen != before && sorted(screen));
    pty.send(ESCAPE);
    pty.wait("all rows", |screen| !screen.contains("filter:") && screen.contains(" · 41 rows"));
    pty.send(CTRL_D);
    assert!(pty.exit().success());
}
