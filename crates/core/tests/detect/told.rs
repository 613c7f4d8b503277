//! Messages of sockets, records of events and lines of files, as the kernel tells them.

use std::net::Ipv4Addr;

use netmonitor_core::sample::Origin;

use crate::world::World;

/// The most that `tcp_info` has.
const INFO: usize = 280;

/// Where fields of `tcp_info` are, and of how many bytes.
const FIELDS: &[(&str, usize, usize)] = &[
    ("retransmits", 2, 1),
    ("probes", 3, 1),
    ("rto", 8, 4),
    ("snd_mss", 16, 4),
    ("unacked", 24, 4),
    ("last_data_recv", 52, 4),
    ("pmtu", 60, 4),
    ("rtt", 68, 4),
    ("bytes_acked", 120, 8),
    ("bytes_received", 128, 8),
    ("notsent_bytes", 144, 4),
    ("min_rtt", 148, 4),
    ("data_segs_out", 156, 4),
    ("busy_time", 168, 8),
    ("rwnd_limited", 176, 8),
    ("sndbuf_limited", 184, 8),
    ("bytes_sent", 200, 8),
    ("bytes_retrans", 208, 8),
    ("dsack_dups", 216, 4),
    ("reord_seen", 220, 4),
    ("snd_wnd", 228, 4),
];

/// A socket of TCP.
#[derive(Clone)]
pub(crate) struct Tcp {
    pub(crate) state: u8,
    pub(crate) ports: (u16, u16),
    pub(crate) remote: Ipv4Addr,
    pub(crate) queues: (u32, u32),
    pub(crate) timer: u8,
    /// Inode and cookie.
    pub(crate) number: u32,
    /// Memory of received packets, and its limit.
    pub(crate) memory: (u32, u32),
    pub(crate) info: [u8; INFO],
}

impl Tcp {
    /// An established connection of this number to 192.0.2.9 port 443, with an open window.
    pub(crate) fn new(number: u32) -> Self {
        let ports = (30_000_u16.wrapping_add(number as u16), 443);
        let remote = Ipv4Addr::new(192, 0, 2, 9);
        let (queues, memory) = ((0, 0), (0, 131_072));
        let mut tcp = Self { state: 1, ports, remote, queues, timer: 0, number, memory, info: [0; INFO] };
        for (name, value) in [("snd_wnd", 65_535), ("snd_mss", 1448), ("rtt", 20_000), ("min_rtt", 19_000)] {
            tcp.tell(name, value);
        }
        tcp
    }

    pub(crate) fn in_state(state: u8, number: u32) -> Self {
        Self { state, ..Self::new(number) }
    }

    /// What `tcp_info` says in a field.
    pub(crate) fn tell(&mut self, field: &str, value: u64) -> &mut Self {
        let (_, place, size) = FIELDS.iter().find(|(name, ..)| *name == field).expect("a field");
        self.info[*place..place + size].copy_from_slice(&value.to_le_bytes()[..*size]);
        self
    }

    fn message(&self, out: &mut Vec<u8>) {
        let mut payload = vec![2, self.state, self.timer, 0];
        payload.extend(self.ports.0.to_be_bytes());
        payload.extend(self.ports.1.to_be_bytes());
        payload.extend([192, 0, 2, 1]);
        payload.extend([0; 12]);
        payload.extend(self.remote.octets());
        payload.extend([0; 16]);
        payload.extend(self.number.to_le_bytes());
        payload.extend([0; 8]);
        for number in [self.queues.0, self.queues.1, 1000, self.number] {
            payload.extend(number.to_le_bytes());
        }
        attribute(0x3f01, &1_u32.to_le_bytes(), &mut payload);
        attribute(0x3f02, &6_u32.to_le_bytes(), &mut payload);
        attribute(0x3f0a, &[1, 0, 0, 0], &mut payload);
        attribute(7, &memory(self.memory, 0), &mut payload);
        // A half-open connection and one in TIME_WAIT have none.
        if !matches!(self.state, 3 | 6) {
            attribute(2, &self.info, &mut payload);
        }
        message(20, &payload, out);
    }
}

/// `SK_MEMINFO`.
fn memory((held, room): (u32, u32), drops: u32) -> Vec<u8> {
    [held, room, 0, 0, 0, 0, 0, 0, drops].into_iter().flat_map(u32::to_le_bytes).collect()
}

fn attribute(kind: u16, bytes: &[u8], out: &mut Vec<u8>) {
    out.extend((4 + bytes.len() as u16).to_le_bytes());
    out.extend(kind.to_le_bytes());
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(4), 0);
}

fn message(kind: u16, payload: &[u8], out: &mut Vec<u8>) {
    out.extend((16 + payload.len() as u32).to_le_bytes());
    out.extend(kind.to_le_bytes());
    out.extend([0; 10]);
    out.extend(payload);
}

impl World {
    /// The process holds these, as they were asked themselves.
    pub(crate) fn own(&mut self, sockets: &[Tcp]) {
        let mut bytes = Vec::new();
        sockets.iter().for_each(|socket| socket.message(&mut bytes));
        self.set(Origin::Own, bytes);
        self.links(&sockets.iter().map(|socket| socket.number.into()).collect::<Vec<_>>());
    }

    /// The namespace has these.
    pub(crate) fn all(&mut self, sockets: &[Tcp]) {
        let mut bytes = Vec::new();
        sockets.iter().for_each(|socket| socket.message(&mut bytes));
        self.set(Origin::Dump("sock_diag/tcp".into()), bytes);
    }

    /// A setting of the kernel.
    pub(crate) fn setting(&mut self, path: &'static str, value: &str) {
        self.set(Origin::Sysctl(path.into()), format!("{value}\n"));
    }

    /// A listening UNIX socket: connections that wait, and how many may.
    pub(crate) fn unix(&mut self, inode: u32, (waiting, backlog): (u32, u32)) {
        let mut payload = vec![1, 1, 10, 0];
        for number in [inode, 7, 0, waiting, backlog] {
            payload.extend(number.to_le_bytes());
        }
        let queues = payload.split_off(16);
        attribute(4, &queues, &mut payload);
        let mut bytes = Vec::new();
        message(20, &payload, &mut bytes);
        self.set(Origin::Dump("sock_diag/unix".into()), bytes);
        self.links(&[inode.into()]);
    }

    /// A netlink socket that has lost so many messages.
    pub(crate) fn netlink(&mut self, inode: u32, drops: u32) {
        let mut payload = vec![16, 3, 0, 0];
        for number in [42, 0, 0, inode, 9, 0] {
            payload.extend(u32::to_le_bytes(number));
        }
        attribute(0, &memory((0, 212_992), drops), &mut payload);
        let mut bytes = Vec::new();
        message(20, &payload, &mut bytes);
        self.set(Origin::Dump("sock_diag/netlink".into()), bytes);
        self.links(&[inode.into()]);
    }

    /// Neighbours by the last byte of their address in 192.0.2.0/24, with their states.
    pub(crate) fn neighbours(&mut self, neighbours: &[(u8, u16)]) {
        let mut bytes = Vec::new();
        for (host, state) in neighbours {
            let mut payload = vec![2, 0, 0, 0, 3, 0, 0, 0];
            payload.extend(state.to_le_bytes());
            payload.extend([0, 1]);
            attribute(1, &[192, 0, 2, *host], &mut payload);
            message(28, &payload, &mut bytes);
        }
        self.set(Origin::Dump("rtnetlink/neigh".into()), bytes);
    }

    /// Attempts of the process to connect to 192.0.2.9 port 80 that ended in this state and with this error, in this second.
    pub(crate) fn attempts(&mut self, count: u8, state: u8, error: u16) {
        let mut bytes = Vec::new();
        for number in 0..count {
            let mut record = [0_u8; 176];
            // Of the process that began then.
            record[16..24].copy_from_slice(&(987_654_u64 * 10_000_000).to_le_bytes());
            record[8] = number + 1;
            record[96..100].copy_from_slice(&[192, 0, 2, 9]);
            record[112..116].copy_from_slice(&42_u32.to_le_bytes());
            record[142..144].copy_from_slice(&80_u16.to_le_bytes());
            (record[144], record[146], record[148]) = (2, 1, 6);
            record[150..152].copy_from_slice(&error.to_le_bytes());
            (record[152], record[153], record[154]) = (1, 2, state);
            bytes.extend(record);
        }
        self.set(Origin::Bpf("events".into()), bytes);
        let words = *b"since=1 lost_connections=0 lost_packets=0 missing=";
        self.set(Origin::Bpf("events_state".into()), words);
    }

    /// Packets of `eth0`, each way, and those that had errors and were dropped among the received ones.
    pub(crate) fn interface(&mut self, packets: u64, errors: u64, drops: u64) {
        self.interface_named("eth0", packets, errors, drops);
    }

    /// The same of an interface of another name.
    pub(crate) fn interface_named(&mut self, name: &str, packets: u64, errors: u64, drops: u64) {
        let line = format!(" {name}: 1000 {packets} {errors} {drops} 0 0 0 0 1000 {packets} 0 0 0 0 0 0\n");
        self.file("dev", format!("Inter-|\n face |\n{line}"));
    }

    /// What CPU 3 did.
    pub(crate) fn softnet(&mut self, dropped: u32, squeezed: u32) {
        let zeroes = "00000000 ".repeat(9);
        self.file(
            "softnet_stat",
            format!("00001000 {dropped:08x} {squeezed:08x} {zeroes}00000003 00000000 00000000\n"),
        );
    }
}
