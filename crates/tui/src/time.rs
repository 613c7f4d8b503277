//! Where a session stands in what was recorded, and how it goes from there. What is recorded may be a file, or what a
//! session has kept: whoever reads it tells by [`Input::Time`](crate::Input::Time) where it stands.

use netmonitor_core::format::harmless_text;
use netmonitor_core::record::{Timeline, When};

use crate::action;
use crate::app::{App, Message};
use crate::event::{Effect, Go};

impl App {
    /// Takes over where the next snapshot stands.
    pub(crate) fn take_time(&mut self, mut time: Timeline, effects: &mut Vec<Effect>) {
        if !self.takes_time() {
            return;
        }
        if let Some(said) = time.said.take() {
            self.message = Some(Message::Remark(harmless_text(said.as_bytes())));
        }
        self.changed |= self.time.as_ref() != Some(&time);
        self.time = Some(time);
        self.go_on_seeking(effects);
    }

    /// What is shown is one moment until somebody goes on.
    pub(crate) fn stands_still(&self) -> bool {
        self.time.is_some() || self.back.is_some() || self.paused || self.ended() || self.waiting.is_some()
    }

    /// Says something.
    pub(crate) fn remark(&mut self, words: &str) {
        self.message = Some(Message::Remark(words.to_owned()));
    }

    /// Goes somewhere else in what was recorded.
    pub(crate) fn go_in_time(&mut self, go: Go, effects: &mut Vec<Effect>) {
        match self.time {
            None if self.keeps() => self.look_back(go, effects),
            Some(_) => {
                self.note_go(go);
                effects.push(Effect::Time(go));
            }
            None => {
                self.remark("this is live, and nothing is kept of it: --history 32M keeps the newest moments")
            }
        }
    }

    /// Stops time or lets it go on.
    pub(crate) fn pause_or_play(&mut self, effects: &mut Vec<Effect>) {
        match &self.time {
            _ if self.back.is_some() => self.return_to_live(effects),
            Some(time) => effects.push(Effect::Time(Go::Play(!time.is_playing && !time.is_searching))),
            None if self.keeps() && !self.ended() => self.look_back(Go::Play(false), effects),
            None => self.pause(!self.paused, effects),
        }
    }

    /// What that does next, in a word.
    pub(crate) fn pause_word(&self) -> &'static str {
        match &self.time {
            _ if self.back.is_some() => "go on",
            Some(time) if time.is_playing || time.is_searching => "stop",
            Some(_) => "play",
            None if self.paused => "go on",
            None => action::PAUSE,
        }
    }

    /// Shows the last moment, or live figures.
    pub(crate) fn go_to_last(&mut self, effects: &mut Vec<Effect>) {
        match self.time {
            _ if self.back.is_some() => self.return_to_live(effects),
            Some(_) => effects.push(Effect::Time(Go::Last)),
            None => self.pause(false, effects),
        }
    }

    /// Goes on to the next change in the scope that is shown.
    pub(crate) fn go_to_next_change(&mut self, effects: &mut Vec<Effect>) {
        self.go_in_time(Go::NextChange(self.asked_scope()), effects);
    }

    /// Goes to a moment as it was typed.
    pub(crate) fn go_at(&mut self, when: &When, effects: &mut Vec<Effect>) {
        let Some(time) = &self.time else {
            return match self.keeps() {
                true => self.look_back_at(when, effects),
                false => self.go_in_time(Go::Last, effects),
            };
        };
        match when.within(&time.span, &time.about.zone) {
            Ok(sought) => {
                self.note_go(Go::To(sought));
                effects.push(Effect::Time(Go::To(sought)));
            }
            Err(why) => self.message = Some(Message::Error(harmless_text(why.as_bytes()))),
        }
    }
}
