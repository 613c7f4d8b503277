//! Ctrl-Z.

use rustix::process::Signal;

use crate::child::Role;

#[test]
fn a_process_stops_and_goes_on_where_it_was() {
    let mut child = Role::start("suspend", "");
    assert_eq!(child.line(), "stopping");
    child.await_stop();
    child.signal(Signal::CONT);
    assert_eq!(child.line(), "continued");
    assert_eq!(child.line(), "not stopped");
}
