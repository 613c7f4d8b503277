//! Whole maps, read many entries at a time (`BPF_MAP_LOOKUP_BATCH`, Linux 5.6), and entries taken out of them.

use std::os::fd::AsFd;

use rustix::io::Errno;

use super::syscall::{bpf, number};

const MAP_LOOKUP_ELEM: libc::c_int = 1;
const MAP_UPDATE_ELEM: libc::c_int = 2;
const MAP_DELETE_ELEM: libc::c_int = 3;
const MAP_LOOKUP_BATCH: libc::c_int = 24;
const MAP_DELETE_BATCH: libc::c_int = 27;

/// Entries that are asked for at a time.
const AT_ONCE: usize = 4096;

/// `union bpf_attr` of the batch commands.
#[repr(C)]
struct Batch {
    in_batch: u64,
    out_batch: u64,
    keys: u64,
    values: u64,
    count: u32,
    map_fd: u32,
    elem_flags: u64,
    flags: u64,
}

/// One map, and the room to read it in.
#[derive(Debug)]
pub(super) struct Entries {
    key: usize,
    value: usize,
    keys: Vec<u8>,
    values: Vec<u8>,
}

impl Entries {
    /// Of a map with keys and values of these sizes.
    pub(super) fn new(key: usize, value: usize) -> Self {
        Self { key, value, keys: Vec::new(), values: Vec::new() }
    }

    /// Hands on all entries. One that comes or goes meanwhile may be left out.
    pub(super) fn read(&mut self, map: impl AsFd, mut each: impl FnMut(&[u8], &[u8])) -> Result<(), Errno> {
        self.keys.resize(self.key * AT_ONCE, 0);
        self.values.resize(self.value * AT_ONCE, 0);
        // A hash is gone through by the number of its buckets.
        let (mut place, mut next) = (0_u64, 0_u64);
        let mut wanted = AT_ONCE;
        let mut is_first = true;
        loop {
            let mut batch = Batch {
                in_batch: if is_first { 0 } else { (&raw const place) as u64 },
                out_batch: (&raw mut next) as u64,
                keys: self.keys.as_mut_ptr() as u64,
                values: self.values.as_mut_ptr() as u64,
                count: wanted as u32,
                map_fd: number(&map),
                elem_flags: 0,
                flags: 0,
            };
            // SAFETY: the kernel writes at most `count` keys and values, for which there is room, and one place, which has
            // the size of a number that a hash of at most 2^32 buckets needs.
            let done = unsafe { bpf(MAP_LOOKUP_BATCH, (&raw mut batch).cast(), size_of::<Batch>()) };
            match done {
                Ok(_) | Err(Errno::NOENT) => {}
                // A bucket with more entries than were asked for.
                Err(Errno::NOSPC) => {
                    wanted *= 2;
                    self.keys.resize(self.key * wanted, 0);
                    self.values.resize(self.value * wanted, 0);
                    continue;
                }
                Err(errno) => return Err(errno),
            }
            let count = batch.count as usize;
            let values = self.values.chunks_exact(self.value);
            self.keys
                .chunks_exact(self.key)
                .zip(values)
                .take(count)
                .for_each(|(key, value)| each(key, value));
            if done.is_err() || count == 0 {
                return Ok(());
            }
            (place, is_first) = (next, false);
        }
    }
}

/// Takes out the entries of these keys, one key after another. One that is gone already is as well.
pub(super) fn delete(map: impl AsFd, key: usize, mut keys: &[u8]) -> Result<(), Errno> {
    while keys.len() >= key {
        let mut batch = Batch {
            in_batch: 0,
            out_batch: 0,
            keys: keys.as_ptr() as u64,
            values: 0,
            count: (keys.len() / key) as u32,
            map_fd: number(&map),
            elem_flags: 0,
            flags: 0,
        };
        // SAFETY: the kernel reads `count` keys of the map's size, and so many there are.
        let done = unsafe { bpf(MAP_DELETE_BATCH, (&raw mut batch).cast(), size_of::<Batch>()) };
        match done {
            Ok(_) => return Ok(()),
            // It stops at a key that is gone.
            Err(Errno::NOENT) => keys = keys.get((batch.count as usize + 1) * key..).unwrap_or_default(),
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// `union bpf_attr` of the commands for one entry.
#[repr(C)]
struct Entry {
    map_fd: u32,
    padding: u32,
    key: u64,
    value: u64,
    flags: u64,
}

/// Reads an entry, and says whether there is one. Key and value have the sizes of the map's.
pub(super) fn lookup(map: impl AsFd, key: &[u8], value: &mut [u8]) -> Result<bool, Errno> {
    let (key, value) = (key.as_ptr() as u64, value.as_mut_ptr() as u64);
    let mut entry = Entry { map_fd: number(map.as_fd()), padding: 0, key, value, flags: 0 };
    // SAFETY: the kernel reads one key and writes one value, which are as large as the map's.
    match unsafe { bpf(MAP_LOOKUP_ELEM, (&raw mut entry).cast(), size_of::<Entry>()) } {
        Ok(_) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Sets an entry. Key and value have the sizes of the map's.
pub(super) fn update(map: impl AsFd, key: &[u8], value: &[u8]) -> Result<(), Errno> {
    let (key, value) = (key.as_ptr() as u64, value.as_ptr() as u64);
    let mut entry = Entry { map_fd: number(map.as_fd()), padding: 0, key, value, flags: 0 };
    // SAFETY: the kernel reads one key and one value, which are as large as the map's.
    unsafe { bpf(MAP_UPDATE_ELEM, (&raw mut entry).cast(), size_of::<Entry>()) }.map(drop)
}

/// Takes an entry out. The key has the size of the map's.
pub(super) fn remove(map: impl AsFd, key: &[u8]) -> Result<(), Errno> {
    let mut entry =
        Entry { map_fd: number(map.as_fd()), padding: 0, key: key.as_ptr() as u64, value: 0, flags: 0 };
    // SAFETY: the kernel reads one key, which is as large as the map's.
    unsafe { bpf(MAP_DELETE_ELEM, (&raw mut entry).cast(), size_of::<Entry>()) }.map(drop)
}
