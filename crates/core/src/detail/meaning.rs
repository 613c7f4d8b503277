//! What a row means, in sentences: counters by the dictionary, states of sockets and neighbours, routes.

use procnet::Value;

use super::{Group, Row};
use crate::explain;

/// States, and what they mean.
const STATES: &[(&str, &str)] = &[
    ("ESTABLISHED", "Both ends may send: the connection is open."),
    ("SYN_SENT", "It has asked the other end for a connection and waits for the answer."),
    ("SYN_RECV", "The other end has asked for a connection; its last word before it is open is waited for."),
    (
        "NEW_SYN_RECV",
        "The other end has asked for a connection; its last word before it is open is waited for.",
    ),
    (
        "FIN_WAIT1",
        "This end has said that it sends nothing more; the other end has not acknowledged that yet.",
    ),
    ("FIN_WAIT2", "This end sends nothing more, which the other end knows; that one may still send."),
    (
        "TIME_WAIT",
        "It is over; the kernel keeps it a minute so that late packets of it are not taken for another one's. No process has it.",
    ),
    ("CLOSE", "It is not connected."),
    (
        "CLOSE_WAIT",
        "The other end sends nothing more; the program on this side has not closed its end. Where this lasts, the program forgets to.",
    ),
    ("LAST_ACK", "Both ends have said that they send nothing more; the last acknowledgement is waited for."),
    ("LISTEN", "It waits for connections."),
    ("CLOSING", "Both ends have said at the same time that they send nothing more."),
    ("CONNECTED", "It sends to and receives from one other end only."),
    ("UNCONNECTED", "It may send to and receive from anybody."),
    ("INCOMPLETE", "Its link-layer address is being asked for and was not told yet."),
    ("REACHABLE", "It has answered a short time ago."),
    (
        "STALE",
        "Its address is known, and was not confirmed lately: it is asked when something is to be sent there.",
    ),
    ("DELAY", "Something was sent there; it is waited a moment whether that confirms the address."),
    ("PROBE", "It is being asked whether it is still there."),
    ("FAILED", "It did not answer: what is sent there is given up."),
    ("PERMANENT", "It was set by hand, and is never asked."),
    ("NOARP", "It needs no asking: the interface has no such addresses."),
];

impl Row<'_> {
    /// What the row means.
    pub(super) fn meaning(&self) -> Group {
        let mut group = Group::new("What it means");
        let is_counter = self.table.all_columns().iter().any(|column| column.name == "meaning");
        if let Some(name) = self.word("name").filter(|_| is_counter) {
            let table = self.word("group").unwrap_or_else(|| self.table.name.to_string());
            group.entries.extend(explain::of(&table, &name));
        }
        let state = self.word("state").unwrap_or_default();
        // Of a neighbour several can hold.
        for word in state.split_whitespace() {
            let known = STATES.iter().find(|(known, _)| *known == word);
            group.said.extend(known.map(|(word, means)| format!("{word}: {means}")));
        }
        group.said.extend(self.route());
        group
    }

    /// What a route does.
    fn route(&self) -> Option<String> {
        if !self.table.name.starts_with("routes") {
            return None;
        }
        let (to, length) = ["dst", "destination"].iter().find_map(|name| {
            let length = self.word("dst_prefix_length").or_else(|| self.word("prefix_length"));
            Some((self.word(name)?, length?))
        })?;
        let through = ["oif_name", "interface"].iter().find_map(|name| self.word(name));
        let gateway = self.value("gateway").and_then(|gateway| match gateway {
            Value::Ip(address) if !address.is_unspecified() => Some(address.to_string()),
            _ => None,
        });
        let whom = if length == "0" {
            "whatever no other route is for".to_owned()
        } else {
            format!("{to}/{length}")
        };
        let through = through.map(|name| format!(" through {name}")).unwrap_or_default();
        let how = match gateway {
            Some(gateway) => format!("is handed to the gateway {gateway}{through}, which sends it on"),
            None => {
                format!("is sent directly{through}: the addressee is on that link, or it is this machine")
            }
        };
        Some(format!(
            "What goes to {whom} {how}. Of several routes that fit, the one with the longest prefix is taken, then that with the lowest metric."
        ))
    }
}
