//! Which keys do what: those of the action table, and those that were bound otherwise.

use netmonitor_core::query::nearest::nearest;

use crate::action::{self, Action};
use crate::app::Mode;
use crate::key::{self, Key};

/// Keys that are bound otherwise than the action table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings {
    /// The place of an action in the table, and its keys; in the order of the table.
    changed: Vec<(usize, Vec<Key>)>,
}

/// The action whose keys stay: there is always a way out.
const WAY_OUT: &str = "quit-now";

/// Actions that do what their key says: other keys say nothing, but some of theirs can be left to others.
const BY_KEY: &[&str] = &["tab", "type-command"];

/// Whether other keys can be bound to an action.
pub(crate) fn are_free(action: &Action) -> bool {
    let is_fixed = action.name == WAY_OUT || action.keys.iter().any(|key| key.is_open());
    !is_fixed && !BY_KEY.contains(&action.name)
}

impl Bindings {
    /// Binds actions, each by its name, to keys as they are written in the list of keys.
    ///
    /// # Errors
    ///
    /// Which action or key there is not, or which key would mean two things.
    pub fn of<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [String])>) -> Result<Self, String> {
        let mut bindings = Self::default();
        for (name, keys) in entries {
            let place = place_of(name)?;
            let keys = keys.iter().map(|key| key.parse()).collect::<Result<Vec<Key>, String>>();
            let keys = keys.map_err(|why| format!("{name}: {why}"))?;
            let own = action::ALL[place].keys;
            if let Some(other) = keys.iter().find(|key| BY_KEY.contains(&name) && !own.contains(key)) {
                return Err(format!(
                    "{name}: {other} is none of {}, which say what it does",
                    key::written(own)
                ));
            }
            bindings.changed.push((place, keys));
        }
        bindings.changed.sort_by_key(|(place, _)| *place);
        bindings.check()?;
        Ok(bindings)
    }

    /// The keys of an action.
    pub(crate) fn keys(&self, action: &'static Action) -> &[Key] {
        let changed =
            self.changed.iter().find(|(place, _)| std::ptr::eq(&raw const action::ALL[*place], action));
        changed.map_or(action.keys, |(_, keys)| keys)
    }

    /// The first key of an action, as it is written.
    pub(crate) fn written(&self, name: &str) -> String {
        let action = action::ALL.iter().find(|action| action.name == name);
        action.and_then(|action| self.keys(action).first()).map_or_else(String::new, Key::to_string)
    }

    /// The action of a key: one that is bound to it alone goes before one that takes many.
    pub(crate) fn find(&self, mode: Mode, key: Key) -> Option<&'static Action> {
        let bound = |open| {
            action::ALL.iter().find(move |action| {
                action.modes.contains(&mode)
                    && self.keys(action).iter().any(|bound| bound.is_open() == open && bound.means(key))
            })
        };
        bound(false).or_else(|| bound(true))
    }

    /// No key may mean two things where somebody presses it, and none that is typed there may mean anything else.
    fn check(&self) -> Result<(), String> {
        for (place, keys) in &self.changed {
            let action = &action::ALL[*place];
            for (mode, key) in action.modes.iter().flat_map(|mode| keys.iter().map(move |key| (*mode, *key)))
            {
                let taken = |other: &&Action| {
                    !std::ptr::eq(*other, action)
                        && other.modes.contains(&mode)
                        && other.keys.first().is_none_or(|key| *key != Key::Any)
                };
                for other in action::ALL.iter().filter(taken) {
                    if self.keys(other).iter().any(|bound| !bound.is_open() && *bound == key) {
                        return Err(format!("{key} would mean both {} and {}", action.name, other.name));
                    }
                    // A key of the table goes before what is typed: nobody types it there.
                    let is_typed = key.character().is_some() && !action.keys.contains(&key);
                    if is_typed && self.keys(other).contains(&Key::Character) {
                        return Err(format!("{}: {key} is typed where it is pressed", action.name));
                    }
                }
            }
        }
        Ok(())
    }
}

fn place_of(name: &str) -> Result<usize, String> {
    let names = || action::ALL.iter().map(|action| action.name);
    let place = names().position(|known| known == name).ok_or_else(|| {
        let near = nearest(name, names(), 3);
        let hint = if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
        format!("no action {name:?}{hint}")
    })?;
    if !are_free(&action::ALL[place]) && !BY_KEY.contains(&name) {
        return Err(format!("{name} keeps its keys"));
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bindings(entries: &[(&str, &[&str])]) -> Result<Bindings, String> {
        let entries: Vec<(&str, Vec<String>)> = entries
            .iter()
            .map(|(name, keys)| (*name, keys.iter().map(|key| (*key).to_owned()).collect()))
            .collect();
        Bindings::of(entries.iter().map(|(name, keys)| (*name, keys.as_slice())))
    }

    fn name(bindings: &Bindings, mode: Mode, key: Key) -> Option<&'static str> {
        bindings.find(mode, key).map(|action| action.name)
    }

    #[test]
    fn keys_are_bound_otherwise() {
        let bound = bindings(&[("filter", &["F3", "&"]), ("quit", &["Q"])]).unwrap();
        assert_eq!(name(&bound, Mode::Tab, Key::char('&')), Some("filter"));
        assert_eq!(name(&bound, Mode::Tab, Key::char('/')), None, "the old key is free");
        assert_eq!(name(&bound, Mode::Overlay, Key::char('Q')), Some("quit"));
        assert_eq!(name(&bound, Mode::Tab, Key::char('?')), Some("help"));
        assert_eq!(name(&Bindings::default(), Mode::Tab, Key::char('/')), Some("filter"));
        // A key that was taken can be, once what it meant has another.
        assert!(bindings(&[("filter", &["f"]), ("tabs", &["F2"])]).is_ok());
        assert_eq!(
            name(&bindings(&[("wrong", &[])]).unwrap_or_default(), Mode::Tab, Key::char('q')),
            Some("quit")
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |name: &str, key: &str| bindings(&[(name, &[key])]).unwrap_err();
        assert_eq!(wrong("filtr", "x"), r#"no action "filtr"; nearest: filter"#);
        assert_eq!(wrong("filter", "f"), "f would mean both filter and tabs");
        assert_eq!(wrong("filter", "Hyper-x"), r#"filter: no key "Hyper-x""#);
        assert_eq!(wrong("quit-now", "x"), "quit-now keeps its keys");
        assert_eq!(wrong("type", "x"), "type keeps its keys");
        assert_eq!(wrong("tab", "F2"), "tab: F2 is none of 0–9, which say what it does");
        assert!(bindings(&[("type-command", &["t", "u"]), ("filter", &["s"])]).is_ok());
        assert!(BY_KEY.iter().all(|name| action::ALL.iter().any(|action| action.name == *name)));
        assert_eq!(wrong("close-command-line", "x"), "close-command-line: x is typed where it is pressed");
        assert!(bindings(&[("close-command-line", &["F9"])]).is_ok());
        assert!(bindings(&[("toggle-column", &["Space", "F9"])]).is_ok(), "it has that key anyway");
        assert_eq!(wrong("toggle-column", "x"), "toggle-column: x is typed where it is pressed");
        assert!(
            bindings(&[("suspend", &["F12"])]).is_ok(),
            "any key leaves the introduction but those with a meaning"
        );
    }
}
