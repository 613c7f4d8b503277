//! Metrics as they are told at one moment: families, each with its samples. How they are written is `text.rs`'s.

use std::sync::Arc;

/// How a figure behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows; its name ends in `_total` when it is written.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// What is known of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its name, without `_total`.
    pub name: String,
    /// How it behaves.
    pub kind: Kind,
    /// What it says, in a sentence.
    pub help: String,
}

/// Names and values of labels that several samples share.
pub type Labels = Arc<[(&'static str, String)]>;

/// A label whose value is one of ours.
pub(crate) type Word = (&'static str, &'static str);

/// A number of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Without sign.
    Unsigned(u64),
    /// With one.
    Signed(i64),
    /// Measured or computed.
    Float(f64),
}

impl Number {
    /// The nearest number that counts something.
    #[cfg(feature = "otlp")]
    pub(crate) fn as_u64(self) -> u64 {
        match self {
            Self::Unsigned(number) => number,
            Self::Signed(number) => number.max(0).unsigned_abs(),
            Self::Float(number) => number as u64,
        }
    }

    /// The nearest number with a fraction.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Unsigned(number) => number as f64,
            Self::Signed(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Labels, in front of the words.
    pub labels: Labels,
    /// Labels with a value of ours; those without a name are none.
    pub(crate) words: [Word; 2],
    /// The figure.
    pub number: Number,
}

/// A family with its samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// What they are.
    pub family: Arc<Family>,
    /// The figures.
    pub samples: Vec<Sample>,
}

/// All that is told at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exposition {
    /// Each family once.
    pub families: Vec<Filled>,
}

/// No words.
pub(crate) const NO_WORDS: [Word; 2] = [("", ""); 2];

impl Exposition {
    /// Adds a family, unless nothing is known of it.
    pub(crate) fn push(&mut self, family: &Arc<Family>, samples: Vec<Sample>) {
        if !samples.is_empty() {
            self.families.push(Filled { family: family.clone(), samples });
        }
    }
}

impl Sample {
    pub(crate) fn new(labels: &Labels, number: Number) -> Self {
        Self { labels: labels.clone(), words: NO_WORDS, number }
    }

    pub(crate) fn with(labels: &Labels, words: [Word; 2], number: Number) -> Self {
        Self { labels: labels.clone(), words, number }
    }

    /// Its labels by name and value, one after another.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let words = self.words.iter().copied().filter(|(name, _)| !name.is_empty());
        self.labels.iter().map(|(name, value)| (*name, value.as_str())).chain(words)
    }
}
