//! `wireless`: quality of radio links, by the old wireless extensions. `net/wireless/wext-proc.c`
//! `wireless_seq_printf_stats`.
//!
//! A point behind a quality says that the driver has brought it up to date since somebody read it; it is left
//! out. Reading the file by any process takes the points away.

use super::{File, FileScope};
use crate::Endian;
use crate::cell::{Form, Value};
use crate::number;
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};
use crate::word::{Hex, Word, Wrapped, next};

/// `net/wireless`.
pub static WIRELESS: File = File::new::<Lines>(
    "wireless",
    "quality of radio links",
    "net/wireless/wext-proc.c wireless_seq_printf_stats",
    FileScope::Namespace,
);

row! {
    /// One interface.
    pub struct Wireless {
        key interface: Span, None, "interface", "Name of the interface.";
        info iw_status: Hex<u16>, None, "status", "State that the driver reports, which is its own matter.";
        gauge link: Quality, None, "link", "Quality of the link, on a scale of the driver's.";
        gauge level: Quality, None, "level", "Strength of the signal, in dBm where it is below zero.";
        gauge noise: Quality, None, "noise", "Strength of the noise, in dBm where it is below zero; -256 where it is not known.";
        counter nwid: Wrapped, Packets, "nwid", "Packets discarded: of another network.";
        counter crypt: Wrapped, Packets, "crypt", "Packets discarded: not to be decrypted.";
        counter frag: Wrapped, Packets, "frag", "Packets discarded: fragments were missing.";
        counter retry: Wrapped, Packets, "retry", "Packets discarded: not acknowledged after all retries.";
        counter misc: Wrapped, Packets, "misc", "Packets discarded for another reason.";
        counter beacon: Option<Wrapped>, Packets, "beacon", "Beacons of the access point that were missed.";
    }
}

/// A figure with or without a point behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quality(pub i32);

impl Word for Quality {
    fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
        let word = word?;
        number::signed(word.strip_suffix(b".").unwrap_or(word))?.try_into().ok().map(Self)
    }
}

impl Cell for Quality {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Signed(self.0.into())
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Wireless;
    const HEADER: u64 = 2;

    fn line(&mut self, line: &[u8], table: &mut Table<Wireless>, endian: Endian) -> Result<(), &'static str> {
        let colon = memchr::memchr(b':', line).ok_or("no interface name")?;
        let (mut words, texts) = (Words::new(&line[colon + 1..]), &mut table.texts);
        let row = Wireless {
            iw_status: next(&mut words, texts, endian, "status unreadable")?,
            link: next(&mut words, texts, endian, "link unreadable")?,
            level: next(&mut words, texts, endian, "level unreadable")?,
            noise: next(&mut words, texts, endian, "noise unreadable")?,
            nwid: next(&mut words, texts, endian, "nwid unreadable")?,
            crypt: next(&mut words, texts, endian, "crypt unreadable")?,
            frag: next(&mut words, texts, endian, "frag unreadable")?,
            retry: next(&mut words, texts, endian, "retry unreadable")?,
            misc: next(&mut words, texts, endian, "misc unreadable")?,
            beacon: next(&mut words, texts, endian, "beacon unreadable")?,
            interface: texts.keep(line[..colon].trim_ascii()),
        };
        table.push(row);
        table.extras(12, words);
        Ok(())
    }
}
