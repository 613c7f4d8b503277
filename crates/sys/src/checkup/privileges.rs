//! The capabilities of this process, and how it could get those that it has not.

use rustix::fs::{StatVfsMountFlags, statvfs};

use super::{Check, Fix};
use crate::hiding::in_first_user_namespace;
use crate::stat::status_line;

/// Bits of capability sets (`include/uapi/linux/capability.h`).
const DAC_OVERRIDE: u32 = 1;
pub(super) const DAC_READ_SEARCH: u32 = 2;
const NET_ADMIN: u32 = 12;
pub(super) const SYS_PTRACE: u32 = 19;
pub(super) const SYS_ADMIN: u32 = 21;
pub(super) const PERFMON: u32 = 38;
pub(super) const BPF: u32 = 39;

/// A capability that is of use.
struct Capability {
    bit: u32,
    /// As `setcap` knows it.
    name: &'static str,
    /// What it gives.
    gives: &'static str,
    /// A capability that gives the same and more.
    also: Option<(u32, &'static str)>,
}

/// Those that are of use.
const USEFUL: &[Capability] = &[
    Capability {
        bit: NET_ADMIN,
        name: "cap_net_admin",
        gives: "marks of sockets, and room for large answers of netlink",
        also: None,
    },
    Capability {
        bit: SYS_PTRACE,
        name: "cap_sys_ptrace",
        gives: "descriptors and namespaces of other users' processes: whose a socket is",
        also: None,
    },
    Capability {
        bit: SYS_ADMIN,
        name: "cap_sys_admin",
        gives: "entering other network namespaces: their settings, and what the kernel answers in them",
        also: None,
    },
    Capability {
        bit: BPF,
        name: "cap_bpf",
        gives: "loading BPF programs",
        also: Some((SYS_ADMIN, "cap_sys_admin")),
    },
    Capability {
        bit: PERFMON,
        name: "cap_perfmon",
        gives: "attaching BPF programs to tracepoints",
        also: Some((SYS_ADMIN, "cap_sys_admin")),
    },
    Capability {
        bit: DAC_READ_SEARCH,
        name: "cap_dac_read_search",
        gives: "files that are root's alone, as net/nf_conntrack",
        also: Some((DAC_OVERRIDE, "cap_dac_override")),
    },
];

/// What this process may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Privileges {
    effective: u64,
    bounding: u64,
    /// The kernel knows capabilities up to this one.
    last: u32,
    /// Capabilities count for the whole machine.
    everywhere: bool,
    /// No program that this one starts gets more than it has.
    locked: bool,
    /// The file system of the program's file gives no privileges.
    nosuid: bool,
}

impl Privileges {
    pub(super) fn read() -> Self {
        let status = std::fs::read("/proc/thread-self/status").unwrap_or_default();
        let word = |name| status_line(&status, name).and_then(|mut words| words.next());
        let set = |name| word(name).and_then(|word| u64::from_str_radix(word, 16).ok()).unwrap_or(0);
        let last = std::fs::read_to_string("/proc/sys/kernel/cap_last_cap");
        let flags = statvfs("/proc/self/exe").map_or(StatVfsMountFlags::empty(), |fs| fs.f_flag);
        Self {
            effective: set("CapEff"),
            bounding: set("CapBnd"),
            last: last.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(63),
            everywhere: in_first_user_namespace(),
            locked: word("NoNewPrivs") == Some("1"),
            nosuid: flags.contains(StatVfsMountFlags::NOSUID),
        }
    }

    /// Whether a capability is held that counts for the whole machine.
    pub(super) fn has(&self, bit: u32) -> bool {
        self.everywhere && self.effective >> bit & 1 == 1
    }

    /// What would give a capability; nothing if it is held already, and is not what is missing.
    pub(super) fn fix(&self, bit: u32) -> Option<Fix> {
        if self.has(bit) {
            return None;
        }
        let known: Vec<_> = USEFUL.iter().filter(|capability| capability.bit <= self.last).collect();
        let withheld = |capability: &&&Capability| self.bounding >> capability.bit & 1 == 0;
        if !self.everywhere || self.locked || self.bounding >> bit & 1 == 0 {
            let missing = known.iter().filter(|capability| capability.bit == bit || withheld(capability));
            return Some(Fix::Outside(missing.map(|capability| capability.name).collect()));
        }
        if self.nosuid {
            return Some(Fix::Root);
        }
        // All of them at once: a file that asks for one that is withheld could not be executed at all.
        let given = known.iter().filter(|capability| !withheld(capability));
        Some(Fix::Capabilities(given.map(|capability| capability.name).collect()))
    }

    /// Each of those that are of use.
    pub(super) fn checks(&self) -> Vec<Check> {
        USEFUL.iter().map(|capability| self.check(capability)).collect()
    }

    fn check(&self, capability: &Capability) -> Check {
        let Capability { bit, name, gives, also } = *capability;
        let held = |bit: u32| self.effective >> bit & 1 == 1;
        if held(bit) && !self.everywhere {
            let reason = format!("held in a user namespace of its own, and not outside of that: {gives}");
            return Check::partly(name, reason, self.fix(bit));
        }
        match also {
            _ if held(bit) => Check::ok(name, format!("held: {gives}")),
            Some((wider, wider_name)) if held(wider) => {
                Check::ok(name, format!("held as part of {wider_name}: {gives}"))
            }
            _ if bit > self.last => Check::note(name, format!("not known to this kernel: {gives}")),
            _ => Check::missing(name, format!("not held: {gives}"), self.fix(bit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    const ALL: u64 = 0x1ff_ffff_ffff;

    fn of(effective: u64, bounding: u64) -> Privileges {
        Privileges { effective, bounding, last: 40, everywhere: true, locked: false, nosuid: false }
    }

    fn statuses(privileges: Privileges) -> Vec<Status> {
        privileges.checks().iter().map(|check| check.status).collect()
    }

    #[test]
    fn an_ordinary_user_is_told_one_command_for_all() {
        let user = of(0, ALL);
        assert_eq!(statuses(user), [Status::Missing; 6]);
        let Some(Fix::Capabilities(names)) = user.fix(SYS_PTRACE) else {
            panic!("{:?}", user.fix(SYS_PTRACE))
        };
        assert_eq!(names[..3], ["cap_net_admin", "cap_sys_ptrace", "cap_sys_admin"]);
        assert_eq!(names.len(), 6);
        assert!(user.checks().iter().all(|check| check.fix == user.fix(SYS_PTRACE)));
    }

    #[test]
    fn root_has_all() {
        let root = of(ALL, ALL);
        assert_eq!(statuses(root), [Status::Ok; 6]);
        assert_eq!(root.fix(SYS_PTRACE), None);
    }

    #[test]
    fn what_a_wider_one_gives_is_not_missed() {
        let admin = of(1 << SYS_ADMIN | 1 << DAC_OVERRIDE, ALL);
        let held: Vec<_> = admin.checks().into_iter().filter(|check| check.status == Status::Ok).collect();
        let names: Vec<_> = held.iter().map(|check| check.name).collect();
        assert_eq!(names, ["cap_sys_admin", "cap_bpf", "cap_perfmon", "cap_dac_read_search"]);
    }

    #[test]
    fn a_container_that_withholds_one_cannot_be_helped_from_inside() {
        let without_trace = ALL & !(1 << SYS_PTRACE);
        let root = of(without_trace, without_trace);
        assert_eq!(root.fix(SYS_PTRACE), Some(Fix::Outside(vec!["cap_sys_ptrace"])));
        // What it does not withhold a user in it can get, and nothing else is asked for.
        let user = of(0, without_trace);
        let Some(Fix::Capabilities(names)) = user.fix(SYS_ADMIN) else { panic!("{:?}", user.fix(SYS_ADMIN)) };
        assert!(!names.contains(&"cap_sys_ptrace") && names.len() == 5);
        assert!(matches!(Privileges { locked: true, ..of(0, ALL) }.fix(BPF), Some(Fix::Outside(_))));
        assert_eq!(Privileges { nosuid: true, ..of(0, ALL) }.fix(BPF), Some(Fix::Root));
    }

    #[test]
    fn an_old_kernel_and_a_user_namespace() {
        let old = Privileges { last: 37, ..of(0, (1 << 38) - 1) };
        let notes = old.checks().into_iter().filter(|check| check.status == Status::Note).count();
        assert_eq!(notes, 2);
        let Some(Fix::Capabilities(names)) = old.fix(SYS_PTRACE) else { panic!("{:?}", old.fix(SYS_PTRACE)) };
        assert!(!names.contains(&"cap_bpf"), "setcap would refuse a name that it does not know");
        let own = Privileges { everywhere: false, ..of(ALL, ALL) };
        assert_eq!(statuses(own), [Status::Partly; 6]);
        assert!(!own.has(SYS_PTRACE));
    }
}
