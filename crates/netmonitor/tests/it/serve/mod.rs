//! `serve`: metrics over HTTP, asked for byte by byte, by `promtool`, and by a real Prometheus.

mod faults;
mod figures;
#[cfg(feature = "otlp")]
mod otlp;
mod prometheus;
mod web_config;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::PATIENCE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::netmonitor;

/// A server of its own.
struct Served {
    child: Child,
    address: SocketAddr,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Served {
    fn start(words: &[&str]) -> Self {
        Self::start_by(netmonitor(), words)
    }

    fn start_by(mut command: Command, words: &[&str]) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(words);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let (_, rest) = line.split_once("://").unwrap_or_else(|| panic!("{line}"));
        let address = rest.split_once('/').unwrap().0.parse().unwrap();
        Self { child, address, stderr }
    }

    /// The next line on standard error, which comes before long.
    fn told(&mut self) -> String {
        let mut line = String::new();
        if self.stderr.buffer().is_empty() {
            let mut fds = [PollFd::new(self.stderr.get_ref(), PollFlags::IN)];
            let patience = Timespec::try_from(PATIENCE).unwrap();
            assert_eq!(poll(&mut fds, Some(&patience)).unwrap(), 1, "nothing is told");
        }
        self.stderr.read_line(&mut line).unwrap();
        line
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// What is answered to these bytes.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // Whoever is sent too much may stop reading.
        let _ = stream.write_all(bytes);
        rest(stream)
    }

    /// What is answered to a request with these further lines of its header.
    fn ask(&self, request: &str, header: &str) -> String {
        self.raw(format!("{request} HTTP/1.1\r\nHost: x\r\n{header}\r\n").as_bytes())
    }

    fn metrics(&self) -> String {
        let answer = self.ask("GET /metrics", "");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Metrics in which something is found, once there are.
    fn find(&self, what: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let text = self.metrics();
            if what(&text) {
                return text;
            }
            assert!(begun.elapsed() < PATIENCE, "{text}");
            // A reading is shared for a second.
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that still comes. Whoever cuts a connection may do so without a word.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The status line of an answer.
fn status(answer: &str) -> &str {
    answer.lines().next().unwrap_or_default()
}

/// The number of the series that has all of these labels.
fn figure(text: &str, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?;
        let (series, number) = rest.rsplit_once(' ')?;
        let has = |(label, value): &(&str, &str)| series.contains(&format!("{label}=\"{value}\""));
        let is_named = series.is_empty() || series.starts_with('{');
        (is_named && labels.iter().all(has)).then(|| number.parse().unwrap())
    })
}
