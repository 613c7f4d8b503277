//! Answers of generic netlink that a kernel gave, against what was set in the namespace.

mod common;

use procnet::genl::linkmodes::{Autoneg, Duplex, LinkMode};
use procnet::{AnyTable, Table};

#[test]
fn speeds_of_links() {
    let table: Table<LinkMode> = common::netlink_table("linkmodes");
    assert_eq!((table.len(), table.faults()), (4, 0));
    assert!(table.ending().unwrap().is_whole());
    let [one, other, tap, down] = &table[..] else { panic!() };
    let name = |row: &LinkMode| String::from_utf8(table.texts.get(row.interface).to_vec()).unwrap();
    assert_eq!([one, other, tap, down].map(name), ["veth1", "veth0", "tap0", "tap1"]);
    assert_eq!((one.ifindex, one.speed, one.duplex), (2, Some(10_000), Some(Duplex(1))));
    assert_eq!((tap.speed, tap.duplex, tap.autoneg), (Some(100), Some(Duplex::HALF), Some(Autoneg(0))));
    assert_eq!((down.speed, down.duplex, down.lanes), (None, None, None), "its driver does not know");
}
