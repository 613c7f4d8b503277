//! Samples of kernel data, joined into snapshots of one process and its network namespace.
//!
//! [`sample`] is what was read, [`engine`] decodes and joins it, [`snapshot`] is the result, immutable;
//! [`views`] are the ways to look at it, [`export`] the ways to print them. Nothing here reads a file, a
//! clock or a terminal.

#![forbid(unsafe_code)]

pub mod census;
pub mod cgroup;
pub mod cgroup_paths;
pub mod check;
pub mod derived;
pub mod detail;
pub mod detect;
pub mod diff;
pub mod dumps;
pub mod engine;
pub mod events;
pub mod explain;
pub mod export;
pub mod files;
pub mod format;
mod held;
mod history;
pub mod host;
pub mod host_names;
pub mod interfaces;
pub mod interval;
mod link_modes;
pub mod names;
pub mod naming;
pub mod networks;
mod numbers;
pub mod owners;
mod part;
pub mod pieces;
pub mod plan;
pub mod process;
mod programs;
pub mod query;
pub mod ran;
pub mod rates;
pub mod record;
pub mod report;
pub mod roll;
pub mod sample;
pub mod scope;
pub mod series;
pub mod services;
pub mod session;
pub mod settings;
pub mod snapshot;
pub mod sockets;
pub mod source;
pub mod tally;
pub mod traffic;
pub mod users;
pub mod views;
pub mod wanted_names;
