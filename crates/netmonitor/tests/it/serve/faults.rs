//! Clients that do what they should not: each gets a clear word or is cut, and keeps nobody else from an answer.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Served, figure, rest, status};

#[test]
fn what_is_no_request_is_refused() {
    let served = Served::start(&[]);
    for (bytes, expected) in [
        (&b"garbage\r\n\r\n"[..], "HTTP/1.1 400"),
        (b"\x00\xff\xfe\r\n\r\n", "HTTP/1.1 400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "HTTP/1.1 400"),
        (b"GET /metrics HTTP/9.9\r\n\r\n", "HTTP/1.1 400"),
        (b"GET /metrics HTTP/1.1\r\nno colon\r\n\r\n", "HTTP/1.1 400"),
    ] {
        let answer = served.raw(bytes);
        assert_eq!(status(&answer).get(..12), Some(expected), "{answer}");
    }
    for (request, expected) in [
        ("GET /nothing", "HTTP/1.1 404 Not Found"),
        ("GET /metrics/", "HTTP/1.1 404 Not Found"),
        ("GET /../metrics", "HTTP/1.1 404 Not Found"),
        ("GET /%6detrics", "HTTP/1.1 404 Not Found"),
        ("POST /metrics", "HTTP/1.1 405 Method Not Allowed"),
        ("DELETE /", "HTTP/1.1 405 Method Not Allowed"),
        ("OPTIONS *", "HTTP/1.1 405 Method Not Allowed"),
        ("NONSENSE /healthz", "HTTP/1.1 405 Method Not Allowed"),
        ("GET /metrics?x=1", "HTTP/1.1 200 OK"),
    ] {
        assert_eq!(status(&served.ask(request, "")), expected, "{request}");
    }
    assert!(served.ask("POST /", "").contains("allow: GET, HEAD\r\n"));
    let head = served.ask("HEAD /metrics", "");
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    // What was refused is told.
    let text =
        served.find(|text| figure(text, "netmonitor_http_requests_total", &[("code", "405")]) == Some(5.0));
    assert_eq!(figure(&text, "netmonitor_http_requests_total", &[("code", "404")]), Some(4.0));
}

#[test]
fn huge_requests_are_cut() {
    let served = Served::start(&[]);
    let long = "x".repeat(1 << 20);
    for request in [
        format!("GET /{long} HTTP/1.1\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nLong: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(10_000)),
        long,
    ] {
        let answer = served.raw(request.as_bytes());
        // The word may be lost when what was sent behind it is not taken any more.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{}", status(&answer));
    }
    // A body is not waited for.
    let begun = Instant::now();
    let answer = served.ask("GET /healthz", "Content-Length: 99999999999\r\n");
    assert!(answer.ends_with("ok\n") && begun.elapsed() < Duration::from_secs(3), "{answer}");
    assert!(served.metrics().contains("netmonitor_build_info"));
}

#[test]
fn who_sends_slowly_is_cut_and_keeps_nobody_waiting() {
    let served = Served::start(&[]);
    let begun = Instant::now();
    let mut slow = served.connect();
    slow.write_all(b"GET /metrics HTTP/1.1\r\nHost:").unwrap();
    assert!(served.metrics().contains("netmonitor_build_info"));
    // A byte now and then is no more than silence.
    while begun.elapsed() < Duration::from_secs(12) && slow.write_all(b" ").is_ok() {
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(begun.elapsed() < Duration::from_secs(12), "it is still open");
    let answer = rest(slow);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[test]
fn a_thousand_silent_connections_keep_nobody_out() {
    let served = Served::start(&[]);
    let mut silent: Vec<TcpStream> = Vec::new();
    let begun = Instant::now();
    for number in 0..1000 {
        silent.push(served.connect());
        if number % 100 == 99 {
            assert!(served.ask("GET /healthz", "").ends_with("ok\n"), "after {number}");
        }
    }
    let text = served.metrics();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(figure(&text, "netmonitor_http_connections", &[]).unwrap() <= 256.0, "{text}");
    assert!(figure(&text, "netmonitor_http_evicted_connections_total", &[]).unwrap() >= 700.0, "{text}");
    drop(silent);
    served.find(|text| figure(text, "netmonitor_http_connections", &[]).is_some_and(|open| open <= 2.0));
}

#[test]
fn many_scrapes_at_once_cost_one_reading() {
    let served = Served::start(&[]);
    let before = figure(&served.metrics(), "netmonitor_readings_total", &[]).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let scrapes: Vec<_> = (0..50).map(|_| scope.spawn(|| served.metrics())).collect();
        for scrape in scrapes {
            assert!(scrape.join().unwrap().contains("netmonitor_build_info"));
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let after = figure(&served.metrics(), "netmonitor_readings_total", &[]).unwrap();
    assert!(after - before <= 2.0 + seconds, "{before} and {after} in {seconds}");
}
