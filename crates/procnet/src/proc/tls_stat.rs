//! `tls_stat`: sessions and errors of TLS in the kernel. `net/tls/tls_proc.c` `tls_statistics_seq_show`.

use super::counter::Names;
use super::{File, FileScope};

/// `net/tls_stat`.
pub static TLS_STAT: File = File::new::<Names>(
    "tls_stat",
    "sessions and errors of TLS in the kernel",
    "net/tls/tls_proc.c tls_statistics_seq_show",
    FileScope::Namespace,
);
