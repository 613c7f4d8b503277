//! Which of several processes is meant: a numbered list on the terminal, and a question.

use std::io::{self, BufRead, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use netmonitor_core::format::{self, harmless_text};
use netmonitor_core::users::Users;
use netmonitor_sys::find::Candidate;
use netmonitor_sys::{Kind, ProcTree, terminal_columns};

/// Lines of a list; of more processes the others are not shown, but their PIDs can be given.
const MOST: usize = 40;

/// Columns where a terminal does not say how many it has, and where there is none.
const WIDTH: usize = 100;

/// What came of it.
pub(super) enum Choice {
    /// The place of the one that was chosen.
    Made(usize),
    /// None was wanted.
    None,
    /// There is nobody to be asked; with the list, for whoever reads it.
    Impossible(String),
}

/// Shows a list and asks, where standard input is a terminal and the list can be shown on one: on standard
/// error, or for a session also on standard output, where `show` prints its tables.
pub(super) fn choose(tree: &ProcTree, title: &str, candidates: &[Candidate], session: bool) -> Choice {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let mut terminal: (Box<dyn Write>, BorrowedFd<'_>) = match io::stdin().is_terminal() {
        true if stderr.is_terminal() => (Box::new(&stderr), stderr.as_fd()),
        true if session && stdout.is_terminal() => (Box::new(&stdout), stdout.as_fd()),
        _ => return Choice::Impossible(list(tree, candidates, WIDTH, false)),
    };
    let width = terminal_columns(terminal.1).map_or(WIDTH, usize::from);
    let list = list(tree, candidates, width, true);
    let out = &mut terminal.0;
    if writeln!(out, "{}:\n{list}", harmless_text(title.as_bytes())).is_err() {
        return Choice::None;
    }
    ask(out, &mut io::stdin().lock(), candidates)
}

/// Asks until the answer is one. The end of the input (Ctrl-D) and an empty line are one too.
fn ask(out: &mut dyn Write, input: &mut dyn BufRead, candidates: &[Candidate]) -> Choice {
    loop {
        let _ = write!(out, "which one? number or PID, Enter for none: ");
        let _ = out.flush();
        let mut line = Vec::new();
        match input.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => {
                let _ = writeln!(out);
                return Choice::None;
            }
            Ok(_) => {}
        }
        match answer(line.trim_ascii(), candidates) {
            Ok(choice) => return choice,
            Err(why) => {
                let _ = writeln!(out, "{why}");
            }
        }
    }
}

/// What a line says. A number is a place in the list first, then a PID.
fn answer(line: &[u8], candidates: &[Candidate]) -> Result<Choice, String> {
    if matches!(line, b"" | b"q" | b"Q") {
        return Ok(Choice::None);
    }
    let number = str::from_utf8(line).ok().and_then(|text| text.parse::<u32>().ok());
    let place = number.and_then(|number| {
        let listed = candidates.len().min(MOST) as u32;
        let by_pid = || candidates.iter().position(|candidate| candidate.pid == number);
        if (1..=listed).contains(&number) { Some(number as usize - 1) } else { by_pid() }
    });
    place.map(Choice::Made).ok_or_else(|| format!("{} is not in the list", harmless_text(line)))
}

/// The processes, a line each.
fn list(tree: &ProcTree, candidates: &[Candidate], width: usize, numbered: bool) -> String {
    // The users of a copied tree are not this machine's.
    let passwd = if tree.kind() == Kind::Copy { None } else { std::fs::read("/etc/passwd").ok() };
    let users = Users::parse(&passwd.unwrap_or_default());
    let rows: Vec<[String; 6]> =
        std::iter::once(["", "PID", "user", "age", "name", "command"].map(Into::into))
            .chain(candidates.iter().take(MOST).enumerate().map(|(place, one)| row(place, one, &users)))
            .collect();
    let skipped = usize::from(!numbered);
    let widths: Vec<usize> =
        (0..6).map(|column| rows.iter().map(|row| format::width(&row[column])).max().unwrap_or(0)).collect();
    let mut lines: Vec<String> = Vec::new();
    for row in &rows {
        let mut line = String::new();
        for (column, text) in row.iter().enumerate().skip(skipped) {
            let pad = " ".repeat(widths[column] - format::width(text));
            // Numbers stand at the right of their column.
            let (before, behind) = if matches!(column, 0 | 1 | 3) { (&*pad, "") } else { ("", &*pad) };
            line.push_str(&format!("  {before}{text}{behind}"));
        }
        let line = line.trim_end();
        let cut: String = line.chars().take(width.saturating_sub(1)).collect();
        lines.push(if cut.len() < line.len() { format!("{cut}…") } else { cut });
    }
    if candidates.len() > MOST {
        lines.push(format!("  … and {} more", candidates.len() - MOST));
    }
    lines.join("\n")
}

fn row(place: usize, candidate: &Candidate, users: &Users) -> [String; 6] {
    let Candidate { pid, age, uid, name, cmdline, by, .. } = candidate;
    let user =
        uid.map_or("-".to_owned(), |uid| users.name(uid).map_or_else(|| uid.to_string(), harmless_text));
    let command: Vec<_> = cmdline.split(|&byte| byte == 0).map(harmless_text).collect();
    let command = match by {
        Some(by) => format!("({by}) {}", command.join(" ")),
        None => command.join(" "),
    };
    [
        (place + 1).to_string(),
        pid.to_string(),
        user,
        age.map_or("-".to_owned(), short),
        harmless_text(name),
        command.trim_end().to_owned(),
    ]
}

/// A length of time in its two greatest units: `45s`, `3m20s`, `2h05m`, `9d03h`.
fn short(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        seconds @ 3600..86_400 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        seconds => format!("{}d{:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(pid: u32) -> Candidate {
        Candidate {
            pid,
            start_time: 5,
            age: Some(Duration::from_secs(u64::from(pid) * 60)),
            uid: Some(7),
            name: b"ev\x1bil".to_vec(),
            cmdline: b"/bin/evil\0--title\0\x1b[31mred\n\0".to_vec(),
            by: None,
        }
    }

    fn made(line: &str, candidates: &[Candidate]) -> Option<usize> {
        match answer(line.as_bytes(), candidates) {
            Ok(Choice::Made(place)) => Some(place),
            _ => None,
        }
    }

    #[test]
    fn a_number_is_a_place_first_and_a_pid_else() {
        let candidates = [candidate(300), candidate(1), candidate(42)];
        assert_eq!(made("1", &candidates), Some(0));
        assert_eq!(made("3", &candidates), Some(2));
        assert_eq!(made("42", &candidates), Some(2));
        for line in ["0", "4", "43", "-1", "x", "1 2", "99999999999"] {
            assert!(answer(line.as_bytes(), &candidates).is_err(), "{line}");
        }
        for line in ["", "q", "Q"] {
            assert!(matches!(answer(line.as_bytes(), &candidates), Ok(Choice::None)), "{line}");
        }
    }

    #[test]
    fn asks_until_it_is_answered() {
        let candidates = [candidate(300), candidate(301)];
        let mut out = Vec::new();
        let choice = ask(&mut out, &mut &b"\xff\x1b[2J\n9\n 2 \nx\n"[..], &candidates);
        assert!(matches!(choice, Choice::Made(1)));
        let told = String::from_utf8(out).unwrap();
        assert_eq!(told.matches("which one?").count(), 3);
        assert!(told.contains("9 is not in the list") && !told.contains('\x1b'), "{told}");
        assert!(matches!(ask(&mut Vec::new(), &mut &b""[..], &candidates), Choice::None), "Ctrl-D");
    }

    #[test]
    fn a_list_is_harmless_fits_and_says_how_many_are_left_out() {
        let tree = ProcTree::open("/proc".as_ref()).unwrap();
        let mut by = candidate(7);
        by.by = Some("TCP 0.0.0.0:80 listens".to_owned());
        let shown = list(&tree, &[candidate(65_000), by], 200, true);
        assert!(!shown.contains('\x1b'), "{shown}");
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("  1  65000  ") && lines[2].starts_with("  2      7  "), "{shown}");
        assert!(lines[2].contains("(TCP 0.0.0.0:80 listens) /bin/evil --title"), "{shown}");
        let many: Vec<_> = (1..=50).map(candidate).collect();
        let shown = list(&tree, &many, 30, false);
        assert!(shown.ends_with("  … and 10 more"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= 30), "{shown}");
        assert_eq!(shown.lines().count(), MOST + 2);
    }

    #[test]
    fn ages() {
        let of = |seconds| short(Duration::from_secs(seconds));
        assert_eq!([of(0), of(200), of(7500), of(786_000)], ["0s", "3m20s", "2h05m", "9d02h"]);
    }
}
