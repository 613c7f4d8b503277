//! Detectors: samples in, findings out.

mod counters;
mod health;
mod healthy;
mod hours;
mod kernel;
mod life;
mod links;
mod memory;
mod security;
mod sockets;
mod told;
mod world;
