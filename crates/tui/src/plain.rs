//! A screen in plain characters, for terminals that have no others: whatever was drawn, one cell for one cell.

use ratatui::buffer::Buffer;

/// Marks that this program draws, and what stands for them.
const MARKS: &[(&str, &str)] = &[
    ("·", "-"),
    ("…", "~"),
    ("‹", "<"),
    ("›", ">"),
    ("«", "<"),
    ("»", ">"),
    ("×", "x"),
    ("Σ", "="),
    ("µ", "u"),
    ("–", "-"),
    ("—", "-"),
    ("−", "-"),
    ("‖", "="),
    ("↑", "^"),
    ("↓", "v"),
    ("←", "<"),
    ("→", ">"),
    ("▲", "^"),
    ("▼", "v"),
    ("▶", ">"),
    ("●", "O"),
    ("○", "o"),
    ("•", "*"),
    ("✓", "+"),
    ("─", "-"),
    ("━", "="),
    ("│", "|"),
    ("┃", "|"),
    ("┌", "+"),
    ("┐", "+"),
    ("└", "+"),
    ("┘", "+"),
    ("├", "+"),
    ("┤", "+"),
    ("┬", "+"),
    ("┴", "+"),
    ("┼", "+"),
    ("\u{a0}", " "),
];

/// Replaces what is not plain. A letter that the terminal cannot show becomes a question mark, one for each cell.
pub(crate) fn make_plain(buf: &mut Buffer) {
    let mut covered = false;
    for cell in &mut buf.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() && !(covered && symbol.trim().is_empty()) {
            covered = false;
            continue;
        }
        let wide = super::widgets::text::width(symbol) > 1;
        let mark = MARKS.iter().find(|(mark, _)| *mark == symbol);
        let plain = mark.map_or("?", |(_, plain)| *plain);
        // What a wide character covers is a cell that nobody drew in.
        covered = wide;
        cell.set_symbol(plain);
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn plain(text: &str) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        buf.set_string(0, 0, text, Style::new());
        make_plain(&mut buf);
        buf.content.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn one_cell_stays_one_cell() {
        assert_eq!(plain("a · b… ┌─┐"), "a - b~ +-+  ");
        assert_eq!(plain("é日本x"), "?????x      ");
        assert_eq!(plain("plain"), "plain       ");
    }
}
