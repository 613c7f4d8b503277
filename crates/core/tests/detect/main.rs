//! Detectors: samples in, findings out.

mod counters;
mod health;
mod life;
mod sockets;
mod told;
mod world;
