//! What is opened in another network namespace answers for it, from whichever thread.

use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;

use rustix::fs::{CWD, Mode, OFlags, fstat, openat};
use rustix::process::Pid;
use rustix::thread::{UnshareFlags, gettid, unshare_unsafe};

use super::message::HEADER;
use super::*;
use crate::dir::Dir;
use crate::netns::Namespace;

/// Works while a thread holds a listening socket in a namespace that it has made; gets the namespace and the
/// socket's inode. Not at all where namespaces cannot be made.
fn with_namespace(work: impl FnOnce(Namespace, u64)) {
    let (say, told) = mpsc::channel();
    let (stay, end) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // SAFETY: this thread alone goes to a new namespace, and nothing of it is shared with others.
            if let Err(errno) = unsafe { unshare_unsafe(UnshareFlags::NEWNET) } {
                return say.send(Err(errno)).unwrap();
            }
            let socket = TcpListener::bind("0.0.0.0:0").unwrap();
            let inode = fstat(socket.as_fd()).unwrap().st_ino;
            say.send(Ok((Pid::as_raw(Some(gettid())), inode))).unwrap();
            let _ = end.recv();
        });
        match told.recv().unwrap() {
            Ok((tid, inode)) => {
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let dir = Dir::new(openat(CWD, "/proc/self", flags, Mode::empty()).unwrap(), false);
                work(Namespace::open(&dir, Some(tid.cast_unsigned())).unwrap(), inode);
            }
            Err(errno) => {
                let strict = std::env::var_os("NETMONITOR_STRICT").is_some_and(|value| value == "1");
                assert!(!strict, "cannot run: no network namespace can be made: {errno}");
                println!("skipped: no network namespace can be made: {errno}");
            }
        }
        drop(stay);
    });
}

fn collect(netlink: &mut Netlink, request: &Request) -> (Dump, Vec<u8>) {
    let mut all = Vec::new();
    let dump = netlink.dump(request, &mut |messages| {
        all.extend_from_slice(messages);
        ControlFlow::Continue(())
    });
    (dump, all)
}

#[test]
fn the_namespace_is_that_in_which_it_was_opened() {
    with_namespace(|namespace, inode| {
        let open = || Netlink::open(Subsystem::SockDiag);
        let (mut there, mut here) = (namespace.run(open).unwrap().unwrap(), open().unwrap());
        let tcp = inet(AddressFamily::INET, Protocol::TCP, ALL_STATES, Extensions::NONE);
        let (dump, bytes) = collect(&mut there, &tcp);
        assert_eq!((dump.outcome, dump.messages), (Outcome::Done, 1), "{dump:?}");
        assert_eq!(bytes[HEADER + 68..][..4], (inode as u32).to_ne_bytes());
        let (dump, bytes) = collect(&mut here, &tcp);
        assert_eq!(dump.outcome, Outcome::Done);
        assert!(!bytes.windows(4).any(|word| word == (inode as u32).to_ne_bytes()));
        assert_ne!(there.netns_cookie(), here.netns_cookie());
        assert_eq!(here.netns_cookie(), open().unwrap().netns_cookie());

        let open = || Netlink::open(Subsystem::Route);
        let mut there = namespace.run(open).unwrap().unwrap();
        let other = std::thread::spawn(move || collect(&mut there, &links()));
        let (dump, bytes) = other.join().unwrap();
        assert_eq!((dump.outcome, dump.messages), (Outcome::Done, 1), "only lo: {dump:?}");
        assert!(bytes.windows(3).any(|name| name == b"lo\0"));
    });
}

#[test]
fn a_message_that_does_not_fit_is_not_used_and_fits_the_next_time() {
    struct Count(u32, u64);
    impl Receiver for Count {
        fn begin(&mut self) {
            self.0 += 1;
            self.1 = 0;
        }

        fn messages(&mut self, messages: &[u8]) -> ControlFlow<()> {
            self.1 += message::count(messages);
            ControlFlow::Continue(())
        }
    }
    let mut netlink = Netlink::open(Subsystem::Route).unwrap();
    let (whole, _) = collect(&mut netlink, &links());
    netlink.buffer.truncate(32);
    let (dump, bytes) = collect(&mut netlink, &links());
    assert_eq!((dump.outcome, dump.lost), (Outcome::Done, true), "{dump:?}");
    assert!(dump.messages < whole.messages && message::count(&bytes) == dump.messages, "{dump:?}");
    assert!(!netlink.has_rest());
    netlink.buffer.truncate(32);
    let mut count = Count(0, 0);
    let dump = netlink.dump_settled(&links(), 5, &mut count);
    assert_eq!((dump.outcome, dump.lost), (Outcome::Done, false), "{dump:?}");
    assert!(count.0 > 1 && count.1 == dump.messages && count.1 > 0, "{} times", count.0);
    netlink.buffer.truncate(32);
    let mut count = Count(0, 0);
    let dump = netlink.dump_settled(&links(), 0, &mut count);
    assert!(dump.lost && count.0 == 1);
}

#[test]
fn a_long_rest_is_read_away_piece_by_piece() {
    let pairs: Vec<_> = (0..500).map(|_| UnixStream::pair().unwrap()).collect();
    let mut netlink = Netlink::open(Subsystem::SockDiag).unwrap();
    let unix = unix(ALL_STATES, UnixShow::ALL);
    let dump = netlink.dump(&unix, &mut |_| ControlFlow::Break(()));
    assert_eq!((dump.outcome, netlink.has_rest()), (Outcome::Stopped, true));
    let mut refused = 0;
    while let Err(errno) = netlink.read_away(1) {
        assert_eq!((errno, netlink.has_rest()), (Errno::BUSY, true));
        refused += 1;
    }
    assert!(refused > 0 && !netlink.has_rest());
    let (dump, _) = collect(&mut netlink, &unix);
    assert!(dump.outcome == Outcome::Done && dump.messages >= 2 * pairs.len() as u64);
    // As after a kernel that fell silent: nothing comes any more.
    netlink.rest = true;
    let (again, _) = collect(&mut netlink, &unix);
    assert_eq!(again.outcome, Outcome::Done);
}
