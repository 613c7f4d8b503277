//! What listing one process's sockets takes, in processor time a socket, beside the least that could list them:
//! `cargo bench -p netmonitor-sys --bench listing`, as root. Needs 10,100 descriptors.
//!
//! `bare` writes addresses and two figures of each socket, `bare figures` as many as netmonitor tells; both are read and thrown
//! away. They take turns with netmonitor's own listing, which is thrown away, too.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use netmonitor_sys::bpf::{Counter, Told};
use rustix::process::{PidfdFlags, Resource, getpid, getrlimit, pidfd_open, setrlimit};
use rustix::time::{ClockId, clock_gettime};

const CONNECTIONS: usize = 5_000;
const TURNS: usize = 15;

static BARE: &[u8] = aya::include_bytes_aligned!("../bpf/bare.bpf.o");

fn main() {
    // Programs count from here on, also what the sockets move below.
    let mut counter = Counter::start().unwrap_or_else(|why| panic!("{why}"));
    let mut sockets = sockets();
    let mut bare = aya::Ebpf::load(BARE).expect("the bare programs");
    let mut bare = ["list_bare", "list_bare_figures"].map(|name| Bare::new(&mut bare, name));
    for moving in [false, true] {
        let mut took = [const { Vec::new() }; 4];
        for _ in 0..TURNS {
            if moving {
                move_some(&mut sockets);
            }
            took[0].push(time(|| bare[0].read()));
            took[1].push(time(|| bare[1].read()));
            took[2].push(listed(&mut counter, Told::Whole));
            took[3].push(listed(&mut counter, Told::Descriptors));
        }
        let names = ["bare", "bare figures", "netmonitor", "netmonitor, descriptors"];
        let medians = took.map(|mut took| {
            took.sort_by(f64::total_cmp);
            took[TURNS / 2] / sockets.len() as f64
        });
        println!("{} sockets, {}:", sockets.len(), if moving { "all have moved something" } else { "idle" });
        for (name, median) in names.iter().zip(medians) {
            println!("  {name:24} {median:.3} µs a socket, {:.2} of bare", median / medians[0]);
        }
    }
}

fn sockets() -> Vec<TcpStream> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("more descriptors");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let address = listener.local_addr().expect("its address");
    let pair = || {
        let first = TcpStream::connect(address).expect("a connection");
        [first, listener.accept().expect("its other end").0]
    };
    (0..CONNECTIONS).flat_map(|_| pair()).collect()
}

fn move_some(sockets: &mut [TcpStream]) {
    for pair in sockets.chunks_mut(2) {
        pair[0].write_all(&[1; 100]).expect("sent");
        pair[1].read_exact(&mut [0; 100]).expect("received");
    }
}

/// Processor time of this thread, in microseconds.
fn time(work: impl FnOnce()) -> f64 {
    let now = || {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3
    };
    let before = now();
    work();
    now() - before
}

fn listed(counter: &mut Counter, told: Told) -> f64 {
    let lister = counter.lister().unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    let pidfd = pidfd_open(getpid(), PidfdFlags::empty()).expect("own pidfd");
    let listing = lister.listing(Some(pidfd.as_fd()), told).expect("a listing");
    time(|| {
        lister
            .read(&listing, &mut |bytes| {
                std::hint::black_box(bytes);
            })
            .expect("listed");
    })
}

/// A bare program that goes through this process.
struct Bare {
    link: OwnedFd,
    room: Vec<u8>,
}

impl Bare {
    fn new(programs: &mut aya::Ebpf, name: &str) -> Self {
        const LINK_CREATE: libc::c_int = 28;
        const TRACE_ITER: u32 = 28;
        let types = aya::Btf::from_sys_fs().expect("the kernel's types");
        let program: &mut aya::programs::Iter = programs.program_mut(name).unwrap().try_into().unwrap();
        program.load("task_file", &types).expect(name);
        let program = program.fd().expect("it is loaded").as_fd().as_raw_fd().cast_unsigned();
        let pidfd = pidfd_open(getpid(), PidfdFlags::empty()).expect("own pidfd");
        let of = [0, 0, pidfd.as_raw_fd().cast_unsigned()];
        let place = (&raw const of) as u64;
        let mut attributes =
            [program, 0, TRACE_ITER, 0, place as u32, (place >> 32) as u32, size_of_val(&of) as u32, 0];
        Self { link: made(LINK_CREATE, &mut attributes), room: vec![0; 32 * 1024] }
    }

    fn read(&mut self) {
        const ITER_CREATE: libc::c_int = 33;
        let mut listing = File::from(made(ITER_CREATE, &mut [self.link.as_raw_fd().cast_unsigned(), 0]));
        while listing.read(&mut self.room).expect("listed") > 0 {}
    }
}

/// The system call `bpf`, with the descriptor that it makes.
fn made<const N: usize>(command: libc::c_int, attributes: &mut [u32; N]) -> OwnedFd {
    // SAFETY: the attributes are as long as is said, and what they point to outlives the call.
    let made =
        unsafe { libc::syscall(libc::SYS_bpf, command, attributes.as_mut_ptr(), size_of_val(attributes)) };
    assert!(made >= 0, "bpf: {}", std::io::Error::last_os_error());
    // SAFETY: the descriptor is new, and nobody else's.
    unsafe { OwnedFd::from_raw_fd(made as libc::c_int) }
}
