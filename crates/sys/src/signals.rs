//! What whoever started this process wants signals to do.

use std::mem::MaybeUninit;
use std::ptr;

/// Whether a signal is ignored, as `nohup` has it for SIGHUP and a shell without job control for SIGINT of what it
/// runs in the background: it is to stay so.
pub fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is set; what is written is a live, writable sigaction.
    match unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) } {
        // SAFETY: the call has succeeded and written all of it.
        0 => unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN,
        _ => false,
    }
}
