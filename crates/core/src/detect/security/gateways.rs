//! The gateways of default routes.

use std::collections::BTreeSet;
use std::net::IpAddr;

use procnet::rtnl::RouteType;
use procnet::rtnl::route::Route;
use serde::{Deserialize, Serialize};

use crate::detect::Scene;
use crate::dumps;

/// `RT_TABLE_MAIN`.
const MAIN: u32 = 254;

/// `RTPROT_RA`: the kernel made it by a router's advertisement.
const BY_ADVERTISEMENT: u32 = 9;

/// Where packets go for which there is no other route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Gateway {
    pub(super) address: IpAddr,
    /// Number of the interface.
    pub(super) ifindex: u32,
    /// It has advertised itself.
    pub(super) is_advertised: bool,
}

/// The most that are told apart.
const MOST: usize = 64;

/// All of the main table, if the list was read since the look before.
pub(super) fn gateways(scene: &Scene<'_>) -> Option<BTreeSet<Gateway>> {
    let routes = scene.table::<Route>(dumps::ROUTE.name)?;
    let defaults = routes.iter().filter(|route| {
        route.prefix_length == 0 && route.table_id.0 == MAIN && route.route_type == RouteType::UNICAST
    });
    let gateway = |route: &Route| {
        let is_advertised = route.protocol.0 == BY_ADVERTISEMENT;
        Some(Gateway { address: route.gateway?, ifindex: route.oif?, is_advertised })
    };
    Some(defaults.filter_map(gateway).take(MOST).collect())
}
