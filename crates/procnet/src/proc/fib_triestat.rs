//! `fib_triestat`: sizes of the IPv4 routing tables. `net/ipv4/fib_trie.c` `fib_triestat_seq_show`.
//!
//! A row is a table. Lookups are counted where the kernel is built with `CONFIG_IP_FIB_TRIE_STATS`. Where Main and
//! Local are kept as one, both rows tell the size of the same.

use super::fib_trie::TableId;
use super::{File, FileScope};
use crate::Endian;
use crate::cell::{Form, Value};
use crate::number;
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};

/// `net/fib_triestat`.
pub static FIB_TRIESTAT: File = File::new::<Lines>(
    "fib_triestat",
    "sizes of the IPv4 routing tables",
    "net/ipv4/fib_trie.c fib_triestat_seq_show",
    FileScope::Namespace,
);

row! {
    /// One table.
    pub struct FibTriestat {
        key table_id: TableId, None, "table", "Number of the routing table: 254 Main, 255 Local.";
        gauge aver_depth: Option<Hundredths>, None, "aver depth", "Nodes on the way to a leaf, on average.";
        gauge max_depth: Option<u64>, Count, "max depth", "Nodes on the way to the farthest leaf.";
        gauge leaves: Option<u64>, Count, "leaves", "Leaves: prefixes of any length that begin alike share one.";
        gauge prefixes: Option<u64>, Count, "prefixes", "Routes, without those of the same prefix and length.";
        gauge internal_nodes: Option<u64>, Count, "nodes", "Nodes that are no leaves.";
        info node_sizes: Option<Span>, None, "node sizes", "How many nodes have children of that many bits: `bits: nodes`.";
        gauge pointers: Option<u64>, Count, "pointers", "Places for children in all nodes.";
        gauge null_ptrs: Option<u64>, Count, "null ptrs", "Places for children that are empty.";
        gauge total_size: Option<u64>, None, "total size", "Memory of the table, in kB.";
        info leaf_size: Option<u64>, Bytes, "leaf size", "Memory of a leaf, the same in each row.";
        info tnode_size: Option<u64>, Bytes, "tnode size", "Memory of a node without its children, the same in each row.";
        counter gets: Option<u64>, Count, "gets", "Lookups in the table.";
        counter backtracks: Option<u64>, Count, "backtracks", "Times that a lookup went back to a shorter prefix.";
        counter semantic_match_passed: Option<u64>, Count, "match passed", "Lookups that found a route.";
        counter semantic_match_miss: Option<u64>, Count, "match miss", "Leaves found without a route that fits.";
        counter null_node_hit: Option<u64>, Count, "null node hit", "Lookups that met an empty place.";
        counter skipped_node_resize: Option<u64>, Count, "resize skipped", "Resizings of a node that were left out for want of memory.";
    }
}

/// A number with two digits behind the point, as hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hundredths(pub u64);

impl Hundredths {
    fn read(word: &[u8]) -> Option<Self> {
        let point = memchr::memchr(b'.', word)?;
        let part = number::decimal(&word[point + 1..]).filter(|part| *part < 100)?;
        number::decimal(&word[..point])?.checked_mul(100)?.checked_add(part).map(Self)
    }
}

impl Cell for Hundredths {
    const FORM: Form = Form::Number;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Float(self.0 as f64 / 100.0)
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines {
    leaf_size: Option<u64>,
    tnode_size: Option<u64>,
}

impl Format for Lines {
    type Row = FibTriestat;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<FibTriestat>, _: Endian) -> Result<(), &'static str> {
        let line = line.trim_ascii();
        if let Some(sizes) = line.strip_prefix(b"Basic info:") {
            let mut numbers = Words::new(sizes).filter_map(number::decimal);
            (self.leaf_size, self.tnode_size) = (numbers.next(), numbers.next());
            return Ok(());
        }
        if let Some(table_id) = TableId::begun_by(line) {
            table.push(self.empty(table_id));
            return Ok(());
        }
        if line.is_empty() || line == b"Counters:" || line.iter().all(|byte| *byte == b'-') {
            return Ok(());
        }
        // The sizes of nodes are the only line that begins with a number; the row is there by then.
        if line[0].is_ascii_digit() && !table.is_empty() {
            let sizes = table.texts.keep(line);
            table.last_mut().into_iter().for_each(|row| row.node_sizes = Some(sizes));
            return Ok(());
        }
        let row = table.last_mut().ok_or("figure outside of a table")?;
        let end = line.iter().position(|byte| matches!(byte, b':' | b'=')).ok_or("no figure")?;
        let word = Words::new(&line[end + 1..]).next().ok_or("no figure")?;
        let name = line[..end].trim_ascii();
        if name == b"Aver depth" {
            row.aver_depth = Some(Hundredths::read(word).ok_or("figure unreadable")?);
            return Ok(());
        }
        *figure(row, name).ok_or("figure not known")? =
            Some(number::decimal(word).ok_or("figure unreadable")?);
        Ok(())
    }
}

fn figure<'a>(row: &'a mut FibTriestat, name: &[u8]) -> Option<&'a mut Option<u64>> {
    Some(match name {
        b"Max depth" => &mut row.max_depth,
        b"Leaves" => &mut row.leaves,
        b"Prefixes" => &mut row.prefixes,
        b"Internal nodes" => &mut row.internal_nodes,
        b"Pointers" => &mut row.pointers,
        b"Null ptrs" => &mut row.null_ptrs,
        b"Total size" => &mut row.total_size,
        b"gets" => &mut row.gets,
        b"backtracks" => &mut row.backtracks,
        b"semantic match passed" => &mut row.semantic_match_passed,
        b"semantic match miss" => &mut row.semantic_match_miss,
        b"null node hit" => &mut row.null_node_hit,
        b"skipped node resize" => &mut row.skipped_node_resize,
        _ => return None,
    })
}

impl Lines {
    fn empty(&self, table_id: TableId) -> FibTriestat {
        FibTriestat {
            table_id,
            aver_depth: None,
            max_depth: None,
            leaves: None,
            prefixes: None,
            internal_nodes: None,
            node_sizes: None,
            pointers: None,
            null_ptrs: None,
            total_size: None,
            leaf_size: self.leaf_size,
            tnode_size: self.tnode_size,
            gets: None,
            backtracks: None,
            semantic_match_passed: None,
            semantic_match_miss: None,
            null_node_hit: None,
            skipped_node_resize: None,
        }
    }
}
