//! What is answered: metrics, how the server is, a short page; to all else that it is not there.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, VARY, WWW_AUTHENTICATE,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio_rustls::rustls::ServerConfig;

use super::negotiate;
use super::web_config::WebConfig;
use crate::readings::Readings;

/// Metrics are there within this time, or it is told that they are not.
const PATIENCE: Duration = Duration::from_secs(20);

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

const PAGE: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>netmonitor</title></head>\n",
    "<body><h1>netmonitor ",
    env!("CARGO_PKG_VERSION"),
    "</h1>\n<p>Network activity of this machine.</p>\n",
    "<ul><li><a href=\"/metrics\">Metrics</a></li><li><a href=\"/healthz\">Health</a></li></ul>\n",
    "</body></html>\n"
);

/// What is served.
pub(super) struct Site {
    readings: Readings,
    web: WebConfig,
}

type Answer = Response<Full<Bytes>>;

impl Site {
    pub(super) fn new(readings: Readings, web: WebConfig) -> Self {
        Self { readings, web }
    }

    /// How connections are encrypted, if they are.
    pub(super) fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.web.current().tls.clone()
    }

    /// Answers a request. What stands in its body is not looked at.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let web = self.web.current();
        let mut answer = match web.gate.lets_in(bytes(request.headers(), &AUTHORIZATION)).await {
            true => self.find(&request).await,
            false => {
                let mut answer = words(StatusCode::UNAUTHORIZED, "name and password are needed");
                let basic = HeaderValue::from_static("Basic realm=\"netmonitor\", charset=\"UTF-8\"");
                answer.headers_mut().insert(WWW_AUTHENTICATE, basic);
                answer
            }
        };
        for (name, value) in web.headers.iter() {
            answer.headers_mut().insert(name.clone(), value.clone());
        }
        self.readings.tally.answered(answer.status().as_u16());
        Ok(answer)
    }

    async fn find(&self, request: &Request<Incoming>) -> Answer {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            let mut answer = words(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        match request.uri().path() {
            "/metrics" => self.metrics(request.headers()).await,
            "/healthz" => self.health(),
            "/" => typed(StatusCode::OK, HTML, PAGE),
            _ => words(StatusCode::NOT_FOUND, "there is nothing here; look at /metrics"),
        }
    }

    async fn metrics(&self, headers: &HeaderMap) -> Answer {
        let form = negotiate::form(text(headers, &ACCEPT), text(headers, &ACCEPT_ENCODING));
        let body = match tokio::time::timeout(PATIENCE, self.readings.text(form)).await {
            Ok(Some(body)) => body,
            Ok(None) => return words(StatusCode::SERVICE_UNAVAILABLE, "the machine cannot be read any more"),
            Err(_) => return words(StatusCode::SERVICE_UNAVAILABLE, "a reading takes too long"),
        };
        let mut answer = Response::new(Full::new(body));
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.format.content_type()));
        headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        if form.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        answer
    }

    fn health(&self) -> Answer {
        match self.readings.stuck() {
            None => words(StatusCode::OK, "ok"),
            Some(took) => {
                let why = format!("a reading has taken {} seconds so far", took.as_secs());
                words(StatusCode::SERVICE_UNAVAILABLE, &why)
            }
        }
    }
}

fn words(status: StatusCode, words: &str) -> Answer {
    typed(status, TEXT, &format!("{words}\n"))
}

fn typed(status: StatusCode, kind: HeaderValue, body: &str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::copy_from_slice(body.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn bytes<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h [u8]> {
    headers.get(name).map(HeaderValue::as_bytes)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
