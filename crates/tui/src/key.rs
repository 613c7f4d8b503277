//! Keys as they are bound and written.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key that is pressed or bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// This key with these modifiers.
    Press(KeyModifiers, KeyCode),
    /// Any character. Only bound.
    Character,
    /// Any key. Only bound.
    Any,
}

impl Key {
    /// A key that is no character.
    pub(crate) const fn code(code: KeyCode) -> Self {
        Self::Press(KeyModifiers::NONE, code)
    }

    /// A character.
    pub(crate) const fn char(character: char) -> Self {
        Self::code(KeyCode::Char(character))
    }

    /// A character with Ctrl.
    pub(crate) const fn ctrl(character: char) -> Self {
        Self::Press(KeyModifiers::CONTROL, KeyCode::Char(character))
    }

    /// A key with Shift.
    pub(crate) const fn shift(code: KeyCode) -> Self {
        Self::Press(KeyModifiers::SHIFT, code)
    }

    /// The key of an event, in the one form that is bound; `None` when a key is let go.
    ///
    /// Terminals differ in whether they report Shift beside a character that has it in it already.
    pub(crate) fn pressed(event: &KeyEvent) -> Option<Self> {
        const COUNTED: KeyModifiers =
            KeyModifiers::CONTROL.union(KeyModifiers::SHIFT).union(KeyModifiers::ALT);
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let modifiers = event.modifiers & COUNTED;
        Some(match event.code {
            KeyCode::Char(character) if modifiers.contains(KeyModifiers::CONTROL) => {
                let modifiers = modifiers - KeyModifiers::SHIFT;
                Self::Press(modifiers, KeyCode::Char(character.to_ascii_lowercase()))
            }
            KeyCode::Char(_) | KeyCode::BackTab => Self::Press(modifiers - KeyModifiers::SHIFT, event.code),
            code => Self::Press(modifiers, code),
        })
    }

    /// The character that the key types.
    pub(crate) fn character(self) -> Option<char> {
        match self {
            Self::Press(KeyModifiers::NONE, KeyCode::Char(character)) => Some(character),
            _ => None,
        }
    }

    /// Whether a bound key stands for more than one.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Character | Self::Any)
    }

    /// Whether this bound key stands for a pressed one.
    pub(crate) fn means(self, pressed: Self) -> bool {
        match self {
            Self::Any => true,
            Self::Character => pressed.character().is_some(),
            exact => exact == pressed,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Press(modifiers, code) = self else {
            return f.write_str(if *self == Self::Any { "any key" } else { "any character" });
        };
        for (modifier, name) in
            [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")]
        {
            if modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(letter) if modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", letter.to_ascii_uppercase())
            }
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::F(number) => write!(f, "F{number}"),
            other => write!(f, "{other:?}"),
        }
    }
}

/// Bound keys in print: `1–9`, `↑ k`.
pub(crate) fn written(keys: &[Key]) -> String {
    let characters: Vec<u32> = keys.iter().filter_map(|key| key.character()).map(u32::from).collect();
    let run = characters.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    if let (true, true, [first, .., last]) = (run, characters.len() == keys.len(), keys)
        && keys.len() > 2
    {
        return format!("{first}–{last}");
    }
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_each_key() {
        let pressed = |code, modifiers| Key::pressed(&KeyEvent::new(code, modifiers));
        assert_eq!(pressed(KeyCode::Char('L'), KeyModifiers::SHIFT), Some(Key::char('L')));
        assert_eq!(pressed(KeyCode::BackTab, KeyModifiers::SHIFT), Some(Key::code(KeyCode::BackTab)));
        let both = KeyModifiers::CONTROL | KeyModifiers::SHIFT;
        assert_eq!(pressed(KeyCode::Char('D'), both), Some(Key::ctrl('d')));
        assert_eq!(pressed(KeyCode::Left, KeyModifiers::SHIFT), Some(Key::shift(KeyCode::Left)));
        let let_go = KeyEvent::new_with_kind(KeyCode::Tab, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(Key::pressed(&let_go), None);
    }

    #[test]
    fn keys_in_print() {
        let digits: Vec<Key> = ('1'..='9').map(Key::char).collect();
        assert_eq!(written(&digits), "1–9");
        assert_eq!(written(&[Key::ctrl('d'), Key::code(KeyCode::PageUp)]), "Ctrl-D PgUp");
        assert_eq!(written(&[Key::shift(KeyCode::Left), Key::char(' ')]), "Shift-← Space");
        assert_eq!(
            written(&[Key::code(KeyCode::BackTab), Key::Any, Key::Character]),
            "Shift-Tab any key any character"
        );
        assert_eq!(written(&[Key::char('j'), Key::char('k')]), "j k");
    }
}
