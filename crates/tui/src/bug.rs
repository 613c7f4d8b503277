//! What happens on a bug: the terminal is given back, one line says how to report it, exit status 101.

use std::io::{self, Write};

use netmonitor_core::format::harmless_text;

use crate::terminal::restore;

/// Does so from now on, in whichever thread the bug is.
pub fn report_bugs(version: &'static str) {
    std::panic::set_hook(Box::new(move |info| {
        restore();
        let payload = info.payload();
        let said = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let said = harmless_text(said.unwrap_or("no words").as_bytes());
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        // Where nobody can hear it, the status has to say it.
        let _ = writeln!(
            io::stderr(),
            "netmonitor {version} has a bug, please report it with this line: {said}{place}"
        );
        std::process::exit(101);
    }));
}
