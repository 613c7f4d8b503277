//! The loop: receive, update, draw.

use std::io;
use std::sync::mpsc::{Receiver, TryRecvError};

use ratatui::Terminal;
use ratatui::backend::Backend;

use crate::app::App;
use crate::event::{Effect, Input};

/// The most inputs that are taken before a drawing: even a flood that never ends is seen.
const AT_ONCE: usize = 4096;

/// Runs a session until it is over or nobody is left to send.
///
/// Draws only on change, and once for all inputs that have come meanwhile; of several snapshots among them
/// only the last is used. `perform` does what the session wants of the world.
///
/// # Errors
///
/// What the terminal or `perform` says.
pub fn run<B>(
    terminal: &mut Terminal<B>,
    app: &mut App,
    inputs: &Receiver<Input>,
    perform: &mut dyn FnMut(Effect, &mut Terminal<B>) -> io::Result<()>,
) -> io::Result<()>
where
    B: Backend<Error: Send + Sync + 'static>,
{
    for effect in app.start() {
        perform(effect, terminal)?;
    }
    while !app.is_over() {
        if app.needs_draw() {
            terminal.draw(|frame| app.draw(frame)).map_err(io_error)?;
        }
        let first = match inputs.try_recv() {
            Err(TryRecvError::Empty) if app.has_more_to_do() => {
                for effect in app.do_more() {
                    perform(effect, terminal)?;
                }
                continue;
            }
            Ok(first) => first,
            Err(_) => match inputs.recv() {
                Ok(first) => first,
                Err(_) => break,
            },
        };
        let batch: Vec<Input> = std::iter::once(first).chain(inputs.try_iter().take(AT_ONCE)).collect();
        let newest = batch.iter().rposition(is_snapshot);
        for (place, input) in batch.into_iter().enumerate() {
            if is_snapshot(&input) && Some(place) != newest {
                continue;
            }
            for effect in app.update(input) {
                perform(effect, terminal)?;
            }
            if app.is_over() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn is_snapshot(input: &Input) -> bool {
    matches!(input, Input::Snapshot(_))
}

/// The error of a terminal as what it mostly is already.
pub(crate) fn io_error(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    let error: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    error.downcast::<io::Error>().map_or_else(io::Error::other, |error| *error)
}
