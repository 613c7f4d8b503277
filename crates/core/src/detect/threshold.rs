//! Thresholds: each has a name, a value with its source, and can be set.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{ALL, Baseline};
use crate::query::nearest::nearest;

/// A threshold as it is declared.
#[derive(Debug, PartialEq)]
pub struct Threshold {
    /// Its name, unique among all.
    pub name: &'static str,
    /// What it is unless somebody sets it.
    pub usual: f64,
    /// What it counts: `percent`, `seconds`, `bytes`…
    pub unit: &'static str,
    /// What it is about.
    pub doc: &'static str,
    /// Where its value comes from; `ours` where nobody else says one.
    pub source: &'static str,
}

/// By what it is judged what is wrong: thresholds that were set otherwise, and what is normal, where that was learned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thresholds {
    set: BTreeMap<&'static str, f64>,
    /// What the process normally does.
    pub(super) baseline: Option<Arc<Baseline>>,
}

impl Thresholds {
    /// Sets thresholds by their names.
    ///
    /// # Errors
    ///
    /// Which one there is not, or cannot be so.
    pub fn of<'a>(set: impl IntoIterator<Item = (&'a str, f64)>) -> Result<Self, String> {
        let all = || ALL.iter().flat_map(|detector| detector.thresholds);
        let mut thresholds = Self::default();
        for (name, value) in set {
            let Some(threshold) = all().find(|threshold| threshold.name == name) else {
                let near = nearest(name, all().map(|threshold| threshold.name), 3);
                let hint =
                    if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
                return Err(format!("no threshold {name:?}{hint}"));
            };
            if !value.is_finite() || value < 0.0 {
                return Err(format!("{name}: {value} {} cannot be", threshold.unit));
            }
            thresholds.set.insert(threshold.name, value);
        }
        Ok(thresholds)
    }

    /// The same, with what is normal.
    #[must_use]
    pub fn with_baseline(self, baseline: Option<Arc<Baseline>>) -> Self {
        Self { baseline, ..self }
    }

    /// What a threshold is.
    pub fn get(&self, threshold: &Threshold) -> f64 {
        self.set.get(threshold.name).copied().unwrap_or(threshold.usual)
    }

    /// A number that is another one where anything is judged otherwise.
    pub(super) fn number(&self) -> u32 {
        crc32fast::hash(format!("{self:?}").as_bytes())
    }

    /// Whether somebody has set it.
    pub fn is_set(&self, threshold: &Threshold) -> bool {
        self.set.contains_key(threshold.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_set_by_name() {
        let threshold = ALL.iter().flat_map(|detector| detector.thresholds).next().unwrap();
        let set = Thresholds::of([(threshold.name, 7.5)]).unwrap();
        assert_eq!((set.get(threshold), set.is_set(threshold)), (7.5, true));
        assert_eq!(Thresholds::default().get(threshold), threshold.usual);
        let mut wrong = threshold.name.to_owned();
        wrong.pop();
        assert!(Thresholds::of([(&*wrong, 1.0)]).unwrap_err().contains(threshold.name));
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(Thresholds::of([(threshold.name, value)]).unwrap_err().contains("cannot be"));
        }
    }
}
