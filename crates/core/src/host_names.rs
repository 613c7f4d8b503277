//! Names of addresses, as the domain name system tells them: what was asked, and what came of it.
//!
//! They come as lines, one for each address: `192.0.2.1 name host.example.org`, `192.0.2.2 none`, `192.0.2.3 timeout`,
//! `192.0.2.4 failed`. What a name holds beside the letters of names is written as `\DDD` (RFC 1035, 5.1). Whoever owns an
//! address says what it is called: a name is a claim.

use std::collections::HashMap;
use std::net::IpAddr;

use procnet::Value;

/// What came of asking for the name of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Its name.
    Name(Box<[u8]>),
    /// It has none.
    None,
    /// Nobody answered in time.
    Timeout,
    /// No server would or could tell.
    Failed,
}

impl Answer {
    fn parse(words: &[u8]) -> Option<Self> {
        let (word, name) = split(words);
        Some(match word {
            b"name" if !name.is_empty() => Self::Name(name.into()),
            b"none" => Self::None,
            b"timeout" => Self::Timeout,
            b"failed" => Self::Failed,
            _ => return None,
        })
    }

    /// Writes the line of an address.
    pub fn write(&self, address: IpAddr, out: &mut Vec<u8>) {
        out.extend_from_slice(address.to_string().as_bytes());
        let (word, name): (&[u8], &[u8]) = match self {
            Self::Name(name) => (b" name ", name),
            Self::None => (b" none", b""),
            Self::Timeout => (b" timeout", b""),
            Self::Failed => (b" failed", b""),
        };
        out.extend_from_slice(word);
        out.extend(name.iter().filter(|byte| **byte != b'\n'));
        out.push(b'\n');
    }
}

/// The words before and behind the first blank.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|byte| *byte == b' ') {
        Some(place) => (&line[..place], &line[place + 1..]),
        None => (line, b""),
    }
}

/// Names of addresses; off where nobody wants to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostNames(Option<HashMap<IpAddr, Answer>>);

impl HostNames {
    /// Nobody looks names up.
    pub fn off() -> Self {
        Self(None)
    }

    /// Reads lines; what is no such line is left out.
    pub fn parse(bytes: &[u8]) -> Self {
        let line = |line: &[u8]| {
            let (address, answer) = split(line);
            Some((str::from_utf8(address).ok()?.parse().ok()?, Answer::parse(answer)?))
        };
        Self(Some(bytes.split(|byte| *byte == b'\n').filter_map(line).collect()))
    }

    /// Whether names are looked up.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// What came of asking for the name of an address.
    pub fn get(&self, address: IpAddr) -> Option<&Answer> {
        self.0.as_ref()?.get(&address.to_canonical())
    }

    /// The name of an address as a cell.
    pub fn cell(&self, address: IpAddr) -> Value<'_> {
        if address.is_unspecified() {
            return Value::Absent("");
        }
        match self.get(address) {
            _ if !self.is_on() => Value::Absent("not looked up"),
            None => Value::Absent("not looked up so far"),
            Some(Answer::Name(name)) => Value::Text(name),
            Some(Answer::None) => Value::Absent("has no name"),
            Some(Answer::Timeout) => Value::Absent("no answer in time"),
            Some(Answer::Failed) => Value::Absent("could not be looked up"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_their_lines() {
        let address = |last| IpAddr::from([192, 0, 2, last]);
        let answers = [Answer::Name((*b"a.example").into()), Answer::None, Answer::Timeout, Answer::Failed];
        let mut bytes = b"nonsense\n\xff none\n192.0.2.9 name \n192.0.2.9 guess x\n".to_vec();
        (1..).zip(&answers).for_each(|(last, answer)| answer.write(address(last), &mut bytes));
        let names = HostNames::parse(&bytes);
        (1..).zip(&answers).for_each(|(last, answer)| assert_eq!(names.get(address(last)), Some(answer)));
        assert_eq!(names.cell(address(1)), Value::Text(b"a.example"));
        assert_eq!(names.get("::ffff:192.0.2.1".parse().unwrap()), Some(&answers[0]));
        assert_eq!(names.cell(address(9)), Value::Absent("not looked up so far"));
        assert_eq!(HostNames::off().cell(address(1)), Value::Absent("not looked up"));
    }

    #[test]
    fn a_name_makes_no_second_line() {
        let mut bytes = Vec::new();
        Answer::Name((*b"a\n192.0.2.2 name b").into()).write(IpAddr::from([192, 0, 2, 1]), &mut bytes);
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
    }
}
