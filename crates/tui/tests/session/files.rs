//! The tab of all files: measured when selected, opened, as text, stopped in the middle.

use crossterm::event::KeyCode;
use netmonitor_core::detect;
use netmonitor_core::files::NetPath;
use netmonitor_core::plan::{Measure, Plan};
use netmonitor_core::sample::{Origin, Part, Reading, Sample, Status};
use netmonitor_tui::{Effect, Input, Progress};

use crate::harness::{SETTINGS, Session};
use crate::world::{World, engine};

const LIST: &[u8] = b"arp\0can/reset_stats\0new_thing\0tcp\0";

/// A session on the tab `files`, with the engine that follows what it asks for.
struct Files {
    session: Session,
    engine: netmonitor_core::engine::Engine,
    seq: u64,
    plan: Plan,
}

impl Files {
    fn open() -> Self {
        let session = Session::new(100, 30, SETTINGS());
        let mut files = Self { session, engine: engine(), seq: 0, plan: Plan::default() };
        files.tick();
        files.session.command("files");
        files.tick();
        files
    }

    /// Reads what the session asked for last, as a collector would.
    fn tick(&mut self) {
        for effect in self.session.take_effects() {
            if let Effect::Plan(plan) = effect {
                self.plan = plan;
            }
        }
        let all = World::default().sample(self.seq);
        let mut sample = Sample { moment: all.moment, parts: Vec::new() };
        self.seq += 1;
        sample.parts.extend(all.parts.into_iter().filter(|part| match &part.origin {
            Origin::Net(path) => self.plan.reads(path),
            _ => true,
        }));
        if self.plan.list {
            sample.push(Origin::NetList, LIST);
        }
        for path in ["can/reset_stats", "new_thing"] {
            if self.plan.reads(path) {
                sample.push(Origin::net(path), format!("{path}\tsays\nthis\n"));
            }
        }
        self.engine.follow(&self.plan);
        let snapshot = self.engine.advance(&sample);
        self.session.input(Input::Snapshot(snapshot));
    }

    fn press(&mut self, code: KeyCode) {
        self.session.press(code);
        self.tick();
    }

    /// The files that are read for what is shown, not for what is looked for whatever that is.
    fn shown(&self) -> Vec<NetPath> {
        let judged = detect::needs(false).net;
        self.plan.net.iter().filter(|path| !judged.contains(path)).cloned().collect()
    }

    fn line(&mut self, word: &str) -> String {
        let screen = self.session.screen();
        screen.lines().skip(7).find(|line| line.contains(word)).unwrap_or_default().to_owned()
    }
}

#[test]
fn a_file_is_measured_when_it_is_selected_and_nothing_else_is_read() {
    let mut files = Files::open();
    assert_eq!((files.shown(), files.plan.list), (vec![], true));
    let _ = files.line("arp");
    files.tick();
    assert_eq!(files.plan.measure, Measure::One("arp".into()));
    let arp = files.line(" arp ");
    assert!(arp.contains("yes") && arp.contains("233"), "{arp}");
    // Reading this one would change something: it is not measured.
    files.press(KeyCode::Down);
    assert_eq!(files.plan.measure, Measure::Nothing);
    files.press(KeyCode::Down);
    assert_eq!(files.plan.measure, Measure::One("new_thing".into()));
    assert!(files.line("new_thing").contains("unknown"), "{}", files.session.screen());
    files.press(KeyCode::End);
    assert_eq!(files.plan.measure, Measure::One("tcp".into()));
    assert!(files.shown().is_empty());
    assert!(files.line(" tcp ").contains(" 4 "), "{}", files.session.screen());
}

#[test]
fn a_file_is_opened_shown_as_text_and_left() {
    let mut files = Files::open();
    files.press(KeyCode::End);
    files.press(KeyCode::Enter);
    assert_eq!(files.shown(), ["tcp"]);
    let screen = files.session.screen();
    assert!(screen.contains("tcp · namespace") && screen.contains("93.184.216.34"), "{screen}");
    files.press(KeyCode::Char('w'));
    assert_eq!(files.plan.text.as_deref(), Some("tcp"));
    let screen = files.session.screen();
    assert!(screen.contains("local_address rem_address") && screen.contains("0100007F:1F90"), "{screen}");
    files.press(KeyCode::Char('w'));
    assert!(files.session.screen().contains("93.184.216.34"));
    files.press(KeyCode::Esc);
    assert!(files.session.screen().contains("files · namespace"), "{}", files.session.screen());
    assert!(files.shown().is_empty());
    files.press(KeyCode::Up);
    files.press(KeyCode::Enter);
    assert!(files.session.screen().contains("new_thing       says"), "{}", files.session.screen());
    files.press(KeyCode::Char('1'));
    assert!(files.session.screen().contains("tcp · process"));
}

#[test]
fn what_reading_changes_is_read_once_and_only_when_it_was_confirmed() {
    let mut files = Files::open();
    files.press(KeyCode::Down);
    files.press(KeyCode::Enter);
    assert!(!files.plan.reads("can/reset_stats"));
    assert!(
        files.session.last_line().contains("sets the statistics of CAN to 0"),
        "{}",
        files.session.last_line()
    );
    files.session.press(KeyCode::Enter);
    files.tick();
    assert!(files.session.screen().contains("reset_stats says"), "{}", files.session.screen());
    files.tick();
    assert!(!files.plan.reads("can/reset_stats"), "once");
    assert!(files.session.screen().contains("reset_stats says"));
}

#[test]
fn the_text_behind_any_table_is_one_key_away() {
    let mut files = Files::open();
    files.press(KeyCode::Char('1'));
    files.press(KeyCode::Char('w'));
    assert!(files.session.screen().contains("0100007F:1F90"), "{}", files.session.screen());
    files.press(KeyCode::Char('w'));
    assert!(files.session.screen().contains("tcp6 · namespace"), "{}", files.session.screen());
    files.press(KeyCode::Char('w'));
    assert!(files.session.screen().contains("tcp · process"));
}

#[test]
fn a_large_file_tells_how_far_it_is_and_can_be_left() {
    let mut files = Files::open();
    files.press(KeyCode::End);
    let progress = Progress { path: "tcp".into(), rows: 120_000, bytes: 31_000_000 };
    files.session.input(Input::Progress(progress));
    assert!(files.session.last_line().starts_with("reading net/tcp: 120000 rows, 31 MB so far"));
    files.session.press(KeyCode::Esc);
    let asked = files.session.take_effects();
    assert!(matches!(&asked[..], [Effect::Plan(plan)] if !plan.reads("tcp")), "{asked:?}");
    assert!(files.session.last_line().contains("only its beginning was read"));
    // What had come is shown, and said to be a part.
    let mut sample = World::default().sample(9);
    sample.parts.retain(|part| !matches!(part.origin, Origin::Net(_)));
    let reading = Reading { status: Status::Cut, at: sample.moment.boottime, took: 5_000_000_000 };
    sample.parts.push(Part { origin: Origin::net("tcp"), reading, bytes: b"header\n".to_vec() });
    sample.push(Origin::NetList, LIST);
    let snapshot = files.engine.advance(&sample);
    files.session.input(Input::Snapshot(snapshot));
    assert!(files.line(" tcp ").contains("partial"), "{}", files.session.screen());
    files.session.press(KeyCode::F(5));
    let asked = files.session.take_effects();
    assert!(asked.contains(&Effect::Refresh), "{asked:?}");
}

#[test]
fn counters_are_shown_in_five_ways() {
    let mut session = Session::showing(120, 30, &World::default().snapshots(3));
    session.type_text("5");
    let header = |session: &mut Session| {
        let screen = session.screen();
        screen.lines().find(|line| line.contains(" name ")).unwrap_or_default().to_owned()
    };
    assert!(["value", "/s", "since start"].iter().all(|word| header(&mut session).contains(word)));
    session.type_text("m");
    let total = header(&mut session);
    assert!(total.contains("value") && !total.contains("/s") && !total.contains("since"), "{total}");
    session.type_text("m");
    let rate = header(&mut session);
    assert!(rate.contains("/s") && !rate.contains("value") && !rate.contains("since"), "{rate}");
    session.type_text("m");
    let since = header(&mut session);
    assert!(since.contains("since start") && !since.contains("value") && !since.contains("/s"), "{since}");
    session.type_text("m");
    let moved = session.screen();
    assert!(moved.contains("1 of 23 rows have moved") && moved.contains(" TW "), "{moved}");
    assert!(!moved.contains("TCPTimeouts"), "{moved}");
    // Interfaces are counted, too: what they show is growth, then.
    session.type_text("mmmm4");
    let screen = session.screen();
    assert!(screen.contains("since start") && screen.contains("300000"), "{screen}");
    session.type_text("1");
    assert!(session.screen().contains("ESTABLISHED"), "sockets are shown anyhow");
    session.type_text("mm");
    assert!(session.screen().contains("ESTABLISHED"));
}

#[test]
fn all_cells_of_a_row_are_shown() {
    let mut session = Session::showing(100, 40, &World::default().snapshots(1));
    session.press(KeyCode::Enter);
    let screen = session.screen();
    for word in ["tcp: row 1 of 4", "local_address", "127.0.0.1", "retransmits", "accept_queue"] {
        assert!(screen.contains(word), "{word} in {screen}");
    }
    session.press(KeyCode::Enter);
    assert!(session.screen().contains("[1 tcp]"));
}
