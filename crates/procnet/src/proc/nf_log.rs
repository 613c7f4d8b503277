//! `netfilter/nf_log`: what writes the log of packets, by family. `net/netfilter/nf_log.c` `seq_show`.

use super::{File, FileScope};
use crate::cell::{Form, Value};
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};
use crate::{Endian, dictionary, number};

/// `net/netfilter/nf_log`.
pub static NF_LOG: File = File::new::<Lines>(
    "netfilter/nf_log",
    "loggers of packets, by family",
    "net/netfilter/nf_log.c seq_show",
    FileScope::Namespace,
);

row! {
    /// One family.
    pub struct NfLog {
        key pf: NfProto, None, "pf", "Family of netfilter (NFPROTO_*).";
        info logger: Option<Span>, None, "logger", "Logger in use; absent where there is none.";
        info loggers: Option<Span>, None, "loggers", "Loggers that could be used, with commas between them.";
    }
}

/// An `NFPROTO_*` number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NfProto(pub u32);

impl Cell for NfProto {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::NFPROTO, self.0.into())
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = NfLog;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<NfLog>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let pf = words.next().and_then(number::decimal).and_then(|pf| pf.try_into().ok());
        let pf = NfProto(pf.ok_or("family unreadable")?);
        let logger = words.next().ok_or("no logger")?;
        let list = words.next();
        let loggers = list.and_then(|list| list.strip_prefix(b"(")?.strip_suffix(b")"));
        if list.is_some() && loggers.is_none() {
            return Err("list of loggers unreadable");
        }
        let logger = (logger != b"NONE").then(|| table.texts.keep(logger));
        let loggers = loggers.map(|loggers| table.texts.keep(loggers));
        table.push(NfLog { pf, logger, loggers });
        table.extras(4, words);
        Ok(())
    }
}
