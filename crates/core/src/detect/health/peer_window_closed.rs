//! `peer-window-closed`.

use procnet::proc::inet::LISTEN;
use serde::{Deserialize, Serialize};

use crate::detect::memory::Since;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

/// The timer that asks whether a closed window is open again.
const PROBE_TIMER: u8 = 4;

static SECONDS: Threshold = Threshold {
    name: "peer-window-closed-seconds",
    usual: 3.0,
    unit: "seconds",
    doc: "How long the other end may take nothing.",
    source: "ours; a reader that is slow for a moment opens its window sooner",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "peer-window-closed",
    title: "the other end takes no more data",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&SECONDS],
    rule: Rule::Look(|| Box::<Closed>::default()),
    why: "The other end says that it has no room (a window of zero): its program does not read. The process's data wait here, and a program that waits for them to be sent stands still.",
    next: "Look at the program on the other end: is it busy, blocked, stopped? Programs here do well not to wait for one slow reader.",
    references: "RFC 9293, 3.8.6.1; net/ipv4/tcp_output.c tcp_send_probe0; proc_net_tcp.rst",
};

#[derive(Default, Serialize, Deserialize)]
struct Closed {
    since: Since<u64>,
}

impl Look for Closed {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.held(&TCP).next().is_none() {
            return;
        }
        self.since.begin();
        for socket in scene.held(&TCP).skip_while(|socket| socket.inet.st == LISTEN) {
            let (inet, info) = (socket.inet, socket.detail().and_then(|detail| detail.connection()));
            // Kernels that do not tell the window, and lists without it, tell the timer.
            let window = info.and_then(|info| info.snd_wnd());
            let is_closed = window.map_or(inet.tr == PROBE_TIMER, |window| window == 0);
            let unsent = info.and_then(|info| info.notsent_bytes()).unwrap_or(inet.tx_queue);
            if !is_closed || unsent == 0 {
                continue;
            }
            let since = self.since.is_so(socket.diag().map_or(inet.inode, |row| row.cookie), scene.at());
            if (since as f64) < scene.limit(&SECONDS) * 1e9 {
                continue;
            }
            let seconds = since as f64 / 1e9;
            let what = format!("{} port {} has taken nothing for {seconds:.0} s", inet.remote_address, inet.remote_port);
            found
                .report(subject(&socket), what)
                .strength(seconds.max(1.0).log2().max(1.0))
                .shows("snd_wnd", Amount::Bytes(window.unwrap_or(0).into()), "sock_diag/tcp")
                .shows("tx_queue", Amount::Bytes(inet.tx_queue.into()), "sock_diag/tcp")
                .shows("probes", Amount::Count(info.and_then(|info| info.probes()).map_or(inet.retransmits, u32::from).into()), "sock_diag/tcp")
                .done();
        }
        self.since.end();
    }
}
