//! Entering and leaving the terminal, and reading its events.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::Rect;

use crate::event::Input;
use crate::palette::Palette;
use crate::run::io_error;

/// Whether the terminal is ours: leaving a screen that was not entered would move the user's cursor.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The terminal of a session.
pub type Screen = Terminal<CrosstermBackend<Palette<io::Stdout>>>;

/// Enters the terminal on standard output, for drawing on it.
///
/// # Errors
///
/// What the terminal says; it is left as it was then.
pub fn open() -> io::Result<Screen> {
    // The theme says which colours there are: one that was chosen goes before NO_COLOR.
    crossterm::style::force_color_output(true);
    enter()?;
    Terminal::new(CrosstermBackend::new(Palette::new(io::stdout()))).inspect_err(|_| restore())
}

/// Enters raw mode and the alternate screen.
///
/// # Errors
///
/// What the terminal says; it is left as it was then.
pub fn enter() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    let entered = enable_raw_mode()
        .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide));
    if entered.is_err() {
        restore();
    }
    entered
}

/// Gives the terminal back as it was. Does nothing when it was not entered or was given back already, and
/// keeps errors to itself: it is for a panic's hook, too.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
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

/// Reads the terminal's events on a thread of its own. A terminal that cannot be read any more ends the
/// session.
pub fn read_terminal(inputs: Sender<Input>) {
    std::thread::spawn(move || {
        loop {
            let (input, last) = match crossterm::event::read() {
                Ok(event) => (Input::Terminal(event), false),
                Err(_) => (Input::Quit, true),
            };
            if inputs.send(input).is_err() || last {
                return;
            }
        }
    });
}
