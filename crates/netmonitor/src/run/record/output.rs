//! Where a recording goes: a thread that writes, so that a slow disk keeps nobody from reading the kernel, and a full one
//! ends nothing.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

use anyhow::Context;

use super::series::{self, Limits};

/// As many ticks may wait for the disk.
const WAITING: usize = 16;

/// What is to be done with the file.
enum Work {
    /// Append these bytes; the ticks in the file from then on. The first ones after a failure say so.
    Append { bytes: Vec<u8>, ticks: u64, is_new_try: bool },
    /// Close the file with these bytes, and go on in a new one.
    Rotate { end: Vec<u8>, begin: Vec<u8> },
}

/// What could not be written, and up to where the file is whole.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) error: String,
    pub(super) length: u64,
    pub(super) ticks: u64,
}

/// The thread that writes.
pub(super) struct Output {
    work: Sender<Work>,
    waiting: Arc<AtomicUsize>,
    failure: Arc<Mutex<Option<Failure>>>,
    warnings: Arc<Mutex<Vec<String>>>,
    thread: JoinHandle<()>,
}

impl Output {
    /// Begins to write to a file, of which these are the first bytes.
    pub(super) fn begin(path: PathBuf, limits: Limits, head: &[u8]) -> anyhow::Result<Self> {
        let mut file = series::create(&path, limits)?;
        file.write_all(head).with_context(|| format!("writing {}", path.display()))?;
        let (work, ordered) = mpsc::channel();
        let (waiting, failure) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None)));
        let warnings = Arc::default();
        let length = head.len() as u64;
        let written = Written { file, path, limits, length, ticks: 0, warnings: Arc::clone(&warnings) };
        let (done, failed) = (waiting.clone(), failure.clone());
        let thread = std::thread::Builder::new()
            .name("writing".into())
            .spawn(move || written.run(&ordered, &done, &failed))
            .context("starting a thread")?;
        Ok(Self { work, waiting, failure, warnings, thread })
    }

    /// Whether the disk keeps up.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < WAITING
    }

    /// What went wrong since it was asked last. What is appended from then on is not written until a new try is.
    pub(super) fn failure(&self) -> Option<Failure> {
        held(&self.failure).take()
    }

    /// What else is to be said.
    pub(super) fn warnings(&self) -> Vec<String> {
        std::mem::take(&mut *held(&self.warnings))
    }

    /// Whether all that was ordered is done.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.load(Ordering::Acquire) == 0
    }

    pub(super) fn append(&self, bytes: Vec<u8>, ticks: u64, is_new_try: bool) {
        self.order(Work::Append { bytes, ticks, is_new_try });
    }

    pub(super) fn rotate(&self, end: Vec<u8>, begin: Vec<u8>) {
        self.order(Work::Rotate { end, begin });
    }

    fn order(&self, work: Work) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // The thread ends after this one only.
        let _ = self.work.send(work);
    }

    /// Waits until all is written.
    pub(super) fn finish(self) -> Option<Failure> {
        drop(self.work);
        let _ = self.thread.join();
        held(&self.failure).take()
    }
}

/// What both threads use; nobody panics while he holds it.
fn held<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file, up to where it is whole.
struct Written {
    file: File,
    path: PathBuf,
    limits: Limits,
    length: u64,
    ticks: u64,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Written {
    fn run(mut self, ordered: &Receiver<Work>, waiting: &AtomicUsize, failure: &Mutex<Option<Failure>>) {
        let mut is_failed = false;
        for work in ordered {
            let is_new_try = matches!(work, Work::Append { is_new_try: true, .. } | Work::Rotate { .. });
            if !is_failed || is_new_try {
                let done = self.work(work);
                is_failed = done.is_err();
                if let Err(error) = done {
                    let Self { length, ticks, .. } = self;
                    let failed = Failure { error: error.to_string(), length, ticks };
                    *held(failure) = Some(failed);
                }
            }
            waiting.fetch_sub(1, Ordering::Release);
        }
        // What a power cut takes is the kernel's to say.
        let _ = self.file.sync_all();
    }

    fn work(&mut self, work: Work) -> io::Result<()> {
        match work {
            Work::Append { bytes, ticks, .. } => {
                self.append(&bytes)?;
                self.ticks = ticks;
                Ok(())
            }
            Work::Rotate { end, begin } => {
                self.append(&end)?;
                self.file.sync_all()?;
                match series::put_aside(&self.path) {
                    // It was, and no new one could be made.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    done => done?,
                }
                self.file = series::make(&self.path)?;
                // Nobody else has begun to write there in the meantime.
                let _ = netmonitor_sys::lock(&self.file);
                (self.length, self.ticks) = (0, 0);
                self.append(&begin)?;
                let now = SystemTime::now();
                if let Err(error) = series::remove_oldest(&self.path, self.length, self.limits, now) {
                    let warning = format!("removing old pieces of {}: {error}", self.path.display());
                    held(&self.warnings).push(warning);
                }
                Ok(())
            }
        }
    }

    /// Appends all, or nothing: what was written of it is taken back.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all_at(bytes, self.length);
        match written {
            Ok(()) => self.length += bytes.len() as u64,
            Err(_) => self.file.set_len(self.length)?,
        }
        written
    }
}
