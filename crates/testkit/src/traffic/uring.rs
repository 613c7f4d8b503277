//! Sending and receiving by `io_uring`.

use std::os::fd::{AsFd, AsRawFd};

use super::processes::ring_client;
use super::role::{received, sent};
use crate::ring::{Request, Ring};

pub(super) use crate::ring::refused;

const READ: u8 = 22;
const WRITE: u8 = 23;
const SEND: u8 = 26;
const RECV: u8 = 27;
const SEND_ZC: u8 = 47;

/// A worker thread of the kernel's does it, which belongs to the process.
const ASYNC: u8 = 1 << 4;

/// Sends and receives with these operations in turn.
fn exchange(sending: &[u8], receiving: &[u8]) {
    let ((stream, total), ring) = (ring_client(), Ring::new().unwrap());
    let mut bytes = vec![0x5a; 1 << 16];
    for (operations, count) in [(sending, sent as fn(usize) -> usize), (receiving, received)] {
        let (mut left, mut number) = (total, 0);
        while left > 0 {
            let length = left.min(1 + number * 7919 % (bytes.len() - 1));
            let request = Request {
                opcode: operations[number % operations.len()],
                flags: if number % 3 == 2 { ASYNC } else { 0 },
                fd: stream.as_fd().as_raw_fd(),
                address: bytes.as_mut_ptr().expose_provenance() as u64,
                length: length.try_into().unwrap(),
                ..Request::default()
            };
            let moved = ring.run(request).unwrap();
            assert!(moved > 0, "ended with {left} bytes to come");
            left -= count(moved);
            number += 1;
        }
    }
}

pub(super) fn plain() {
    exchange(&[SEND, WRITE], &[RECV, READ]);
}

pub(super) fn zero_copy() {
    exchange(&[SEND_ZC], &[RECV]);
}
