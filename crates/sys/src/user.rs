//! Who runs this.

/// Number of the user whose rights it has.
pub fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}
