//! What is known of addresses, and what is being asked: bounded, each answer for as long as it holds.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use netmonitor_core::host_names::Answer;
use netmonitor_core::networks::Network;
use netmonitor_core::wanted_names::MOST;

/// An answer holds no longer, nor less long, whatever its server says.
const LONGEST: Duration = Duration::from_secs(3600);
const SHORTEST: Duration = Duration::from_secs(30);

/// What is known of one address.
#[derive(Debug, Default)]
struct Entry {
    /// What came of asking, and until when it holds.
    answer: Option<(Answer, Instant)>,
    is_asked: bool,
    network: Option<Network>,
    /// When it was wanted last.
    used: u64,
}

/// What is known of addresses.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: HashMap<IpAddr, Entry>,
    /// How often something was wanted.
    turn: u64,
    /// How often names and networks have changed.
    pub(crate) names_changed: u64,
    pub(crate) networks_changed: u64,
}

impl Cache {
    /// Names and networks of these are wanted. Gives those whose name is to be asked for, where that is wanted, too: each
    /// once until there is an answer.
    pub(crate) fn want(
        &mut self,
        addresses: &[IpAddr],
        (resolve, now): (bool, Instant),
        network: impl Fn(IpAddr) -> Option<Network>,
    ) -> Vec<IpAddr> {
        self.turn += 1;
        let mut to_ask = Vec::new();
        for address in addresses.iter().take(MOST) {
            let turn = self.turn;
            let entry = self.entries.entry(*address).or_insert_with(|| {
                let network = network(*address);
                self.networks_changed += u64::from(network.is_some());
                Entry { network, ..Entry::default() }
            });
            entry.used = turn;
            let holds = entry.answer.as_ref().is_some_and(|(_, until)| now < *until);
            if resolve && !holds && !entry.is_asked {
                entry.is_asked = true;
                to_ask.push(*address);
            }
        }
        self.forget();
        to_ask
    }

    /// Leaves those out that were wanted the longest time ago, where there are too many.
    fn forget(&mut self) {
        let Some(too_many) = self.entries.len().checked_sub(2 * MOST).filter(|more| *more > 0) else {
            return;
        };
        let mut turns: Vec<u64> = self.entries.values().map(|entry| entry.used).collect();
        let (_, newest, _) = turns.select_nth_unstable(too_many - 1);
        let newest = *newest;
        self.entries.retain(|_, entry| entry.used > newest);
        self.names_changed += 1;
        self.networks_changed += 1;
    }

    /// An answer has come, which holds for so long.
    pub(crate) fn answer(&mut self, address: IpAddr, answer: Answer, (holds, now): (Duration, Instant)) {
        // It may have been left out meanwhile.
        let Some(entry) = self.entries.get_mut(&address) else { return };
        entry.is_asked = false;
        let is_new = entry.answer.as_ref().is_none_or(|(known, _)| *known != answer);
        // What could not be had this time was not taken back.
        let is_failure = matches!(answer, Answer::Timeout | Answer::Failed);
        let known = entry.answer.take().filter(|(known, _)| is_failure && matches!(known, Answer::Name(_)));
        self.names_changed += u64::from(is_new && known.is_none());
        let answer = known.map_or(answer, |(known, _)| known);
        entry.answer = Some((answer, now + holds.clamp(SHORTEST, LONGEST)));
    }

    /// Something is asked and not answered yet.
    pub(crate) fn waits(&self) -> bool {
        self.entries.values().any(|entry| entry.is_asked)
    }

    /// The lines of all names.
    pub(crate) fn names(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for (address, entry) in self.in_order() {
            entry.answer.iter().for_each(|(answer, _)| answer.write(*address, &mut lines));
        }
        lines
    }

    /// The lines of all networks.
    pub(crate) fn networks(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for (address, entry) in self.in_order() {
            entry.network.iter().for_each(|network| network.write(*address, &mut lines));
        }
        lines
    }

    /// So that what is told differs little from what was told before.
    fn in_order(&self) -> Vec<(&IpAddr, &Entry)> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_unstable_by_key(|(address, _)| **address);
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(count: u32) -> Vec<IpAddr> {
        (0..count).map(|number| IpAddr::from((0x0a00_0000 + number).to_be_bytes())).collect()
    }

    fn name(text: &[u8]) -> Answer {
        Answer::Name(text.into())
    }

    #[test]
    fn each_is_asked_once_until_its_answer_holds_no_more() {
        let (mut cache, now, one) = (Cache::default(), Instant::now(), addresses(1));
        assert!(cache.want(&one, (false, now), |_| None).is_empty());
        assert_eq!(cache.want(&one, (true, now), |_| None), one);
        assert!(cache.want(&one, (true, now), |_| None).is_empty());
        assert!(cache.waits());
        cache.answer(one[0], name(b"a.example"), (Duration::from_secs(60), now));
        assert!(!cache.waits());
        assert_eq!(cache.names(), b"10.0.0.0 name a.example\n");
        assert!(cache.want(&one, (true, now + Duration::from_secs(59)), |_| None).is_empty());
        let later = now + Duration::from_secs(61);
        assert_eq!(cache.want(&one, (true, later), |_| None), one);
        // A server that does not answer takes nothing back.
        let changed = cache.names_changed;
        cache.answer(one[0], Answer::Timeout, (Duration::ZERO, later));
        assert_eq!((cache.names(), cache.names_changed), (b"10.0.0.0 name a.example\n".to_vec(), changed));
        assert_eq!(cache.want(&one, (true, later + SHORTEST), |_| None), one);
        cache.answer(one[0], Answer::None, (Duration::ZERO, later));
        assert_eq!(cache.names(), b"10.0.0.0 none\n");
    }

    #[test]
    fn no_answer_holds_forever_nor_for_no_time() {
        let (mut cache, now, both) = (Cache::default(), Instant::now(), addresses(2));
        cache.want(&both, (true, now), |_| None);
        cache.answer(both[0], name(b"a"), (Duration::MAX, now));
        cache.answer(both[1], name(b"b"), (Duration::ZERO, now));
        assert!(cache.want(&both, (true, now + Duration::from_secs(29)), |_| None).is_empty());
        assert_eq!(cache.want(&both, (true, now + LONGEST), |_| None), both);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let (mut cache, now) = (Cache::default(), Instant::now());
        let all = addresses(5 * MOST as u32);
        let network = |_| Some(Network { asn: Some(1), ..Network::default() });
        for some in all.chunks(1000) {
            cache.want(some, (true, now), network);
            assert!(cache.entries.len() <= 2 * MOST);
            assert!(some.iter().all(|address| cache.entries.contains_key(address)));
        }
        let before = cache.names_changed;
        cache.answer(all[0], name(b"gone"), (Duration::ZERO, now));
        assert_eq!(cache.names_changed, before);
        assert_eq!(cache.networks().iter().filter(|byte| **byte == b'\n').count(), cache.entries.len());
    }
}
