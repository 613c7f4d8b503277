//! `learn` and `--baseline`: what a process normally does, and what leaves that.

use std::os::unix::fs::PermissionsExt;

use netmonitor_testkit::need_root;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;

use crate::detection::learned::{LISTENER, PEER, UPLOAD};
use crate::events::ROLE;
use crate::{run, stderr, stdout};

#[test]
fn what_leaves_the_baseline_is_found() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let (mut server, mut client) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    assert_eq!(server.act("listen 4980"), "ok");
    assert_eq!(client.act("connect 127.0.0.1 4980"), "ok");
    assert_eq!(server.act("accept"), "ok");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baseline.toml");
    let (path, pid, other) = (file.to_str().unwrap(), server.pid().to_string(), client.pid().to_string());
    let learn = ["learn", &pid, "-o", path, "--for", "1s", "--interval", "0.3"];
    let output = run(&learn);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).ends_with(": 1 listeners, 1 peers\n"), "{}", stderr(&output));
    let text = std::fs::read_to_string(&file).unwrap();
    for line in ["\"tcp 0.0.0.0:4980\"", "\"tcp from 127.0.0.0/24 port 4980\"", "sent_bytes_per_second = 0.0"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    // It is not written over.
    let again = run(&learn);
    assert_eq!((again.status.code(), std::fs::read_to_string(&file).unwrap()), (Some(2), text.clone()));

    let check = |pid: &str| run(&["check", pid, "--baseline", path, "--interval", "0.4"]);
    let output = check(&pid);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(!stdout(&output).contains("no baseline"), "{}", stdout(&output));
    // Another process does something else.
    let output = check(&other);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    let said = "tcp to 127.0.0.1, port 4980: no such peer in its baseline";
    assert!(
        stdout(&output).contains(PEER.produces[0]) && stdout(&output).contains(said),
        "{}",
        stdout(&output)
    );
    // An edited file says so.
    let edited = text.replace("tcp from 127.0.0.0/24 port 4980", "tcp to 127.0.0.0/8");
    std::fs::write(&file, edited).unwrap();
    assert_eq!(check(&other).status.code(), Some(0));

    std::fs::write(&file, &text).unwrap();
    assert_eq!(server.act("listen 4981"), "ok");
    let output = check(&pid);
    assert_eq!(output.status.code(), Some(1));
    let said = "it listens at tcp 0.0.0.0:4981, and did not when its baseline was learned";
    assert!(
        stdout(&output).contains(LISTENER.produces[0]) && stdout(&output).contains(said),
        "{}",
        stdout(&output)
    );

    std::fs::write(&file, "listeners = [\"tcp everywhere\"]\n").unwrap();
    let output = check(&pid);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("write it as"), "{}", stderr(&output));
}

#[test]
fn who_sends_far_more_than_before_is_found() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let (mut server, mut client) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    assert_eq!(server.act("listen 4982"), "ok");
    assert_eq!(client.act("connect 127.0.0.1 4982"), "ok");
    assert_eq!(server.act("accept"), "ok");
    let folder = tempfile::tempdir().unwrap();
    let (path, config) = (folder.path().join("baseline.toml"), folder.path().join("config.toml"));
    std::fs::write(&path, "peers = [\"tcp to 127.0.0.0/8\"]\nsent_bytes_per_second = 1000.0\n").unwrap();
    std::fs::write(&config, "[thresholds]\nupload-bytes = 10000\n").unwrap();
    let (path, config) = (path.to_str().unwrap(), config.to_str().unwrap());
    let pid = client.pid().to_string();
    let words = ["check", &pid, "--baseline", path, "--config", config, "--for", "3s", "--interval", "0.5"];
    assert_eq!(run(&words).status.code(), Some(0));
    let output = std::thread::scope(|scope| {
        let looking = scope.spawn(|| run(&words));
        while !looking.is_finished() {
            assert_eq!(client.act("send 50000"), "ok");
            assert_eq!(server.act("receive 50000"), "ok");
        }
        looking.join().unwrap()
    });
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains(UPLOAD.produces[0]), "{}", stdout(&output));
}
