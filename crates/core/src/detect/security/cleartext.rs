//! `cleartext-protocol`.

use serde::{Deserialize, Serialize};

use super::peer_ports::report;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// Ports of protocols that are mostly spoken without encryption, by number.
const PROTOCOLS: [(u16, &str); 19] = [
    (21, "FTP"),
    (23, "Telnet"),
    (80, "HTTP"),
    (110, "POP3"),
    (143, "IMAP"),
    (389, "LDAP"),
    (512, "rexec"),
    (513, "rlogin"),
    (514, "rsh"),
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (1883, "MQTT"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5900, "VNC"),
    (6379, "Redis"),
    (8080, "HTTP"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

pub(super) static DETECTOR: Detector = Detector {
    name: "cleartext-protocol",
    title: "a connection over a protocol that is mostly not encrypted",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], events: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Cleartext)),
    why: "Whoever is on the way can read what is sent over it, passwords too, and change it. The port alone was looked at: some of these protocols can begin to encrypt after they have connected.",
    next: "Use the encrypted form (HTTPS, SFTP, SSH, TLS of the database) or a tunnel; see with a capture whether this connection is encrypted after all.",
    references: "ATT&CK T1040; RFC 8314; Sigma rule d7fb8f0e-bd5f-45c2-b467-19571c490d7e",
};

#[derive(Serialize, Deserialize)]
struct Cleartext;

impl Look for Cleartext {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let at = |(port, name): &(u16, &'static str)| (*name, scene.contacts_at("tcp", *port));
        let contacts = PROTOCOLS.iter().map(at).flat_map(|(name, all)| all.iter().map(move |it| (name, it)));
        for (name, contact) in contacts.filter(|(_, contact)| !contact.address.is_loopback()) {
            let what = format!("connected to {} at port {}, that of {name}, which mostly is not encrypted", contact.address, contact.port);
            report(contact, what, found).shows("protocol of the port", Amount::Text(name.into()), "by its number").done();
        }
    }
}
