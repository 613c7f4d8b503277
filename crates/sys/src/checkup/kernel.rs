//! What the kernel's version and its files say that it can.

use super::Check;
use crate::tree::ProcTree;

/// What came with a version that makes a difference.
const FEATURES: &[(&str, (u32, u32), &str)] = &[
    ("kernel_pidfd", (5, 3), "the end of a process is noticed at once"),
    ("kernel_pidfd_getfd", (5, 6), "the sockets of a process can be asked themselves"),
    ("kernel_task_file", (6, 1), "BPF can list the descriptors of one process"),
    ("kernel_sock_length", (6, 3), "tracepoints tell what every socket sends and receives"),
];

/// The types of the kernel, which BPF programs that fit every kernel need.
const BTF: &str = "/sys/kernel/btf/vmlinux";

/// Which kernel the tree is of.
pub(super) fn version(tree: &ProcTree) -> Check {
    let machine = tree.machine();
    Check::ok("kernel", format!("Linux {}, {}", machine.kernel, machine.arch))
}

/// What it offers.
pub(super) fn features(tree: &ProcTree) -> Vec<Check> {
    let kernel = tree.machine().kernel;
    let number = number(&kernel);
    let by_version = FEATURES.iter().map(|&(name, since, what)| match number {
        Some(number) if number >= since => Check::ok(name, what),
        Some(_) => Check::note(name, format!("not offered before Linux {}.{}: {what}", since.0, since.1)),
        None => Check::note(
            name,
            format!("from Linux {}.{} on, and this is of no known version: {what}", since.0, since.1),
        ),
    });
    let btf = match std::fs::metadata(BTF) {
        Ok(_) => {
            Check::ok("kernel_btf", format!("{BTF} is there: BPF programs can be fitted to this kernel"))
        }
        Err(_) => Check::note(
            "kernel_btf",
            format!("{BTF} is not there: no BPF program can be fitted to this kernel"),
        ),
    };
    by_version.chain([btf]).collect()
}

/// The first two numbers of a version.
fn number(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_versions() {
        for (release, expected) in [
            ("6.18.44-fc-v782", Some((6, 18))),
            ("5.3", Some((5, 3))),
            ("5.10-rc1", Some((5, 10))),
            ("6", None),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(number(release), expected, "{release}");
        }
        assert!((6, 10) > (6, 3) && (5, 19) < (6, 1));
    }
}
