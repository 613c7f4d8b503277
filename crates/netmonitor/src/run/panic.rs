//! What happens on a bug: the terminal is given back, one line says how to report it, exit status 101.

/// Does so from now on, in whichever thread the bug is.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        netmonitor_tui::restore();
        eprintln!("{}", netmonitor_tui::bug_line(info, env!("CARGO_PKG_VERSION")));
        std::process::exit(101);
    }));
}
