//! Text on a line, cut with `…` where it does not fit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

pub(crate) use netmonitor_core::format::width;

/// The part of a text that fits before a `…` in `room` columns.
fn head(text: &str, room: usize) -> &str {
    // By what stands before each place, not by characters: some change the width of those before them.
    let places = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    let fitting = places.take_while(|place| width(&text[..*place]) < room.max(1));
    &text[..fitting.last().unwrap_or(0)]
}

/// A text, cut with a `…` where it takes more than `room` columns.
pub(crate) fn shortened(text: &str, room: usize) -> String {
    if width(text) <= room { text.to_owned() } else { format!("{}…", head(text, room)) }
}

/// Writes a text, at most `room` columns of it; gives the columns that it took.
pub(crate) fn put(buf: &mut Buffer, x: u16, y: u16, room: usize, text: &str, style: Style) -> usize {
    let room = room.min(usize::from(buf.area.right().saturating_sub(x)));
    if room == 0 || y < buf.area.top() || y >= buf.area.bottom() || x < buf.area.left() {
        return 0;
    }
    let width = width(text);
    if width <= room {
        write(buf, x, y, text, style);
        return width;
    }
    let head = head(text, room);
    write(buf, x, y, head, style);
    let used = self::width(head);
    // A wide character may leave one column more than the mark needs.
    buf.set_stringn(x + used as u16, y, "…", 1, style);
    (used + 1).min(room)
}

/// Nearly all text is ASCII: it needs no look at graphemes.
fn write(buf: &mut Buffer, x: u16, y: u16, text: &str, style: Style) {
    if !text.is_ascii() {
        buf.set_string(x, y, text, style);
        return;
    }
    for (x, byte) in (x..).zip(text.bytes()) {
        if let Some(cell) = buf.cell_mut((x, y)) {
            let shown = if byte.is_ascii_control() { '?' } else { char::from(byte) };
            cell.set_char(shown).set_style(style);
        }
    }
}

/// Writes a line of differently styled pieces in the first row of an area; gives the columns that it took.
pub(crate) fn put_line(buf: &mut Buffer, area: Rect, line: &Line<'_>) -> usize {
    if area.height == 0 {
        return 0;
    }
    let mut rest: usize = line.spans.iter().map(|span| width(&span.content)).sum();
    let mut room = usize::from(area.width);
    let mut x = area.left();
    for span in &line.spans {
        let wide = width(&span.content);
        // Where the last piece that fits would hide that there is more, the mark takes its end.
        let cut = rest > room && wide + 1 > room;
        let used = if cut && wide <= room {
            let head = head(&span.content, room);
            let head = put(buf, x, area.top(), room, head, span.style);
            head + put(buf, x + head as u16, area.top(), 1, "…", span.style)
        } else {
            put(buf, x, area.top(), room, &span.content, span.style)
        };
        x += used as u16;
        room -= used.min(room);
        rest -= wide;
        if cut {
            break;
        }
    }
    usize::from(x - area.left())
}

/// Writes a line at the right end of an area, if all of it fits; gives the area that is left.
pub(crate) fn put_right(buf: &mut Buffer, area: Rect, line: &Line<'_>) -> Rect {
    let wide = line.spans.iter().map(|span| width(&span.content)).sum::<usize>() as u16;
    if wide == 0 || wide > area.width || area.height == 0 {
        return area;
    }
    let place = Rect { x: area.right() - wide, width: wide, height: 1, ..area };
    put_line(buf, place, line);
    Rect { width: area.width - wide, ..area }
}

/// Puts marks of separation between pieces: ` · `.
pub(crate) fn joined<'a>(pieces: impl IntoIterator<Item = Vec<Span<'a>>>, between: Style) -> Line<'a> {
    let mut line = Line::default();
    for piece in pieces {
        if !line.spans.is_empty() {
            line.spans.push(Span::styled(" · ", between));
        }
        line.spans.extend(piece);
    }
    line
}

/// A text in lines of at most `room` columns, broken between words.
pub(crate) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && width(last) + 1 + width(word) > room {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(buf: &Buffer) -> String {
        let cells = buf.content.iter().map(|cell| cell.symbol());
        cells.collect()
    }

    fn put_in(room: u16, text: &str) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, room, 1));
        put(&mut buf, 0, 0, 100, text, Style::new());
        shown(&buf)
    }

    #[test]
    fn text_is_cut_with_a_mark() {
        assert_eq!(put_in(5, "abc"), "abc  ");
        assert_eq!(put_in(5, "abcde"), "abcde");
        assert_eq!(put_in(5, "abcdef"), "abcd…");
        assert_eq!(put_in(1, "ab"), "…");
        assert_eq!(put_in(4, "日本語"), "日 … ");
        assert_eq!(put_in(2, "日本語"), "… ");
        assert_eq!(put_in(4, "a\tb"), "a?b ");
    }

    #[test]
    fn lines_are_cut_where_they_end() {
        let line = Line::from(vec![Span::raw("abc"), Span::raw("def")]);
        for (room, expected) in
            [(0, ""), (1, "…"), (3, "ab…"), (4, "abc…"), (5, "abcd…"), (6, "abcdef"), (7, "abcdef ")]
        {
            let mut buf = Buffer::empty(Rect::new(0, 0, room, 1));
            let area = buf.area;
            put_line(&mut buf, area, &line);
            assert_eq!(shown(&buf), expected);
        }
    }

    #[test]
    fn words_are_wrapped() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("longword x", 3), ["longword", "x"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    #[test]
    fn a_text_never_takes_more_than_its_room() {
        let area = Rect::new(0, 0, 12, 1);
        for text in
            ["❤\u{fe0f}".repeat(30), "漢字".repeat(9), "é".repeat(20), "plain text that is too long".into()]
        {
            for room in 0..=12 {
                let mut buf = Buffer::empty(area);
                assert!(put(&mut buf, 0, 0, room, &text, Style::new()) <= room, "{text} {room}");
            }
        }
    }
}
