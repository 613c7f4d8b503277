//! `udp-receive-drops`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::detect::memory::MOST;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::rates;
use crate::scope::Scope;
use crate::sockets::{Socket, UDP};

pub(super) static DETECTOR: Detector = Detector {
    name: "udp-receive-drops",
    title: "a UDP socket drops datagrams",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::UDP], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::<Drops>::default()),
    why: "The program reads more slowly than datagrams arrive, or the buffer is too small for a burst: nobody sends them again.",
    next: "Compare rx_queue with the receive buffer (tab udp); raise SO_RCVBUF and net.core.rmem_max; read in more threads, or several datagrams at once (recvmmsg).",
    references: "udp(7); net/ipv4/udp.c __udp_enqueue_schedule_skb; RFC 4113, udpInErrors",
};

/// What each socket had dropped at the look before.
#[derive(Default, Serialize, Deserialize)]
struct Drops(HashMap<u64, u64>);

fn drops(socket: &Socket<'_>) -> Option<u64> {
    let told = || socket.detail()?.memory()?.drops();
    socket.inet.drops.or_else(told).map(u64::from)
}

impl Look for Drops {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let mut now = HashMap::new();
        for socket in scene.held(&UDP) {
            let key = socket.diag().map_or(socket.inet.inode, |row| row.cookie);
            let Some(drops) = drops(&socket).filter(|_| now.len() < MOST) else { continue };
            now.insert(key, drops);
            let Some(before) = self.0.get(&key).copied() else { continue };
            let Some(grown) = rates::growth(before, drops).filter(|grown| *grown > 0) else { continue };
            let port = socket.inet.local_port;
            found
                .report(subject(&socket), format!("{grown} datagrams dropped on port {port}"))
                .strength(grown as f64)
                .moved("drops", (Amount::Count(before), Amount::Count(drops)), "sock_diag/udp")
                .shows("rx_queue", Amount::Bytes(socket.inet.rx_queue.into()), "sock_diag/udp")
                .done();
        }
        if !now.is_empty() {
            self.0 = now;
        }
    }
}
