//! Why nothing is counted.

use std::error::Error;
use std::fmt;

use netmonitor_core::sample::Status;
use rustix::io::Errno;

/// Why nothing is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// In a sentence.
    pub reason: String,
    /// What the kernel's verifier said, if it was asked.
    pub log: String,
    /// How a part ends that nothing is told in.
    pub(crate) status: Status,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Why {
    /// The kernel has all that is needed, and refuses it.
    pub(crate) fn is_offered(&self) -> bool {
        self.status != Status::Missing
    }

    pub(super) fn missing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), log: String::new(), status: Status::Missing }
    }

    pub(super) fn denied() -> Self {
        let reason = "loading BPF programs needs CAP_BPF and CAP_PERFMON".to_owned();
        Self { reason, log: String::new(), status: Status::Denied }
    }

    /// The kernel refused something.
    pub(super) fn refused(what: &str, errno: Errno) -> Self {
        if errno == Errno::PERM {
            return Self::denied();
        }
        let said = std::io::Error::from_raw_os_error(errno.raw_os_error());
        let reason = format!("{what} was refused: {said}");
        Self { reason, log: String::new(), status: Status::Error(errno.raw_os_error()) }
    }

    /// The object does not fit: this program's own mistake.
    pub(super) fn unfit(error: &(dyn Error + 'static)) -> Self {
        let causes = std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
        let said: Vec<String> = causes.map(ToString::to_string).collect();
        let reason = format!("the BPF programs do not fit this kernel: {}", said.join(": "));
        Self { reason, log: String::new(), status: Status::Error(Errno::INVAL.raw_os_error()) }
    }
}
