//! Names of users, from the bytes of `/etc/passwd`.

use std::collections::HashMap;

/// Names by number. Users that come from elsewhere (a directory service) keep their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Users(HashMap<u32, Vec<u8>>);

impl Users {
    /// Reads `name:password:uid:…` lines; the first name of a number counts, as in the C library.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut users = HashMap::new();
        for line in bytes.split(|&byte| byte == b'\n') {
            let mut fields = line.split(|&byte| byte == b':');
            let (Some(name), _, Some(uid)) = (fields.next(), fields.next(), fields.next()) else { continue };
            let Some(uid) = procnet::number::decimal(uid).and_then(|uid| uid.try_into().ok()) else {
                continue;
            };
            users.entry(uid).or_insert_with(|| name.to_vec());
        }
        Self(users)
    }

    /// The name of a user.
    pub fn name(&self, uid: u32) -> Option<&[u8]> {
        self.0.get(&uid).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_name_counts_and_junk_is_skipped() {
        let users =
            Users::parse(b"root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:\n\nbad\nx:y:99999999999:\nme:x:1000:1\n");
        assert_eq!(users.name(0), Some(&b"root"[..]));
        assert_eq!(users.name(1000), Some(&b"me"[..]));
        assert_eq!(users.name(5), None);
    }
}
