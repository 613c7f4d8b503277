//! What the children of the tests do. A role begins before `main`, so that its process has one thread, the
//! leader, as long as it makes no other.

use std::io::{BufRead, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use netmonitor_core::owners::may_trace;
use netmonitor_core::sample::{Origin, Walk};
use netmonitor_sys::netlink::Extensions;
use netmonitor_sys::own_sockets::{Depth, Descriptor, OwnSockets};
use netmonitor_sys::{Collector, Kind, ProcTree, Target, suspend_process_group};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketType,
};
use rustix::process::{Gid, Pid, Uid, getpid, getppid};
use rustix::thread::{
    UnshareFlags, gettid, set_thread_gid, set_thread_groups, set_thread_uid, unshare_unsafe,
};

use crate::child::{ROLE, WORDS};
use crate::{EVERYBODY, FAMILY, NAMESPACES, collector, plan, status, text, tick};

/// Called by the dynamic linker, or by the C library's start code, before `main`.
#[used]
// SAFETY: the section holds pointers to functions of this signature, and this is one.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    let Some(role) = std::env::var(ROLE).ok() else { return };
    let words = std::env::var(WORDS).unwrap_or_default();
    match role.as_str() {
        "exit" => {}
        "listen" => listen(),
        "many" => many(),
        "leader-exits" => leader_exits(words == "later"),
        "unshared-table" => unshared_table(),
        "fork" => fork_in_thread(),
        "group" => group(),
        "orphan" => orphan(),
        "nobody" => nobody(&words),
        "ask-as-nobody" => ask_as_nobody(&words),
        "hidden" => hidden(&words),
        "other-namespace" => other_namespace(&words),
        "own-namespace" => own_namespace(&words),
        "own-namespace-with-setting" => own_namespace_with_setting(&words),
        "no-kcmp" => no_kcmp(),
        "no-openat2" => no_openat2(&words),
        "moves" => moves(),
        "suspend" => suspend(),
        "count" => count(),
        _ => panic!("no such role: {role}"),
    }
    std::process::exit(0);
}

fn say(words: &[u64]) {
    let words: Vec<_> = words.iter().map(u64::to_string).collect();
    println!("{}", words.join(" "));
}

/// A listening socket and its inode.
fn socket() -> (TcpListener, u64) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let inode = rustix::fs::fstat(socket.as_fd()).unwrap().st_ino;
    (socket, inode)
}

/// Blocks until the test says something or has ended.
fn await_word() {
    let _ = std::io::stdin().lock().read_line(&mut String::new());
}

fn tid() -> u64 {
    Pid::as_raw(Some(gettid())) as u64
}

fn count() {
    let counter = netmonitor_sys::bpf::Counter::start().unwrap();
    let _watcher = counter.watch(netmonitor_sys::bpf::Whom::default()).unwrap();
    say(&[1]);
    await_word();
}

fn listen() {
    let (_socket, inode) = socket();
    say(&[inode]);
    await_word();
}

/// The leader exits, later when the test says so; of two threads that go on, the first exits when the test
/// says so.
/// Has more sockets than the kernel lists at a time.
fn many() {
    let sockets: Vec<_> = (0..300).map(|_| socket()).collect();
    say(&[sockets.len() as u64]);
    await_end_of_input();
}

fn leader_exits(later: bool) {
    let leader = tid();
    let (_socket, inode) = socket();
    if later {
        say(&[inode]);
        await_word();
    }
    let first = thread::spawn(|| {
        await_word();
    });
    thread::spawn(move || {
        let state = || {
            let stat = std::fs::read_to_string(format!("/proc/self/task/{leader}/stat")).unwrap();
            stat[stat.rfind(')').unwrap() + 2..].chars().next().unwrap()
        };
        while state() != 'Z' {
            thread::yield_now();
        }
        say(&[inode]);
        first.join().unwrap();
        say(&[0]);
        await_word();
        std::process::exit(0);
    });
    // SAFETY: ends this thread and nothing else; what it owns on its stack, the socket above all, is never
    // dropped, and no other thread borrows it.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
}

/// Two threads share a table of descriptors that is not the leader's.
fn unshared_table() {
    let (_socket, shared) = socket();
    thread::spawn(move || {
        // SAFETY: from here on this thread's descriptors are its own. Those that it inherited have the same
        // numbers and are neither closed nor used by another thread's owner of them.
        unsafe { unshare_unsafe(UnshareFlags::FILES).unwrap() };
        let (_socket, own) = socket();
        let first = tid();
        thread::spawn(move || {
            say(&[shared, own, first, tid()]);
            await_word();
        })
        .join()
        .unwrap();
    })
    .join()
    .unwrap();
}

/// A thread that is not the leader forks; parent and child share a socket.
fn fork_in_thread() {
    let (_socket, inode) = socket();
    thread::spawn(move || {
        let child = fork(await_end_of_input);
        say(&[inode, child]);
        await_word();
    })
    .join()
    .unwrap();
}

/// Where the child of a group receives.
static RECEIVES: AtomicI32 = AtomicI32::new(-1);

/// Parent and child share a listener; one end of a connection has been passed to the child, which has a socket of its own,
/// and another one in a network namespace of its own.
fn group() {
    let (listener, shared) = socket();
    let (here, there) = UnixStream::pair().unwrap();
    RECEIVES.store(there.as_raw_fd(), Ordering::Relaxed);
    let child = fork(join_group);
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (passed, _) = listener.accept().unwrap();
    let inode = |socket: &TcpStream| rustix::fs::fstat(socket).unwrap().st_ino;
    let inodes = [inode(&passed), inode(&client)];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let fds = [passed.as_fd()];
    assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
    rustix::net::sendmsg(&here, &[IoSlice::new(b"x")], &mut control, SendFlags::empty()).unwrap();
    drop((passed, there));
    (&here).read_exact(&mut [0]).unwrap();
    say(&[shared, inodes[0], inodes[1], child]);
    await_word();
}

fn join_group() {
    // SAFETY: it was inherited, and nobody closes it.
    let there = unsafe { BorrowedFd::borrow_raw(RECEIVES.load(Ordering::Relaxed)) };
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let mut into = [IoSliceMut::new(&mut byte)];
    let received = rustix::net::recvmsg(there, &mut into, &mut control, RecvFlags::empty());
    let bind = || {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
        rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0))?;
        Ok::<_, rustix::io::Errno>(socket)
    };
    let own = bind();
    // SAFETY: this process has one thread.
    let elsewhere = unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.and_then(|()| bind());
    let is_done = received.is_ok() && own.is_ok() && elsewhere.is_ok();
    let fds: [Option<OwnedFd>; 1] = [control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
        _ => None,
    })];
    if is_done && fds[0].is_some() {
        let _ = rustix::io::write(there, b"x");
    }
    await_end_of_input();
}

/// Leaves a process behind that has no relative but init.
fn orphan() {
    let (_socket, inode) = socket();
    let child = fork(await_end_of_input);
    say(&[inode, child]);
}

/// Forks a process that does one thing, which must allocate nothing, and ends.
fn fork(child: fn()) -> u64 {
    // SAFETY: the child calls only `child`, which makes system calls alone, and `_exit`.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", std::io::Error::last_os_error()),
        0 => {
            child();
            // SAFETY: ends the process without running anything of it.
            unsafe { libc::_exit(0) }
        }
        pid => pid as u64,
    }
}

fn await_end_of_input() {
    let mut byte = [0];
    while let Ok(1) = rustix::io::read(rustix::stdio::stdin(), &mut byte) {}
}

fn become_nobody() {
    set_thread_groups(&[]).unwrap();
    set_thread_gid(Gid::from_raw(65534)).unwrap();
    set_thread_uid(Uid::from_raw(65534)).unwrap();
}

/// What an ordinary user gets of another user's process.
fn nobody(pid: &str) {
    become_nobody();
    let pid = pid.parse().unwrap();
    let sample = tick(&mut collector(pid), &plan(&["tcp"], EVERYBODY)).unwrap();
    for origin in [
        Origin::process("stat"),
        Origin::process("exe"),
        Origin::process("ns/net"),
        Origin::net("tcp"),
        Origin::Links(pid),
    ] {
        println!("{origin}: {:?}", status(&sample, &origin));
    }
    println!("{}", text(&sample, &Origin::Walk));
    println!("ptrace: {}", may_trace(text(&sample, &Origin::Capabilities).as_bytes()) == Some(true));
}

/// What an ordinary user gets who asks another user's process for a descriptor.
fn ask_as_nobody(pid: &str) {
    become_nobody();
    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
    let descriptors = [0, 1].map(|fd| Descriptor { fd, inode: 1 });
    let asked =
        OwnSockets::default().ask(pidfd.as_fd(), &descriptors, Extensions::NONE, Depth::Whole, &mut |_| ());
    println!("{:?} {}", asked.outcome, asked.messages);
}

/// What an ordinary user is told of a process that procfs hides. Words: a directory to mount on, `hidepid`'s
/// value, a PID.
fn hidden(words: &str) {
    let words: Vec<_> = words.split(' ').collect();
    let [directory, hidepid, pid] = words[..] else { panic!("{words:?}") };
    // SAFETY: this thread, the only one, gets its own mounts; no Rust value depends on them.
    if let Err(error) = unsafe { unshare_unsafe(UnshareFlags::NEWNS) } {
        return println!("cannot unshare: {error}");
    }
    mount("none", "/", "", libc::MS_REC | libc::MS_PRIVATE, "");
    mount("proc", directory, "proc", 0, &format!("hidepid={hidepid}"));
    let privileged = is_hiding(directory);
    become_nobody();
    let tree = ProcTree::open(directory.as_ref()).unwrap();
    println!("{:?}", tree.kind());
    println!("{}", Target::find(&tree, pid).unwrap_err());
    println!("hiding: {privileged} {}", is_hiding(directory));
}

/// Whether the walk over a tree says that it may leave processes out.
fn is_hiding(directory: &str) -> bool {
    let tree = ProcTree::open(directory.as_ref()).unwrap();
    let target = Target::find(&tree, &std::process::id().to_string()).unwrap();
    let sample = tick(&mut Collector::new(tree, target), &plan(&[], NAMESPACES)).unwrap();
    Walk::parse(text(&sample, &Origin::Walk).as_bytes()).hiding
}

/// What the first process of a PID namespace sees through its own procfs. Word: a directory to mount on.
fn own_namespace(directory: &str) {
    // SAFETY: this thread, the only one, gets its own mounts; no Rust value depends on them. Only children
    // are born into the new PID namespace.
    if let Err(error) = unsafe { unshare_unsafe(UnshareFlags::NEWNS | UnshareFlags::NEWPID) } {
        return println!("cannot unshare: {error}");
    }
    // SAFETY: this process has one thread, so its child may do anything.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", std::io::Error::last_os_error()),
        0 => {}
        _ => return await_word(),
    }
    mount("none", "/", "", libc::MS_REC | libc::MS_PRIVATE, "");
    mount("proc", directory, "proc", 0, "");
    println!("{:?}", ProcTree::open(directory.as_ref()).unwrap().kind());
    println!("hiding: {}", is_hiding(directory));
}

/// Goes to a network namespace of its own and sets a limit in it.
fn own_namespace_with_setting(value: &str) {
    // SAFETY: this thread, the only one, gets its own network namespace; no Rust value depends on it.
    unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.unwrap();
    std::fs::write("/proc/sys/net/ipv4/tcp_max_tw_buckets", value).unwrap();
    println!("ready");
    await_word();
}

/// Goes to a new network namespace whenever the test says so. The answer is empty, or why it could not.
fn moves() {
    let (_socket, inode) = socket();
    say(&[inode]);
    while std::io::stdin().lock().read_line(&mut String::new()).is_ok_and(|read| read > 0) {
        // SAFETY: this process has one thread, and sockets stay in the namespace that they were made in.
        match unsafe { unshare_unsafe(UnshareFlags::NEWNET) } {
            Ok(()) => println!(),
            Err(error) => println!("cannot unshare: {error}"),
        }
    }
}

fn mount(source: &str, on: &str, kind: &str, flags: libc::c_ulong, data: &str) {
    let [source, on, kind, data] = [source, on, kind, data].map(|text| std::ffi::CString::new(text).unwrap());
    // SAFETY: all four are strings that end with a NUL and outlive the call.
    let failed =
        unsafe { libc::mount(source.as_ptr(), on.as_ptr(), kind.as_ptr(), flags, data.as_ptr().cast()) };
    assert_eq!(failed, 0, "mount: {}", std::io::Error::last_os_error());
}

/// Watches a process through the procfs of a PID namespace that is not its own.
fn other_namespace(pid: &str) {
    // SAFETY: only children are born into the new namespace; this process stays where it is.
    if let Err(error) = unsafe { unshare_unsafe(UnshareFlags::NEWPID) } {
        return println!("cannot unshare: {error}");
    }
    // SAFETY: this process has one thread, so its child may do anything.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", std::io::Error::last_os_error()),
        0 => {}
        _ => return await_word(),
    }
    assert_eq!(getpid(), Pid::INIT);
    assert!(getppid().is_none());
    let tree = ProcTree::open("/proc".as_ref()).unwrap();
    let target = Target::find(&tree, pid).unwrap();
    let nobody = Target::find(&tree, "1000000000").unwrap_err();
    println!("{:?} {} {nobody}", tree.kind(), target.pidfd().is_some());
    assert_eq!(tree.kind(), Kind::Live { ours: false });
    println!("{}", target.end_watch().unwrap().wait());
}

/// A process that may not call kcmp reads its own links.
fn no_kcmp() {
    let (_socket, inode) = socket();
    let (stay, end) = std::sync::mpsc::channel::<()>();
    let other = thread::spawn(move || {
        let _ = end.recv();
    });
    refuse(libc::SYS_kcmp, libc::EPERM);
    let own = std::process::id();
    let sample = tick(&mut collector(own), &plan(&[], FAMILY)).unwrap();
    println!("{:?}", status(&sample, &Origin::Links(own)));
    println!("{}", text(&sample, &Origin::Links(own)).contains(&format!("socket:[{inode}]")));
    drop(stay);
    other.join().unwrap();
}

/// What is read of the copy at a path where the kernel has no openat2.
fn no_openat2(path: &str) {
    refuse(libc::SYS_openat2, libc::ENOSYS);
    crate::copy::looked_at(path).iter().for_each(|line| println!("{line}"));
}

/// A seccomp filter, as a container's runtime installs: one call fails, all else is allowed.
fn refuse(call: libc::c_long, errno: libc::c_int) {
    let step = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    let program = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, call as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | errno as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_ptr().cast_mut() };
    rustix::thread::set_no_new_privs(true).unwrap();
    // SAFETY: the kernel copies the program, whose length is right, and writes nothing through the pointers.
    let failed = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    assert_eq!(failed, 0, "seccomp: {}", std::io::Error::last_os_error());
}

fn suspend() {
    println!("stopping");
    suspend_process_group().unwrap();
    println!("continued");
    let _ = std::io::stdout().flush();
    // SAFETY: SIGTSTP ignored runs no handler.
    unsafe { libc::signal(libc::SIGTSTP, libc::SIG_IGN) };
    suspend_process_group().unwrap();
    println!("not stopped");
}
