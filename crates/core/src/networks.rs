//! Countries and networks of addresses, as files of the user tell them.
//!
//! They come as lines, one for each address that the files know: the address, and then with tabs between them the code of
//! the country (ISO 3166), the number of the autonomous system, and whose it is. What is not told is empty.

use std::collections::HashMap;
use std::net::IpAddr;

use procnet::Value;

/// What is known of the network of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Code of the country.
    pub country: Box<[u8]>,
    /// Number of the autonomous system.
    pub asn: Option<u32>,
    /// Whose it is.
    pub as_org: Box<[u8]>,
}

impl Network {
    /// Writes the line of an address.
    pub fn write(&self, address: IpAddr, out: &mut Vec<u8>) {
        let asn = self.asn.map(|asn| asn.to_string()).unwrap_or_default();
        out.extend_from_slice(address.to_string().as_bytes());
        for field in [&*self.country, asn.as_bytes(), &*self.as_org] {
            out.push(b'\t');
            out.extend(field.iter().filter(|byte| !matches!(byte, b'\t' | b'\n')));
        }
        out.push(b'\n');
    }

    fn parse(line: &[u8]) -> Option<(IpAddr, Self)> {
        let mut fields = line.split(|byte| *byte == b'\t');
        let address = str::from_utf8(fields.next()?).ok()?.parse().ok()?;
        let (country, asn, as_org) = (fields.next()?, fields.next()?, fields.next()?);
        let asn = procnet::number::decimal(asn).and_then(|asn| asn.try_into().ok());
        Some((address, Self { country: country.into(), asn, as_org: as_org.into() }))
    }
}

/// Countries and networks by address; off where no file tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Option<HashMap<IpAddr, Network>>);

impl Networks {
    /// No file tells them.
    pub fn off() -> Self {
        Self(None)
    }

    /// Reads lines; what is no such line is left out.
    pub fn parse(bytes: &[u8]) -> Self {
        Self(Some(bytes.split(|byte| *byte == b'\n').filter_map(Network::parse).collect()))
    }

    /// Whether there are files.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    fn cell(&self, address: IpAddr, get: impl FnOnce(&Network) -> Option<Value<'_>>) -> Value<'_> {
        let Some(known) = &self.0 else { return Value::Absent("no --geoip") };
        let network = known.get(&address.to_canonical());
        network.and_then(get).unwrap_or(Value::Absent(""))
    }

    /// Code of an address's country as a cell.
    pub fn country(&self, address: IpAddr) -> Value<'_> {
        self.cell(address, |network| text(&network.country))
    }

    /// Number of its autonomous system.
    pub fn asn(&self, address: IpAddr) -> Value<'_> {
        self.cell(address, |network| network.asn.map(|asn| Value::Unsigned(asn.into())))
    }

    /// Whose the autonomous system is.
    pub fn as_org(&self, address: IpAddr) -> Value<'_> {
        self.cell(address, |network| text(&network.as_org))
    }
}

fn text(text: &[u8]) -> Option<Value<'_>> {
    (!text.is_empty()).then_some(Value::Text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_survive_their_lines() {
        let address = IpAddr::from([192, 0, 2, 1]);
        let network =
            Network { country: (*b"ZZ").into(), asn: Some(64_496), as_org: (*b"Example, Inc.").into() };
        let mut bytes = b"x\n192.0.2.2\tA\n".to_vec();
        network.write(address, &mut bytes);
        Network { as_org: (*b"two\tparts\n").into(), ..Network::default() }
            .write(IpAddr::from([192, 0, 2, 3]), &mut bytes);
        let networks = Networks::parse(&bytes);
        assert_eq!(networks.country(address), Value::Text(b"ZZ"));
        assert_eq!(networks.asn("::ffff:192.0.2.1".parse().unwrap()), Value::Unsigned(64_496));
        assert_eq!(networks.as_org(IpAddr::from([192, 0, 2, 3])), Value::Text(b"twoparts"));
        assert_eq!(networks.asn(IpAddr::from([192, 0, 2, 2])), Value::Absent(""));
        assert!(matches!(Networks::off().asn(address), Value::Absent(why) if !why.is_empty()));
    }
}
