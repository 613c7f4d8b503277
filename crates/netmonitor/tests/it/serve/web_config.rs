//! The web configuration: who may ask, and what is wrong with a file is said.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{Served, status};
use crate::{run, stderr};

/// `right`, as bcrypt keeps it.
pub(super) const RIGHT: &str = "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";

/// `Basic`, in base64: `me:right`, `me:wrong`, `you:right`.
const ME: &str = "Authorization: Basic bWU6cmlnaHQ=\r\n";
const WRONG: &str = "Authorization: Basic bWU6d3Jvbmc=\r\n";
const YOU: &str = "Authorization: Basic eW91OnJpZ2h0\r\n";

fn write(path: &Path, text: &str, later: u64) {
    std::fs::write(path, text).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(later)).unwrap();
}

#[test]
fn only_those_with_a_password_are_answered_and_the_file_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("web.yml");
    let users = |name: &str| format!("basic_auth_users:\n  {name}: {RIGHT}\n");
    let headers = "http_server_config:\n  http2: false\n  headers:\n    X-Content-Type-Options: nosniff\n";
    write(&path, &format!("{}{headers}", users("me")), 0);
    let mut served = Served::start(&["--web-config", path.to_str().unwrap()]);
    for path in ["/metrics", "/healthz", "/", "/nothing"] {
        let answer = served.ask(&format!("GET {path}"), "");
        assert_eq!(status(&answer), "HTTP/1.1 401 Unauthorized", "{path}");
        assert!(answer.contains("www-authenticate: Basic realm=\"netmonitor\""), "{answer}");
    }
    for header in
        [WRONG, YOU, "Authorization: Basic !\r\n", "Authorization: Bearer x\r\n", "Authorization:\r\n"]
    {
        assert_eq!(status(&served.ask("GET /metrics", header)), "HTTP/1.1 401 Unauthorized", "{header}");
    }
    for _ in 0..2 {
        let answer = served.ask("GET /metrics", ME);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("x-content-type-options: nosniff\r\n"));
    }
    // A file that is wrong now changes nothing, and is told of.
    write(&path, "basic_auth_users: nonsense\n", 5);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(status(&served.ask("GET /healthz", ME)), "HTTP/1.1 200 OK");
    let told = served.told();
    assert!(told.contains("what was in force stays so"), "{told}");
    write(&path, &users("you"), 10);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(status(&served.ask("GET /healthz", YOU)), "HTTP/1.1 200 OK");
    assert_eq!(status(&served.ask("GET /healthz", ME)), "HTTP/1.1 401 Unauthorized");
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("web.yml");
    for (text, said) in [
        ("basic_auth_user:\n  a: b\n", "unknown field"),
        ("basic_auth_users:\n  a: plain\n", "no hash of bcrypt"),
        ("tls_server_config:\n  cert_file: x\n", "key_file"),
        ("tls_server_config:\n  cert_file: x\n  key_file: y\n", "tls_server_config"),
        ("tls_server_config:\n  cert_file: x\n  key_file: y\n  cipher_suites: [a]\n", "unknown field"),
        (
            "tls_server_config:\n  cert_file: x\n  key_file: y\n  client_auth_type: RequireAndVerifyClientCert\n",
            "needs a client_ca_file",
        ),
        (
            "tls_server_config:\n  cert_file: x\n  key_file: y\n  min_version: TLS13\n  max_version: TLS12\n",
            "max_version is below min_version",
        ),
        ("http_server_config:\n  headers:\n    \"a b\": c\n", "is none"),
        ("[", "in the web configuration"),
        ("&a [*a, *a]", "in the web configuration"),
    ] {
        std::fs::write(&path, text).unwrap();
        let output = run(&["serve", "--web-config", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(stderr(&output).contains(said), "{text}: {}", stderr(&output));
    }
}
