//! The thread that reads the machine, when somebody asks for metrics. Whoever asks while it reads waits for the next
//! reading; those who ask in the same moment share one, so that many cost no more than one.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use netmonitor_core::detect::Thresholds;
use netmonitor_core::sample::Status;
use netmonitor_core::snapshot::Snapshot;
use tokio::sync::oneshot;

use crate::exposition::Exposition;
use crate::metrics::{Choice, Metrics, Own, Served};
use crate::text::{self, Format};

/// A reading that is no older than this is of the same moment.
const SAME: Duration = Duration::from_secs(1);

/// Where nobody asks for so long, what is counted in the kernel is taken out of it all the same: its tables have bounds.
const REST: Duration = Duration::from_secs(10);

/// It takes no longer than this until it is counted.
const BEGIN: Duration = Duration::from_secs(3);

/// A reading that takes longer has come to a standstill.
const STUCK: Duration = Duration::from_secs(60);

/// A reading of the machine.
pub struct Taken {
    /// What was read.
    pub snapshot: Arc<Snapshot>,
    /// What netmonitor itself takes.
    pub own: Own,
}

/// What reads the machine.
pub trait Source: Send {
    /// Reads it once.
    fn read(&mut self) -> Taken;
    /// Takes what was counted out of the kernel, and reads nothing else.
    fn rest(&mut self) -> Arc<Snapshot>;
}

/// What the server has done so far, while it goes on.
#[derive(Default)]
pub(crate) struct Tally {
    requests: Mutex<Vec<(u16, u64)>>,
    pub(crate) connections: AtomicU64,
    pub(crate) evicted: AtomicU64,
}

impl Tally {
    pub(crate) fn answered(&self, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        match requests.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += 1,
            None => requests.push((status, 1)),
        }
    }

    fn served(&self) -> Served {
        Served {
            requests: self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            connections: self.connections.load(Ordering::Relaxed),
            evicted: self.evicted.load(Ordering::Relaxed),
        }
    }
}

/// How an answer is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) format: Format,
    pub(crate) gzip: bool,
}

/// What is asked of the thread.
enum Asked {
    Text(Form, oneshot::Sender<Bytes>),
    Whole(Sender<Arc<Exposition>>),
}

/// Where metrics are asked for.
#[derive(Clone)]
pub struct Readings {
    asked: Sender<Asked>,
    pub(crate) tally: Arc<Tally>,
    /// When the reading under way began, in milliseconds after `since`; 0: there is none.
    began: Arc<AtomicU64>,
    since: Instant,
}

/// Ends when the thread has.
pub(crate) type Ended = oneshot::Receiver<()>;

impl Readings {
    /// Starts the thread; counting begins at once.
    pub fn start(
        source: impl Source + 'static,
        (choice, thresholds): (Choice, Thresholds),
    ) -> io::Result<(Self, oneshot::Receiver<()>)> {
        let (asked, orders) = mpsc::channel();
        let (lives, ended) = oneshot::channel::<()>();
        let readings = Self { asked, tally: Arc::default(), began: Arc::default(), since: Instant::now() };
        let thread = Thread {
            source,
            metrics: Metrics::new(choice, thresholds),
            tally: readings.tally.clone(),
            began: readings.began.clone(),
            since: readings.since,
            last: None,
        };
        std::thread::Builder::new().name("reading".into()).spawn(move || {
            thread.run(&orders);
            drop(lives);
        })?;
        Ok((readings, ended))
    }

    /// Metrics of now, written; `None`: they cannot be read any more.
    pub(crate) async fn text(&self, form: Form) -> Option<Bytes> {
        let (reply, answer) = oneshot::channel();
        self.asked.send(Asked::Text(form, reply)).ok()?;
        answer.await.ok()
    }

    /// Metrics of now; `None`: they cannot be read any more. Waits for them.
    pub fn whole(&self) -> Option<Arc<Exposition>> {
        let (reply, answer) = mpsc::channel();
        self.asked.send(Asked::Whole(reply)).ok()?;
        answer.recv().ok()
    }

    /// How long a reading has come to a standstill, if one has.
    pub(crate) fn stuck(&self) -> Option<Duration> {
        let began = Some(self.began.load(Ordering::Relaxed)).filter(|began| *began > 0)?;
        let took = self.since.elapsed().saturating_sub(Duration::from_millis(began));
        Some(took).filter(|took| *took > STUCK)
    }
}

/// A reading, and how it was written so far.
struct Last {
    at: Instant,
    exposition: Arc<Exposition>,
    written: Vec<(Form, Bytes)>,
}

struct Thread<S> {
    source: S,
    metrics: Metrics,
    tally: Arc<Tally>,
    began: Arc<AtomicU64>,
    since: Instant,
    last: Option<Last>,
}

impl<S: Source> Thread<S> {
    fn run(mut self, orders: &Receiver<Asked>) {
        // Who asks at once waits until it is counted, or known why not: else the first answer would have other groups.
        let (mut early, begun) = (Vec::new(), Instant::now());
        while !self.rest() && begun.elapsed() < BEGIN {
            match orders.recv_timeout(Duration::from_millis(20)) {
                Ok(asked) => early.push(asked),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        early.into_iter().for_each(|asked| self.answer(asked));
        let mut rested = Instant::now();
        loop {
            match orders.recv_timeout(REST.saturating_sub(rested.elapsed())) {
                Ok(asked) => self.answer(asked),
                Err(RecvTimeoutError::Timeout) => {
                    if self.last.as_ref().is_none_or(|last| last.at.elapsed() > REST) {
                        self.last = None;
                        let _ = self.rest();
                    }
                    rested = Instant::now();
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Whether it is settled if anything is counted.
    fn rest(&mut self) -> bool {
        let snapshot = self.source.rest();
        self.metrics.take_rest(&snapshot);
        match &snapshot.traffic {
            None => false,
            Some(Ok(_)) => true,
            Some(Err(reason)) => reason.status != Status::NotAsked,
        }
    }

    fn answer(&mut self, asked: Asked) {
        // Who asked may have gone.
        match asked {
            Asked::Text(form, reply) if !reply.is_closed() => _ = reply.send(self.newest().text(form)),
            Asked::Text(..) => {}
            Asked::Whole(reply) => _ = reply.send(self.newest().exposition.clone()),
        }
    }

    /// The reading of this moment.
    fn newest(&mut self) -> &mut Last {
        if self.last.as_ref().is_some_and(|last| last.at.elapsed() > SAME) {
            self.last = None;
        }
        let Self { source, metrics, tally, began, since, last } = self;
        last.get_or_insert_with(|| {
            began.store(since.elapsed().as_millis().max(1) as u64, Ordering::Relaxed);
            let from = Instant::now();
            let Taken { snapshot, own } = source.read();
            let exposition = metrics.take(&snapshot, from.elapsed(), (own, &tally.served()));
            began.store(0, Ordering::Relaxed);
            Last { at: Instant::now(), exposition: Arc::new(exposition), written: Vec::new() }
        })
    }
}

impl Last {
    fn text(&mut self, form: Form) -> Bytes {
        if let Some((_, bytes)) = self.written.iter().find(|(known, _)| *known == form) {
            return bytes.clone();
        }
        let text = text::write(&self.exposition, form.format);
        let bytes: Bytes = if form.gzip { compressed(text.as_bytes()) } else { text.into() };
        self.written.push((form, bytes.clone()));
        bytes
    }
}

fn compressed(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default().into()
}
