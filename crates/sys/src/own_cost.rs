//! What this process itself takes, by `/proc/self`.

use rustix::fs::{Dir, Mode, OFlags};

use crate::stat::Stat;

/// What it takes; what cannot be read is missing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OwnCost {
    /// Processor time in user and system mode, seconds.
    pub cpu: Option<f64>,
    /// Resident memory, bytes.
    pub resident: Option<u64>,
    /// Open descriptors.
    pub descriptors: Option<u64>,
    /// When it began, seconds since boot.
    pub began: Option<f64>,
}

impl OwnCost {
    /// Reads it now.
    pub fn read() -> Self {
        let stat = std::fs::read("/proc/self/stat").unwrap_or_default();
        let ticks = rustix::param::clock_ticks_per_second().max(1) as f64;
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let pages: Option<u64> = statm.split_ascii_whitespace().nth(1).and_then(|word| word.parse().ok());
        Self {
            cpu: cpu_ticks(&stat).map(|cpu| cpu as f64 / ticks),
            resident: pages.map(|pages| pages * rustix::param::page_size() as u64),
            descriptors: descriptors(),
            began: Stat::parse(&stat).map(|stat| stat.start_time as f64 / ticks),
        }
    }
}

/// Fields 14 and 15 of `stat`: the twelfth and thirteenth after the name, which may hold anything.
fn cpu_ticks(stat: &[u8]) -> Option<u64> {
    let end = stat.iter().rposition(|&byte| byte == b')')?;
    let mut fields = str::from_utf8(&stat[end + 1..]).ok()?.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The one that lists them is left out.
fn descriptors() -> Option<u64> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let fd = rustix::fs::open("/proc/self/fd", flags, Mode::empty()).ok()?;
    let names = Dir::read_from(&fd).ok()?.filter_map(Result::ok);
    let count = names.filter(|entry| !entry.file_name().to_bytes().starts_with(b".")).count();
    Some((count as u64).saturating_sub(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_what_it_takes() {
        let stat = b"7 (a) b) R 1 1 1 0 -1 4194560 1 2 3 4 50 6 7 8 20 0 9 0 123456 1000 5";
        assert_eq!(cpu_ticks(stat), Some(56));
        assert_eq!(cpu_ticks(b"7 (x) R 1"), None);
        let own = OwnCost::read();
        assert!(own.resident.is_some_and(|bytes| bytes > 100_000), "{own:?}");
        assert!(own.descriptors.is_some_and(|count| (3..1000).contains(&count)), "{own:?}");
        assert!(own.cpu.is_some() && own.began.is_some_and(|began| began > 0.0), "{own:?}");
    }
}
