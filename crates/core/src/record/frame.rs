//! What stands in a file beside compressed data: frames that every zstd decoder skips, each with a word that says what it
//! is, and a checksum.

use super::bytes::Rest;

/// Magic number of a skippable frame of zstd, of the sixteen that there are.
const SKIPPABLE: u32 = 0x184D_2A5E;

/// The most bytes that a frame of ours has: an index of a recording of years.
const LONGEST: usize = 64 << 20;

/// Bytes before a frame's content: magic number, length, word.
const HEAD: usize = 4 + 4 + 8;
/// Bytes behind it: the checksum.
const TAIL: usize = 4;

/// What a frame is.
pub(super) type Word = [u8; 8];

/// The head of a file.
pub(super) const FILE: Word = *b"nmrecord";
/// Before a segment.
pub(super) const SEGMENT: Word = *b"nmrecseg";
/// The index.
pub(super) const INDEX: Word = *b"nmrecidx";
/// The last frame of a file that was closed: where the index is.
pub(super) const END: Word = *b"nmrecend";

/// Bytes of a frame with so much content.
pub(super) const fn length(content: usize) -> usize {
    HEAD + content + TAIL
}

/// Appends a frame.
pub(super) fn put(out: &mut Vec<u8>, word: Word, content: &[u8]) {
    let begin = out.len();
    out.extend(SKIPPABLE.to_le_bytes());
    out.extend(((content.len() + 8 + TAIL) as u32).to_le_bytes());
    out.extend(word);
    out.extend_from_slice(content);
    let sum = crc32fast::hash(&out[begin..]);
    out.extend(sum.to_le_bytes());
}

/// How long a frame is, by its first [`HEAD`] bytes.
pub(super) fn length_of(head: &[u8], word: Word) -> Option<usize> {
    let mut rest = Rest(head);
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_le_bytes);
    let magic = number(rest.take(4)?)?;
    let length = number(rest.take(4)?)? as usize;
    let is_ours = magic == SKIPPABLE && rest.take(8)? == word;
    (is_ours && (8 + TAIL..LONGEST).contains(&length)).then_some(8 + length)
}

/// Bytes that [`length_of`] needs.
pub(super) const HEAD_LENGTH: usize = HEAD;

/// The content of a whole frame whose checksum is right.
pub(super) fn content(frame: &[u8], word: Word) -> Option<&[u8]> {
    let length = length_of(frame, word).filter(|length| *length == frame.len())?;
    let (checked, sum) = frame.split_at(length - TAIL);
    (sum == crc32fast::hash(checked).to_le_bytes()).then(|| &checked[HEAD..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_damage_is_noticed() {
        let mut frame = Vec::new();
        put(&mut frame, SEGMENT, b"content");
        assert_eq!(frame.len(), length(7));
        assert_eq!(content(&frame, SEGMENT), Some(&b"content"[..]));
        assert_eq!(content(&frame, INDEX), None);
        assert_eq!(length_of(&frame, SEGMENT), Some(frame.len()));
        for place in 0..frame.len() {
            let mut damaged = frame.clone();
            damaged[place] ^= 1;
            assert_eq!(content(&damaged, SEGMENT), None, "{place}");
            assert_eq!(content(&frame[..place], SEGMENT), None);
        }
    }
}
