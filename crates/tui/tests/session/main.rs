//! Sessions as scenarios: samples and keys in, screens and effects out.

mod acts;
mod asking;
mod back;
mod commands;
mod detail;
mod files;
mod found;
mod graphs;
mod happenings;
mod harness;
mod hostile;
mod idle;
mod lists;
mod looping;
mod many;
mod mouse;
mod property;
mod recorded;
mod replayed;
mod screens;
mod states;
mod tables;
mod world;
