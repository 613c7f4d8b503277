//! Cost of a dump and of asking descriptors, with 10,000 connected TCP sockets: `cargo bench -p
//! netmonitor-sys`. Needs 10,100 descriptors.

use std::hint::black_box;
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use netmonitor_sys::netlink::{ALL_STATES, Extensions, Netlink, Outcome, Protocol, Subsystem, inet};
use netmonitor_sys::own_sockets::{self, Depth, Descriptor, OwnSockets};
use rustix::net::AddressFamily;
use rustix::process::{PidfdFlags, Resource, getpid, getrlimit, pidfd_open, setrlimit};

const CONNECTIONS: usize = 5_000;

fn main() {
    divan::main();
}

/// The connections, made once: both ends of each.
static SOCKETS: LazyLock<Vec<TcpStream>> = LazyLock::new(|| {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let pair = || [TcpStream::connect(address).unwrap(), listener.accept().unwrap().0];
    (0..CONNECTIONS).flat_map(|_| pair()).collect()
});

fn descriptors() -> Vec<Descriptor> {
    let of = |socket: &TcpStream| Descriptor {
        fd: socket.as_raw_fd(),
        inode: rustix::fs::fstat(socket.as_fd()).unwrap().st_ino,
    };
    SOCKETS.iter().map(of).collect()
}

fn own_pidfd() -> OwnedFd {
    pidfd_open(getpid(), PidfdFlags::empty()).unwrap()
}

fn extensions(name: &str) -> Extensions {
    match name {
        "none" => Extensions::NONE,
        "info" => Extensions::INFO,
        _ => Extensions::INFO | Extensions::SKMEMINFO | Extensions::CONG,
    }
}

const EXTENSIONS: [&str; 3] = ["none", "info", "info, skmeminfo, cong"];

#[divan::bench(args = EXTENSIONS, max_time = 3)]
fn dump(bencher: Bencher<'_, '_>, name: &str) {
    let sockets = SOCKETS.len();
    let mut netlink = Netlink::open(Subsystem::SockDiag).unwrap();
    let request = inet(AddressFamily::INET, Protocol::TCP, ALL_STATES, extensions(name));
    bencher.counter(ItemsCount::new(sockets)).bench_local(|| {
        let dump = netlink.dump(&request, &mut |bytes| {
            black_box(bytes);
            ControlFlow::Continue(())
        });
        assert!(dump.outcome == Outcome::Done && dump.messages >= sockets as u64);
    });
}

fn ask(bencher: Bencher<'_, '_>, name: &str, depth: Depth, forget: bool) {
    let (descriptors, pidfd, mut sockets) = (descriptors(), own_pidfd(), OwnSockets::default());
    let mut ask = || {
        if forget {
            sockets = OwnSockets::default();
        }
        let asked = sockets.ask(pidfd.as_fd(), &descriptors, extensions(name), depth, &mut |bytes| {
            black_box(bytes);
        });
        assert!(asked.outcome == own_sockets::Outcome::Done && asked.gone == 0);
    };
    ask();
    bencher.counter(ItemsCount::new(descriptors.len())).bench_local(ask);
}

#[divan::bench(args = EXTENSIONS, max_time = 3)]
fn ask_new(bencher: Bencher<'_, '_>, name: &str) {
    ask(bencher, name, Depth::Whole, true);
}

#[divan::bench(args = EXTENSIONS, max_time = 3)]
fn ask_whole(bencher: Bencher<'_, '_>, name: &str) {
    ask(bencher, name, Depth::Whole, false);
}

#[divan::bench(args = EXTENSIONS, max_time = 3)]
fn ask_moving(bencher: Bencher<'_, '_>, name: &str) {
    ask(bencher, name, Depth::Moving, false);
}

#[divan::bench(max_time = 1)]
fn open(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| Netlink::open(Subsystem::SockDiag).unwrap());
}
