//! Names that do not come from the kernel: of users, services, addresses and networks. They were read where the samples were
//! made: whoever plays a recording does not ask its own machine.

use std::sync::Arc;

use procnet::number::decimal;

use crate::host_names::HostNames;
use crate::networks::Networks;
use crate::sample::{Origin, Reading, Status};
use crate::services::Services;
use crate::users::Users;

/// The names that are known.
#[derive(Debug, Clone, Default)]
pub struct Naming {
    /// Of users.
    pub users: Arc<Users>,
    /// Of ports.
    pub services: Arc<Services>,
    /// Of addresses.
    pub hosts: Arc<HostNames>,
    /// Countries and networks of addresses.
    pub networks: Arc<Networks>,
    /// Who reads.
    pub reader: Reader,
}

/// The program that reads, and how far its world is the target's. It travels as the text
/// `pid=N netns=N resolver=same|other|unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reader {
    /// Its number; `None`: nobody says.
    pub pid: Option<u32>,
    /// Its network namespace.
    pub netns: Option<u64>,
    /// The target's `/etc/resolv.conf` is another one than its own.
    pub resolves_otherwise: bool,
}

impl Reader {
    /// Reads the text form; a word that is not understood counts as nothing.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut reader = Self::default();
        for word in bytes.split(u8::is_ascii_whitespace) {
            if let Some(pid) = word.strip_prefix(b"pid=") {
                reader.pid = decimal(pid).and_then(|pid| pid.try_into().ok());
            } else if let Some(netns) = word.strip_prefix(b"netns=") {
                reader.netns = decimal(netns);
            } else if word == b"resolver=other" {
                reader.resolves_otherwise = true;
            }
        }
        reader
    }
}

impl Naming {
    /// Takes a part over, if it is of names; what could not be read leaves what was known.
    pub(crate) fn end(&mut self, origin: &Origin, bytes: &[u8], reading: Reading) {
        let is_read = reading.status == Status::Ok;
        match origin {
            Origin::Users if is_read => self.users = Arc::new(Users::parse(bytes)),
            Origin::Services if is_read => self.services = Arc::new(Services::parse(bytes)),
            Origin::HostNames if is_read => self.hosts = Arc::new(HostNames::parse(bytes)),
            Origin::HostNames => self.hosts = Arc::new(HostNames::off()),
            Origin::Networks if is_read => self.networks = Arc::new(Networks::parse(bytes)),
            Origin::Networks => self.networks = Arc::new(Networks::off()),
            Origin::Reader if is_read => self.reader = Reader::parse(bytes),
            _ => {}
        }
    }

    /// Why names may not be those that the target has for the same addresses; `None`: they are.
    pub fn otherwise(&self, netns: Option<u64>) -> Option<&'static str> {
        let is_elsewhere = netns.zip(self.reader.netns).is_some_and(|(its, own)| its != own);
        match (is_elsewhere, self.reader.resolves_otherwise) {
            (true, _) => Some("names are those that netmonitor's network namespace has, not the process's"),
            (false, true) => {
                Some("names are those of netmonitor's resolver; the process has another resolv.conf")
            }
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_survives_its_text() {
        let reader = Reader::parse(b"pid=7 netns=4026531840 resolver=other more=1");
        assert_eq!(reader, Reader { pid: Some(7), netns: Some(4_026_531_840), resolves_otherwise: true });
        assert_eq!(Reader::parse(b"\xff pid=x resolver=same"), Reader::default());
    }

    #[test]
    fn another_world_is_told() {
        let naming = |text: &[u8]| Naming { reader: Reader::parse(text), ..Naming::default() };
        assert_eq!(naming(b"pid=7 netns=5 resolver=same").otherwise(Some(5)), None);
        assert_eq!(naming(b"pid=7 netns=5").otherwise(None), None);
        assert!(naming(b"pid=7 netns=5").otherwise(Some(6)).is_some_and(|why| why.contains("namespace")));
        assert!(
            naming(b"netns=5 resolver=other")
                .otherwise(Some(5))
                .is_some_and(|why| why.contains("resolv.conf"))
        );
    }
}
