//! What is said when the watched process has ended.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::format::harmless_text;
use crate::sample::Status;
use crate::snapshot::Snapshot;
use crate::sockets::{KINDS, TCP};
use crate::views::state_of;

/// The closing report: the process, how long it was watched, its sockets as they were last read. `unread` is
/// how long before the end the last snapshot was made.
pub fn closing(pid: u32, snapshot: Option<&Snapshot>, watched: Duration, unread: Duration) -> String {
    let Some(snapshot) = snapshot else {
        return format!("process {pid} has ended; watched for {}; nothing was read\n", length(watched));
    };
    let process = &snapshot.process;
    let user = process.uid.and_then(|uid| snapshot.naming.users.name(uid));
    let user = user.map(|name| format!(", user {}", harmless_text(name))).unwrap_or_default();
    let name = harmless_text(&process.name);
    let mut text = format!("process {pid} ({name}{user}) has ended; watched for {}\n", length(watched));
    match snapshot.owners.target_status {
        Some(Status::Denied) => {
            let _ = writeln!(text, "its sockets could not be told: {}", snapshot.owners.refusal());
        }
        Some(Status::Error(_) | Status::Missing | Status::NotAsked) | None => {
            text.push_str("its sockets could not be told: its descriptors were not read\n");
        }
        Some(Status::Ok | Status::Partial(..) | Status::Interrupted | Status::Cut) => {
            sockets(snapshot, unread, &mut text)
        }
    }
    text
}

fn sockets(snapshot: &Snapshot, unread: Duration, text: &mut String) {
    let all = snapshot.owners.group_sockets();
    let _ = writeln!(text, "its sockets as last read, {all} of all families:");
    for kind in KINDS {
        let Some(sockets) = snapshot.sockets(kind) else { continue };
        let places = sockets.places(true);
        let _ = write!(text, "  {}: {}", kind.name, places.len());
        if **kind == TCP && !places.is_empty() {
            let mut states: BTreeMap<u8, usize> = BTreeMap::new();
            for socket in places.iter().filter_map(|place| sockets.get(*place)) {
                *states.entry(socket.inet.st).or_default() += 1;
            }
            let states: Vec<_> =
                states.iter().map(|(st, count)| format!("{count} {}", state_of(*st))).collect();
            let _ = write!(text, " ({})", states.join(", "));
        }
        // The last tick read the tab that was shown; the others stand as they were before.
        let ages = sockets.lists().iter().filter_map(|list| snapshot.source(list.source));
        let age = ages.map(|source| snapshot.age(source.reading)).max().unwrap_or(0);
        let _ = writeln!(text, ", read {} before the end", length(Duration::from_nanos(age) + unread));
    }
}

/// A length of time in words: `45 s`, `3 min 20 s`, `2 h 5 min`.
fn length(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_words() {
        let of = |seconds| length(Duration::from_secs_f64(seconds));
        assert_eq!([of(0.44), of(45.0), of(200.0), of(7500.0)], ["0.4 s", "45 s", "3 min 20 s", "2 h 5 min"]);
    }
}
