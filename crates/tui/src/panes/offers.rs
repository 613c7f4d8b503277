//! What the command that is typed can become, above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::offers;
use crate::widgets::menu::Menu;

/// Draws it at the bottom of an area.
pub(crate) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let offers = offers::offers(app, app.completion.typed(&app.line));
    let entries: Vec<(&str, &str)> = offers.iter().map(|offer| (offer.word.as_str(), offer.doc)).collect();
    Menu { entries: &entries, chosen: app.completion.chosen() }.draw(area, app.theme, buf);
}
