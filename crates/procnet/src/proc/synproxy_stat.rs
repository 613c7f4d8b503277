//! `stat/synproxy`: handshakes that netfilter answered for servers, by CPU, in hexadecimal.
//! `net/netfilter/nf_synproxy_core.c` `synproxy_cpu_seq_show`.

use super::cpu_stat::cpu_stat;
use super::{File, FileScope};

/// `net/stat/synproxy`.
pub static SYNPROXY_STAT: File = File::new::<Lines>(
    "stat/synproxy",
    "SYN proxy of each CPU",
    "net/netfilter/nf_synproxy_core.c synproxy_cpu_seq_show",
    FileScope::Namespace,
);

cpu_stat! {
    /// What one CPU did.
    pub struct SynproxyStat,
    /// The lines of the file.
    Lines {
        gauge entries: Count, "entries", "Constant 0.";
        counter syn_received: Packets, "syn received", "SYN packets answered with a cookie.";
        counter cookie_invalid: Packets, "cookie invalid", "Answers whose cookie was wrong.";
        counter cookie_valid: Packets, "cookie valid", "Answers whose cookie was right: the connection is made to the server.";
        counter cookie_retrans: Packets, "cookie retrans", "SYN packets to the server sent again.";
        counter conn_reopened: Count, "reopened", "Connections opened again from TIME_WAIT.";
    }
}
