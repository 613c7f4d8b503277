//! The session as a machine: a state, an event, the next state.
//!
//! | from | event | to |
//! |---|---|---|
//! | START | no process given | NO_PID |
//! | START | not a process to be watched | INVALID_PID |
//! | START | standard output is no terminal | FAIL_EXIT |
//! | START | process found | NO_SELECTION |
//! | START | process found, introduction skipped | TAB_SELECTED |
//! | NO_PID, INVALID_PID | told | FAIL_EXIT |
//! | NO_SELECTION | any key | TAB_SELECTED |
//! | TAB_SELECTED, REFRESHING | new values | REFRESHING |
//! | TAB_SELECTED, REFRESHING | tab chosen | TAB_SELECTED |
//! | NO_SELECTION, TAB_SELECTED, REFRESHING | process ended | EXITED |
//! | NO_SELECTION, TAB_SELECTED, REFRESHING, EXITED | end asked for | TERMINATED |
//!
//! Every other pair leaves the state as it is. EXITED ends the session, unless the last view is to stay
//! (`--linger`): then the user does. FAIL_EXIT and TERMINATED are final.

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Arguments are read.
    Start,
    /// No process was given.
    NoPid,
    /// What was given is no process that can be watched.
    InvalidPid,
    /// Ends with status 2; the terminal was never touched.
    FailExit,
    /// The introduction is shown.
    NoSelection,
    /// A tab was chosen and is shown.
    TabSelected,
    /// The chosen tab shows new values.
    Refreshing,
    /// The process has ended.
    Exited,
    /// The user ended the session.
    Terminated,
}

/// What can happen to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The command line names no process.
    NoProcess,
    /// The command line names something that is no process to be watched.
    BadProcess,
    /// Standard output is no terminal.
    NoTerminal,
    /// The reason was printed.
    Told,
    /// The process is there.
    Found,
    /// The process is there and the introduction is to be left out.
    FoundSkipIntro,
    /// A key was pressed that means nothing more special.
    AnyKey,
    /// A tab was chosen.
    TabChosen,
    /// New values have come.
    NewValues,
    /// The process has ended.
    ProcessEnded,
    /// The user or a signal wants an end.
    Quit,
}

impl State {
    /// The state after an event.
    #[must_use]
    pub const fn next(self, event: Event) -> Self {
        use State::{
            Exited, FailExit, InvalidPid, NoPid, NoSelection, Refreshing, Start, TabSelected, Terminated,
        };
        match (self, event) {
            (Start, Event::NoProcess) => NoPid,
            (Start, Event::BadProcess) => InvalidPid,
            (Start, Event::NoTerminal) | (NoPid | InvalidPid, Event::Told) => FailExit,
            (Start, Event::Found) => NoSelection,
            (Start, Event::FoundSkipIntro) | (NoSelection, Event::AnyKey) => TabSelected,
            (TabSelected | Refreshing, Event::NewValues) => Refreshing,
            (TabSelected | Refreshing, Event::TabChosen) => TabSelected,
            (NoSelection | TabSelected | Refreshing, Event::ProcessEnded) => Exited,
            (NoSelection | TabSelected | Refreshing | Exited, Event::Quit) => Terminated,
            (state, _) => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Event::*;
    use super::State::*;
    use super::*;

    const STATES: [State; 9] =
        [Start, NoPid, InvalidPid, FailExit, NoSelection, TabSelected, Refreshing, Exited, Terminated];
    const EVENTS: [Event; 11] = [
        NoProcess,
        BadProcess,
        NoTerminal,
        Told,
        Found,
        FoundSkipIntro,
        AnyKey,
        TabChosen,
        NewValues,
        ProcessEnded,
        Quit,
    ];

    /// The table of the documentation, pair by pair.
    const EDGES: [(State, Event, State); 20] = [
        (Start, NoProcess, NoPid),
        (Start, BadProcess, InvalidPid),
        (Start, NoTerminal, FailExit),
        (Start, Found, NoSelection),
        (Start, FoundSkipIntro, TabSelected),
        (NoPid, Told, FailExit),
        (InvalidPid, Told, FailExit),
        (NoSelection, AnyKey, TabSelected),
        (TabSelected, NewValues, Refreshing),
        (Refreshing, NewValues, Refreshing),
        (TabSelected, TabChosen, TabSelected),
        (Refreshing, TabChosen, TabSelected),
        (NoSelection, ProcessEnded, Exited),
        (TabSelected, ProcessEnded, Exited),
        (Refreshing, ProcessEnded, Exited),
        (NoSelection, Quit, Terminated),
        (TabSelected, Quit, Terminated),
        (Refreshing, Quit, Terminated),
        (Exited, Quit, Terminated),
        (Exited, TabChosen, Exited),
    ];

    #[test]
    fn every_row_of_the_table() {
        for (from, event, to) in EDGES {
            assert_eq!(from.next(event), to, "{from:?} {event:?}");
        }
    }

    #[test]
    fn every_other_event_leaves_the_state() {
        for state in STATES {
            for event in EVENTS {
                if !EDGES.iter().any(|(from, edge, _)| (*from, *edge) == (state, event)) {
                    assert_eq!(state.next(event), state, "{state:?} {event:?}");
                }
            }
        }
    }

    #[test]
    fn final_states_are_final() {
        for event in EVENTS {
            assert_eq!(FailExit.next(event), FailExit);
            assert_eq!(Terminated.next(event), Terminated);
        }
    }
}
