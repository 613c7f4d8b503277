//! Names of interfaces by their numbers: most of what the kernel says of an interface names it by a number.

use std::sync::Arc;

use procnet::rtnl::link::Link;
use procnet::{AnyTable, Table, Value};

/// The interfaces of a namespace.
#[derive(Debug, Clone, Default)]
pub struct Interfaces {
    links: Arc<Table<Link>>,
    /// Number of each, and its row, by number.
    rows: Vec<(u32, u32)>,
}

impl Interfaces {
    /// Those of the list that rtnetlink gives; none of another table.
    pub fn of(links: &Arc<dyn AnyTable>) -> Self {
        let Ok(links) = links.clone().into_any().downcast::<Table<Link>>() else { return Self::default() };
        let mut rows: Vec<(u32, u32)> = links.iter().map(|link| link.ifindex).zip(0..).collect();
        // The kernel mostly gives them in this order.
        rows.sort_unstable();
        Self { links, rows }
    }

    /// Name of the interface that has this number.
    pub fn name(&self, ifindex: u32) -> Option<&[u8]> {
        let place = self.rows.binary_search_by_key(&ifindex, |(known, _)| *known).ok()?;
        let link = self.links.get(self.rows[place].1 as usize)?;
        Some(self.links.texts.get(link.interface))
    }

    /// The name as a value, of a number that is one; absent where no interface has it.
    pub fn cell(&self, ifindex: Value<'_>) -> Value<'_> {
        let number = ifindex.count().and_then(|number| number.try_into().ok());
        number.and_then(|number| self.name(number)).map_or(Value::Absent(""), Value::Text)
    }
}
