//! Drawing a large table, and a key while it is shown.

use std::fmt::Write;
use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use netmonitor_core::engine::Engine;
use netmonitor_core::interval::Interval;
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{App, Input, Settings};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const ROWS: u32 = 100_000;

fn main() {
    divan::main();
}

fn snapshot() -> Arc<Snapshot> {
    let machine = Machine {
        kernel: "6.1.0".into(),
        arch: "x86_64".into(),
        endian: Endian::Little,
        clk_tck: 100,
        page_size: 4096,
        boot_id: String::new(),
        boot_time: 0,
    };
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
    Engine::new(machine).advance(&sample)
}

fn session() -> (App, Terminal<TestBackend>) {
    let settings = Settings {
        interval: Interval::default(),
        scope: Scope::Namespace,
        counters: netmonitor_core::views::CounterMode::All,
        skip_intro: true,
        linger: false,
        color: true,
    };
    let mut app = App::new(settings);
    app.start();
    app.update(Input::Snapshot(snapshot()));
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).expect("a test terminal has no errors");
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
