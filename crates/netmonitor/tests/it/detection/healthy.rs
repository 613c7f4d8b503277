//! What is healthy: nothing may be found of it that is a warning or worse.

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::need_root;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;
use serde_json::Value as Json;

use super::{Scenario, produces};
use crate::events::ROLE;
use crate::{HOLDER, run, stderr};

pub(super) static SCENARIOS: &[Scenario] = &[
    Scenario { name: "holds UNIX sockets, and moves nothing", produces: &[] },
    Scenario { name: "keeps two hundred connections that move nothing, as a pool does", produces: &[] },
    Scenario { name: "answers one request after the other on a connection", produces: &[] },
];

/// What `check` finds that counts.
fn found(pid: u32, words: &[&str]) -> Json {
    let pid = pid.to_string();
    let output = run(&[&["check", &pid, "--format", "json"], words].concat());
    let document: Json =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {}", stderr(&output)));
    assert_eq!(document["findings"].as_array().unwrap().is_empty(), output.status.code() == Some(0));
    document["findings"].clone()
}

fn is_silent(name: &str, found: &Json) {
    assert!(produces(name).is_empty());
    assert_eq!(*found, Json::Array(Vec::new()), "{name}: {found:#}");
}

#[test]
fn whoever_does_nothing_is_not_accused() {
    if !need_root() {
        return;
    }
    for (name, what) in [
        ("holds UNIX sockets, and moves nothing", "unix"),
        ("keeps two hundred connections that move nothing, as a pool does", "200"),
    ] {
        let netns = Netns::new();
        let holder = Holder::start(Some(&netns), HOLDER, what);
        is_silent(name, &found(holder.pid(), &[]));
    }
}

#[test]
fn whoever_answers_is_not_accused() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let (mut server, mut client) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    assert_eq!(server.act("listen 4980"), "ok");
    assert_eq!(client.act("connect 127.0.0.1 4980"), "ok");
    assert_eq!(server.act("accept"), "ok");
    let pid = server.pid();
    std::thread::scope(|scope| {
        let looking = scope.spawn(move || found(pid, &["--for", "3s", "--interval", "0.5"]));
        while !looking.is_finished() {
            assert_eq!(client.act("send 200"), "ok");
            assert_eq!(server.act("receive 200"), "ok");
            assert_eq!(server.act("send 20000"), "ok");
            assert_eq!(client.act("receive 20000"), "ok");
        }
        let name = "answers one request after the other on a connection";
        is_silent(name, &looking.join().unwrap());
    });
}
