//! The server: a thread of its own, one request on each connection, all of it within bounds of time and room.

mod auth;
mod connections;
mod negotiate;
mod route;
mod stop;
mod web_config;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::readings::{Ended, Readings};
use connections::{Connections, Open};
use route::Site;
pub use stop::{Stop, Stopped, stop};
pub use web_config::{WebConfig, WebConfigError};

/// A client sends its request within this time...
const HEADERS: Duration = Duration::from_secs(5);

/// ...and has the answer within this, however slowly it takes it.
const WHOLE: Duration = Duration::from_secs(30);

/// Bytes of a request's line and headers, and how many of these there may be.
const ROOM: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// Serves until it is told to stop. An error: there can be no server, or the thread that reads has ended.
pub fn serve(
    listeners: Vec<std::net::TcpListener>,
    web: WebConfig,
    (readings, ended): (Readings, Ended),
    stop: Stopped,
) -> io::Result<()> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(2).build()?;
    runtime.block_on(async {
        let connections = Connections::new(readings.tally.clone());
        let site = Arc::new(Site::new(readings, web));
        for listener in listeners {
            listener.set_nonblocking(true)?;
            let listener = TcpListener::from_std(listener)?;
            tokio::spawn(accept(listener, connections.clone(), site.clone()));
        }
        tokio::select! {
            () = stop.wait() => Ok(()),
            _ = ended => Err(io::Error::other("the thread that reads has ended")),
        }
    })
}

async fn accept(listener: TcpListener, mut connections: Connections, site: Arc<Site>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No descriptor is left, say; connections end before long.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Some(open) = connections.open() else { continue };
        let number = open.number();
        let task = tokio::spawn(tokio::time::timeout(WHOLE, connection(stream, open, site.clone())));
        connections.began(number, task.abort_handle());
    }
}

async fn connection(stream: TcpStream, open: Open, site: Arc<Site>) {
    let _ = stream.set_nodelay(true);
    match site.tls() {
        None => requests(stream, open, site).await,
        Some(config) => {
            let shake = TlsAcceptor::from(config).accept(stream);
            // Whoever does not speak TLS is not answered.
            if let Ok(Ok(stream)) = tokio::time::timeout(HEADERS, shake).await {
                requests(stream, open, site).await;
            }
        }
    }
}

async fn requests(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, open: Open, site: Arc<Site>) {
    let answer = service_fn(|request| {
        open.asked();
        site.answer(request)
    });
    // What goes wrong is the client's affair: it was told so, or is gone.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .keep_alive(false)
        .max_buf_size(ROOM)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}
