//! Of which addresses names are wanted: those at the other ends of what is looked at.

use std::collections::HashSet;
use std::net::IpAddr;

use procnet::proc::inet::LISTEN;

use crate::plan::{Ask, Counting, Plan};
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::sockets::Sockets;

/// No more addresses are told at a time.
pub const MOST: usize = 4096;

/// The remote addresses of what a plan shows of a snapshot, each once.
pub fn addresses(snapshot: &Snapshot, plan: &Plan) -> Vec<IpAddr> {
    let mut found = Found::default();
    if let Some(namespaces) = &snapshot.namespaces {
        let sockets = namespaces.iter().flat_map(|namespace| &namespace.sockets);
        sockets.for_each(|sockets| found.sockets(sockets, false));
        if plan.counting == Counting::Read {
            found.peers(snapshot, Scope::Host);
        }
        return found.addresses;
    }
    let asked = match plan.group {
        Scope::Process if plan.ask == Ask::Never => Scope::Namespace,
        group => group,
    };
    let (scope, _) = snapshot.scope(asked);
    snapshot.sockets.iter().for_each(|sockets| found.sockets(sockets, scope.is_held()));
    if plan.counting >= Counting::Own {
        found.peers(snapshot, scope);
    }
    found.addresses
}

#[derive(Default)]
struct Found {
    known: HashSet<IpAddr>,
    addresses: Vec<IpAddr>,
}

impl Found {
    fn sockets(&mut self, sockets: &Sockets, owned: bool) {
        for place in sockets.places(owned) {
            if let Some(socket) = sockets.get(*place).filter(|socket| socket.inet.st != LISTEN) {
                self.add(socket.inet.remote_address);
            }
        }
    }

    fn peers(&mut self, snapshot: &Snapshot, scope: Scope) {
        snapshot
            .peers(scope)
            .hosts
            .iter()
            .filter_map(|(host, _)| host.as_ref()?.address)
            .for_each(|it| self.add(it));
    }

    fn add(&mut self, address: IpAddr) {
        let address = address.to_canonical();
        if !address.is_unspecified() && self.addresses.len() < MOST && self.known.insert(address) {
            self.addresses.push(address);
        }
    }
}
