//! Whatever comes, at whatever size: never a panic, never a control character on screen.

use std::sync::{Arc, LazyLock};

use crossterm::event::{Event, KeyCode, KeyModifiers};
use netmonitor_core::sample::Status;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{Effect, Input, Marks, Settings, Theme};
use proptest::prelude::*;

use crate::harness::{SETTINGS, Session};
use crate::world::{TCP, World, engine};

static SNAPSHOTS: LazyLock<Vec<Arc<Snapshot>>> = LazyLock::new(|| {
    let usual = World::default();
    let many = {
        let (header, rows) = TCP.split_once('\n').expect("there is a header");
        format!("{header}\n{}", rows.repeat(200))
    };
    let hostile = World {
        name: "日本\u{1b}[2J語é".repeat(20).into_bytes(),
        interface: "\u{301}\u{200b}長い名前\u{ff}".into(),
        links: Status::Denied,
        ..World::default()
    };
    let mut snapshots = usual.snapshots(3);
    snapshots.push(World { tcp: many.into_bytes(), ..World::default() }.snapshot(1));
    snapshots.push(World { only: vec!["tcp"], netns: 5, ..World::default() }.snapshot(1));
    snapshots.push(World { tcp: b"\xff\nrubbish\n".to_vec(), ..hostile }.snapshot(2));
    let mut engine = engine();
    engine.advance(&usual.sample_without(0, "stat/arp_cache", Status::Missing));
    snapshots.push(engine.advance(&usual.sample_without(10_000, "dev", Status::Error(5))));
    snapshots
});

#[derive(Debug, Clone)]
enum Step {
    Key(KeyModifiers, KeyCode),
    Text(String),
    Paste(String),
    Resize(u16, u16),
    Snapshot(usize),
    Prepared(usize),
    Ended,
    Resumed,
}

fn steps() -> impl Strategy<Value = Step> {
    let codes = prop::sample::select(vec![
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(1),
        KeyCode::F(5),
        KeyCode::Char(' '),
        KeyCode::Char('?'),
        KeyCode::Char(':'),
        KeyCode::Char('n'),
    ]);
    let modifiers = prop::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::SHIFT,
        KeyModifiers::CONTROL,
    ]);
    let asked = prop::sample::select(vec![
        "/state:ESTABLISHED",
        "/local_port>80 or not 10",
        "/(rx_bytes>=1k",
        "/name~in value:1..",
        "otx",
        "cport *",
        ":sort local_port:desc,state",
        ":columns state,interface,na*",
        ":filter \"127",
    ]);
    prop_oneof![
        8 => (modifiers, codes).prop_map(|(modifiers, code)| Step::Key(modifiers, code)),
        4 => "[1-9jknLtuasri:/oOcfmwx*]{1,3}".prop_map(Step::Text),
        2 => asked.prop_map(|text| Step::Text(text.to_owned())),
        2 => any::<char>().prop_map(|character| Step::Text(character.to_string())),
        1 => ".{0,20}".prop_map(Step::Paste),
        2 => (1u16..=200, 1u16..=60).prop_map(|(width, height)| Step::Resize(width, height)),
        2 => (1u16..=8, 1u16..=8).prop_map(|(width, height)| Step::Resize(width, height)),
        4 => (0..SNAPSHOTS.len()).prop_map(Step::Snapshot),
        2 => (0..SNAPSHOTS.len()).prop_map(Step::Prepared),
        1 => Just(Step::Ended),
        1 => Just(Step::Resumed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(
        skip_intro: bool,
        theme in (0..Theme::all().count(), 0..Marks::ALL.len()).prop_map(|(theme, marks)| {
            let (name, _) = Theme::all().nth(theme).unwrap();
            Theme::named(name).unwrap().with_marks(Marks::ALL[marks].1)
        }),
        width in 1u16..=200,
        height in 1u16..=60,
        steps in prop::collection::vec(steps(), 1..40),
    ) {
        let settings = Settings { skip_intro: Some(skip_intro), linger: true, theme, ..SETTINGS() };
        let mut session = Session::new(width, height, settings);
        session.buffer();
        for step in steps {
            match step {
                Step::Key(modifiers, code) => session.press_with(modifiers, code),
                Step::Text(text) => session.type_text(&text),
                Step::Paste(text) => session.input(Input::Terminal(Event::Paste(text))),
                Step::Resize(width, height) => session.resize(width, height),
                Step::Snapshot(at) => session.input(Input::Snapshot(SNAPSHOTS[at].clone())),
                Step::Prepared(at) => {
                    let shown = session.effects.iter().rev().find_map(|effect| match effect {
                        Effect::Arrange(shown) => Some(shown.clone()),
                        _ => None,
                    });
                    if let Some(shown) = shown {
                        session.input(Input::Arranged(Arc::new(shown.arrange(&SNAPSHOTS[at]))));
                    }
                    session.input(Input::Snapshot(SNAPSHOTS[at].clone()));
                }
                Step::Ended => session.input(Input::ProcessEnded),
                Step::Resumed => session.input(Input::Resumed),
            }
            for cell in &session.buffer().content {
                prop_assert!(!cell.symbol().chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn every_size_shows_every_tab(width in 1u16..=200, height in 1u16..=60, tab in 0u32..=9, at in 0usize..7) {
        let mut session = Session::showing(width, height, &[SNAPSHOTS[at].clone()]);
        session.type_text(&tab.to_string());
        session.buffer();
        session.press(KeyCode::End);
        session.buffer();
    }
}
