//! Which rows of a table of sockets are held by the processes that are looked at.

use std::sync::Arc;

use procnet::AnyTable;

use crate::owners::Owners;
use crate::snapshot::Source;
use crate::views;

/// The field of a table that holds a socket's inode.
pub(crate) fn inode_field(path: &str, table: &dyn AnyTable) -> Option<usize> {
    let inode = views::inode_of(path)?;
    table.fields().iter().position(|field| field.column.name == inode)
}

/// The inodes of a table of sockets; none of other tables.
pub(crate) fn inodes_of<'a>(path: &str, table: &'a dyn AnyTable) -> impl Iterator<Item = u64> + 'a {
    let field = inode_field(path, table);
    (0..table.len()).filter_map(move |row| table.cell(row, field?).count())
}

/// The rows whose socket the target holds.
pub(crate) fn owned_rows(table: &dyn AnyTable, field: usize, owners: &Owners) -> Arc<[u32]> {
    let own =
        |row: &u32| table.cell(*row as usize, field).count().is_some_and(|inode| owners.group_has(inode));
    (0..table.len() as u32).filter(own).collect()
}

/// Leaves out the rows of sockets with these inodes, which are in order.
pub(crate) fn leave_out(path: &str, source: &mut Source, inodes: &[u64]) {
    let Some(field) = inode_field(path, &*source.table) else { return };
    let inode = |row: u32| source.table.cell(row as usize, field).count();
    let is_left = |row: &u32| inode(*row).is_none_or(|inode| inodes.binary_search(&inode).is_err());
    let all = 0..source.table.len() as u32;
    if all.clone().all(|row| is_left(&row)) {
        return;
    }
    let left = match &source.order {
        Some(order) => order.iter().copied().filter(is_left).collect(),
        None => all.filter(is_left).collect(),
    };
    source.order = Some(left);
}
