//! `xfrm_stat`: errors of IPsec. `net/xfrm/xfrm_proc.c` `xfrm_statistics_seq_show`.

use super::counter::Names;
use super::{File, FileScope};

/// `net/xfrm_stat`.
pub static XFRM_STAT: File = File::new::<Names>(
    "xfrm_stat",
    "errors of IPsec",
    "net/xfrm/xfrm_proc.c xfrm_statistics_seq_show",
    FileScope::Namespace,
);
