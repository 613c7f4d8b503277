//! Entering and leaving the terminal, reading its events, and handing it what is copied.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crossterm::Command;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::Rect;

use crate::changes::Changes;
use crate::event::Input;
use crate::palette::Palette;
use crate::run::io_error;

/// Whether the terminal is ours: leaving a screen that was not entered would move the user's cursor.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Listens to the mouse, or no longer: to its buttons and its wheel. Where it moves is not told: nothing is done for that,
/// and over a slow line it is much. With Shift the terminal keeps the mouse for itself, to select text.
struct Mouse(bool);

impl Command for Mouse {
    fn write_ansi(&self, out: &mut impl fmt::Write) -> fmt::Result {
        // Buttons, and places beyond column 223.
        out.write_str(if self.0 { "\x1b[?1000h\x1b[?1006h" } else { "\x1b[?1006l\x1b[?1000l" })
    }
}

/// The terminal of a session.
pub type Screen = Terminal<Changes<CrosstermBackend<Palette<io::Stdout>>>>;

/// Enters the terminal on standard output, for drawing on it; listens to the mouse, or not.
///
/// # Errors
///
/// What the terminal says; it is left as it was then.
pub fn open(mouse: bool) -> io::Result<Screen> {
    // The theme says which colours there are: one that was chosen goes before NO_COLOR.
    crossterm::style::force_color_output(true);
    enter(mouse)?;
    let backend = CrosstermBackend::new(Palette::new(io::stdout()));
    Terminal::new(Changes::new(backend)).inspect_err(|_| restore())
}

/// Enters raw mode and the alternate screen; listens to the mouse, or not.
///
/// # Errors
///
/// What the terminal says; it is left as it was then.
pub fn enter(mouse: bool) -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    let entered = enable_raw_mode()
        .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide))
        .and_then(|()| if mouse { execute!(io::stdout(), Mouse(true)) } else { Ok(()) });
    if entered.is_err() {
        restore();
    }
    entered
}

/// Gives the terminal back as it was. Does nothing when it was not entered or was given back already, and
/// keeps errors to itself: it is for a panic's hook, too.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), Mouse(false), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Clears the terminal, so that the next drawing draws all of it.
///
/// `Terminal::clear` would ask the terminal where its cursor is, and the thread of [`read_terminal`] would
/// get the answer.
///
/// # Errors
///
/// What the terminal says.
pub fn clear<B>(terminal: &mut Terminal<B>) -> io::Result<()>
where
    B: Backend<Error: Send + Sync + 'static>,
{
    let size = terminal.size().map_err(io_error)?;
    terminal.resize(Rect::from((ratatui::layout::Position::ORIGIN, size))).map_err(io_error)
}

/// Hands a text to the terminal's clipboard (OSC 52). A terminal that has none, or does not give it to programs, takes no
/// notice.
///
/// # Errors
///
/// What the terminal says.
pub fn copy(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text))?;
    out.flush()
}

/// Reads the terminal's events on a thread of its own. A terminal that cannot be read any more ends the
/// session. `clock` says when the mouse has done something: time since any moment.
pub fn read_terminal(inputs: Sender<Input>, clock: impl Fn() -> Duration + Send + 'static) {
    std::thread::spawn(move || {
        loop {
            let (input, last) = match crossterm::event::read() {
                Ok(Event::Mouse(event)) => (Input::Mouse(event, clock()), false),
                Ok(event) => (Input::Terminal(event), false),
                Err(_) => (Input::Quit, true),
            };
            if inputs.send(input).is_err() || last {
                return;
            }
        }
    });
}
