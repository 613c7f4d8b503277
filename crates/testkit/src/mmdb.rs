//! Small files in the format of MaxMind, as the published description of the format has it (version 2.0): a tree over the bits of
//! IPv4 addresses, data, and metadata.

use std::net::Ipv4Addr;

/// What an entry says.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'e> {
    /// Code of a country.
    Country(&'e str),
    /// Number and owner of an autonomous system.
    Network(u32, &'e str),
}

/// Where a branch of the tree leads.
#[derive(Debug, Clone, Copy)]
enum To {
    Nowhere,
    Node(usize),
    Data(usize),
}

/// Bytes between tree and data.
const GAP: usize = 16;

const STRING: u8 = 2;
const UINT16: u8 = 5;
const UINT32: u8 = 6;
const MAP: u8 = 7;
const UINT64: u8 = 9;
const ARRAY: u8 = 11;

/// The bytes of a file with an entry for each network: its first address and how many bits it has.
pub fn file(entries: &[(Ipv4Addr, u32, Entry<'_>)]) -> Vec<u8> {
    let (mut nodes, mut data) = (vec![[To::Nowhere; 2]], Vec::new());
    for (address, bits, entry) in entries {
        let place = data.len();
        put_entry(&mut data, *entry);
        let mut node = 0;
        for bit in 0..*bits {
            let side = (u32::from(*address) >> (31 - bit) & 1) as usize;
            if bit + 1 == *bits {
                nodes[node][side] = To::Data(place);
            } else if let To::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([To::Nowhere; 2]);
                nodes[node][side] = To::Node(nodes.len() - 1);
                node = nodes.len() - 1;
            }
        }
    }
    let mut file = Vec::new();
    for to in nodes.iter().flatten() {
        let number = match to {
            To::Nowhere => nodes.len(),
            To::Node(node) => *node,
            To::Data(place) => nodes.len() + GAP + place,
        };
        file.extend_from_slice(&(number as u32).to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; GAP]);
    file.extend(data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    put_metadata(&mut file, nodes.len());
    file
}

fn put_entry(out: &mut Vec<u8>, entry: Entry<'_>) {
    match entry {
        Entry::Country(code) => {
            head(out, MAP, 1);
            text(out, "country");
            head(out, MAP, 1);
            text(out, "iso_code");
            text(out, code);
        }
        Entry::Network(number, owner) => {
            head(out, MAP, 2);
            text(out, "autonomous_system_number");
            bytes(out, UINT32, &number.to_be_bytes());
            text(out, "autonomous_system_organization");
            text(out, owner);
        }
    }
}

fn put_metadata(out: &mut Vec<u8>, nodes: usize) {
    head(out, MAP, 9);
    text(out, "node_count");
    bytes(out, UINT32, &(nodes as u32).to_be_bytes());
    for (name, number) in [
        ("record_size", 24_u16),
        ("ip_version", 4),
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
    ] {
        text(out, name);
        bytes(out, UINT16, &number.to_be_bytes());
    }
    text(out, "build_epoch");
    bytes(out, UINT64, &1_u64.to_be_bytes());
    text(out, "database_type");
    text(out, "Test");
    text(out, "languages");
    head(out, ARRAY, 0);
    text(out, "description");
    head(out, MAP, 0);
}

/// Type and size of a field; those above 7 stand in a byte of their own.
fn head(out: &mut Vec<u8>, kind: u8, size: usize) {
    let (small, more) = if size < 29 { (size as u8, None) } else { (29, Some((size - 29) as u8)) };
    match kind {
        8.. => out.extend([small, kind - 7]),
        _ => out.push(kind << 5 | small),
    }
    out.extend(more);
}

fn bytes(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    head(out, kind, bytes.len());
    out.extend_from_slice(bytes);
}

fn text(out: &mut Vec<u8>, text: &str) {
    bytes(out, STRING, text.as_bytes());
}
