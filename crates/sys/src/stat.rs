//! What is needed of `/proc/PID/stat` and `/proc/PID/status` to find one's way; nothing else is parsed
//! here.

/// `PF_KTHREAD` of a task's flags (`include/linux/sched.h`).
const KERNEL_THREAD: u32 = 0x0020_0000;

/// Fields of `/proc/PID/stat` (`fs/proc/array.c`, `do_task_stat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Field 3: one letter.
    pub(crate) state: u8,
    /// Field 4.
    pub(crate) ppid: u32,
    /// Field 9: what kind of task it is.
    pub(crate) flags: u32,
    /// Field 20.
    pub(crate) num_threads: u32,
    /// Field 22: clock ticks after boot.
    pub(crate) start_time: u64,
}

impl Stat {
    /// The name in field 2 may hold blanks and parentheses: counting begins after the last `)`.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let name_end = bytes.iter().rposition(|&byte| byte == b')')?;
        let text = str::from_utf8(&bytes[name_end + 1..]).ok()?;
        let mut fields = text.split_ascii_whitespace();
        let state = *fields.next()?.as_bytes().first()?;
        let ppid = fields.next()?.parse().ok()?;
        let flags = fields.nth(4)?.parse().ok()?;
        let num_threads = fields.nth(10)?.parse().ok()?;
        let start_time = fields.nth(1)?.parse().ok()?;
        Some(Self { state, ppid, flags, num_threads, start_time })
    }

    /// Kernel threads hold no descriptors and share no sockets with anybody. That a process executes no
    /// file does not tell them: one whose leader has exited executes none either.
    pub(crate) fn is_kernel_thread(&self) -> bool {
        self.flags & KERNEL_THREAD != 0
    }

    /// A zombie or dead. A thread group's leader can be so while other threads live.
    pub(crate) fn is_dead(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }
}

/// The words of one line of a `status` file, without its name.
pub(crate) fn status_line<'s>(status: &'s [u8], name: &str) -> Option<impl Iterator<Item = &'s str>> {
    let line = status
        .split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b":")))?;
    Some(str::from_utf8(line).ok()?.split_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "77 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 123456 1000 5";

    #[test]
    fn a_name_with_parentheses_and_blanks_moves_no_field() {
        for name in ["sh", "a) Z 1 (b", ")", "tab\tand space", "))) R 5"] {
            let stat = Stat::parse(format!("42 ({name}) S {TAIL}\n").as_bytes()).unwrap();
            let expected =
                Stat { state: b'S', ppid: 77, flags: 0x40_0100, num_threads: 9, start_time: 123456 };
            assert_eq!(stat, expected);
        }
    }

    #[test]
    fn kernel_threads_are_told_by_their_flag() {
        let of = |line: &[u8]| Stat::parse(line).unwrap().is_kernel_thread();
        assert!(of(b"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0"));
        assert!(!of(format!("42 (exited) Z {TAIL}").as_bytes()));
    }

    #[test]
    fn what_is_cut_short_is_no_stat() {
        let whole = format!("42 (x) S {TAIL}\n");
        let end = whole.find("123456").unwrap();
        for cut in 0..end {
            assert_eq!(Stat::parse(&whole.as_bytes()[..cut]), None, "cut at {cut}");
        }
        assert_eq!(Stat::parse(b"42 (x) S \xff\xfe"), None);
    }

    #[test]
    fn only_zombies_and_dead_threads_are_dead() {
        for (state, dead) in [('R', false), ('S', false), ('T', false), ('Z', true), ('X', true), ('x', true)]
        {
            assert_eq!(Stat::parse(format!("1 (x) {state} {TAIL}").as_bytes()).unwrap().is_dead(), dead);
        }
    }

    #[test]
    fn a_status_line_is_found_by_its_whole_name() {
        let status = b"Name:\tPid: 7\nNSpid:\t12\t3\nPid:\t12\n";
        assert_eq!(status_line(status, "NSpid").unwrap().collect::<Vec<_>>(), ["12", "3"]);
        assert_eq!(status_line(status, "Pid").unwrap().collect::<Vec<_>>(), ["12"]);
        assert!(status_line(status, "Tgid").is_none());
    }
}
