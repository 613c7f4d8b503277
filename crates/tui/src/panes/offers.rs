//! What the command that is typed can become, or what the filter that is typed can go on with, above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{App, Mode};
use crate::hits::Hits;
use crate::offers;
use crate::widgets::menu::Menu;

/// Draws it at the bottom of an area.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    if app.mode() == Mode::FilterLine {
        let offers = &app.draft.offers;
        let entries = offers.entries.iter().map(|offer| (offer.text.as_str(), offer.note.as_str()));
        let entries: Vec<(&str, &str)> = entries.collect();
        return Menu { entries: &entries, chosen: offers.chosen }.draw(area, app.theme, buf, hits);
    }
    let offers = offers::offers(app, app.completion.typed(&app.line));
    let entries: Vec<(&str, &str)> = offers.iter().map(|offer| (offer.word.as_str(), &*offer.doc)).collect();
    Menu { entries: &entries, chosen: app.completion.chosen() }.draw(area, app.theme, buf, hits);
}
