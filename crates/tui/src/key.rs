//! Keys as they are bound and written.

use std::fmt;
use std::str::FromStr;

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

impl FromStr for Key {
    type Err = String;

    /// A key as it is written, or by the names that terminals' users have for it.
    fn from_str(written: &str) -> Result<Self, String> {
        let (mut modifiers, mut name) = (KeyModifiers::NONE, written);
        for (prefix, modifier) in
            [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)]
        {
            if let Some((head, tail)) = name.split_at_checked(prefix.len())
                && head.eq_ignore_ascii_case(prefix)
                && !tail.is_empty()
            {
                (modifiers, name) = (modifiers | modifier, tail);
            }
        }
        let code = code_of(name).ok_or_else(|| format!("no key {written:?}"))?;
        // In the form in which it arrives.
        let event = match code {
            KeyCode::Tab if modifiers == KeyModifiers::SHIFT => {
                KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE)
            }
            code => KeyEvent::new(code, modifiers),
        };
        Self::pressed(&event).ok_or_else(|| format!("no key {written:?}"))
    }
}

/// The key of a name, without modifiers.
fn code_of(name: &str) -> Option<KeyCode> {
    const NAMED: &[(&str, KeyCode)] = &[
        ("space", KeyCode::Char(' ')),
        ("up", KeyCode::Up),
        ("↑", KeyCode::Up),
        ("down", KeyCode::Down),
        ("↓", KeyCode::Down),
        ("left", KeyCode::Left),
        ("←", KeyCode::Left),
        ("right", KeyCode::Right),
        ("→", KeyCode::Right),
        ("pgup", KeyCode::PageUp),
        ("pageup", KeyCode::PageUp),
        ("pgdn", KeyCode::PageDown),
        ("pagedown", KeyCode::PageDown),
        ("home", KeyCode::Home),
        ("end", KeyCode::End),
        ("insert", KeyCode::Insert),
        ("delete", KeyCode::Delete),
        ("backspace", KeyCode::Backspace),
        ("enter", KeyCode::Enter),
        ("tab", KeyCode::Tab),
        ("esc", KeyCode::Esc),
    ];
    let mut characters = name.chars();
    if let (Some(character), None) = (characters.next(), characters.next())
        && !character.is_control()
        && !"↑↓←→".contains(character)
    {
        return Some(KeyCode::Char(character));
    }
    let lower = name.to_ascii_lowercase();
    let function = lower.strip_prefix('f').and_then(|number| number.parse().ok());
    let named = NAMED.iter().find(|(known, _)| *known == lower).map(|(_, code)| *code);
    named.or(function.filter(|number| (1..=24).contains(number)).map(KeyCode::F))
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
    fn written_keys_are_read() {
        for action in crate::action::ALL {
            for key in action.keys.iter().filter(|key| !key.is_open()) {
                assert_eq!(key.to_string().parse(), Ok(*key), "{}", action.name);
            }
        }
        assert_eq!("ctrl-R".parse(), Ok(Key::ctrl('r')));
        assert_eq!("Shift-Tab".parse(), Ok(Key::code(KeyCode::BackTab)));
        assert_eq!("alt-x".parse(), Ok(Key::Press(KeyModifiers::ALT, KeyCode::Char('x'))));
        assert_eq!("PageDown".parse(), Ok(Key::code(KeyCode::PageDown)));
        assert_eq!("-".parse(), Ok(Key::char('-')));
        for wrong in ["", "F0", "F25", "ab", "Ctrl-", "Super-x", "\u{1b}"] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong}");
        }
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
