//! What the mouse does.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::action;
use crate::app::{App, Mode, Typing};
use crate::document::Move;
use crate::event::Effect;
use crate::hits::Hit;

/// Two clicks at one place within this time are one double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// Lines that a notch of the wheel scrolls by.
const NOTCH: usize = 3;

/// A click: where, and when by the clock that inputs come with.
pub(crate) type Click = (u16, u16, Duration);

impl App {
    /// Takes what the mouse has done at a time.
    pub(crate) fn mouse(&mut self, event: &MouseEvent, at: Duration, effects: &mut Vec<Effect>) {
        let is_press = matches!(
            event.kind,
            MouseEventKind::Down(_) | MouseEventKind::ScrollUp | MouseEventKind::ScrollDown
        );
        self.changed |= is_press && self.message.take().is_some();
        self.changed |= match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click((event.column, event.row, at), effects),
            MouseEventKind::ScrollUp => self.scroll(Move::Up),
            MouseEventKind::ScrollDown => self.scroll(Move::Down),
            _ => false,
        };
    }

    /// Does what stands at a place. `false`: nothing does.
    fn click(&mut self, click: Click, effects: &mut Vec<Effect>) -> bool {
        if self.mode() == Mode::Intro {
            self.go_on();
            return true;
        }
        let (x, y, at) = click;
        let is_second = |&(x_before, y_before, before): &Click| {
            (x_before, y_before) == (x, y) && at.saturating_sub(before) < DOUBLE
        };
        let is_double = self.clicked.as_ref().is_some_and(is_second);
        self.clicked = (!is_double).then_some(click);
        let Some(hit) = self.hits.at(x, y) else { return false };
        // A line that is typed keeps all keys; what is offered for it can be clicked.
        if self.typing.is_some() != matches!(hit, Hit::Offer(_)) {
            return false;
        }
        match hit {
            Hit::Tab(tab) => self.select(tab),
            Hit::Row(cursor) => {
                let pane = self.pane();
                (pane.cursor, pane.follows) = (cursor, true);
                if is_double {
                    self.act("open", effects);
                }
            }
            Hit::Heading(table, place) => self.sort_by(table, place),
            Hit::Term(number) => self.leave_term_out(number),
            Hit::Entry(number) => self.choose_entry(number, effects),
            Hit::Offer(number) if self.typing == Some(Typing::Command) => self.take_command(number),
            Hit::Offer(number) => self.take_offer(number),
        }
        true
    }

    /// Chooses an entry of the list that is open, and does what the list is for.
    fn choose_entry(&mut self, number: usize, effects: &mut Vec<Effect>) {
        if number >= self.left_in_list() {
            return;
        }
        if let Some(search) = self.search() {
            search.chosen = number;
        }
        match self.mode() {
            Mode::List => self.act("choose-tab", effects),
            Mode::SortList => self.act("choose-sort", effects),
            Mode::ColumnList => self.act("toggle-column", effects),
            // What is to be done to others is done by a key.
            _ => {}
        }
    }

    /// Does an action, whichever its keys are.
    fn act(&mut self, name: &str, effects: &mut Vec<Effect>) {
        if let Some(action) = action::ALL.iter().find(|action| action.name == name) {
            (action.run)(self, action.keys[0], effects);
        }
    }

    /// Scrolls what is shown by a notch of the wheel.
    fn scroll(&mut self, to: Move) -> bool {
        match self.mode() {
            Mode::Intro | Mode::Confirm => return false,
            Mode::Overlay => (0..NOTCH).for_each(|_| self.go(to)),
            Mode::List | Mode::SortList | Mode::ColumnList | Mode::ActList => {
                (0..NOTCH).for_each(|_| action::in_list(self, to));
            }
            Mode::Tab | Mode::CommandLine | Mode::FilterLine => {
                let document = self.document();
                self.pane().scroll(&document, to, NOTCH);
            }
        }
        true
    }
}
