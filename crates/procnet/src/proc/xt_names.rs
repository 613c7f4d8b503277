//! `ip_tables_*`, `ip6_tables_*`, `arp_tables_*`: tables of iptables in use, and the matches and targets that rules can
//! have, a name a line. `net/netfilter/x_tables.c` `xt_table_seq_show`, `xt_match_seq_show`, `xt_target_seq_show`.
//!
//! A match or a target that exists in several revisions is printed as often. Rules made by nft are in none of them.

use super::{File, FileScope};
use crate::row::words;
use crate::table::Span;

words! {
    /// One name.
    pub struct XtName,
    /// The lines of the file.
    Lines, header 0 {
        key name: Span, None, "name", "Name of the table, the match or the target.";
    }
}

macro_rules! files {
    ($($file:ident $path:literal $what:literal $function:literal $scope:ident;)*) => {
        $(
            #[doc = concat!("`net/", $path, "`.")]
            pub static $file: File = File::new::<Lines>(
                $path,
                $what,
                concat!("net/netfilter/x_tables.c ", $function),
                FileScope::$scope,
            );
        )*
    };
}

files! {
    IP_TABLES_NAMES "ip_tables_names" "tables of iptables in use" "xt_table_seq_show" Namespace;
    IP_TABLES_MATCHES "ip_tables_matches" "matches that iptables rules can have" "xt_match_seq_show" Host;
    IP_TABLES_TARGETS "ip_tables_targets" "targets that iptables rules can have" "xt_target_seq_show" Host;
    IP6_TABLES_NAMES "ip6_tables_names" "tables of ip6tables in use" "xt_table_seq_show" Namespace;
    IP6_TABLES_MATCHES "ip6_tables_matches" "matches that ip6tables rules can have" "xt_match_seq_show" Host;
    IP6_TABLES_TARGETS "ip6_tables_targets" "targets that ip6tables rules can have" "xt_target_seq_show" Host;
    ARP_TABLES_NAMES "arp_tables_names" "tables of arptables in use" "xt_table_seq_show" Namespace;
    ARP_TABLES_MATCHES "arp_tables_matches" "matches that arptables rules can have" "xt_match_seq_show" Host;
    ARP_TABLES_TARGETS "arp_tables_targets" "targets that arptables rules can have" "xt_target_seq_show" Host;
}
