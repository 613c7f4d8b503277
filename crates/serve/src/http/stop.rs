//! How a server is told to stop.

use tokio::sync::oneshot;

/// Stops a server.
pub struct Stop(oneshot::Sender<()>);

/// Hears that a server is to stop.
pub struct Stopped(oneshot::Receiver<()>);

/// Both ends.
pub fn stop() -> (Stop, Stopped) {
    let (stop, stopped) = oneshot::channel();
    (Stop(stop), Stopped(stopped))
}

impl Stop {
    /// Stops it now.
    pub fn now(self) {
        // One that has ended needs not be told.
        let _ = self.0.send(());
    }
}

impl Stopped {
    /// Waits until it is to stop; where nobody can say so any more, for ever.
    pub(super) async fn wait(self) {
        if self.0.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
