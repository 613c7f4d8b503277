//! `kcmp(2)`: whether two threads share a table of descriptors.

use std::cmp::Ordering;

use rustix::io::Errno;

/// `KCMP_FILES` of `enum kcmp_type` (`include/uapi/linux/kcmp.h`).
const KCMP_FILES: libc::c_long = 2;

/// Compares two threads' tables of descriptors: equal if it is one table. The order means nothing but is
/// the same until the next boot. Fails with EPERM where reading the threads is not permitted, ENOSYS where
/// the kernel was built without it, ESRCH where one of the threads is gone.
pub(crate) fn compare_tables(a: u32, b: u32) -> Result<Ordering, Errno> {
    let [a, b] = [a, b].map(|tid| tid as libc::c_long);
    // SAFETY: kcmp takes five integers, touches no memory of the caller and changes nothing.
    let answer =
        unsafe { libc::syscall(libc::SYS_kcmp, a, b, KCMP_FILES, 0 as libc::c_long, 0 as libc::c_long) };
    match answer {
        0 => Ok(Ordering::Equal),
        1 => Ok(Ordering::Less),
        // 2 is greater; 3 is unequal without an order.
        2.. => Ok(Ordering::Greater),
        _ => Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::NOSYS)),
    }
}
