//! What the kernel's numbers are called: states, timers, flags, types. Sources are the kernel's uapi headers
//! and the registries of IANA.

mod counters;
mod names;

pub use counters::{CounterKind, counter_kind, icmp_type, icmpv6_type, omitted_when_zero, type_of_counter};
pub use names::{ARPHRD, ATF, IP_PROTOCOL, RTF, RTF_NAMES, RTO_ALGORITHM, TCP_STATE, TIMER};

use crate::cell::Value;

/// A list of numbers with their names.
pub type Names = &'static [(u32, &'static str)];

/// The name of a number.
pub fn name(names: Names, number: u64) -> Option<&'static str> {
    names.iter().find(|(known, _)| u64::from(*known) == number).map(|(_, name)| *name)
}

/// A number with its name where it has one.
pub fn named(names: Names, number: u64) -> Value<'static> {
    name(names, number).map_or(Value::Unsigned(number), |name| Value::Named(number, name))
}

/// The name alone; a number that has none stays a number.
pub fn label(names: Names, number: u64) -> Value<'static> {
    name(names, number).map_or(Value::Unsigned(number), Value::Label)
}
