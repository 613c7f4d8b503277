//! Netlink messages as bytes: the header that each has, the attributes that follow, and what a message says
//! that ends a reply. All numbers are in the byte order of the machine.

use rustix::io::Errno;

/// `struct nlmsghdr`: length, type, flags, sequence number, port.
pub(crate) const HEADER: usize = 16;

/// `struct nlattr`: length, type.
const ATTRIBUTE: usize = 4;

/// `struct genlmsghdr`: command, version, two bytes that are reserved.
pub(crate) const GENERIC_HEADER: usize = 4;

/// `include/uapi/linux/netlink.h`.
pub(crate) const NLM_F_REQUEST: u16 = 0x1;
pub(crate) const NLM_F_ACK: u16 = 0x4;
pub(crate) const NLM_F_DUMP: u16 = 0x300;
const NLM_F_DUMP_INTR: u16 = 0x10;
const NLM_F_CAPPED: u16 = 0x100;
const NLM_F_ACK_TLVS: u16 = 0x200;
const NLMSG_NOOP: u16 = 1;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLMSG_OVERRUN: u16 = 4;
const NLMSGERR_ATTR_MSG: u16 = 1;

/// Longest text of the kernel's that is kept.
const SAID: usize = 256;

/// Numbers are aligned to 4 bytes (`NLMSG_ALIGN`, `NLA_ALIGN`).
pub(crate) const fn align(len: usize) -> usize {
    (len + 3) & !3
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// A message with its header, written into a buffer that may hold others already.
#[derive(Debug)]
pub(crate) struct Writer<'b> {
    out: &'b mut Vec<u8>,
    start: usize,
}

impl<'b> Writer<'b> {
    /// Begins a message; sequence number and port are 0.
    pub(crate) fn new(out: &'b mut Vec<u8>, kind: u16, flags: u16) -> Self {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&kind.to_ne_bytes());
        out.extend_from_slice(&flags.to_ne_bytes());
        out.extend_from_slice(&[0; 8]);
        Self { out, start }
    }

    /// Adds bytes of the structure that follows the header.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Adds an attribute.
    pub(crate) fn attribute(&mut self, kind: u16, value: &[u8]) {
        attribute(self.out, kind, value);
    }

    /// Ends it: writes its length.
    pub(crate) fn end(self) {
        let len = (self.out.len() - self.start) as u32;
        self.out[self.start..self.start + 4].copy_from_slice(&len.to_ne_bytes());
    }
}

/// Adds an attribute to a message, or to the value of another attribute, whose length is a multiple of 4.
pub(crate) fn attribute(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
    out.extend_from_slice(&((ATTRIBUTE + value.len()) as u16).to_ne_bytes());
    out.extend_from_slice(&kind.to_ne_bytes());
    out.extend_from_slice(value);
    out.extend_from_slice(&[0; 3][..align(value.len()) - value.len()]);
}

/// Addresses a request: the sequence number that the replies will have.
pub(crate) fn set_sequence(message: &mut [u8], sequence: u32) {
    message[8..12].copy_from_slice(&sequence.to_ne_bytes());
}

/// Gives a request its type, where that is known only now.
pub(crate) fn set_kind(message: &mut [u8], kind: u16) {
    message[4..6].copy_from_slice(&kind.to_ne_bytes());
}

/// The number of a family of generic netlink, from what the kernel says of it.
pub(crate) fn family_number(message: &[u8]) -> Option<u16> {
    /// `CTRL_ATTR_FAMILY_ID`.
    const FAMILY_ID: u16 = 1;
    u16_at(attribute_of(message, HEADER + GENERIC_HEADER, FAMILY_ID)?, 0)
}

/// What ends a reply.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The error that it carries.
    pub(crate) error: Option<Errno>,
    /// What the kernel says about it.
    pub(crate) said: Option<String>,
}

/// What one datagram holds of a reply.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Bytes from its beginning that are whole messages with data.
    pub(crate) len: usize,
    /// How many these are.
    pub(crate) messages: u64,
    /// One of them says that what is listed has changed meanwhile.
    pub(crate) interrupted: bool,
    /// The kernel says that it has lost something.
    pub(crate) lost: bool,
    /// The reply ends here.
    pub(crate) end: Option<End>,
}

/// Looks through a datagram from the kernel for the reply to a request: messages with its sequence number,
/// for its port. A datagram is one reply's or another's, so the first that is not of the reply ends it.
pub(crate) fn scan(datagram: &[u8], sequence: u32, port: u32) -> Scan {
    let mut scan = Scan::default();
    let mut at = 0;
    while let Some(message) = message_at(datagram, at) {
        if (u32_at(message, 8), u32_at(message, 12)) != (Some(sequence), Some(port)) {
            break;
        }
        let flags = u16_at(message, 6).unwrap_or_default();
        scan.interrupted |= flags & NLM_F_DUMP_INTR != 0;
        at += align(message.len());
        match u16_at(message, 4).unwrap_or_default() {
            NLMSG_NOOP => {}
            NLMSG_OVERRUN => scan.lost = true,
            kind @ (NLMSG_ERROR | NLMSG_DONE) => {
                scan.end = Some(end(message, kind, flags));
                break;
            }
            _ => {
                scan.messages += 1;
                scan.len = at.min(datagram.len());
            }
        }
    }
    scan
}

/// How many whole messages there are in a row.
pub(crate) fn count(datagram: &[u8]) -> u64 {
    let (mut at, mut messages) = (0, 0);
    while let Some(message) = message_at(datagram, at) {
        at += align(message.len());
        messages += 1;
    }
    messages
}

fn message_at(datagram: &[u8], at: usize) -> Option<&[u8]> {
    let rest = datagram.get(at..)?;
    let len = u32_at(rest, 0)? as usize;
    if len < HEADER { None } else { rest.get(..len) }
}

/// Reads `NLMSG_DONE` (an int, then attributes) or `NLMSG_ERROR` (an int, the request's header and, unless
/// it was capped, the rest of the request, then attributes).
fn end(message: &[u8], kind: u16, flags: u16) -> End {
    let code = u32_at(message, HEADER).unwrap_or_default().cast_signed();
    // Numbers of errors end at 4095; one beyond that is none that has a meaning.
    let error = match code.saturating_neg() {
        number @ 1..=4095 => Some(Errno::from_raw_os_error(number)),
        ..=0 => None,
        _ => Some(Errno::IO),
    };
    let mut attributes = HEADER + 4;
    if kind == NLMSG_ERROR {
        let request = u32_at(message, attributes).unwrap_or_default() as usize;
        attributes += if flags & NLM_F_CAPPED != 0 { HEADER } else { align(request.max(HEADER)) };
    }
    let said = if flags & NLM_F_ACK_TLVS != 0 { text(message, attributes) } else { None };
    End { error, said }
}

/// The text among the attributes that begin at a place.
fn text(message: &[u8], at: usize) -> Option<String> {
    let value = attribute_of(message, at, NLMSGERR_ATTR_MSG)?;
    let value = &value[..value.len().min(SAID)];
    let value = value.split(|&byte| byte == 0).next().unwrap_or_default();
    Some(String::from_utf8_lossy(value).into_owned())
}

/// The value of the first attribute of a type, among those that begin at a place.
fn attribute_of(message: &[u8], mut at: usize, kind: u16) -> Option<&[u8]> {
    loop {
        let len = u16_at(message, at)? as usize;
        let value = message.get(at + ATTRIBUTE..at + len)?;
        if u16_at(message, at + 2)? == kind {
            return Some(value);
        }
        at += align(len.max(ATTRIBUTE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, flags: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, kind, flags);
        writer.bytes(payload);
        writer.end();
        set_sequence(&mut out, sequence);
        out
    }

    #[test]
    fn data_is_told_from_what_ends_it() {
        let mut datagram = message(20, 2, 7, b"12345678");
        datagram.extend(message(20, 2 | NLM_F_DUMP_INTR, 7, b"1234"));
        let data = datagram.len();
        datagram.extend(message(NLMSG_DONE, 2, 7, &0u32.to_ne_bytes()));
        let scan = scan(&datagram, 7, 0);
        assert_eq!((scan.len, scan.messages, scan.interrupted), (data, 2, true));
        assert_eq!(scan.end, Some(End { error: None, said: None }));
        assert_eq!(count(&datagram), 3);
    }

    #[test]
    fn another_requests_reply_is_left_alone() {
        let datagram = message(20, 2, 6, b"1234");
        assert_eq!(scan(&datagram, 7, 0), Scan::default());
        assert_eq!(scan(&datagram, 6, 4711), Scan::default());
    }

    #[test]
    fn any_cut_and_any_length_is_survived() {
        let mut datagram = message(20, 2, 7, b"12345678");
        datagram.extend(message(NLMSG_ERROR, NLM_F_ACK_TLVS, 7, &[0xff; 40]));
        for cut in 0..datagram.len() {
            let scan = scan(&datagram[..cut], 7, 0);
            assert!(scan.len <= cut && scan.end.is_none());
        }
        for at in 0..datagram.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut damaged = datagram.clone();
                damaged[at] = value;
                let scan = scan(&damaged, 7, 0);
                assert!(scan.len <= damaged.len());
            }
        }
    }

    #[test]
    fn an_error_tells_its_number_and_its_text() {
        let mut payload = (-95i32).to_ne_bytes().to_vec();
        payload.extend(message(18, 0, 7, b""));
        let mut text = Vec::new();
        attribute(&mut text, 2, &[0; 4]);
        attribute(&mut text, NLMSGERR_ATTR_MSG, b"no such thing\0");
        payload.extend(text);
        let scan = scan(&message(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, 7, &payload), 7, 0);
        let said = Some("no such thing".to_owned());
        assert_eq!(scan.end, Some(End { error: Some(Errno::OPNOTSUPP), said }));
        assert_eq!((scan.len, scan.messages), (0, 0));
    }
}
