//! All that keys do: one table. Dispatch, help, hints and documents are made from it.
//!
//! To add a key: an entry in [`ALL`].

use crossterm::event::KeyCode;
use netmonitor_core::views;

use crate::app::{App, Mode};
use crate::document::Move;
use crate::event::{Effect, Go};
use crate::key::Key;
use crate::line::Line;
use crate::overlay::Search;
use crate::picker::{Picker, Purpose};

/// What a key does.
pub(crate) struct Action {
    /// Name.
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) doc: &'static str,
    /// The keys.
    pub(crate) keys: &'static [Key],
    /// Where they are bound.
    pub(crate) modes: &'static [Mode],
    /// The word in the hints of the last line.
    pub(crate) hint: Option<&'static str>,
    /// Does it.
    pub(crate) run: fn(&mut App, Key, &mut Vec<Effect>),
}

const EVERYWHERE: &[Mode] = Mode::ALL;
const TAB: &[Mode] = &[Mode::Tab];
const READING: &[Mode] = &[Mode::Tab, Mode::Overlay];
const OVERLAY: &[Mode] = &[Mode::Overlay];
const LIST: &[Mode] = &[Mode::List];
const SORT_LIST: &[Mode] = &[Mode::SortList];
const COLUMN_LIST: &[Mode] = &[Mode::ColumnList];
const ACT_LIST: &[Mode] = &[Mode::ActList];
const CONFIRM: &[Mode] = &[Mode::Confirm];
const LISTS: &[Mode] = &[Mode::List, Mode::SortList, Mode::ColumnList, Mode::ActList];
const COMMAND_LINE: &[Mode] = &[Mode::CommandLine];
const FILTER_LINE: &[Mode] = &[Mode::FilterLine];
const LINES: &[Mode] = &[Mode::CommandLine, Mode::FilterLine];

/// The hint of the key that stops and lets go on: what it does next depends on the session.
pub(crate) const PAUSE: &str = "pause";

macro_rules! actions {
    ($($name:literal $doc:literal $keys:expr, $modes:expr, $hint:expr, |$app:pat_param, $key:pat_param, $effects:pat_param| $run:expr;)*) => {
        &[$(Action {
            name: $name,
            doc: $doc,
            keys: $keys,
            modes: $modes,
            hint: $hint,
            run: |$app: &mut App, $key: Key, $effects: &mut Vec<Effect>| $run,
        },)*]
    };
}

/// All actions, in the order of the help.
pub(crate) static ALL: &[Action] = actions! {
    "command" "open the command line"
        &[Key::char(':')], TAB, Some("command"),
        |app, _, _| app.open_command_line("");
    "type-command" "open the command line with this letter in it"
        &[Key::char('t'), Key::char('u'), Key::char('a'), Key::char('s'), Key::char('r'), Key::char('i')], TAB, None,
        |app, key, _| app.open_command_line(&key.to_string());
    "help" "show keys and commands"
        &[Key::char('?'), Key::code(KeyCode::F(1))], TAB, Some("help"),
        |app, _, _| app.open_help();
    "quit" "end the session, unless a command is typed"
        &[Key::char('q')], &[Mode::Intro, Mode::Tab, Mode::Overlay], Some("quit"),
        |app, _, _| app.quit();
    "tab" "show the tab of this number"
        &[Key::char('0'), Key::char('1'), Key::char('2'), Key::char('3'), Key::char('4'), Key::char('5'), Key::char('6'),
          Key::char('7'), Key::char('8'), Key::char('9')], TAB, Some("tab"),
        |app, key, _| app.select(number(key));
    "tabs" "list all tabs, also those that have no number"
        &[Key::char('f')], TAB, Some("all tabs"),
        |app, _, _| app.open_tabs();
    "processes" "all processes of the machine by what they send and receive"
        &[Key::char('p')], TAB, None,
        |app, _, effects| app.show_processes(effects);
    "grouping" "processes: each of them, or by control group, user, name, network namespace"
        &[Key::char('b')], TAB, None,
        |app, _, _| app.change_grouping();
    "filter" "show the rows that match; empty: all of them"
        &[Key::char('/')], TAB, Some("filter"),
        |app, _, _| app.open_filter();
    "scope" "sockets of the process, or of its whole namespace"
        &[Key::char('n')], TAB, Some("scope"),
        |app, _, _| app.change_scope();
    "explain" "explain the selected row"
        &[Key::char('x')], TAB, Some("explain"),
        |app, _, _| app.explain();
    "open" "open the selected file, the session of the selected process, the processes of the selected group; of another row: everything about it"
        &[Key::code(KeyCode::Enter)], TAB, None,
        |app, _, effects| app.enter(effects);
    "text" "the text behind the table, as the kernel prints it; in an opened file its rows again"
        &[Key::char('w')], TAB, None,
        |app, _, _| app.show_text();
    "back" "leave the rest of a large file that is being read; else leave an opened file, or the processes of a group; else show all rows again; else leave the session of a process that was opened"
        &[Key::code(KeyCode::Esc)], TAB, None,
        |app, _, effects| app.back(effects);
    "next-tab" "show the next tab"
        &[Key::code(KeyCode::Tab), Key::code(KeyCode::Right)], TAB, None,
        |app, _, _| app.select_beside(true);
    "previous-tab" "show the tab before"
        &[Key::code(KeyCode::BackTab), Key::code(KeyCode::Left)], TAB, None,
        |app, _, _| app.select_beside(false);
    "pause" "freeze what is shown; again: go on with live figures. In a recording: let time go on; again: stand still"
        &[Key::char(' ')], TAB, Some(PAUSE),
        |app, _, effects| app.pause_or_play(effects);
    "step-back" "the moment before, of a recording or of those that a live session has kept"
        &[Key::char('[')], TAB, None,
        |app, _, effects| app.go_in_time(Go::Ticks(-1), effects);
    "step" "the next moment"
        &[Key::char(']')], TAB, None,
        |app, _, effects| app.go_in_time(Go::Ticks(1), effects);
    "minute-back" "a minute back"
        &[Key::char('{')], TAB, None,
        |app, _, effects| app.go_in_time(Go::Seconds(-60), effects);
    "minute" "a minute on"
        &[Key::char('}')], TAB, None,
        |app, _, effects| app.go_in_time(Go::Seconds(60), effects);
    "next-change" "the next moment at which a socket, its state or a process has changed or something happened"
        &[Key::char('N')], TAB, None,
        |app, _, effects| app.go_to_next_change(effects);
    "findings" "what is wrong here"
        &[Key::char('F')], TAB, Some("findings"),
        |app, _, _| app.select(views::place(views::FINDINGS));
    "acknowledge" "be quiet about the selected finding unless it gets worse; again: tell of it"
        &[Key::char('!')], TAB, None,
        |app, _, _| app.acknowledge();
    "next-finding" "in a recording: the next moment at which something begins to be wrong"
        &[Key::char('>')], TAB, None,
        |app, _, effects| app.go_to_finding(true, effects);
    "previous-finding" "in a recording: back to where the last thing began to be wrong"
        &[Key::char('<')], TAB, None,
        |app, _, effects| app.go_to_finding(false, effects);
    "sort" "choose the column that rows of the table are sorted by"
        &[Key::char('o')], TAB, Some("sort"),
        |app, _, _| app.open_columns(Purpose::Sort);
    "reverse" "reverse the order of the table"
        &[Key::char('O')], TAB, None,
        |app, _, _| app.reverse();
    "columns" "choose the columns of the table that are shown"
        &[Key::char('c')], TAB, Some("columns"),
        |app, _, _| app.open_columns(Purpose::Show);
    "counters" "counters: all of each, totals, rates, since start, those only that have moved"
        &[Key::char('m')], TAB, Some("counters"),
        |app, _, _| app.change_counters();
    "detail" "everything about the selected row, also where Enter leads elsewhere"
        &[Key::char('D')], TAB, None,
        |app, _, _| app.open_detail();
    "acts" "what can be done about the selected row: close its TCP connection, send its process a signal; each is asked about first"
        &[Key::char('K')], TAB, None,
        |app, _, _| app.open_acts();
    "names" "look up names of remote addresses, or no more; whoever answers for an address can notice it"
        &[Key::char('d')], TAB, None,
        |app, _, _| app.change_names();
    "graphs" "show what was sent and received over time, and of each row what it moved; or do not"
        &[Key::char('g')], TAB, None,
        |app, _, _| app.toggle_graphs();
    "totals" "show the sums of what can be added up below the rows, or no longer"
        &[Key::char('T')], TAB, None,
        |app, _, _| app.toggle_totals();
    "copy-row" "copy the row by the terminal's clipboard, its cells with tabs between them"
        &[Key::char('y')], TAB, None,
        |app, _, effects| app.copy_row(effects);
    "copy-table" "copy the table as CSV: the rows and columns that are shown"
        &[Key::char('Y')], TAB, None,
        |app, _, effects| app.copy_table(effects);
    "live" "continue with live figures. In a recording: its last moment"
        &[Key::char('L')], TAB, None,
        |app, _, effects| app.go_to_last(effects);
    "refresh" "read once now"
        &[Key::code(KeyCode::F(5)), Key::ctrl('r')], TAB, None,
        |app, _, effects| app.refresh(effects);
    "up" "one row up"
        &[Key::code(KeyCode::Up), Key::char('k')], READING, None,
        |app, _, _| app.go(Move::Up);
    "down" "one row down"
        &[Key::code(KeyCode::Down), Key::char('j')], READING, None,
        |app, _, _| app.go(Move::Down);
    "page-up" "a screen up"
        &[Key::code(KeyCode::PageUp)], READING, None,
        |app, _, _| app.go(Move::PageUp);
    "page-down" "a screen down"
        &[Key::code(KeyCode::PageDown)], READING, None,
        |app, _, _| app.go(Move::PageDown);
    "first" "to the first row, and stay there whichever it is"
        &[Key::code(KeyCode::Home)], READING, None,
        |app, _, _| app.go(Move::First);
    "last" "to the last row"
        &[Key::code(KeyCode::End)], READING, None,
        |app, _, _| app.go(Move::Last);
    "columns-right" "show columns further right"
        &[Key::shift(KeyCode::Right)], TAB, None,
        |app, _, _| app.pane().columns_right();
    "columns-left" "show columns further left"
        &[Key::shift(KeyCode::Left)], TAB, None,
        |app, _, _| app.pane().columns_left();
    "close" "leave what lies over the tab"
        &[Key::code(KeyCode::Esc), Key::code(KeyCode::Enter), Key::char('?'), Key::code(KeyCode::F(1)), Key::char('x')], OVERLAY, Some("back"),
        |app, _, _| app.overlay = None;
    "choose-tab" "show the chosen tab"
        &[Key::code(KeyCode::Enter)], LIST, Some("show"),
        |app, _, _| app.choose_tab();
    "choose-sort" "sort by the chosen column; by the same again: in the other direction"
        &[Key::code(KeyCode::Enter)], SORT_LIST, Some("sort"),
        |app, _, _| app.choose_sort();
    "toggle-column" "show the chosen column or leave it out"
        &[Key::char(' ')], COLUMN_LIST, Some("show or not"),
        |app, _, _| app.choose_columns(Picker::toggle);
    "all-columns" "show all columns"
        &[Key::char('*')], COLUMN_LIST, Some("all"),
        |app, _, _| app.choose_columns(Picker::show_all);
    "usual-columns" "erase the last character; with none: show the usual columns"
        &[Key::code(KeyCode::Backspace), Key::ctrl('h')], COLUMN_LIST, Some("usual"),
        |app, _, _| app.choose_columns(Picker::erase_or_reset);
    "close-columns" "leave the list of columns"
        &[Key::code(KeyCode::Enter)], COLUMN_LIST, None,
        |app, _, _| app.overlay = None;
    "choose-act" "ask whether the chosen thing is to be done"
        &[Key::code(KeyCode::Enter)], ACT_LIST, Some("choose"),
        |app, _, _| app.choose_act();
    "confirm" "do it"
        &[Key::char('y')], CONFIRM, Some("do it"),
        |app, _, effects| app.confirm(effects);
    "refuse" "do nothing"
        &[Key::code(KeyCode::Esc), Key::char('n'), Key::char('q'), Key::code(KeyCode::Enter)], CONFIRM, Some("leave it"),
        |app, _, _| app.overlay = None;
    "close-list" "leave the list"
        &[Key::code(KeyCode::Esc)], LISTS, Some("back"),
        |app, _, _| app.overlay = None;
    "list-up" "one up"
        &[Key::code(KeyCode::Up)], LISTS, None,
        |app, _, _| in_list(app, Move::Up);
    "list-down" "one down"
        &[Key::code(KeyCode::Down), Key::code(KeyCode::Tab)], LISTS, None,
        |app, _, _| in_list(app, Move::Down);
    "list-page-up" "a screen up"
        &[Key::code(KeyCode::PageUp)], LISTS, None,
        |app, _, _| in_list(app, Move::PageUp);
    "list-page-down" "a screen down"
        &[Key::code(KeyCode::PageDown)], LISTS, None,
        |app, _, _| in_list(app, Move::PageDown);
    "list-first" "to the first"
        &[Key::code(KeyCode::Home)], LISTS, None,
        |app, _, _| in_list(app, Move::First);
    "list-last" "to the last"
        &[Key::code(KeyCode::End)], LISTS, None,
        |app, _, _| in_list(app, Move::Last);
    "list-erase" "erase the last character"
        &[Key::code(KeyCode::Backspace), Key::ctrl('h')], &[Mode::List, Mode::SortList, Mode::ActList], None,
        |app, _, _| app.search().map_or((), Search::pop);
    "list-type" "find what has it"
        &[Key::Character], LISTS, None,
        |app, key, _| app.search().zip(key.character()).map_or((), |(search, typed)| search.push(typed));
    "run" "do what is typed"
        &[Key::code(KeyCode::Enter)], COMMAND_LINE, None,
        |app, _, effects| app.run_command(effects);
    "complete" "complete the command; again: the next one"
        &[Key::code(KeyCode::Tab)], COMMAND_LINE, None,
        |app, _, _| app.complete_command(true);
    "complete-back" "complete it with the one before"
        &[Key::code(KeyCode::BackTab)], COMMAND_LINE, None,
        |app, _, _| app.complete_command(false);
    "close-command-line" "leave the command line"
        &[Key::code(KeyCode::Esc)], COMMAND_LINE, None,
        |app, _, _| app.close_command_line();
    "apply-filter" "show the rows that match what is typed"
        &[Key::code(KeyCode::Enter)], FILTER_LINE, None,
        |app, _, _| app.apply_filter();
    "next-offer" "take the next of what is offered: the name of a column, or a value that stands in it"
        &[Key::code(KeyCode::Tab)], FILTER_LINE, None,
        |app, _, _| app.take_beside(true);
    "previous-offer" "take the one before"
        &[Key::code(KeyCode::BackTab)], FILTER_LINE, None,
        |app, _, _| app.take_beside(false);
    "cancel-filter" "leave the line; the rows are those that there were"
        &[Key::code(KeyCode::Esc)], FILTER_LINE, None,
        |app, _, _| app.cancel_filter();
    "earlier-command" "what was typed before"
        &[Key::code(KeyCode::Up)], LINES, None,
        |app, _, _| app.edit(Line::recall_before);
    "later-command" "what was typed after that"
        &[Key::code(KeyCode::Down)], LINES, None,
        |app, _, _| app.edit(Line::recall_after);
    "cursor-left" "cursor to the left"
        &[Key::code(KeyCode::Left)], LINES, None,
        |app, _, _| app.edit(Line::left);
    "cursor-right" "cursor to the right"
        &[Key::code(KeyCode::Right)], LINES, None,
        |app, _, _| app.edit(Line::right);
    "cursor-start" "cursor to the start"
        &[Key::code(KeyCode::Home)], LINES, None,
        |app, _, _| app.edit(Line::home);
    "cursor-end" "cursor to the end"
        &[Key::code(KeyCode::End)], LINES, None,
        |app, _, _| app.edit(Line::end);
    "erase" "erase the character before the cursor; leave an empty line"
        &[Key::code(KeyCode::Backspace), Key::ctrl('h')], LINES, None,
        |app, _, _| app.erase();
    "delete" "erase the character under the cursor"
        &[Key::code(KeyCode::Delete)], LINES, None,
        |app, _, _| app.edit(Line::delete);
    "erase-all" "erase all before the cursor"
        &[Key::ctrl('u')], LINES, None,
        |app, _, _| app.edit(Line::clear_before);
    "type" "type it"
        &[Key::Character], LINES, None,
        |app, key, _| app.edit(|line| key.character().into_iter().for_each(|typed| line.insert(typed)));
    "never-again" "leave the introduction, and begin without it from now on"
        &[Key::char('n')], &[Mode::Intro], None,
        |app, _, effects| app.never_again(effects);
    "go-on" "leave the introduction"
        &[Key::Any], &[Mode::Intro], None,
        |app, _, _| app.go_on();
    "suspend" "stop; the shell's fg brings it back"
        &[Key::ctrl('z')], EVERYWHERE, None,
        |_, _, effects| effects.push(Effect::Suspend);
    "redraw" "draw all of the screen again"
        &[Key::ctrl('l')], EVERYWHERE, None,
        |app, _, effects| app.redraw(effects);
    "quit-now" "end the session, whatever is typed or shown"
        &[Key::ctrl('d'), Key::ctrl('c')], EVERYWHERE, None,
        |app, _, _| app.quit();
};

/// The tab that a digit stands for.
fn number(key: Key) -> usize {
    key.character().and_then(|digit| digit.to_digit(10)).map_or(usize::MAX, |digit| digit as usize)
}

pub(crate) fn in_list(app: &mut App, to: Move) {
    let left = app.left_in_list();
    let page = app.overlay.as_ref().map_or(1, |overlay| overlay.height.saturating_sub(1));
    if let Some(search) = app.search() {
        // What is typed may have left fewer than there were.
        search.chosen = to.from(search.chosen.min(left.saturating_sub(1)), left, page);
    }
}

#[cfg(test)]
mod tests;
