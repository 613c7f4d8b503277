//! Names of origins in a recording.

use crate::sample::{Origin, Status};

use super::bytes::{Rest, put, put_signed};

/// An origin by its name: what kind it is, and which.
pub(super) fn name(origin: &Origin) -> String {
    match origin {
        Origin::Net(path) => format!("net:{path}"),
        Origin::NetList => "netlist".to_owned(),
        Origin::Dump(name) => format!("dump:{name}"),
        Origin::Own => "own".to_owned(),
        Origin::Destroyed => "destroyed".to_owned(),
        Origin::Sysctl(path) => format!("sysctl:{path}"),
        Origin::Process(path) => format!("process:{path}"),
        Origin::Links(pid) => format!("links:{pid}"),
        Origin::Netns(inode) => format!("netns:{inode}"),
        Origin::Members => "members".to_owned(),
        Origin::LeftOut => "leftout".to_owned(),
        Origin::Bpf(name) => format!("bpf:{name}"),
        Origin::Roll => "roll".to_owned(),
        Origin::Walk => "walk".to_owned(),
        Origin::Users => "users".to_owned(),
        Origin::Services => "services".to_owned(),
        Origin::HostNames => "hostnames".to_owned(),
        Origin::Networks => "networks".to_owned(),
        Origin::Capabilities => "capabilities".to_owned(),
        Origin::Reader => "reader".to_owned(),
    }
}

/// The origin of a name; `None`: a newer version has it.
pub(super) fn of_name(name: &str) -> Option<Origin> {
    let (kind, which) = name.split_once(':').unwrap_or((name, ""));
    let owned = || which.to_owned().into();
    Some(match kind {
        "net" => Origin::Net(owned()),
        "netlist" => Origin::NetList,
        "dump" => Origin::Dump(owned()),
        "own" => Origin::Own,
        "destroyed" => Origin::Destroyed,
        "sysctl" => Origin::Sysctl(owned()),
        "process" => Origin::Process(owned()),
        "links" => Origin::Links(which.parse().ok()?),
        "netns" => Origin::Netns(which.parse().ok()?),
        "members" => Origin::Members,
        "leftout" => Origin::LeftOut,
        "bpf" => Origin::Bpf(owned()),
        "roll" => Origin::Roll,
        "walk" => Origin::Walk,
        "users" => Origin::Users,
        "services" => Origin::Services,
        "hostnames" => Origin::HostNames,
        "networks" => Origin::Networks,
        "capabilities" => Origin::Capabilities,
        "reader" => Origin::Reader,
        _ => return None,
    })
}

pub(super) fn put_status(out: &mut Vec<u8>, status: Status) {
    match status {
        Status::Ok => out.push(0),
        Status::Missing => out.push(1),
        Status::Denied => out.push(2),
        Status::NotAsked => out.push(3),
        Status::Partial(of, all) => {
            out.push(4);
            put(out, of.into());
            put(out, all.into());
        }
        Status::Cut => out.push(5),
        Status::Interrupted => out.push(6),
        Status::Error(errno) => {
            out.push(7);
            put_signed(out, errno.into());
        }
    }
}

pub(super) fn take_status(rest: &mut Rest<'_>) -> Option<Status> {
    Some(match rest.byte()? {
        0 => Status::Ok,
        1 => Status::Missing,
        2 => Status::Denied,
        3 => Status::NotAsked,
        4 => Status::Partial(rest.number()?.try_into().ok()?, rest.number()?.try_into().ok()?),
        5 => Status::Cut,
        6 => Status::Interrupted,
        7 => Status::Error(rest.signed()?.try_into().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_statuses_come_back() {
        let origins = [
            Origin::net("stat/arp_cache"),
            Origin::Net("a:b".into()),
            Origin::NetList,
            Origin::Dump("sock_diag/tcp".into()),
            Origin::Own,
            Origin::Destroyed,
            Origin::Sysctl("net/core/somaxconn".into()),
            Origin::process("ns/net"),
            Origin::Links(u32::MAX),
            Origin::Netns(u64::MAX),
            Origin::Members,
            Origin::LeftOut,
            Origin::Bpf("sockets".into()),
            Origin::Roll,
            Origin::Walk,
            Origin::Users,
            Origin::Services,
            Origin::HostNames,
            Origin::Networks,
            Origin::Capabilities,
            Origin::Reader,
        ];
        for origin in origins {
            assert_eq!(of_name(&name(&origin)), Some(origin));
        }
        assert_eq!(of_name("links:x"), None);
        assert_eq!(of_name("what a newer one has"), None);
        let statuses = [
            Status::Ok,
            Status::Missing,
            Status::Denied,
            Status::NotAsked,
            Status::Partial(3, u32::MAX),
            Status::Cut,
            Status::Interrupted,
            Status::Error(-5),
        ];
        let mut out = Vec::new();
        statuses.iter().for_each(|status| put_status(&mut out, *status));
        let mut rest = Rest(&out);
        assert!(statuses.iter().all(|status| take_status(&mut rest) == Some(*status)));
        assert_eq!(take_status(&mut Rest(&[99])), None);
    }
}
