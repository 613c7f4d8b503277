//! `fib_trie`: IPv4 routes of all tables, as the kernel keeps them. `net/ipv4/fib_trie.c` `fib_trie_seq_show`.
//!
//! The file draws a tree for each table: nodes (`+--`), which are left out here, and leaves (`|--`) with a line for
//! each route below them. Neither next hop nor interface is printed. The kernel keeps the tables Main and Local as
//! one until the first rule of policy routing is made, and prints it twice: each route is then a row of both.

use std::net::Ipv4Addr;

use super::{File, FileScope};
use crate::cell::{Form, Value};
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Table, Texts};
use crate::word::Word;
use crate::{Endian, dictionary, number};

/// `net/fib_trie`.
pub static FIB_TRIE: File = File::new::<Lines>(
    "fib_trie",
    "IPv4 routes of all tables, with local addresses",
    "net/ipv4/fib_trie.c fib_trie_seq_show",
    FileScope::Namespace,
);

row! {
    /// One route.
    pub struct FibTrie {
        key table_id: TableId, None, "table", "Number of the routing table: 254 Main, 255 Local.";
        key prefix: Ipv4Addr, None, "prefix", "Network or host that the route leads to.";
        key prefix_length: u8, None, "length", "Bits of the destination that must match.";
        info route_scope: RouteScope, None, "scope", "How far the destination is: universe beyond a gateway, link on the link, host this machine.";
        info route_type: RouteType, None, "type", "What becomes of a packet: UNICAST forwarded, LOCAL taken here, BROADCAST, BLACKHOLE dropped, and so on.";
        key tos: Option<u8>, None, "tos", "Type of service that the route is for; absent where it is for any.";
    }
}

impl FibTrie {
    /// An address of this machine: a route of type LOCAL to one host.
    pub fn is_local_address(&self) -> bool {
        self.prefix_length == 32
            && self.route_scope == RouteScope::HOST
            && self.route_type == RouteType::LOCAL
    }
}

/// Number of a routing table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableId(pub u32);

impl TableId {
    /// The table that a line `Main:`, `Local:` or `Id 5:` begins.
    pub(super) fn begun_by(line: &[u8]) -> Option<Self> {
        let name = line.trim_ascii_end().strip_suffix(b":")?;
        match name.strip_prefix(b"Id ") {
            Some(digits) => number::decimal(digits)?.try_into().ok(),
            None => dictionary::number(dictionary::FIB_TABLE, name),
        }
        .map(Self)
    }
}

impl Cell for TableId {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::FIB_TABLE, self.0.into())
    }
}

/// An `RT_SCOPE_*` number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RouteScope(pub u32);

impl RouteScope {
    /// `RT_SCOPE_HOST`: addresses of this machine.
    pub const HOST: Self = Self(254);

    fn read(word: &[u8]) -> Option<Self> {
        let number = match word.strip_prefix(b"scope=") {
            Some(digits) => number::decimal(digits)?.try_into().ok(),
            None => dictionary::number(dictionary::RT_SCOPE, word),
        };
        number.map(Self)
    }
}

impl Cell for RouteScope {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::RT_SCOPE, self.0.into())
    }
}

/// An `RTN_*` number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RouteType(pub u32);

impl RouteType {
    /// `RTN_LOCAL`: packets are taken here.
    pub const LOCAL: Self = Self(2);
}

impl Cell for RouteType {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::RTN, self.0.into())
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines {
    table: Option<TableId>,
    leaf: Option<Ipv4Addr>,
}

impl Format for Lines {
    type Row = FibTrie;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<FibTrie>, endian: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        match words.next() {
            None | Some(b"+--") => Ok(()),
            Some(b"|--") => {
                self.leaf = Ipv4Addr::read(words.next(), &mut table.texts, endian);
                self.leaf.map(|_| ()).ok_or("prefix unreadable")
            }
            Some(word) if word.starts_with(b"/") => {
                let row = self.route(&word[1..], &mut words)?;
                table.push(row);
                let fields = 3;
                table.extras(fields + 1, words);
                Ok(())
            }
            Some(_) => {
                (self.table, self.leaf) = (TableId::begun_by(line), None);
                self.table.map(|_| ()).ok_or("neither table nor route")
            }
        }
    }
}

impl Lines {
    fn route(&self, length: &[u8], words: &mut Words<'_>) -> Result<FibTrie, &'static str> {
        let table_id = self.table.ok_or("route outside of a table")?;
        let prefix = self.leaf.ok_or("route without prefix")?;
        let prefix_length = number::decimal(length).filter(|length| *length <= 32);
        let prefix_length = prefix_length.ok_or("prefix length unreadable")? as u8;
        let route_scope = words.next().and_then(RouteScope::read).ok_or("scope unreadable")?;
        // A type without a name is printed as `type 12`.
        let route_type = match words.next() {
            Some(b"type") => words.next().and_then(number::decimal).and_then(|number| number.try_into().ok()),
            word => word.and_then(|word| dictionary::number(dictionary::RTN, word)),
        };
        let route_type = RouteType(route_type.ok_or("type unreadable")?);
        let mut ahead = words.clone();
        let tos = ahead.next().and_then(|word| number::decimal(word.strip_prefix(b"tos=")?)?.try_into().ok());
        if tos.is_some() {
            *words = ahead;
        }
        Ok(FibTrie { table_id, prefix, prefix_length, route_scope, route_type, tos })
    }
}
