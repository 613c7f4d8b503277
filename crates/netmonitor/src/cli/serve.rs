//! `serve` as it is typed.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netmonitor_core::detect::Thresholds;
use netmonitor_core::interval::Interval;

use super::{Meant, not_before_the_command, refuse};
use crate::run::serve::Serve;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// Where to listen: ADDRESS:PORT, or :PORT for all addresses; may be given several times
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9797")]
    listen: Vec<String>,

    /// Listen on addresses that others can reach, too
    #[arg(long)]
    allow_remote: bool,

    /// So many groups of processes stand alone, by name and control group; all others are one sum named other
    #[arg(long, value_name = "N", default_value = "100")]
    top: NonZeroUsize,

    /// Let every process be a group of its own, with its PID
    #[arg(long)]
    pid: bool,

    /// So many network namespaces stand alone, those with most sockets; all others are one sum
    #[arg(long, value_name = "N", default_value = "32")]
    namespaces: NonZeroUsize,

    /// TLS, names and passwords, by a web configuration file as exporters of Prometheus have it
    #[arg(long, value_name = "FILE")]
    web_config: Option<PathBuf>,

    /// Push the same metrics to a receiver of OTLP, too, over HTTP: each --interval [default: 15 s]
    #[arg(long, value_name = "URL")]
    otlp: Option<String>,
}

impl Typed {
    pub(super) fn meant(
        self,
        target: Option<String>,
        (procfs, interval, thresholds): (PathBuf, Option<Interval>, Thresholds),
    ) -> anyhow::Result<Meant> {
        not_before_the_command(target, "serve")?;
        let mut listen = Vec::new();
        for typed in &self.listen {
            listen.extend(addresses(typed, self.allow_remote)?);
        }
        let choice = netmonitor_serve::Choice {
            top: self.top.get(),
            by_pid: self.pid,
            namespaces: self.namespaces.get(),
        };
        if self.otlp.is_some() && !cfg!(feature = "otlp") {
            return Err(refuse(
                "this netmonitor was built without OTLP: build it with --features otlp".to_owned(),
            ));
        }
        let push = self.otlp.map(|url| (url, interval.map_or(Duration::from_secs(15), Interval::duration)));
        Ok(Meant::Serve(Serve { listen, choice, web_config: self.web_config, push, procfs, thresholds }))
    }
}

/// The addresses that are meant. What others can reach is wanted in so many words only.
fn addresses(typed: &str, allow_remote: bool) -> anyhow::Result<Vec<SocketAddr>> {
    let whole = if typed.starts_with(':') { format!("[::]{typed}") } else { typed.to_owned() };
    let found: Vec<SocketAddr> = match whole.to_socket_addrs() {
        Ok(found) => found.collect(),
        Err(error) => {
            let why = format!("--listen {typed}: {error}; write it as 127.0.0.1:9797, [::1]:9797 or :9797");
            return Err(refuse(why));
        }
    };
    match found.iter().find(|address| !address.ip().to_canonical().is_loopback()) {
        Some(address) if !allow_remote => Err(refuse(format!(
            "--listen {typed}: others can reach {}, and metrics tell names of processes and control groups: \
             say --allow-remote, and give a --web-config with TLS and passwords",
            address.ip()
        ))),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_reach_is_asked_for() {
        for typed in ["127.0.0.1:1", "[::1]:1", "127.9.9.9:80", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(addresses(typed, false).map(|found| found.len()).ok(), Some(1), "{typed}");
        }
        for typed in
            [":9797", "0.0.0.0:1", "[::]:1", "192.0.2.1:80", "[2001:db8::1]:80", "[::ffff:192.0.2.1]:80"]
        {
            assert!(
                addresses(typed, false).is_err_and(|why| why.to_string().contains("--allow-remote")),
                "{typed}"
            );
            assert!(addresses(typed, true).is_ok(), "{typed}");
        }
        for typed in ["", ":", "9797", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536"] {
            assert!(addresses(typed, true).is_err(), "{typed}");
        }
    }
}
