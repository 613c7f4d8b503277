//! `explain`, as typed.

use clap::Args;

use netmonitor_core::detect::Thresholds;

use super::Meant;
use crate::run::explain::Explain;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The counter, as TCPTimeouts or Udp.InErrors; or the finding, as finding:close-wait-leak, and finding: for all
    #[arg(value_name = "NAME", conflicts_with = "search")]
    name: Option<String>,

    /// List the counters and findings whose name or meaning holds these words
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,

    /// Output format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

impl Typed {
    pub(super) fn meant(self, thresholds: Thresholds) -> Meant {
        let Self { name, search, format } = self;
        Meant::Explain(Explain { name, search, json: format == "json", thresholds })
    }
}
