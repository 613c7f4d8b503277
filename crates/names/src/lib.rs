//! Names of addresses that the kernel does not know: what the domain name system calls them, and in which country and network
//! they are.
//!
//! Nothing here waits for a server but a thread of its own: who reads says whose names are [wanted](Names::want), and
//! hands on with each tick what [is known](Teller::tick), as parts beside those of the kernel. So a recording has
//! them, and whoever plays it asks nobody.
//!
//! Names are asked for in the network namespace that this program was started in, with its files under `/etc`. Looking them
//! up can be noticed by whoever answers: nothing is asked until it is wanted.

#![forbid(unsafe_code)]

mod cache;
mod geoip;
mod resolver;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use netmonitor_core::host_names::Answer;
use netmonitor_core::sample::{Origin, Reading, Sink, Status};
use tokio::sync::mpsc::UnboundedSender;

use cache::Cache;
pub use geoip::BadFile;
use geoip::Databases;

/// Where names are had; the same for all that are cloned from it.
#[derive(Debug, Clone, Default)]
pub struct Names(Arc<Shared>);

#[derive(Debug, Default)]
pub(crate) struct Shared {
    files: Databases,
    cache: Mutex<Cache>,
    answered: Condvar,
    /// Where questions go to, once there was one; `None` in it: no thread could be had.
    questions: Mutex<Option<Option<UnboundedSender<IpAddr>>>>,
}

impl Names {
    /// Names with countries and networks of these files.
    pub fn with_files(paths: &[PathBuf]) -> Result<Self, BadFile> {
        Ok(Self(Arc::new(Shared { files: Databases::open(paths)?, ..Shared::default() })))
    }

    /// Whether any are known by files.
    pub fn has_files(&self) -> bool {
        !self.0.files.is_empty()
    }

    /// What is known of these addresses is wanted; with `resolve` their names are asked for.
    pub fn want(&self, addresses: &[IpAddr], resolve: bool) {
        let network = |address| self.0.files.network(address);
        let to_ask = self.0.cache().want(addresses, (resolve, Instant::now()), network);
        if to_ask.is_empty() {
            return;
        }
        let mut questions = self.0.questions.lock().unwrap_or_else(PoisonError::into_inner);
        let to = questions.get_or_insert_with(|| resolver::start(self.0.clone()).ok());
        for address in to_ask {
            if to.as_ref().is_none_or(|to| to.send(address).is_err()) {
                self.0.answer(address, Answer::Failed, Duration::ZERO);
            }
        }
    }

    /// Waits until all that was asked is answered, no longer than this.
    pub fn wait(&self, most: Duration) {
        let waits = |cache: &mut Cache| cache.waits();
        drop(self.0.answered.wait_timeout_while(self.0.cache(), most, waits));
    }

    /// Who hands on what is known, to one stream of ticks.
    pub fn teller(&self) -> Teller {
        Teller { names: self.clone(), told: [None; 2] }
    }
}

impl Shared {
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, address: IpAddr, answer: Answer, holds: Duration) {
        self.cache().answer(address, answer, (holds, Instant::now()));
        self.answered.notify_all();
    }
}

/// Hands on what is known of addresses, when it has changed.
#[derive(Debug, Clone)]
pub struct Teller {
    names: Names,
    /// What was told last of names and of networks: how often they had changed; `None` in it: that nobody asks.
    told: [Option<Option<u64>>; 2],
}

impl Teller {
    /// Where the names are had.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Adds to a tick what is known; `resolve`: whether names are looked up. `at`: boot time.
    pub fn tick(&mut self, resolve: bool, at: u64, sink: &mut dyn Sink) {
        let shared = self.names.0.clone();
        let cache = shared.cache();
        let names = resolve.then_some(cache.names_changed);
        self.tell(0, (names, at), &Origin::HostNames, || cache.names(), sink);
        let networks = self.names.has_files().then_some(cache.networks_changed);
        self.tell(1, (networks, at), &Origin::Networks, || cache.networks(), sink);
    }

    fn tell(
        &mut self,
        which: usize,
        (now, at): (Option<u64>, u64),
        origin: &Origin,
        lines: impl FnOnce() -> Vec<u8>,
        sink: &mut dyn Sink,
    ) {
        if self.told[which].replace(now) == Some(now) {
            return;
        }
        let status = if now.is_some() { Status::Ok } else { Status::NotAsked };
        let lines = if now.is_some() { lines() } else { Vec::new() };
        if !lines.is_empty() {
            // It is all there is.
            let _ = sink.chunk(origin, &lines);
        }
        sink.end(origin, Reading { status, at, took: 0 });
    }
}
