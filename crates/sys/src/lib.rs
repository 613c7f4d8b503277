//! The live collector: reads a proc tree and hands its bytes on, each with its origin and how the reading
//! went.
//!
//! This is the only crate with system calls and `unsafe`. It interprets no more than it needs to find its
//! way (a process's state, its parent, its threads): what the bytes mean is decided above it, so that a
//! recording and a live process run the same code.

pub mod acts;
mod archive;
pub mod bpf;
mod caps;
mod captured;
mod cgroup;
pub mod checkup;
pub mod child;
mod clock;
mod collector;
mod descriptors;
mod details;
mod dir;
mod end;
mod ends;
mod etc;
mod family;
pub mod find;
mod held;
mod hiding;
mod host;
mod kcmp;
mod links;
mod listed_group;
mod listed_links;
mod listed_sockets;
mod lock;
mod net_files;
pub mod netlink;
mod netns;
mod output;
mod own_cost;
pub mod own_sockets;
mod reader;
mod roll;
mod settings;
mod signals;
mod socket_source;
mod sockopt;
mod stat;
mod suspend;
mod target;
mod threads;
mod tree;
mod user;
mod walk;
mod who_reads;

pub use clock::boottime;
pub use collector::{Collector, Ended, Kept};
pub use end::EndWatch;
pub use host::HostCollector;
pub use lock::lock;
pub use output::{output_is_closed, terminal_columns};
pub use own_cost::OwnCost;
pub use signals::is_ignored;
pub use suspend::suspend_process_group;
pub use target::{Target, TargetError};
pub use tree::{Kind, ProcTree, TreeError};
pub use user::effective_user;
