//! Asks the domain name system for names of addresses, on a thread of its own: some at a time, none for long.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::ResolveHosts;
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::{Name, RData};
use netmonitor_core::host_names::Answer;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Shared;

/// So many questions are under way at a time.
const AT_ONCE: usize = 16;

/// A server is given so long, and an address so long with all servers.
const OF_SERVER: Duration = Duration::from_secs(2);
const OF_ADDRESS: Duration = Duration::from_secs(5);

/// That there is no name holds for so long, and that nobody tells.
const NONE_HOLDS: Duration = Duration::from_secs(600);
const FAILURE_HOLDS: Duration = Duration::from_secs(60);

/// Longest name, in bytes of its text: 255 of the wire, each up to four.
const LONGEST: usize = 1020;

/// Starts the thread, which ends with the sender. Its questions are bounded by what is kept of answers.
pub(crate) fn start(shared: Arc<Shared>) -> std::io::Result<UnboundedSender<IpAddr>> {
    let (to, questions) = unbounded_channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let work = move || runtime.block_on(answer_all(questions, &shared));
    std::thread::Builder::new().name("names".into()).spawn(work)?;
    Ok(to)
}

async fn answer_all(mut questions: UnboundedReceiver<IpAddr>, shared: &Shared) {
    let resolver = resolver();
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            question = questions.recv(), if under_way.len() < AT_ONCE => {
                let Some(address) = question else { return };
                let resolver = resolver.clone();
                under_way.spawn(async move { (address, ask(resolver.as_ref(), address).await) });
            }
            Some(Ok((address, (answer, holds)))) = under_way.join_next(), if !under_way.is_empty() => {
                shared.answer(address, answer, holds);
            }
        }
    }
}

/// A resolver as this machine's files say; `None`: they name no server.
fn resolver() -> Option<TokioResolver> {
    let mut builder = TokioResolver::builder_tokio().ok()?;
    let options = builder.options_mut();
    options.timeout = options.timeout.min(OF_SERVER);
    options.attempts = options.attempts.min(2);
    options.use_hosts_file = ResolveHosts::Always;
    // Answers are kept here.
    options.cache_size = 0;
    builder.build().ok()
}

/// The name of an address, and for how long that holds.
async fn ask(resolver: Option<&TokioResolver>, address: IpAddr) -> (Answer, Duration) {
    let Some(resolver) = resolver else { return (Answer::Failed, FAILURE_HOLDS) };
    match timeout(OF_ADDRESS, resolver.reverse_lookup(address)).await {
        Err(_) | Ok(Err(NetError::Timeout)) => (Answer::Timeout, FAILURE_HOLDS),
        Ok(Err(error)) if error.is_no_records_found() || error.is_nx_domain() => (Answer::None, NONE_HOLDS),
        Ok(Err(_)) => (Answer::Failed, FAILURE_HOLDS),
        Ok(Ok(found)) => {
            let holds = found.valid_until().saturating_duration_since(Instant::now());
            let name = found.answers().iter().find_map(|record| match &record.data {
                RData::PTR(name) => Some(text(name)),
                _ => None,
            });
            (name.map_or(Answer::None, |name| Answer::Name(name.into())), holds)
        }
    }
}

/// A name as text without the last dot: what is no letter of names is escaped.
fn text(name: &Name) -> Vec<u8> {
    let mut text = Vec::new();
    for label in name.iter() {
        if !text.is_empty() {
            text.push(b'.');
        }
        for byte in label {
            match byte {
                b'.' | b'\\' => text.extend([b'\\', *byte]),
                byte if byte.is_ascii_graphic() => text.push(*byte),
                byte => text.extend(format!("\\{byte:03}").bytes()),
            }
        }
    }
    text.truncate(LONGEST);
    // The root has no labels.
    if text.is_empty() { b".".to_vec() } else { text }
}
