//! A terminal that is sent what changes, and nothing where nothing does.
//!
//! The backend ends each drawing by setting all attributes back and by hiding the cursor, also where no cell has changed.
//! Over a slow line that is most of what an idle session would send.

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// Hands on what changes something.
pub struct Changes<B> {
    to: B,
    /// Whether the cursor is seen, where that is known.
    cursor: Option<bool>,
}

impl<B> Changes<B> {
    /// A terminal before this one.
    pub fn new(to: B) -> Self {
        Self { to, cursor: None }
    }
}

impl<B: Backend> Backend for Changes<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), B::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() { Ok(()) } else { self.to.draw(content) }
    }

    fn hide_cursor(&mut self) -> Result<(), B::Error> {
        if self.cursor.replace(false) == Some(false) { Ok(()) } else { self.to.hide_cursor() }
    }

    fn show_cursor(&mut self) -> Result<(), B::Error> {
        if self.cursor.replace(true) == Some(true) { Ok(()) } else { self.to.show_cursor() }
    }

    fn get_cursor_position(&mut self) -> Result<Position, B::Error> {
        self.to.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), B::Error> {
        self.to.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), B::Error> {
        // Who clears it does not know what somebody else has done to it meanwhile.
        self.cursor = None;
        self.to.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), B::Error> {
        self.cursor = None;
        self.to.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, B::Error> {
        self.to.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, B::Error> {
        self.to.window_size()
    }

    fn flush(&mut self) -> Result<(), B::Error> {
        self.to.flush()
    }
}
