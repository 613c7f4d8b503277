//! Connections of TCP as rules judge them: what each tells, and by how much its counters have grown since the look
//! before. It is read in one pass for all rules.

use procnet::diag::tcp_info::TcpInfo;
use serde::{Deserialize, Serialize};

use super::scene::Scene;
use crate::rates;
use crate::sockets::{Socket, TCP, key};

/// The most connections that are compared with what they were: those beyond it are judged by what they are alone.
const MOST: usize = 12_288;

macro_rules! grown {
    ($($name:ident $number:ident $doc:literal;)*) => {
        /// By how much counters of a connection have grown. What its kernel does not tell has not grown.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Grown {
            $(#[doc = $doc] pub $name: $number,)*
        }

        impl Grown {
            fn read(info: TcpInfo<'_>) -> Self {
                Self { $($name: info.$name().unwrap_or_default(),)* }
            }

            fn since(&self, before: &Self) -> Option<Self> {
                Some(Self {
                    $($name: rates::growth(before.$name.into(), self.$name.into())?.try_into().ok()?,)*
                })
            }
        }
    };
}

grown! {
    bytes_sent u64 "Bytes sent, those sent again too.";
    bytes_retrans u64 "Bytes sent again.";
    bytes_received u64 "Bytes received.";
    busy_time_us u64 "Time in which there was something to send.";
    rwnd_limited_us u64 "Part of it in which the other side's window was full.";
    sndbuf_limited_us u64 "Part of it in which the send buffer was too small.";
    data_segs_out u32 "Segments with data sent.";
    data_segs_in u32 "Segments with data received.";
    dsack_dups u32 "Segments that the other side has received twice.";
    reord_seen u32 "Times that segments overtook each other.";
}

/// A connection.
pub struct Connection<'a> {
    /// Its socket.
    pub socket: Socket<'a>,
    /// What TCP tells of it.
    pub info: TcpInfo<'a>,
    /// What has grown; `None` at the first look at it.
    pub grown: Option<Grown>,
    /// Nanoseconds in which it has.
    pub elapsed: u64,
    /// Number of the socket that is never given again.
    pub cookie: u64,
}

impl Connection<'_> {
    /// For how much of the time there was something to send, where it is known and there was.
    pub fn busy(&self) -> Option<f64> {
        let busy = self.grown.filter(|grown| grown.busy_time_us > 0)?.busy_time_us;
        Some(busy as f64 * 1e3 / self.elapsed.max(1) as f64)
    }
}

/// What is known of connections from the look before, in their order.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Known {
    at: u64,
    known: Vec<(u128, u64, Grown)>,
}

impl Known {
    /// Reads the connections of a scene, and remembers them.
    pub(super) fn look<'a>(&mut self, scene: &Scene<'a>) -> Vec<Connection<'a>> {
        let elapsed = scene.at().saturating_sub(self.at);
        let mut before = self.known.iter().peekable();
        let mut now = Vec::with_capacity(self.known.len());
        let mut connections = Vec::with_capacity(self.known.len());
        for socket in scene.held(&TCP) {
            let Some(info) = socket.detail().and_then(|detail| detail.connection()) else { continue };
            let Some(cookie) = socket.diag().map(|row| row.cookie) else { continue };
            let (place, figures) = (key(socket.inet), Grown::read(info));
            // Both stand in the same order.
            while before.next_if(|(known, ..)| *known < place).is_some() {}
            let known = before.next_if(|(known, number, _)| (*known, *number) == (place, cookie));
            let grown = known.and_then(|(_, _, known)| figures.since(known));
            if now.len() < MOST {
                now.push((place, cookie, figures));
            }
            connections.push(Connection { socket, info, grown, elapsed, cookie });
        }
        if !connections.is_empty() {
            (self.known, self.at) = (now, scene.at());
        }
        connections
    }
}
