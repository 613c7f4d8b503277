//! Two namespaces with a process in each, and packets that are sent from one to the other as a test likes.

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;
use netmonitor_testkit::{need_root, need_tool};

use super::{Scenario, Watching};
use crate::events::ROLE;

/// Two namespaces with a link between them, and a process in each: here 192.0.2.1, there 192.0.2.2.
pub(super) struct World {
    pub(super) here: Puppet,
    pub(super) there: Puppet,
    pub(super) netns: Netns,
    pub(super) peer: Netns,
}

/// `None`: it cannot be made.
pub(super) fn world() -> Option<World> {
    if !need_root() || !need_tool("ip") {
        return None;
    }
    let netns = Netns::new();
    let peer = netns.peer();
    Some(World { here: Puppet::start(&netns, ROLE), there: Puppet::start(&peer, ROLE), netns, peer })
}

impl World {
    /// Has the process here take steps.
    pub(super) fn here(&mut self, steps: &[&str]) {
        steps.iter().for_each(|step| assert_eq!(self.here.act(step), "ok", "{step}"));
    }

    /// And the one there.
    pub(super) fn there(&mut self, steps: &[&str]) {
        steps.iter().for_each(|step| assert_eq!(self.there.act(step), "ok", "{step}"));
    }

    pub(super) fn looking(&self, scenario: &Scenario) -> Watching {
        Watching::start(self.here.pid(), &[], scenario.produces)
    }

    /// The same with thresholds that are set.
    pub(super) fn judging(&self, thresholds: &[(&str, f64)], scenario: &Scenario) -> Watching {
        Watching::by(thresholds, self.here.pid(), &[], scenario.produces)
    }

    /// The port there of the connection that the process here has accepted at this port.
    pub(super) fn peer_port(&self, port: u16) -> u16 {
        let table = self.netns.run("cat /proc/net/tcp");
        // State 01 is ESTABLISHED; its end here is the first of both.
        let own = format!(":{port:04X} ");
        let line = table.lines().find(|line| line.contains(&own) && line.contains(" 01 ")).unwrap();
        let end = line.split_whitespace().nth(2).unwrap();
        u16::from_str_radix(end.rsplit(':').next().unwrap(), 16).unwrap()
    }

    /// The hardware address of the link's end in a namespace.
    pub(super) fn hardware(netns: &Netns) -> [u8; 6] {
        let text = netns.run("cat /sys/class/net/veth0/address");
        let bytes: Vec<u8> =
            text.trim().split(':').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        bytes.try_into().unwrap()
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The checksum of the internet (RFC 1071).
pub(super) fn checksum(parts: &[&[u8]]) -> [u8; 2] {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let sum: u32 =
        words.map(|word| u32::from(u16::from_be_bytes([word[0], *word.get(1).unwrap_or(&0)]))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    (!((folded & 0xffff) + (folded >> 16)) as u16).to_be_bytes()
}

/// A segment of TCP from 192.0.2.2 to 192.0.2.1, with its checksum.
pub(super) struct Segment<'a> {
    pub(super) ports: (u16, u16),
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: u8,
    /// A multiple of 4 bytes.
    pub(super) options: &'a [u8],
    pub(super) data: &'a [u8],
}

pub(super) const SYN: u8 = 0x02;
pub(super) const ACK: u8 = 0x10;

impl Segment<'_> {
    /// One without options and data.
    pub(super) fn bare(ports: (u16, u16), flags: u8) -> Self {
        Self { ports, sequence: 0, acknowledged: 0, flags, options: &[], data: &[] }
    }

    /// The step of a puppet that sends it.
    pub(super) fn step(&self) -> String {
        let mut bytes = [self.ports.0.to_be_bytes(), self.ports.1.to_be_bytes()].concat();
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.acknowledged.to_be_bytes());
        let words = 5 + self.options.len() as u8 / 4;
        bytes.extend([words << 4, self.flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(self.options);
        bytes.extend(self.data);
        let length = (bytes.len() as u16).to_be_bytes();
        let sum = checksum(&[&[192, 0, 2, 2, 192, 0, 2, 1, 0, 6], &length, &bytes]);
        bytes[16..18].copy_from_slice(&sum);
        format!("inject 192.0.2.1 6 {}", hexadecimal(&bytes))
    }
}
