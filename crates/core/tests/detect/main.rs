//! Detectors: samples in, findings out.

mod counters;
mod health;
mod life;
mod memory;
mod sockets;
mod told;
mod world;
