//! What a session sends to its terminal while nothing moves.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use netmonitor_tui::{App, Changes, Input, Palette, Settings};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::harness::SETTINGS;
use crate::world::{asked_after, engine};

/// A terminal at the other end of a line.
#[derive(Clone, Default)]
struct Line(Rc<RefCell<Vec<u8>>>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes that are sent in each of some minutes of one tick a second, of a process whose connections move this in all.
fn minutes(count: u64, settings: Settings, moved: impl Fn(u64) -> u64) -> Vec<usize> {
    let line = Line::default();
    let backend = Changes::new(CrosstermBackend::new(Palette::new(line.clone())));
    let viewport = Viewport::Fixed(Rect::new(0, 0, 120, 40));
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    let (mut app, mut engine) = (App::new(settings), engine());
    app.start();
    let mut minute = |number: u64| {
        line.0.borrow_mut().clear();
        for seq in number * 60..(number + 1) * 60 {
            app.update(Input::Snapshot(engine.advance(&asked_after(seq, moved(seq)))));
            if app.needs_draw() {
                terminal.draw(|frame| app.draw(frame)).unwrap();
            }
        }
        line.0.borrow().len()
    };
    (0..count).map(&mut minute).collect()
}

#[test]
fn an_idle_minute_takes_next_to_nothing() {
    let sent = minutes(6, SETTINGS(), |_| 0);
    println!("bytes in each minute: {sent:?}");
    // At first the screen, and then graphs grow as more becomes known.
    assert!(sent[0] > 2_000 && sent[1] < 2_000, "{sent:?}");
    // The clock goes on by a minute.
    assert!(sent[5] > 0 && sent[5] < 100, "{sent:?}");
    let busy = minutes(6, SETTINGS(), |seq| seq * seq * 1000);
    assert!(busy[5] > 2_000, "what moves is sent: {busy:?}");
}
