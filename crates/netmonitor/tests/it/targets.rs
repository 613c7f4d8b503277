//! Processes that are named otherwise than by their number: found, not found, chosen, followed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{need, need_root};
use serde_json::Value as Json;

use crate::{HOLDER, netmonitor, rows, run, stderr, stdout};

/// A program of a name that nobody else has: it sleeps.
struct Program {
    folder: tempfile::TempDir,
    name: String,
}

impl Program {
    /// `name` is made unique by what stands before it.
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let unique = folder.path().file_name().unwrap().to_str().unwrap().trim_start_matches('.').to_owned();
        let program = Self { name: format!("{unique}{name}"), folder };
        // By a process of its own: a copy that this one holds open for writing would be held by the children of
        // other tests as well until their exec, and could not be started meanwhile.
        assert!(Command::new("cp").arg("/bin/sleep").arg(program.path()).status().unwrap().success());
        program
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    fn start(&self) -> Running {
        self.start_as(self.path().to_str().unwrap())
    }

    fn start_as(&self, called: &str) -> Running {
        let child = Command::new(self.path()).arg0(called).arg("600").stdin(Stdio::null()).spawn().unwrap();
        // Its name changes a moment after its start.
        let has_its_name = || {
            let comm = fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap_or_default();
            self.name.starts_with(comm.trim_end())
        };
        while !has_its_name() {
            std::thread::yield_now();
        }
        Running(child)
    }
}

/// A process that ends with the test.
struct Running(Child);

impl Running {
    fn pid(&self) -> u32 {
        self.0.id()
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The process that `show` finds.
#[track_caller]
fn found(words: &[&str]) -> u64 {
    let output = run(&[&["show", "--format", "json"], words, &["tcp"]].concat());
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    document["target"]["pid"].as_u64().unwrap()
}

/// What is told when it finds none that it could take.
#[track_caller]
fn refused(words: &[&str]) -> String {
    let output = run(&[&["show"], words, &["tcp"]].concat());
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{words:?}: {}", stderr(&output));
    let told = stderr(&output).to_owned();
    assert!(told.starts_with("error: ") && !told.contains('\x1b'), "{told}");
    told
}

#[test]
fn by_name_executable_and_path() {
    let program = Program::new("-name-longer-than-the-kernel-keeps");
    let running = program.start();
    let pid = u64::from(running.pid());
    let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
    assert_eq!(found(&[&program.name]), pid);
    assert_eq!(found(&[comm.trim_end()]), pid);
    assert_eq!(found(&[program.path().to_str().unwrap()]), pid);
    let one_less = &program.name[..program.name.len() - 1];
    let told = refused(&[one_less]);
    assert!(told.contains(&format!("no process is called \"{one_less}\"")), "{told}");
    assert!(told.contains("processes were searched by name, executable and command"), "{told}");
    assert!(told.contains(&format!("nearest: {}", program.name)), "{told}");
}

#[test]
fn a_script_by_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}.sh", folder.path().file_name().unwrap().to_str().unwrap());
    let script = folder.path().join(&name);
    fs::write(&script, "read line\n").unwrap();
    let running = Running(Command::new("sh").arg("-e").arg(&script).stdin(Stdio::piped()).spawn().unwrap());
    assert_eq!(found(&[&name]), u64::from(running.pid()));
    // A shell that runs this very command is no such script.
    let line = format!("{} show {name}.x tcp", env!("CARGO_BIN_EXE_netmonitor"));
    let output =
        Command::new("sh").args(["-c", &line]).env("XDG_CONFIG_HOME", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
}

#[test]
fn a_target_may_be_called_as_a_command_is() {
    let program = Program::new("");
    let path = program.folder.path().join("doctor");
    fs::rename(program.path(), &path).unwrap();
    let running = Running(Command::new(&path).arg("600").spawn().unwrap());
    assert_eq!(found(&["doctor"]), u64::from(running.pid()));
    let output = run(&["--", "doctor"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("a session needs a terminal"), "it was found: {}", stderr(&output));
}

#[test]
fn several_are_listed_and_harmless() {
    let program = Program::new("");
    let (first, second) = (program.start(), program.start_as("evil\x1b[31m"));
    let told = refused(&[&program.name]);
    assert!(told.contains("2 processes match") && told.contains("give the PID of one"), "{told}");
    let line = |pid: u32| {
        let line = told.lines().find(|line| line.split_whitespace().next() == Some(&pid.to_string()));
        line.unwrap_or_else(|| panic!("{pid} in {told}"))
    };
    assert!(line(first.pid()).ends_with(&format!("{} 600", program.path().display())), "{told}");
    assert!(line(second.pid()).ends_with("evil\\u{1b}[31m 600"), "{told}");
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let uid = rustix::process::geteuid().as_raw().to_string();
    let user = users.lines().find(|line| line.split(':').nth(2) == Some(&uid));
    let user = user.map_or(&*uid, |line| line.split(':').next().unwrap());
    assert_eq!(line(first.pid()).split_whitespace().nth(1), Some(user));
}

#[test]
fn by_the_port_that_it_listens_on_or_has_bound() {
    // A socket of another test may get the same number, in this namespace or another, and be meant before or
    // as well: then it is tried with other numbers.
    const TRIES: usize = 10;
    let (mut holder, mut port) = (None, Json::Null);
    let is_found = (0..TRIES).any(|_| {
        let holder = holder.insert(Holder::start(None, HOLDER, "tcp udp"));
        let document = crate::json(holder.pid(), &["tcp", "udp"]);
        let in_state = |state| rows(&document, "tcp").iter().filter(move |row| row["state"] == state);
        assert_eq!(in_state("LISTEN").count(), 2, "of both families");
        let talking = in_state("CLOSE_WAIT").take(1);
        in_state("LISTEN").chain(rows(&document, "udp")).chain(talking).all(|row| {
            port = row["local_port"].clone();
            let output = run(&["show", "--format", "json", &format!(":{port}"), "tcp"]);
            let document: Json = serde_json::from_slice(&output.stdout).unwrap_or_default();
            document["target"]["pid"] == holder.pid()
        })
    });
    assert!(is_found, "not by :{port}");
    for (port, told) in [(":0", "names no port"), (":99999", "names no port"), (":http", "names no port")] {
        assert!(refused(&[port]).contains(told));
    }
}

#[test]
fn a_port_that_nobody_holds() {
    // It is bound for a moment only to learn a number that is free; another test may get it then.
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = run(&["show", &format!(":{port}"), "tcp"]);
    if output.status.code() == Some(2) && !stderr(&output).contains("match") {
        let told = stderr(&output);
        assert!(told.contains(&format!("no process holds the local port {port};")), "{told}");
        assert!(
            told.contains("processes were searched by the sockets of their network namespaces"),
            "{told}"
        );
    }
}

#[test]
fn a_port_of_another_namespace_and_one_whose_holder_may_not_be_seen() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp");
    let document = crate::json(holder.pid(), &["tcp"]);
    let row = rows(&document, "tcp").iter().find(|row| row["state"] == "LISTEN").unwrap();
    let target = format!(":{}", row["local_port"]);
    assert_eq!(found(&[&target]), u64::from(holder.pid()));
    let output = netmonitor().args(["show", &target, "tcp"]).uid(65534).gid(65534).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("it cannot be told who holds the local port"), "{told}");
    assert!(told.contains("listens, in another namespace, of user 0"), "{told}");
    assert!(told.contains("CAP_SYS_PTRACE") && told.contains("netmonitor doctor"), "{told}");
}

/// A cgroup that ends with the test.
pub(crate) struct Cgroup(PathBuf);

impl Cgroup {
    /// A new one below the root of cgroup v2, where that can be.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let mount = mounts.lines().find(|line| line.split(' ').nth(2) == Some("cgroup2"))?;
        let path = Path::new(mount.split(' ').nth(1)?).join(format!("{}-{name}", std::process::id()));
        fs::create_dir(&path).ok()?;
        Some(Self(path))
    }

    fn name(&self) -> &str {
        self.0.file_name().unwrap().to_str().unwrap()
    }

    pub(crate) fn take(&self, pid: u32) {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).unwrap();
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // What is still in it is ended by its owner, after this.
        let _ = fs::write(self.0.join("cgroup.kill"), "1");
        while fs::remove_dir(&self.0).is_err_and(|error| error.raw_os_error() == Some(16)) {
            std::thread::yield_now();
        }
    }
}

#[test]
fn the_process_that_began_a_unit_is_meant() {
    let cgroup = Cgroup::new("nm-test.service");
    if !need("a cgroup v2 in which groups can be made", cgroup.is_some()) {
        return;
    }
    let cgroup = cgroup.unwrap();
    let main =
        Command::new("sh").args(["-c", "read line; sleep 600 & sleep 600"]).stdin(Stdio::piped()).spawn();
    let mut main = Running(main.unwrap());
    cgroup.take(main.pid());
    drop(main.0.stdin.take());
    // Its children are in it, too.
    while fs::read_to_string(cgroup.0.join("cgroup.procs")).unwrap().lines().count() < 3 {
        std::thread::yield_now();
    }
    let path = fs::read_to_string(format!("/proc/{}/cgroup", main.pid())).unwrap();
    let path = path.lines().find_map(|line| line.strip_prefix("0::")).unwrap().to_owned();
    let name = cgroup.name();
    for target in [
        format!("unit:{}", name.strip_suffix(".service").unwrap()),
        format!("unit:{name}"),
        format!("cgroup:{path}"),
    ] {
        assert_eq!(found(&[&target]), u64::from(main.pid()), "{target}");
    }
    let nearly = refused(&[&format!("unit:{name}x")]);
    assert!(
        nearly.contains("no process is in a unit") && nearly.contains(&format!("nearest: {name}")),
        "{nearly}"
    );
    // Two that began apart: none is the main one.
    let program = Program::new("");
    let other = program.start();
    cgroup.take(other.pid());
    let told = refused(&[&format!("unit:{name}")]);
    assert!(told.contains("4 processes match") && told.contains(&other.pid().to_string()), "{told}");
}

#[test]
fn in_a_copied_tree() {
    let folder = crate::copy::tree();
    let id = "0123456789abcdef".repeat(4);
    let cgroup = |pid: u32, text: &str| {
        let process = folder.path().join(pid.to_string());
        fs::create_dir_all(&process).unwrap();
        fs::write(process.join("cgroup"), text).unwrap();
        process
    };
    cgroup(4242, &format!("0::/system.slice/docker-{id}.scope\n"));
    let other = cgroup(4243, "7:cpu:/\n1:name=systemd:/system.slice/web.service\n0::/lxc.payload.box\n");
    fs::write(other.join("comm"), "no-stat\n").unwrap();
    fs::create_dir(other.join("net")).unwrap();
    let tree = folder.path().to_str().unwrap();
    let find = |target: &str| found(&["--procfs", tree, target]);
    let path = format!("cgroup:/system.slice/docker-{id}.scope");
    for target in ["captured", ":8080", "container:0123", &format!("container:{id}"), &path] {
        assert_eq!(find(target), 4242, "{target}");
    }
    for target in ["no-stat", "unit:web", "unit:web.service", "container:box"] {
        assert_eq!(find(target), 4243, "{target}");
    }
    let told = |target: &str| refused(&["--procfs", tree, target]);
    assert!(told("container:01234567a").contains("nearest: 0123456789ab"), "{}", told("container:01234567a"));
    assert!(told("container:012").contains("4 hexadecimal digits"), "{}", told("container:012"));
    assert!(told("capture").contains("nearest: captured"), "{}", told("capture"));
    assert!(told(":8081").contains("nearest: :8080"), "{}", told(":8081"));
    assert!(told("cgroup:/").contains("2 processes match"), "{}", told("cgroup:/"));
}

/// A question about two processes: they, and a terminal with the question on it.
fn asked(words: &[&str]) -> (Program, [Running; 2], Pty) {
    let program = Program::new("");
    let both = [program.start(), program.start()];
    let mut command = netmonitor();
    command.args(words).arg(&program.name);
    let pty = Pty::spawn(command, 30, 110);
    let screen = pty.wait_for("which one?");
    for running in &both {
        assert!(screen.contains(&running.pid().to_string()), "{screen}");
    }
    (program, both, pty)
}

#[test]
fn one_is_chosen_by_its_place_or_its_pid() {
    let (_program, both, mut pty) = asked(&["--skip-intro"]);
    pty.send("0\r");
    pty.wait_for("0 is not in the list");
    pty.send("2\r");
    let screen = pty.wait_for("tcp · process");
    let chosen = both.iter().find(|running| screen.contains(&format!("process {}", running.pid())));
    assert_eq!(chosen.unwrap().pid(), both[1].pid(), "the oldest comes first\n{screen}");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn show_asks_too_and_prints_the_chosen_one() {
    let (_program, both, mut pty) = asked(&["show"]);
    pty.send(&format!("{}\r", both[0].pid()));
    assert_eq!(pty.exit().code(), Some(0));
    assert!(String::from_utf8_lossy(&pty.raw()).contains(&format!("process {} ", both[0].pid())));
}

#[test]
fn none_is_chosen() {
    for (typed, words) in [("\r", "session"), ("q\r", "show"), ("\x04", "session")] {
        let words: &[&str] = if words == "show" { &["show"] } else { &[] };
        let (_program, _both, mut pty) = asked(words);
        pty.send(typed);
        assert_eq!(pty.exit().code(), Some(2), "{typed:?}");
        pty.wait_for("none was chosen");
        assert!(!pty.alternate_screen());
    }
}

#[test]
fn a_session_goes_on_with_the_next_process_of_the_name() {
    let program = Program::new("");
    let mut first = program.start();
    let mut command = netmonitor();
    command.args(["--skip-intro", "--follow", "--interval", "0.1", &program.name]);
    let mut pty = Pty::spawn(command, 30, 110);
    pty.wait("the process", |screen| {
        screen.contains("tcp · process") && screen.contains(&format!("process {}", first.pid()))
    });
    pty.send("4");
    pty.wait_for("rx bytes");
    first.kill();
    let screen = pty.wait_for("waiting for");
    assert!(screen.contains("WAITING") && screen.contains(" ended"), "{screen}");
    assert!(screen.contains(&program.name), "{screen}");
    // Keys are answered meanwhile, and the tab stays when it goes on.
    pty.send("2");
    pty.wait_for("udp · process");
    pty.send("4");
    pty.wait_for("rx bytes");
    let second = program.start();
    let screen = pty.wait_for(&format!("process {} ", second.pid()));
    assert!(screen.contains("has taken its place") && screen.contains("rx bytes"), "{screen}");
    assert!(!screen.contains("WAITING"), "{screen}");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn a_frozen_session_and_several_successors() {
    let program = Program::new("");
    let mut first = program.start();
    let mut command = netmonitor();
    command.args(["--skip-intro", "--follow", "--interval", "0.1", &program.name]);
    let mut pty = Pty::spawn(command, 30, 110);
    pty.wait_for("tcp · process");
    pty.send(" ");
    pty.wait_for("PAUSED");
    first.kill();
    pty.wait_for("waiting for");
    let (second, mut third) = (program.start(), program.start());
    pty.wait_for("to be one process: 2 match");
    third.kill();
    pty.send(" ");
    pty.wait_for(&format!("process {} ", second.pid()));
    pty.send("\x04");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn show_goes_on_with_the_next_process_of_the_name() {
    let program = Program::new("");
    let mut first = program.start();
    let mut command = netmonitor();
    command.args(["show", &program.name, "traffic", "--follow", "--interval", "0.1", "--format", "jsonl"]);
    let mut child = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut notes = BufReader::new(child.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    lines.next().unwrap();
    first.kill();
    assert_eq!(notes.next().unwrap(), format!("note: process {} has ended", first.pid()));
    assert_eq!(notes.next().unwrap(), format!("note: waiting for {}", program.name));
    let second = program.start();
    assert!(
        notes.next().unwrap().starts_with(&format!("note: process {} has taken its place", second.pid()))
    );
    drop(lines);
    assert_eq!(child.0.wait().unwrap().code(), Some(0), "a closed pipe ends it");
}

#[test]
fn a_number_has_no_successor() {
    let pid = std::process::id().to_string();
    assert!(refused(&[&pid, "--follow"]).contains("--follow needs a target that another process can have"));
    let output = netmonitor().args(["show", &pid, "tcp"]).env("NETMONITOR_FOLLOW", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "a standing wish is kept where it can be: {}", stderr(&output));
}
