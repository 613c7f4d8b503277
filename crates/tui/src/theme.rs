//! How things look: the 16 ANSI colours, or none of them.
//!
//! Colour only ever repeats what a word or a mark says already, so a screen without it says the same.

use ratatui::style::{Color, Modifier, Style};

/// The looks, with colour or without.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theme {
    /// Whether colours may be used.
    pub(crate) color: bool,
}

impl Theme {
    fn tint(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    /// What is there to be found, not to be read: borders, labels, absent values.
    pub(crate) fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What the eye should find first.
    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Name of a table.
    pub(crate) fn title(self) -> Style {
        self.tint(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// Titles of columns.
    pub(crate) fn header(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED)
    }

    /// The selected row: over whatever it holds.
    pub(crate) fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM)
    }

    /// The selected tab.
    pub(crate) fn tab(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// A rate that is not zero: something moves here.
    pub(crate) fn moving(self) -> Style {
        if self.color { Style::new().fg(Color::Green) } else { self.strong() }
    }

    /// What could not be had, and why.
    pub(crate) fn warning(self) -> Style {
        self.tint(Color::Yellow)
    }

    /// What was typed wrong.
    pub(crate) fn error(self) -> Style {
        self.tint(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The place of what was typed wrong.
    pub(crate) fn wrong(self) -> Style {
        self.error().add_modifier(Modifier::UNDERLINED | Modifier::REVERSED)
    }

    /// The mark that time stands still.
    pub(crate) fn mark(self) -> Style {
        self.tint(Color::Yellow).add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }
}
