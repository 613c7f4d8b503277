//! `routing`: the routes of both families, the default route first, and the rules by which a table is chosen.

use procnet::proc::ipv6_route::Ipv6Route;
use procnet::proc::route::{Route, RouteFlags};
use procnet::rtnl;
use procnet::rtnl::rule::Rule;
use procnet::table::Texts;
use procnet::{AnyTable, Table};

use super::file_table::{FileTable, sorted_by};
use super::interface_column::{IIF_NAME, ROUTE_INTERFACE};
use super::{TableDef, View};
use crate::dumps;
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "routing",
    help: "routes of both families, of all tables, and the rules that choose one",
    owners: false,
    tables: &[&IPV4, &IPV6, &ROUTES, &RULES],
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

static ROUTES: TableDef = TableDef {
    name: "routes",
    doc: "routes of all tables and both families, a row for each next hop; default routes first, then Main, other tables, Local",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &[
            "family",
            "table_id",
            "dst",
            "prefix_length",
            "gateway",
            "interface",
            "priority",
            "route_type",
            "protocol",
            "route_scope",
            "prefsrc",
            "hop",
            "weight",
            "flags",
            "nh_id",
            "expires",
        ],
        order: Some(|table| sorted_by(table, |routes: &Table<rtnl::route::Route>, row| place(&routes[row]))),
        interfaces: &[ROUTE_INTERFACE, IIF_NAME],
        ..FileTable::list(&dumps::ROUTE, "")
    },
};

/// Where a route stands among the others.
fn place(route: &rtnl::route::Route) -> impl Ord + use<> {
    const MAIN: u32 = 254;
    const LOCAL: u32 = 255;
    let is_default = route.prefix_length == 0
        && route.src_prefix_length == 0
        && route.route_type == rtnl::RouteType::UNICAST;
    // Of most machines all that is of interest is in Main, and nearly all that there is in Local.
    let table = match route.table_id.0 {
        MAIN => (0, MAIN),
        LOCAL => (2, LOCAL),
        other => (1, other),
    };
    let destination = (route.dst, route.prefix_length, route.src, route.src_prefix_length, route.tos);
    (!is_default, table, route.family.0, destination, route.priority, route.hop)
}

static RULES: TableDef = TableDef {
    name: "rules",
    doc: "rules of policy routing of both families, in the order in which they are tried",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &[
            "family",
            "priority",
            "action",
            "table_id",
            "src",
            "src_prefix_length",
            "dst",
            "dst_prefix_length",
            "iif",
            "oif",
            "fwmark",
            "fwmask",
            "flags",
            "protocol",
        ],
        order: Some(|table| {
            sorted_by(table, |rules: &Table<Rule>, row| (rules[row].family.0, rules[row].priority))
        }),
        ..FileTable::list(&dumps::RULE, "")
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
