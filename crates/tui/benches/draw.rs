//! Drawing a large table, and a key while it is shown.

use std::fmt::Write;
use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use netmonitor_core::engine::Engine;
use netmonitor_core::interval::Interval;
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{App, Bindings, Effect, Input, Settings, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const ROWS: u32 = 100_000;

fn main() {
    divan::main();
}

fn machine() -> Machine {
    Machine {
        kernel: "6.1.0".into(),
        arch: "x86_64".into(),
        endian: Endian::Little,
        clk_tck: 100,
        page_size: 4096,
        boot_id: String::new(),
        boot_time: 0,
    }
}

fn snapshot() -> Arc<Snapshot> {
    let mut tcp =
        String::from("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n");
    for row in 0..ROWS {
        let (port, inode) = (row % 60_000 + 1024, 100_000 + row);
        let _ = writeln!(
            tcp,
            "{row:4}: 0100007F:0050 {row:08X}:{port:04X} 01 00000000:00000000 00:00000000 00000000  1000        0 \
             {inode} 1 0000000000000000 20 4 30 10 -1"
        );
    }
    let mut sample = Sample { moment: Moment { wall: 0, boottime: 1, seq: 0 }, parts: Vec::new() };
    sample.push(Origin::process("stat"), *b"42 (server) S 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 1 1");
    sample.push(Origin::net("tcp"), tcp);
    sample.push(Origin::net("tcp6"), *b"");
    Engine::new(machine()).advance(&sample)
}

fn session() -> (App, Terminal<TestBackend>) {
    let settings = Settings {
        interval: Interval::default(),
        scope: Scope::Namespace,
        counters: None,
        by: netmonitor_core::views::By::default(),
        top: false,
        skip_intro: Some(true),
        linger: false,
        keeps: false,
        theme: Theme::named("ansi").unwrap(),
        bindings: Bindings::default(),
        thresholds: Default::default(),
        wire: false,
        resolve: false,
        own: false,
        permitted: netmonitor_tui::Permitted { nothing: None, closes: true, signals_all: true, uid: 0 },
        mouse: true,
        memory: netmonitor_tui::Memory::default(),
        remembers: true,
    };
    let mut app = App::new(settings);
    app.start();
    app.update(Input::Snapshot(snapshot()));
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).expect("a test terminal has no errors");
    terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    (app, terminal)
}

/// A session that is asked something.
fn asked(command: &str) -> (App, Terminal<TestBackend>) {
    let (mut app, mut terminal) = session();
    command.chars().for_each(|letter| drop(app.update(press(KeyCode::Char(letter)))));
    app.update(press(KeyCode::Enter));
    terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    (app, terminal)
}

/// A session that has seen so many ticks of large tables of which each hundredth row counts.
fn over_time(ticks: u64) -> (App, Terminal<TestBackend>) {
    let (mut app, mut terminal) = asked(":udp");
    let mut engine = Engine::new(machine());
    for seq in 0..ticks {
        let mut udp = String::from("   sl  local_address rem_address   st tx_queue rx_queue\n");
        for row in 0..ROWS {
            let drops = if row % 100 == 0 { seq * u64::from(row) } else { 5 };
            let _ = writeln!(
                udp,
                "{row:4}: 0100007F:{:04X} {row:08X}:0050 07 00000000:00000000 00:00000000 00000000  1000        0 \
                 {} 2 0000000000000000 {drops}",
                row % 60_000 + 1024,
                100_000 + row
            );
        }
        let moment = Moment { wall: 0, boottime: seq * 1_000_000_000 + 2, seq };
        let mut sample = Sample { moment, parts: Vec::new() };
        sample
            .push(Origin::process("stat"), *b"42 (server) S 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 1 1");
        sample.push(Origin::net("udp"), udp);
        sample.push(Origin::net("udp6"), *b"");
        app.update(Input::Snapshot(engine.advance(&sample)));
    }
    terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    (app, terminal)
}

fn press(code: KeyCode) -> Input {
    Input::Terminal(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

/// All of a frame: what is drawn, and what the terminal is told of it.
#[divan::bench]
fn draw(bencher: divan::Bencher<'_, '_>) {
    let (mut app, mut terminal) = session();
    bencher.bench_local(|| {
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    });
}

/// The same with what the process and each row moved in the last 60 ticks, in which each hundredth row moved something.
#[divan::bench]
fn draw_with_graphs(bencher: divan::Bencher<'_, '_>) {
    let (mut app, mut terminal) = over_time(60);
    bencher.bench_local(|| {
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    });
}

/// A screen further down each time: every cell changes.
#[divan::bench]
fn page_down_and_draw(bencher: divan::Bencher<'_, '_>) {
    let (mut app, mut terminal) = session();
    bencher.bench_local(|| {
        app.update(press(KeyCode::PageDown));
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    });
}

/// A key alone.
#[divan::bench]
fn key(bencher: divan::Bencher<'_, '_>) {
    let (mut app, _) = session();
    bencher.bench_local(|| app.update(press(KeyCode::Down)));
}

/// A frame and a key while rows are sorted and filtered: nothing has changed since they were.
#[divan::bench]
fn key_and_draw_sorted(bencher: divan::Bencher<'_, '_>) {
    let (mut app, mut terminal) = asked(":sort remote_address:desc,local_port");
    bencher.bench_local(|| {
        app.update(press(KeyCode::Down));
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    });
}

/// A snapshot that must be arranged first, because nobody has prepared it; the cursor follows its row.
#[divan::bench(args = [":sort remote_address:desc", ":sort owners,state", ":filter remote_port>1500", ":filter nginx"])]
fn new_snapshot_and_draw(bencher: divan::Bencher<'_, '_>, command: &str) {
    let (mut app, mut terminal) = asked(command);
    (0..5).for_each(|_| drop(app.update(press(KeyCode::Down))));
    let snapshots = [snapshot(), snapshot()];
    let mut turn = 0;
    bencher.bench_local(|| {
        turn += 1;
        app.update(Input::Snapshot(snapshots[turn % 2].clone()));
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    });
}

/// The same where the thread that reads has prepared it.
#[divan::bench]
fn prepared_snapshot_and_draw(bencher: divan::Bencher<'_, '_>) {
    let (mut app, mut terminal) = asked(":sort remote_address:asc");
    (0..5).for_each(|_| drop(app.update(press(KeyCode::Down))));
    let effects = app.update(press(KeyCode::Char('O')));
    let told = effects.into_iter().find_map(|effect| match effect {
        Effect::Arrange(shown) => Some(shown),
        _ => None,
    });
    let shown = told.expect("what is shown is told");
    let snapshots = [snapshot(), snapshot()].map(|it| (Arc::new(shown.arrange(&it)), it));
    let mut turn = 0;
    bencher.bench_local(|| {
        turn += 1;
        let (prepared, snapshot) = &snapshots[turn % 2];
        app.update(Input::Arranged(prepared.clone()));
        app.update(Input::Snapshot(snapshot.clone()));
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
    });
}

/// Four letters of a filter, of which two change which rows there are.
#[divan::bench]
fn type_filter_and_draw(bencher: divan::Bencher<'_, '_>) {
    let (mut app, mut terminal) = session();
    "/remote_port>1500 not ".chars().for_each(|letter| drop(app.update(press(KeyCode::Char(letter)))));
    bencher.bench_local(|| {
        for code in [KeyCode::Char('x'), KeyCode::Backspace, KeyCode::Char('y'), KeyCode::Backspace] {
            app.update(press(code));
            terminal.draw(|frame| app.draw(frame)).expect("a test terminal has no errors");
        }
    });
}
