//! Pictures of the main screens, drawn by the real program from a recording: `docs/pictures/*.svg`.

mod svg;

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, ensure};
use netmonitor_testkit::pty::Pty;

const ROWS: u16 = 34;
const COLUMNS: u16 = 120;

/// What is recorded in it: a web server and its clients, two seconds of loss.
const RECORDING: &str = "fixtures/recordings/web-6.18-x86_64.nmr";

/// How long nothing more is drawn once a screen is whole.
const QUIET: Duration = Duration::from_millis(400);

/// A picture: its name, the keys that lead there, and what is to be seen then.
struct Scene {
    name: &'static str,
    keys: &'static [&'static str],
    shows: &'static str,
}

const SCENES: &[Scene] = &[
    Scene { name: "overview", keys: &["0"], shows: "[0 overview]" },
    Scene { name: "tcp", keys: &["1"], shows: "[1 tcp]" },
    Scene { name: "stats", keys: &["5", "m", "m", "m", "m"], shows: "[5 stats]" },
    Scene { name: "findings", keys: &["F"], shows: "[F findings]" },
    Scene { name: "commands", keys: &["1", ":explain tcpt"], shows: "TCPTimeouts" },
];

/// Draws them all.
pub(super) fn run(root: &Path) -> anyhow::Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--package", "netmonitor"])
        .current_dir(root)
        .status()
        .context("building the program")?;
    ensure!(status.success(), "the program cannot be built");
    let folder = root.join("docs/pictures");
    fs::create_dir_all(&folder).context("making docs/pictures")?;
    for scene in SCENES {
        let picture = draw(root, scene);
        let file = folder.join(scene.name).with_extension("svg");
        fs::write(&file, picture).with_context(|| format!("writing {}", file.display()))?;
        println!("docs/pictures/{}.svg", scene.name);
    }
    Ok(())
}

fn draw(root: &Path, scene: &Scene) -> String {
    let mut command = Command::new(root.join("target/release/netmonitor"));
    command.args(["--skip-intro", "--theme", "dark", "replay", RECORDING, "--at", "-1s"]).current_dir(root);
    // Nobody's configuration, and nothing that is remembered from one picture to the next.
    command.env("XDG_CONFIG_HOME", "/nonexistent").env_remove("XDG_STATE_HOME").env_remove("HOME");
    command.env("TZ", "UTC").env("LANG", "C.UTF-8").env_remove("LC_ALL");
    let mut pty = Pty::spawn(command, ROWS, COLUMNS);
    pty.wait_for("[1 tcp]");
    for keys in scene.keys {
        pty.send(keys);
        sleep(QUIET);
    }
    pty.wait_for(scene.shows);
    sleep(QUIET);
    let mut parser = vt100::Parser::new(cells(ROWS), cells(COLUMNS), 0);
    parser.process(&pty.raw());
    let picture = svg::of(parser.screen());
    pty.send("\x04");
    pty.exit();
    picture
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap_or(NonZero::<u16>::MIN)
}
