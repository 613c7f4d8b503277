//! How a session looks where nobody has said it: by what the environment tells of the terminal.

use std::env;

use netmonitor_tui::{Marks, Theme};

/// The theme and the marks that were chosen, else those that fit the terminal.
pub(crate) fn chosen(theme: Option<Theme>, marks: Option<Marks>) -> Theme {
    let told = Terminal::of_environment();
    theme.unwrap_or_else(|| told.theme()).with_marks(marks.unwrap_or_else(|| told.marks()))
}

/// What the environment tells of the terminal.
#[derive(Debug, Default)]
struct Terminal {
    /// TERM.
    kind: String,
    /// COLORTERM is set.
    many_colors: bool,
    /// NO_COLOR is set to something.
    no_color: bool,
    /// COLORFGBG, as some terminals set it: foreground and background, as numbers of the palette.
    ground: String,
    /// The locale that says how characters are written.
    locale: String,
}

impl Terminal {
    fn of_environment() -> Self {
        let told = |name: &str| env::var_os(name).unwrap_or_default().to_string_lossy().into_owned();
        // The first that is set says it, as in setlocale(3).
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(told).into_iter().find(|value| !value.is_empty());
        Self {
            kind: told("TERM"),
            many_colors: !told("COLORTERM").is_empty(),
            no_color: !told("NO_COLOR").is_empty(),
            ground: told("COLORFGBG"),
            locale: locale.unwrap_or_default(),
        }
    }

    fn theme(&self) -> Theme {
        let named = |name| Theme::named(name).unwrap_or_else(|| unreachable!("{name} is a theme"));
        let kind = self.kind.as_str();
        if self.no_color || ["dumb", "vt100", "vt102", "vt220"].contains(&kind) {
            return named("none");
        }
        let has_many = ["256color", "direct", "kitty", "alacritty", "foot", "ghostty"]
            .iter()
            .any(|word| kind.contains(word));
        if !(has_many || self.many_colors) {
            return named("ansi");
        }
        match self.ground.rsplit(';').next() {
            Some("7" | "15") => named("light"),
            _ => named("dark"),
        }
    }

    fn marks(&self) -> Marks {
        let locale = self.locale.to_ascii_lowercase();
        // Containers and small systems set no locale at all, and terminals show UTF-8 all the same.
        let is_other = !locale.is_empty() && !locale.contains("utf-8") && !locale.contains("utf8");
        match self.kind.as_str() {
            _ if is_other => Marks::Ascii,
            "dumb" | "vt100" | "vt102" | "vt220" => Marks::Ascii,
            // The console of the kernel has blocks and no dots.
            "linux" => Marks::Block,
            _ => Marks::Braille,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(kind: &str, ground: &str, locale: &str) -> Terminal {
        let [kind, ground, locale] = [kind, ground, locale].map(str::to_owned);
        Terminal { kind, ground, locale, ..Terminal::default() }
    }

    #[test]
    fn a_theme_fits_the_terminal() {
        let theme = |kind, ground| terminal(kind, ground, "").theme().name();
        assert_eq!(theme("xterm-256color", ""), "dark");
        assert_eq!(theme("xterm-256color", "0;15"), "light");
        assert_eq!(theme("rxvt-unicode-256color", "0;default;7"), "light");
        assert_eq!(theme("xterm-256color", "15;0"), "dark");
        assert_eq!(theme("xterm", "0;15"), "ansi");
        assert_eq!(theme("linux", ""), "ansi");
        assert_eq!(theme("vt100", ""), "none");
        let no_color = Terminal { no_color: true, ..terminal("xterm-256color", "", "") };
        assert_eq!(no_color.theme().name(), "none");
        let many = Terminal { many_colors: true, ..terminal("xterm", "", "") };
        assert_eq!(many.theme().name(), "dark");
    }

    #[test]
    fn marks_fit_the_terminal() {
        let marks = |kind, locale| terminal(kind, "", locale).marks();
        assert_eq!(marks("xterm", "en_US.UTF-8"), Marks::Braille);
        assert_eq!(marks("xterm", "de_DE.utf8"), Marks::Braille);
        assert_eq!(marks("xterm", ""), Marks::Braille);
        assert_eq!(marks("xterm", "C"), Marks::Ascii);
        assert_eq!(marks("xterm", "de_DE.ISO-8859-1"), Marks::Ascii);
        assert_eq!(marks("xterm", "de_DE"), Marks::Ascii);
        assert_eq!(marks("linux", "en_US.UTF-8"), Marks::Block);
        assert_eq!(marks("vt100", ""), Marks::Ascii);
    }
}
