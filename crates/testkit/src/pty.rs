//! A real pseudo-terminal with a program in it, and what its screen shows.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

use crate::PATIENCE;

/// A program in a pseudo-terminal.
pub struct Pty {
    master: File,
    slave: OwnedFd,
    child: Child,
    screen: Arc<(Mutex<Screen>, Condvar)>,
}

struct Screen {
    parser: vt100::Parser,
    raw: Vec<u8>,
}

/// How long a terminal is silent once all of an answer has come.
const QUIET: Duration = Duration::from_millis(100);

/// All that somebody sees of a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The lines of the screen, with the attributes of their characters.
    pub lines: Vec<String>,
    /// Where the cursor is, by row and column, if it is seen.
    pub cursor: Option<(u16, u16)>,
    /// The screen is that of the program.
    pub alternate: bool,
}

/// A line of a screen: what was never written to looks like a blank.
fn line(screen: &vt100::Screen, row: u16, columns: u16) -> String {
    let mut line = String::new();
    let mut before = None;
    for cell in (0..columns).filter_map(|column| screen.cell(row, column)) {
        let flags = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
        let style = Some((cell.fgcolor(), cell.bgcolor(), flags));
        if style != before {
            line.push_str(&format!("{style:?}"));
            before = style;
        }
        line.push_str(if cell.has_contents() { cell.contents() } else { " " });
    }
    line
}

impl Screen {
    fn look(&self) -> Look {
        let screen = self.parser.screen();
        let (rows, columns) = screen.size();
        Look {
            lines: (0..rows.get()).map(|row| line(screen, row, columns.get())).collect(),
            cursor: (!screen.hide_cursor()).then(|| screen.cursor_position()),
            alternate: screen.alternate_screen(),
        }
    }
}

impl Pty {
    /// Starts a program on a terminal of this size, as the leader of a session of its own.
    pub fn spawn(command: Command, rows: u16, columns: u16) -> Self {
        let (master, slave, child) = start(command, rows, columns);
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let screen = Arc::new((Mutex::new(Screen { parser, raw: Vec::new() }), Condvar::new()));
        read_on(master.try_clone().unwrap(), screen.clone());
        Self { master, slave, child, screen }
    }

    /// PID of the program.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        self.screen.0.lock().unwrap().parser.screen_mut().set_size(cells(rows), cells(columns));
        tcsetwinsize(&self.slave, size(rows, columns)).unwrap();
    }

    /// What the screen shows now.
    pub fn contents(&self) -> String {
        self.screen.0.lock().unwrap().parser.screen().contents()
    }

    /// Whether the program has switched to the alternate screen.
    pub fn alternate_screen(&self) -> bool {
        self.screen.0.lock().unwrap().parser.screen().alternate_screen()
    }

    /// Whether the cursor is hidden.
    pub fn cursor_hidden(&self) -> bool {
        self.screen.0.lock().unwrap().parser.screen().hide_cursor()
    }

    /// All that is seen now.
    pub fn look(&self) -> Look {
        self.screen.0.lock().unwrap().look()
    }

    /// Waits until what is seen is as wanted; nothing where it does not become so.
    pub fn until(&self, wanted: impl Fn(&Look) -> bool) -> Option<Look> {
        let (lock, changed) = &*self.screen;
        let is_other = |screen: &mut Screen| !wanted(&screen.look());
        let (screen, waited) = changed.wait_timeout_while(lock.lock().unwrap(), PATIENCE, is_other).unwrap();
        (!waited.timed_out()).then(|| screen.look())
    }

    /// What is seen once the program has been silent for a moment: for those who ask what a key does, and would
    /// take what was still on its way for that.
    pub fn settled(&self) -> Look {
        let (lock, changed) = &*self.screen;
        let mut screen = lock.lock().unwrap();
        loop {
            let (later, waited) = changed.wait_timeout(screen, QUIET).unwrap();
            if waited.timed_out() {
                return later.look();
            }
            screen = later;
        }
    }

    /// Writes to the terminal beside the program, as a message of the system does.
    pub fn write_over(&self, text: &str) {
        rustix::io::write(&self.slave, text.as_bytes()).unwrap();
    }

    /// Every byte that the program has written so far.
    pub fn raw(&self) -> Vec<u8> {
        self.screen.0.lock().unwrap().raw.clone()
    }

    /// Waits until the screen is as wanted, and returns it.
    #[track_caller]
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_until(what, |screen| {
            let contents = screen.parser.screen().contents();
            wanted(&contents).then_some(contents)
        })
    }

    /// Waits until the program has written these bytes so many times.
    #[track_caller]
    pub fn wait_for_bytes(&self, bytes: &str, times: usize) {
        self.wait_until(&format!("{bytes:?} {times} times"), |screen| {
            let written = screen.raw.windows(bytes.len()).filter(|window| *window == bytes.as_bytes());
            (written.count() >= times).then_some(())
        });
    }

    #[track_caller]
    fn wait_until<T>(&self, what: &str, wanted: impl Fn(&Screen) -> Option<T>) -> T {
        let (lock, changed) = &*self.screen;
        let end = Instant::now() + PATIENCE;
        let mut screen = lock.lock().unwrap();
        loop {
            if let Some(found) = wanted(&screen) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            let contents = || screen.parser.screen().contents();
            assert!(!left.is_zero(), "waited for {what} in vain; the screen shows:\n{}", contents());
            screen = changed.wait_timeout(screen, left).unwrap().0;
        }
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |contents| contents.contains(text))
    }

    /// Waits until the program has ended.
    #[track_caller]
    pub fn exit(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "the program did not end; the screen shows:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The terminal's modes.
    pub fn modes(&self) -> Termios {
        tcgetattr(&self.slave).unwrap()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens a pseudo-terminal and starts a program on it.
fn start(mut command: Command, rows: u16, columns: u16) -> (File, OwnedFd, Child) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let slave = rustix::fs::open(name, flags, rustix::fs::Mode::empty()).unwrap();
    tcsetwinsize(&slave, size(rows, columns)).unwrap();
    let stream = || Stdio::from(slave.try_clone().unwrap());
    command.stdin(stream()).stdout(stream()).stderr(stream());
    command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
    // SAFETY: between fork and exec only two system calls are made.
    unsafe {
        command.pre_exec(|| {
            rustix::process::setsid()?;
            rustix::process::ioctl_tiocsctty(std::os::fd::BorrowedFd::borrow_raw(0))?;
            Ok(())
        });
    }
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // Its copies of the terminal belong to the program alone.
    drop(command);
    (File::from(master), slave, child)
}

/// Starts a program on a terminal, and takes the terminal away when the program has written `shown`, as
/// closing a window does. How the program ended.
pub fn hang_up(command: Command, shown: &str) -> ExitStatus {
    let (mut master, slave, mut child) = start(command, 24, 80);
    drop(slave);
    let (mut seen, mut bytes) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains(shown) {
        let read = master.read(&mut bytes).unwrap();
        seen.extend_from_slice(&bytes[..read]);
    }
    drop(master);
    child.wait().unwrap()
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has rows and columns")
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn read_on(mut master: File, screen: Arc<(Mutex<Screen>, Condvar)>) {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = master.read(&mut bytes) {
            let mut shown = screen.0.lock().unwrap();
            shown.parser.process(&bytes[..read]);
            shown.raw.extend_from_slice(&bytes[..read]);
            screen.1.notify_all();
        }
    });
}
