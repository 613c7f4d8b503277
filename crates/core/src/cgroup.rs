//! What the path of a control group tells: the container, and the unit of systemd.
//!
//! Whoever makes a group names it as it likes; these are the names that the usual ones give. What is not
//! recognised is no container for this module.

/// Length of the identifier that container engines give: a SHA-256 in hexadecimal digits.
const ID: usize = 64;

/// The path that tells most: that of the second version of control groups, or of the first one's hierarchy of
/// systemd, or the longest one.
pub fn path(lines: &[u8]) -> Option<&[u8]> {
    let paths = lines.split(|&byte| byte == b'\n').filter_map(|line| {
        let mut fields = line.splitn(3, |&byte| byte == b':');
        let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let rank = match controllers {
            b"" => 2,
            b"name=systemd" => 1,
            _ => 0,
        };
        // A root says nothing.
        Some(((path.len() > 1, rank, path.len()), path))
    });
    paths.max_by_key(|(rank, _)| *rank).map(|(_, path)| path)
}

/// Who made the container and how it is called, `docker 4f2a…`, as the path tells it.
pub fn container(path: &[u8]) -> Option<(&'static str, &[u8])> {
    let mut names = names(path).peekable();
    let mut found = None;
    let mut engine = None;
    while let Some(name) = names.next() {
        let next = names.peek().copied();
        engine = match name {
            b"docker" => Some("docker"),
            b"lxc" => Some("lxc"),
            b"actions_job" => Some("docker"),
            name if name.starts_with(b"kubepods") => Some("kubernetes"),
            name if name.starts_with(b"libpod_parent") => Some("podman"),
            _ => engine,
        };
        if let Some(scoped) = scope(name) {
            found = Some(scoped);
        } else if is_id(name) {
            found = Some((engine.unwrap_or("container"), name));
        } else if let Some(id) = name.strip_prefix(b"lxc.payload.") {
            found = Some(("lxc", id));
        } else if let (b"lxc" | b"lxc.payload", Some(next)) = (name, next) {
            found = Some(("lxc", next));
        }
    }
    found
}

/// The unit of systemd: the last name that is one, and none of a container engine.
pub fn unit(path: &[u8]) -> Option<&[u8]> {
    let is_unit =
        |name: &&[u8]| (name.ends_with(b".service") || name.ends_with(b".scope")) && scope(name).is_none();
    names(path).filter(is_unit).last()
}

fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|name| !name.is_empty() && *name != b"..")
}

/// A scope that a container engine made: `docker-ID.scope`.
fn scope(name: &[u8]) -> Option<(&'static str, &[u8])> {
    const ENGINES: [(&[u8], &str); 5] = [
        (b"docker-", "docker"),
        (b"libpod-", "podman"),
        (b"cri-containerd-", "containerd"),
        (b"crio-", "crio"),
        (b"nerdctl-", "containerd"),
    ];
    let stem = name.strip_suffix(b".scope").unwrap_or(name);
    let (engine, id) =
        ENGINES.iter().find_map(|(prefix, engine)| Some((*engine, stem.strip_prefix(*prefix)?)))?;
    // `libpod-conmon-ID` holds the monitor beside the container.
    is_id(id).then_some((engine, id))
}

fn is_id(name: &[u8]) -> bool {
    name.len() == ID && name.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a";

    fn told(path: &str) -> (Option<(&'static str, String)>, Option<String>) {
        let path = path.replace("ID", HASH);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let container = container(path.as_bytes()).map(|(engine, id)| (engine, text(id)));
        (container, unit(path.as_bytes()).map(text))
    }

    #[test]
    fn names_that_container_engines_give() {
        for (path, engine) in [
            ("/system.slice/docker-ID.scope", "docker"),
            ("/docker/ID", "docker"),
            ("/docker/ID/init", "docker"),
            ("/machine.slice/libpod-ID.scope/container", "podman"),
            ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope", "podman"),
            (
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-ID.scope",
                "containerd",
            ),
            (
                "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podx.slice/crio-ID.scope",
                "crio",
            ),
            ("/kubepods/burstable/pod0b1c2d/ID", "kubernetes"),
            ("/somewhere/ID", "container"),
        ] {
            assert_eq!(told(path).0, Some((engine, HASH.to_owned())), "{path}");
        }
        assert_eq!(told("/lxc/web/init.scope").0, Some(("lxc", "web".to_owned())));
        assert_eq!(told("/lxc.payload.web/system.slice/ssh.service").0, Some(("lxc", "web".to_owned())));
        for path in
            ["/", "/user.slice/user-0.slice/session-1.scope", "/../libpod-conmon-ID.scope", "/docker-x.scope"]
        {
            assert_eq!(told(path).0, None, "{path}");
        }
    }

    #[test]
    fn units_are_services_and_scopes_that_are_no_containers() {
        let unit = |path| told(path).1;
        assert_eq!(unit("/system.slice/nginx.service").as_deref(), Some("nginx.service"));
        assert_eq!(unit("/user.slice/user-0.slice/session-1.scope").as_deref(), Some("session-1.scope"));
        assert_eq!(
            unit("/user.slice/user@0.service/app.slice/firefox.scope").as_deref(),
            Some("firefox.scope")
        );
        assert_eq!(unit("/system.slice/docker-ID.scope"), None);
        assert_eq!(unit("/"), None);
    }

    #[test]
    fn the_path_that_tells_most() {
        assert_eq!(path(b"0::/system.slice/x.service\n"), Some(&b"/system.slice/x.service"[..]));
        assert_eq!(path(b"5:memory:/a/longer/path\n1:name=systemd:/b\n0::/\n"), Some(&b"/b"[..]));
        assert_eq!(path(b"5:memory:/docker/x\n4:cpu,cpuacct:/docker/xyz\n0::/\n"), Some(&b"/docker/xyz"[..]));
        assert_eq!(path(b"0::/\n"), Some(&b"/"[..]));
        assert_eq!(path(b"0::/with:colon\n"), Some(&b"/with:colon"[..]));
        assert_eq!((path(b""), path(b"junk\n")), (None, None));
    }
}
