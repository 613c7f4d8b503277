//! Names of services, from the bytes of `/etc/services`.

use std::collections::HashMap;

use procnet::number::decimal;

/// Names by protocol and port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Services(HashMap<(&'static str, u16), Vec<u8>>);

/// Protocols that have services of their own, each with those that have the same ones.
const PROTOCOLS: &[(&str, &[&str])] =
    &[("tcp", &["tcp", "mptcp"]), ("udp", &["udp", "udplite"]), ("sctp", &["sctp"]), ("dccp", &["dccp"])];

impl Services {
    /// Reads `name port/protocol aliases # comment` lines; the first name of a port counts, as in the C library.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut services = HashMap::new();
        for line in bytes.split(|&byte| byte == b'\n') {
            let line = line.split(|&byte| byte == b'#').next().unwrap_or_default();
            let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            let (Some(name), Some(number)) = (words.next(), words.next()) else { continue };
            let mut parts = number.splitn(2, |&byte| byte == b'/');
            let port = parts.next().and_then(decimal).and_then(|port| port.try_into().ok());
            let protocol = parts.next().and_then(|word| {
                PROTOCOLS.iter().map(|(protocol, _)| *protocol).find(|known| known.as_bytes() == word)
            });
            let Some(key) = protocol.zip(port) else { continue };
            services.entry(key).or_insert_with(|| name.to_vec());
        }
        Self(services)
    }

    /// The name of the service at a port of a protocol.
    pub fn name(&self, protocol: &str, port: u16) -> Option<&[u8]> {
        let (protocol, _) = PROTOCOLS.iter().find(|(_, same)| same.contains(&protocol))?;
        self.0.get(&(*protocol, port)).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_name_counts_and_junk_is_skipped() {
        let services = Services::parse(
            b"# comment\nssh\t22/tcp\nother 22/tcp\ndomain 53/udp alias # x\nhttp 80/tcp www\nbad 99999/tcp\nbad\nx 1/ddp\n",
        );
        assert_eq!(services.name("tcp", 22), Some(&b"ssh"[..]));
        assert_eq!(services.name("udplite", 53), Some(&b"domain"[..]));
        assert_eq!(services.name("mptcp", 80), Some(&b"http"[..]));
        assert_eq!((services.name("udp", 22), services.name("raw", 80)), (None, None));
    }
}
