//! Detectors: samples in, findings out.

mod counters;
mod life;
mod sockets;
mod world;
