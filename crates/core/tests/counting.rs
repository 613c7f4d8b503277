//! What is said of counting that is not whole, as records of the counting programs tell it.

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::sample::{Machine, Moment, Origin, Reading, Sample, Sink, Status};
use netmonitor_core::scope::Scope;

fn engine() -> Engine {
    Engine::new(Machine::default())
}

/// A reading with these words of the state, and with this of packets on the wire.
fn text(table: &str, state: &str, wire: Option<(Status, &[u8])>) -> String {
    let mut sample = Sample { moment: Moment { wall: 0, boottime: 1, seq: 1 }, parts: Vec::new() };
    sample.push(Origin::net("tcp"), *b"");
    sample.push(Origin::net("tcp6"), *b"");
    if let Some((status, bytes)) = wire {
        let origin = Origin::Bpf("wire".into());
        let _ = sample.chunk(&origin, bytes);
        sample.end(&origin, Reading { status, at: 1, took: 0 });
    }
    sample.push(Origin::Bpf("state".into()), state.as_bytes());
    let mut engine = engine();
    engine.advance(&sample);
    let selection = Selection::parse(&[table], Scope::Namespace).unwrap();
    let mut out = Vec::new();
    (export::find("text").unwrap().export)().write(&mut out, &engine.snapshot(), &selection).unwrap();
    String::from_utf8(out).unwrap()
}

const WHOLE: &str = "since=1 splice=1 release=1 retrans=1 rx_bytes=0 tx_bytes=0 rx_calls=0 tx_calls=0";

#[test]
fn what_is_not_counted_and_what_is_not_split_is_said() {
    let sentences = [
        "what is spliced out of streams or received by TCP_ZEROCOPY_RECEIVE is not counted",
        "some processes were counted only in sum: there was no room for them",
    ];
    let whole = text("overview.bytes", WHOLE, None);
    assert!(sentences.iter().all(|sentence| !whole.contains(sentence)), "{whole}");
    let partly = text(
        "overview.bytes",
        &WHOLE.replace("splice=1", "splice=0").replace("rx_bytes=0", "rx_bytes=5"),
        None,
    );
    assert!(sentences.iter().all(|sentence| partly.contains(sentence)), "{partly}");
}

#[test]
fn what_is_not_told_of_packets_on_the_wire_is_said() {
    let record =
        |cookie: u64| [cookie, 100, 0, 1, 0, 0].into_iter().flat_map(u64::to_le_bytes).collect::<Vec<u8>>();
    let sum = "packets of some sockets were counted only in sum: there was no room for them";
    let told = |status, bytes: &[u8]| text("tcp.tcp", WHOLE, Some((status, bytes)));
    assert!(!told(Status::Ok, &record(5)).contains("packets"));
    let full = told(Status::Ok, &[record(5), record(0)].concat());
    assert!(full.contains(sum), "{full}");
    let refused = told(Status::Denied, b"it needs CAP_NET_ADMIN");
    assert!(refused.contains("packets on the wire are not counted: it needs CAP_NET_ADMIN"), "{refused}");
}
