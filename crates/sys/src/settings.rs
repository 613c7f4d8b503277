//! Settings of the kernel, `/proc/sys/net`: the target's namespace's are read inside of it.

use netmonitor_core::sample::{Origin, Reading, Sink, Status};
use netmonitor_core::scope::Scope;
use netmonitor_core::settings::Setting;
use rustix::io::{Errno, retry_on_intr};

use crate::clock::boottime;
use crate::netns::{Namespace, sysctl};
use crate::reader::status_of;

/// Longer than any of these files.
const LONGEST: usize = 256;

/// A setting's bytes, and how they were read.
type Read = (Vec<u8>, Reading);

/// Reads settings and hands them on. `namespace` is the target's, or why it cannot be entered.
pub(crate) fn parts(
    settings: &[&'static Setting],
    namespace: &Result<Namespace, Errno>,
    sink: &mut dyn Sink,
) {
    let inside: Vec<_> = settings.iter().filter(|setting| setting.scope == Scope::Namespace).collect();
    // One entry for all of them.
    let mut read = match namespace {
        _ if inside.is_empty() => Ok(Vec::new()),
        Ok(namespace) => namespace.run(|| inside.iter().map(|setting| read(setting.path)).collect()),
        Err(errno) => Err(*errno),
    }
    .map(Vec::into_iter);
    for setting in settings {
        let origin = Origin::Sysctl(setting.path.into());
        let (bytes, reading) = match &mut read {
            _ if setting.scope != Scope::Namespace => self::read(setting.path),
            Ok(read) => read.next().unwrap_or_else(|| refused(Errno::NOENT)),
            Err(errno) => refused(*errno),
        };
        if !bytes.is_empty() {
            let _ = sink.chunk(&origin, &bytes);
        }
        sink.end(&origin, reading);
    }
}

/// A setting of the namespace in which this thread works.
fn read(path: &str) -> Read {
    let at = boottime();
    let mut bytes = Vec::with_capacity(LONGEST);
    let read = sysctl(path).and_then(|file| {
        while bytes.len() < LONGEST {
            if retry_on_intr(|| rustix::io::read(&file, rustix::buffer::spare_capacity(&mut bytes)))? == 0 {
                break;
            }
        }
        Ok(())
    });
    let status = read.map_or_else(|errno| status_of(errno, 0), |()| Status::Ok);
    (bytes, Reading { status, at, took: boottime().saturating_sub(at) })
}

fn refused(errno: Errno) -> Read {
    let status = match errno {
        // Of a copied tree: its files do not say whose settings they are.
        Errno::NOTSUP => Status::NotAsked,
        errno => status_of(errno, 0),
    };
    (Vec::new(), Reading { status, at: boottime(), took: 0 })
}
