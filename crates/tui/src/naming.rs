//! Names of remote addresses: looked up or not.

use crate::app::App;

impl App {
    /// Looks names of remote addresses up from now on, or no more.
    pub(crate) fn change_names(&mut self) {
        if self.time.is_some() {
            return self.remark("nothing is looked up: names are those that were recorded");
        }
        if self.ended() {
            return self.remark("the process has ended: nothing more is looked up");
        }
        self.settings.resolve = !self.settings.resolve;
        self.pane().columns.clear();
        if !self.settings.resolve {
            return self.remark("names of remote addresses are looked up no more");
        }
        let otherwise = self.snapshot.as_ref().and_then(|it| it.naming.otherwise(it.netns.inode));
        let otherwise = otherwise.map(|why| format!("; {why}")).unwrap_or_default();
        self.remark(&format!(
            "names are looked up: whoever answers for an address can notice it; d ends it{otherwise}"
        ));
    }
}
