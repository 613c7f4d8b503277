//! `multicast`: groups that interfaces have joined, source filters, anycast addresses, multicast routing.

use super::file_table::FileTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "multicast",
    help: "multicast groups, source filters, anycast addresses and multicast routes of the namespace",
    owners: false,
    tables: &[
        &IGMP,
        &IGMP6,
        &DEV_MCAST,
        &MCFILTER,
        &MCFILTER6,
        &ANYCAST6,
        &IP_MR_VIF,
        &IP_MR_CACHE,
        &IP6_MR_VIF,
        &IP6_MR_CACHE,
    ],
};

static IGMP: TableDef = TableDef {
    name: "igmp",
    doc: "IPv4 multicast groups that interfaces have joined",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("igmp"),
};

static IGMP6: TableDef = TableDef {
    name: "igmp6",
    doc: "IPv6 multicast groups that interfaces have joined",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("igmp6"),
};

static DEV_MCAST: TableDef = TableDef {
    name: "dev_mcast",
    doc: "link-layer multicast addresses that interfaces listen to",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("dev_mcast"),
};

static MCFILTER: TableDef = TableDef {
    name: "mcfilter",
    doc: "source filters of IPv4 multicast groups",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("mcfilter"),
};

static MCFILTER6: TableDef = TableDef {
    name: "mcfilter6",
    doc: "source filters of IPv6 multicast groups",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("mcfilter6"),
};

static ANYCAST6: TableDef = TableDef {
    name: "anycast6",
    doc: "IPv6 anycast addresses",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("anycast6"),
};

static IP_MR_VIF: TableDef = TableDef {
    name: "ip_mr_vif",
    doc: "interfaces of IPv4 multicast routing",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("ip_mr_vif"),
};

static IP_MR_CACHE: TableDef = TableDef {
    name: "ip_mr_cache",
    doc: "IPv4 multicast routes",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("ip_mr_cache"),
};

static IP6_MR_VIF: TableDef = TableDef {
    name: "ip6_mr_vif",
    doc: "interfaces of IPv6 multicast routing",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("ip6_mr_vif"),
};

static IP6_MR_CACHE: TableDef = TableDef {
    name: "ip6_mr_cache",
    doc: "IPv6 multicast routes",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("ip6_mr_cache"),
};
