//! Lists of rtnetlink made by hand: the interfaces, addresses, neighbours, routes and rules of the usual world.

use std::net::IpAddr;

const LINK: u16 = 16;
const ADDR: u16 = 20;
const ROUTE: u16 = 24;
const NEIGH: u16 = 28;
const RULE: u16 = 32;

const INET: u8 = 2;
const INET6: u8 = 10;

/// The lists by their names; the second interface is called so.
pub(crate) fn all(interface: &[u8]) -> [(&'static str, Vec<u8>); 5] {
    [
        ("rtnetlink/link", [link(1, b"lo", 0x1_0049, 65536), link(2, interface, 0x1_1043, 1500)].concat()),
        ("rtnetlink/addr", [addr(1, "127.0.0.1", 8), addr(2, "192.168.0.10", 24)].concat()),
        (
            "rtnetlink/neigh",
            [
                neigh("fe80::1", 5, 0x04, 0x80, [4200, 61, 61]),
                neigh("192.168.0.7", 9, 0x80, 0, [50_000, 50_000, 50_000]),
                neigh("192.168.0.1", 5, 0x02, 0, [1250, 75, 1250]),
            ]
            .concat(),
        ),
        (
            "rtnetlink/route",
            [
                route("192.168.0.0", 24, 254, None, 100),
                route("0.0.0.0", 0, 254, Some("192.168.0.1"), 100),
                route("fe80::", 64, 254, None, 256),
            ]
            .concat(),
        ),
        ("rtnetlink/rule", [rule(INET, 0, 255), rule(INET, 32766, 254), rule(INET6, 0, 255)].concat()),
    ]
}

/// A message: header, structure, attributes, each to a multiple of four bytes.
fn message(kind: u16, structure: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = [&[0; 16], structure].concat();
    for (attribute, value) in attributes {
        bytes.extend((value.len() as u16 + 4).to_le_bytes());
        bytes.extend(attribute.to_le_bytes());
        bytes.extend(*value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    let length = bytes.len() as u32;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes[4..6].copy_from_slice(&kind.to_le_bytes());
    bytes
}

fn link(ifindex: u32, name: &[u8], flags: u32, mtu: u32) -> Vec<u8> {
    let [a, b, c, d] = ifindex.to_le_bytes();
    let [e, f, g, h] = flags.to_le_bytes();
    let name = [name, &[0]].concat();
    let attributes: [(u16, &[u8]); 5] = [
        (3, &name),
        (4, &mtu.to_le_bytes()),
        (6, b"noqueue\0"),
        (13, &1000u32.to_le_bytes()),
        (16, &[if ifindex == 1 { 0 } else { 6 }]),
    ];
    message(LINK, &[0, 0, 1, 0, a, b, c, d, e, f, g, h, 0, 0, 0, 0], &attributes)
}

fn addr(ifindex: u8, address: &str, length: u8) -> Vec<u8> {
    let (family, bytes) = ip(address);
    message(ADDR, &[family, length, 0x80, 0, ifindex, 0, 0, 0], &[(1, &bytes), (2, &bytes)])
}

/// A neighbour on the second interface; ages in ticks.
fn neigh(address: &str, station: u8, state: u8, flags: u8, ages: [u32; 3]) -> Vec<u8> {
    let (family, bytes) = ip(address);
    let ages: Vec<u8> = ages.iter().chain(&[1]).flat_map(|age| age.to_le_bytes()).collect();
    let attributes: [(u16, &[u8]); 3] = [(1, &bytes), (2, &[2, 0xfc, 0, 0, 0, station]), (3, &ages)];
    message(NEIGH, &[family, 0, 0, 0, 2, 0, 0, 0, state, 0, flags, 1], &attributes)
}

fn route(destination: &str, length: u8, table: u8, gateway: Option<&str>, metric: u32) -> Vec<u8> {
    let (family, bytes) = ip(destination);
    let gateway = gateway.map(|gateway| ip(gateway).1);
    let (metric, scope) = (metric.to_le_bytes(), if gateway.is_none() { 253 } else { 0 });
    let mut attributes: Vec<(u16, &[u8])> = vec![(4, &[2, 0, 0, 0]), (6, &metric)];
    attributes.extend(gateway.as_ref().map(|gateway| (5, &**gateway)));
    attributes.extend((length > 0).then_some((1, &*bytes)));
    message(ROUTE, &[family, length, 0, 0, table, 2, scope, 1, 0, 0, 0, 0], &attributes)
}

fn rule(family: u8, priority: u32, table: u8) -> Vec<u8> {
    message(RULE, &[family, 0, 0, 0, table, 0, 0, 1, 0, 0, 0, 0], &[(6, &priority.to_le_bytes())])
}

fn ip(text: &str) -> (u8, Vec<u8>) {
    match text.parse().expect("the address is written right") {
        IpAddr::V4(address) => (INET, address.octets().to_vec()),
        IpAddr::V6(address) => (INET6, address.octets().to_vec()),
    }
}
