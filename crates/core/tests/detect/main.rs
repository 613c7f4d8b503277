//! Detectors: samples in, findings out.

mod counters;
mod health;
mod healthy;
mod hostile;
mod hours;
mod kernel;
mod life;
mod links;
mod memory;
mod recorded;
mod security;
mod sockets;
mod told;
mod world;
