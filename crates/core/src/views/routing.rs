//! `routing`: the routes of both families, the default route first.

use procnet::proc::ipv6_route::Ipv6Route;
use procnet::proc::route::{Route, RouteFlags};
use procnet::table::Texts;
use procnet::{AnyTable, Table};

use super::file_table::FileTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "routing",
    help: "routes of the namespace: IPv4's main table, all tables of IPv6",
    owners: false,
    tables: &[&IPV4, &IPV6],
};

static IPV4: TableDef = TableDef {
    name: "routes_ipv4",
    doc: "IPv4 routes of the main table, first next hop of each",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &["destination", "prefix_length", "gateway", "flags", "metric", "interface"],
        order: Some(|table| {
            // What is discarded has no interface, and no flag that says so.
            default_first(table, |route: &Route, texts| {
                route.prefix_length == 0 && leads(route.flags) && texts.get(route.interface) != b"*"
            })
        }),
        ..FileTable::plain("route")
    },
};

static IPV6: TableDef = TableDef {
    name: "routes_ipv6",
    doc: "IPv6 routes of all tables, local addresses included; the file does not say which table",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &["destination", "prefix_length", "gateway", "flags", "metric", "interface"],
        order: Some(|table| {
            default_first(table, |route: &Ipv6Route, _| {
                route.prefix_length == 0 && route.source_prefix_length == 0 && leads(route.flags)
            })
        }),
        ..FileTable::plain("ipv6_route")
    },
};

/// A route that refuses packets leads nowhere, whatever its destination.
fn leads(flags: RouteFlags) -> bool {
    flags.0 & RouteFlags::REJECT == 0
}

fn default_first<R: 'static>(table: &dyn AnyTable, is_default: impl Fn(&R, &Texts) -> bool) -> Vec<u32> {
    let mut order: Vec<u32> = (0..table.len() as u32).collect();
    if let Some(routes) = table.as_any().downcast_ref::<Table<R>>() {
        order.sort_by_key(|row| !is_default(&routes[*row as usize], &routes.texts));
    }
    order
}
