//! `softnet_stat`: what each online CPU did with received packets, in hexadecimal. `net/core/net-procfs.c`
//! `softnet_seq_show`.
//!
//! The figures are the machine's, in every namespace. Columns came one by one: kernels print 9 of them, 10
//! (with received RPS), 11 (flow limit), 13 (backlog length, CPU) or 15 (the two queues of the backlog).
//! Columns 4 to 8 are constant 0, and so is the ninth, a collision counter once.

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::Table;

/// `net/softnet_stat`.
pub static SOFTNET_STAT: File = File::new::<Lines>(
    "softnet_stat",
    "packet processing of each CPU",
    "net/core/net-procfs.c softnet_seq_show",
    FileScope::Host,
);

row! {
    /// What one CPU did.
    pub struct Softnet {
        key cpu: Option<u32>, None, "CPU", "Number of the CPU.";
        counter processed: u32, Packets, "processed", "Packets taken from drivers and from the backlog.";
        counter dropped: u32, Packets, "dropped", "Packets dropped because the backlog was full.";
        counter time_squeeze: u32, Count, "time squeeze", "Times that work was left over when time or budget ran out.";
        counter received_rps: Option<u32>, Count, "received rps", "Times that another CPU woke this one to take packets (RPS).";
        counter flow_limit_count: Option<u32>, Count, "flow limit", "Times that the flow limit was reached.";
        amount backlog_len: Option<u32>, Packets, "backlog", "Packets in the backlog: both of its queues.";
        amount input_queue_len: Option<u32>, Packets, "input queue", "Packets in the backlog's input queue.";
        amount process_queue_len: Option<u32>, Packets, "process queue", "Packets in the backlog's process queue.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Softnet;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<Softnet>, _: Endian) -> Result<(), &'static str> {
        let mut columns = [None; 15];
        for (column, word) in columns.iter_mut().zip(Words::new(line)) {
            *column = Some(number::hex32(word).ok_or("not a hexadecimal number of 32 bits")?);
        }
        table.push(Softnet {
            cpu: columns[12],
            processed: columns[0].ok_or("no columns")?,
            dropped: columns[1].ok_or("too few columns")?,
            time_squeeze: columns[2].ok_or("too few columns")?,
            received_rps: columns[9],
            flow_limit_count: columns[10],
            backlog_len: columns[11],
            input_queue_len: columns[13],
            process_queue_len: columns[14],
        });
        table.extras(16, Words::new(line).skip(15));
        Ok(())
    }
}
