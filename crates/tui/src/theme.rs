//! How things look: themes, each a table of styles, and the marks that pictures are made of.
//!
//! A look only ever repeats what a word or a mark says already, so a screen without colours says the same. The colours
//! that are told apart are blue, orange, yellow and vermilion: those that all kinds of colour vision tell apart.
//!
//! To add a theme: an entry in [`ALL`].

use std::fmt;
use std::str::FromStr;

use netmonitor_core::detect::Severity;
use ratatui::style::{Color, Modifier, Style};

/// A theme and the marks that it draws with.
#[derive(Clone, Copy)]
pub struct Theme {
    looks: &'static Looks,
    /// What pictures are made of.
    pub marks: Marks,
}

/// What lines and pictures are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Marks {
    /// Braille dots, eight to a cell.
    #[default]
    Braille,
    /// Blocks, eight heights to a cell.
    Block,
    /// Characters that every terminal has.
    Ascii,
}

/// The looks of one theme.
struct Looks {
    name: &'static str,
    doc: &'static str,
    quiet: Style,
    strong: Style,
    title: Style,
    header: Style,
    selected: Style,
    tab: Style,
    moving: Style,
    warning: Style,
    error: Style,
    mark: Style,
    sent: Style,
    received: Style,
}

const PLAIN: Style = Style::new();
const BOLD: Style = PLAIN.add_modifier(Modifier::BOLD);
const DIM: Style = PLAIN.add_modifier(Modifier::DIM);
const REVERSED: Style = PLAIN.add_modifier(Modifier::REVERSED);

const fn tint(number: u8) -> Style {
    PLAIN.fg(Color::Indexed(number))
}

const fn bold(style: Style) -> Style {
    style.add_modifier(Modifier::BOLD)
}

const fn reversed(style: Style) -> Style {
    style.add_modifier(Modifier::BOLD.union(Modifier::REVERSED))
}

/// Without any colour; the others begin from here.
const NONE: Looks = Looks {
    name: "none",
    doc: "no colours: bold, dim, underlined and reversed text only",
    quiet: DIM,
    strong: BOLD,
    title: BOLD,
    header: PLAIN.add_modifier(Modifier::UNDERLINED),
    // Over whatever the row holds.
    selected: REVERSED.remove_modifier(Modifier::DIM),
    tab: reversed(PLAIN),
    moving: BOLD,
    warning: PLAIN,
    error: BOLD,
    mark: reversed(PLAIN),
    sent: PLAIN,
    received: BOLD,
};

/// All themes, in the order in which they are listed.
static ALL: &[Looks] = &[
    Looks {
        name: "dark",
        doc: "for a dark background, of 256 colours",
        quiet: tint(246),
        title: bold(tint(117)),
        moving: tint(117),
        warning: tint(221),
        error: bold(tint(209)),
        mark: reversed(tint(221)),
        sent: tint(215),
        received: tint(75),
        selected: PLAIN.bg(Color::Indexed(24)).fg(Color::Indexed(231)).remove_modifier(Modifier::DIM),
        ..NONE
    },
    Looks {
        name: "light",
        doc: "for a light background, of 256 colours",
        quiet: tint(242),
        title: bold(tint(25)),
        moving: tint(25),
        warning: tint(130),
        error: bold(tint(160)),
        mark: reversed(tint(130)),
        sent: tint(130),
        received: tint(26),
        selected: PLAIN.bg(Color::Indexed(153)).fg(Color::Indexed(16)).remove_modifier(Modifier::DIM),
        ..NONE
    },
    Looks {
        name: "contrast",
        doc: "high contrast: nothing dim, all that matters bold and bright",
        quiet: PLAIN,
        title: bold(PLAIN.fg(Color::LightCyan)),
        moving: bold(PLAIN.fg(Color::LightCyan)),
        warning: bold(PLAIN.fg(Color::LightYellow)),
        error: reversed(PLAIN.fg(Color::LightRed)),
        mark: reversed(PLAIN.fg(Color::LightYellow)),
        sent: bold(PLAIN.fg(Color::LightYellow)),
        received: bold(PLAIN.fg(Color::LightCyan)),
        ..NONE
    },
    Looks {
        name: "ansi",
        doc: "the terminal's own 16 colours",
        title: bold(PLAIN.fg(Color::Cyan)),
        moving: PLAIN.fg(Color::LightBlue),
        warning: PLAIN.fg(Color::Yellow),
        error: bold(PLAIN.fg(Color::Red)),
        mark: reversed(PLAIN.fg(Color::Yellow)),
        sent: PLAIN.fg(Color::Yellow),
        received: PLAIN.fg(Color::LightBlue),
        ..NONE
    },
    NONE,
];

impl Theme {
    /// The theme of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        let looks = ALL.iter().find(|looks| looks.name == name)?;
        Some(Self { looks, marks: Marks::default() })
    }

    /// The same with these marks.
    #[must_use]
    pub fn with_marks(self, marks: Marks) -> Self {
        Self { marks, ..self }
    }

    /// The names of all themes, each with a sentence.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        ALL.iter().map(|looks| (looks.name, looks.doc))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.looks.name
    }

    /// What is there to be found, not to be read: borders, labels, absent values.
    pub(crate) fn quiet(self) -> Style {
        self.looks.quiet
    }

    /// What the eye should find first.
    pub(crate) fn strong(self) -> Style {
        self.looks.strong
    }

    /// Name of a table.
    pub(crate) fn title(self) -> Style {
        self.looks.title
    }

    /// Titles of columns.
    pub(crate) fn header(self) -> Style {
        self.looks.header
    }

    /// The selected row: over whatever it holds.
    pub(crate) fn selected(self) -> Style {
        self.looks.selected
    }

    /// The selected tab.
    pub(crate) fn tab(self) -> Style {
        self.looks.tab
    }

    /// A rate that is not zero: something moves here.
    pub(crate) fn moving(self) -> Style {
        self.looks.moving
    }

    /// A rate of what is sent.
    pub(crate) fn sent(self) -> Style {
        self.looks.sent
    }

    /// A rate of what is received.
    pub(crate) fn received(self) -> Style {
        self.looks.received
    }

    /// A row that has just appeared; a mark says so, too.
    pub(crate) fn appeared(self) -> Style {
        self.moving().add_modifier(Modifier::BOLD)
    }

    /// A row that has just vanished; a mark says so, too.
    pub(crate) fn vanished(self) -> Style {
        self.quiet().add_modifier(Modifier::CROSSED_OUT)
    }

    /// A term of a filter, and what takes it away.
    pub(crate) fn term(self) -> Style {
        self.strong()
    }

    /// What could not be had, and why.
    pub(crate) fn warning(self) -> Style {
        self.looks.warning
    }

    /// Something that is so bad.
    pub(crate) fn badge(self, severity: Severity) -> Style {
        match severity {
            Severity::Critical => self.looks.error.add_modifier(Modifier::REVERSED),
            Severity::Warning => self.looks.mark,
            Severity::Info => self.looks.quiet,
        }
    }

    /// What was typed wrong.
    pub(crate) fn error(self) -> Style {
        self.looks.error
    }

    /// The place of what was typed wrong.
    pub(crate) fn wrong(self) -> Style {
        self.error().add_modifier(Modifier::UNDERLINED | Modifier::REVERSED)
    }

    /// The mark that time stands still.
    pub(crate) fn mark(self) -> Style {
        self.looks.mark
    }
}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.looks.name, self.marks)
    }
}

impl PartialEq for Theme {
    fn eq(&self, other: &Self) -> bool {
        (self.looks.name, self.marks) == (other.looks.name, other.marks)
    }
}

impl Eq for Theme {}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.looks.name)
    }
}

impl FromStr for Theme {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::named(name).ok_or_else(|| {
            let names: Vec<&str> = ALL.iter().map(|looks| looks.name).collect();
            format!("no theme {name:?}: there are {}", names.join(", "))
        })
    }
}

impl Marks {
    /// All of them, by their names, each with a sentence.
    pub const ALL: &[(&str, Self, &str)] = &[
        ("braille", Self::Braille, "dots of Braille, the finest pictures"),
        ("block", Self::Block, "blocks, for terminals without Braille"),
        ("ascii", Self::Ascii, "plain characters, for terminals without UTF-8"),
    ];
}

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, marks, _)| marks == self).map_or("", |(name, ..)| name);
        f.write_str(name)
    }
}

impl FromStr for Marks {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(known, ..)| *known == name);
        found.map(|(_, marks, _)| *marks).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, ..)| *name).collect();
            format!("no marks {name:?}: there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for (name, _) in Theme::all() {
            assert_eq!(name.parse::<Theme>().unwrap().to_string(), name);
        }
        for (name, marks, _) in Marks::ALL {
            assert_eq!((name.parse(), marks.to_string().as_str()), (Ok(*marks), *name));
        }
        assert_eq!(
            "drak".parse::<Theme>().unwrap_err(),
            "no theme \"drak\": there are dark, light, contrast, ansi, none"
        );
        assert!("dots".parse::<Marks>().is_err());
    }

    #[test]
    fn without_colours_nothing_has_a_colour() {
        let Looks { quiet, strong, title, header, selected, tab, moving, warning, .. } = NONE;
        let Looks { error, mark, sent, received, .. } = NONE;
        for style in [quiet, strong, title, header, selected, tab, moving, warning] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        for style in [error, mark, sent, received] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
