//! The command line: every way to name no process, wrong words, help, configuration.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use netmonitor_testkit::{need_root, need_tool};

use crate::{netmonitor, run, stderr, stdout};

fn refused(words: &[&str]) -> String {
    let output = run(words);
    assert_eq!(output.status.code(), Some(2), "{words:?}: {}", stderr(&output));
    assert!(output.stdout.is_empty(), "{words:?} prints {}", stdout(&output));
    let told = stderr(&output).to_owned();
    assert!(told.starts_with("error: "), "{told}");
    assert!(!told.contains('\x1b'), "{told}");
    told
}

#[test]
fn no_process_given() {
    for words in [&[][..], &["show"], &["--skip-intro"], &["show", "--format", "json"]] {
        let told = refused(words);
        assert!(told.starts_with("error: no process given\nusage: netmonitor "), "{told}");
        assert!(told.contains("hint: find a PID with"), "{told}");
        assert_eq!(told.lines().count(), 3);
    }
}

#[test]
fn each_kind_of_wrong_process_is_told_apart() {
    let pid_max = std::fs::read_to_string("/proc/sys/kernel/pid_max").unwrap();
    let above = (pid_max.trim().parse::<u64>().unwrap() + 1).to_string();
    for (typed, told) in [
        ("no-such-name", "no process is called \"no-such-name\""),
        ("12x", "no process is called \"12x\""),
        ("1/../2", "no process is called \"1/../2\""),
        ("", "names no process"),
        ("0", "0 is not the PID of a process"),
        ("-7", "-7 is negative"),
        (&*above, "above pid_max"),
        ("99999999999999999999999", "above pid_max"),
    ] {
        for words in [vec![typed], vec!["show", typed, "tcp"]] {
            let error = refused(&words);
            assert!(error.contains(told), "{words:?}: {error}");
        }
    }
    assert!(refused(&["--", "explain"]).contains(r#"no process is called "explain""#));
}

#[test]
fn a_process_that_has_ended_a_zombie_and_a_thread() {
    let mut child = Command::new("true").stdin(Stdio::null()).spawn().unwrap();
    let pid = child.id().to_string();
    // Its parent has not waited for it, so it becomes a zombie.
    let state = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    while !state().rsplit_once(')').unwrap().1.starts_with(" Z") {
        std::thread::yield_now();
    }
    assert!(refused(&[&pid]).contains("exited"), "{}", refused(&[&pid]));
    child.wait().unwrap();
    assert!(refused(&["show", &pid]).contains("no process has the PID"), "{}", refused(&[&pid]));

    let (tell, told) = std::sync::mpsc::channel();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        tell.send(rustix::thread::gettid().as_raw_nonzero().to_string()).unwrap();
        let _ = stopped.recv();
    });
    let tid = told.recv().unwrap();
    let error = refused(&[&tid]);
    assert!(error.contains("thread") && error.contains(&std::process::id().to_string()), "{error}");
    drop(stop);
    thread.join().unwrap();
}

#[test]
fn a_session_without_a_terminal_names_show() {
    let pid = std::process::id().to_string();
    let error = refused(&[&pid]);
    assert!(error.contains(&format!("use: netmonitor show {pid}")), "{error}");
}

#[test]
fn wrong_words_are_told() {
    let pid = std::process::id().to_string();
    let tell = |words: &[&str]| refused(&[&["show", &pid], words].concat());
    assert!(tell(&["foo"]).contains(r#"no tab "foo"; there are overview, tcp"#));
    assert!(tell(&["stats.foo"]).contains("TcpExt, IpExt, MPTcpExt"));
    assert!(tell(&["tcp", "--format", "xml"]).contains("text, json, jsonl, csv"));
    assert!(tell(&["stats", "--format", "csv"]).contains("csv takes exactly one table"));
    assert!(tell(&["tcp", "--interval", "0"]).contains(r#"not an interval: "0""#));
    assert!(tell(&["tcp", "--scope", "hosts"]).contains("process, tree, cgroup, namespace, host"));
    assert!(tell(&["tcp", "--count", "0"]).contains("--count"));
    assert!(tell(&["tcp", "--frob"]).contains("--frob"));
    assert!(refused(&["--procfs", "/nonexistent", &pid]).contains("/nonexistent"));
}

#[test]
fn it_has_one_name_whatever_its_file_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("another-name");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_netmonitor"), &other).unwrap();
    for words in [&["run"][..], &["show", "--frob"], &["--frob"], &["top", "--help"]] {
        let output = Command::new(&other).args(words).output().unwrap();
        let told = format!("{}{}", stderr(&output), stdout(&output));
        assert!(told.contains("Usage: netmonitor") && !told.contains("another-name"), "{told}");
    }
}

#[test]
fn help_and_version() {
    for words in [&["--help"][..], &["-h"], &["help"], &["show", "--help"]] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("Usage: netmonitor"), "{}", stdout(&output));
    }
    assert!(stdout(&run(&["--help"])).contains("Exit status: 0 done"));
    assert_eq!(stdout(&run(&["--version"])), concat!("netmonitor ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn options_come_from_file_environment_and_flags_and_the_later_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("netmonitor/config.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let pid = std::process::id().to_string();
    let scope = |flags: &[&str], environment: Option<&str>| {
        let mut command = netmonitor();
        command
            .env("XDG_CONFIG_HOME", folder.path())
            .args(["show", &pid, "tcp", "--format", "json"])
            .args(flags);
        environment.map(|scope| command.env("NETMONITOR_SCOPE", scope));
        let output = command.output().unwrap();
        if output.status.code() != Some(0) {
            return Err(stderr(&output).to_owned());
        }
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        Ok(document["views"][0]["tables"][0]["scope"].as_str().unwrap().to_owned())
    };
    assert_eq!(scope(&[], None), Ok("process".to_owned()));
    std::fs::write(&file, "scope = \"namespace\"\ninterval = 2.5\n").unwrap();
    assert_eq!(scope(&[], None), Ok("namespace".to_owned()));
    assert_eq!(scope(&[], Some("process")), Ok("process".to_owned()));
    assert_eq!(scope(&["--scope", "namespace"], Some("process")), Ok("namespace".to_owned()));
    std::fs::write(&file, "scop = \"namespace\"\n").unwrap();
    let error = scope(&[], None).unwrap_err();
    assert!(error.contains("unknown field `scop`") && error.contains("config.toml"), "{error}");
    assert!(refused(&["--config", "/nonexistent.toml", &pid]).contains("/nonexistent.toml"));
}

#[test]
fn options_in_force_are_told_with_their_origin() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("netmonitor/config.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let told = |words: &[&str]| {
        let mut command = netmonitor();
        command.env("XDG_CONFIG_HOME", folder.path()).env("NETMONITOR_LINGER", "yes").env("TERM", "xterm");
        let output = command.args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output).to_owned()
    };
    let line = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let usual = told(&["config"]);
    assert!(usual.lines().next().unwrap().ends_with("netmonitor/config.toml: not there"), "{usual}");
    assert_eq!(line(&usual, "interval"), "interval = \"1s\" # default");
    assert_eq!(line(&usual, "theme"), "theme = \"ansi\" # default");
    assert_eq!(line(&usual, "linger"), "linger = true # NETMONITOR_LINGER");

    std::fs::write(&file, "interval = 2\nlinger = false\nscope = \"tree\"\n[keys]\nfilter = [\"F3\"]\n")
        .unwrap();
    let set = told(&["--scope", "namespace", "config"]);
    assert_eq!(line(&set, "interval"), "interval = \"2s\" # file");
    assert_eq!(line(&set, "linger"), "linger = true # NETMONITOR_LINGER");
    assert_eq!(line(&set, "scope"), "scope = \"namespace\" # --scope");
    assert_eq!(line(&told(&["config", "--scope=cgroup"]), "scope"), "scope = \"cgroup\" # --scope");
    assert!(set.contains("[keys]  # file\nfilter = [\"F3\"]\n\n[thresholds]\n"), "{set}");

    // What is printed is a file that says the same.
    let copy = folder.path().join("copy.toml");
    std::fs::write(&copy, &set).unwrap();
    let copied = told(&["config", "--config", copy.to_str().unwrap()]);
    assert_eq!(line(&copied, "scope"), "scope = \"namespace\" # file");

    std::fs::write(&file, "[keys]\nfilter = \"f\"\n").unwrap();
    let mut command = netmonitor();
    let output = command.env("XDG_CONFIG_HOME", folder.path()).arg("config").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("f would mean both filter and tabs"), "{}", stderr(&output));
}

#[test]
fn somebody_elses_process_is_shown_by_its_namespace() {
    if !need_root() || !need_tool("ss") {
        return;
    }
    let pid = std::process::id().to_string();
    let output =
        netmonitor().args(["show", &pid, "tcp", "--format", "json"]).uid(65534).gid(65534).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let table = &document["views"][0]["tables"][0];
    assert_eq!((&table["scope"], &table["status"]), (&"namespace".into(), &"partial".into()));
    assert!(table["reason"].as_str().unwrap().contains("CAP_SYS_PTRACE"), "{table}");
    assert_eq!(
        document["target"]["netns"],
        serde_json::Value::Null,
        "which namespace may not be seen either"
    );
}

#[test]
fn nobody_has_to_listen() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let status = netmonitor().arg("abc").stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(2));
    let pid = std::process::id().to_string();
    let output = netmonitor().args(["show", &pid, "tcp"]).stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "what was asked for could not be printed");
    assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
}

#[test]
fn what_is_quoted_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x\x1b[31m.toml");
    std::fs::write(&file, "x\u{1b}[31m = 1\n").unwrap();
    let pid = std::process::id().to_string();
    let told = refused(&["--config", file.to_str().unwrap(), "show", &pid, "tcp"]);
    assert!(told.contains("configuration"), "{told}");
    refused(&["--config", "/nonexistent/\x1b[31m", &pid]);
    refused(&["\x1b[31m"]);
    refused(&["--procfs", "/nonexistent/\x1b[31m", &pid]);
}

#[test]
fn counters_are_explained() {
    let udp = run(&["explain", "Udp.InErrors"]);
    assert_eq!(udp.status.code(), Some(0));
    assert!(
        stdout(&udp).starts_with("Udp.InErrors: ") && stdout(&udp).contains("RcvbufErrors"),
        "{}",
        stdout(&udp)
    );
    let all = run(&["explain", "InErrors"]);
    for group in ["Udp.", "Udp6.", "Icmp."] {
        assert!(stdout(&all).contains(&format!("{group}InErrors: ")), "{group}");
    }
    let unknown = run(&["explain", "TCPTimeout"]);
    assert_eq!((unknown.status.code(), stdout(&unknown)), (Some(1), ""));
    assert!(stderr(&unknown).contains("TcpExt.TCPTimeouts"), "{}", stderr(&unknown));
    let typed = run(&["explain", "IcmpMsg.InType3"]);
    assert!(stdout(&typed).contains("IcmpMsg.InType"), "{}", stdout(&typed));
    assert!(stdout(&run(&["explain", "--search", "retrans"])).lines().count() > 5);
    assert_eq!(run(&["explain", "--search", "zzzzzz"]).status.code(), Some(1));
    let json = run(&["explain", "TCPTimeouts", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let entry = document["counters"][0].as_object().unwrap();
    for key in
        ["group", "name", "kind", "scope", "unit", "meaning", "growth", "next", "source", "related", "since"]
    {
        assert!(entry.contains_key(key), "{key}");
    }
}

#[test]
fn every_counter_of_this_kernel_is_explained() {
    let pid = std::process::id();
    let document = crate::json(pid, &["stats", "analysis", "icmp", "xfrm"]);
    for view in document["views"].as_array().unwrap() {
        for table in view["tables"].as_array().unwrap() {
            let rows = table["rows"].as_array().unwrap().iter();
            for row in rows.filter(|row| row["name"].is_string() && row["kind"].is_string()) {
                assert!(row["meaning"].is_string(), "{}: {row}", table["name"]);
            }
        }
    }
}
