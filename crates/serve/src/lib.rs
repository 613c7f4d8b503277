//! Metrics of a machine over HTTP: snapshots in, Prometheus and OpenMetrics out.
//!
//! [`Source`] reads the machine, on a thread of its own and when somebody asks ([`Readings`]); [`Metrics`] keeps what
//! spans readings; [`text`] writes, [`serve`] answers.

#![forbid(unsafe_code)]

mod exposition;
pub mod families;
mod findings;
mod group_findings;
mod groups;
mod http;
mod kernel;
mod metrics;
mod namespaces;
#[cfg(feature = "otlp")]
mod otlp;
mod readings;
pub mod text;

pub use exposition::{Exposition, Family, Filled, Kind, Labels, Number, Sample};
pub use http::{Stop, Stopped, WebConfig, WebConfigError, serve, stop};
pub use metrics::{Choice, Metrics, Own, plan, plan_of_rest};
#[cfg(feature = "otlp")]
pub use otlp::{Push, PushError, Pushing};
pub use readings::{Readings, Source, Taken};

#[cfg(test)]
mod tests;
