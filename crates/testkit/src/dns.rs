//! A server of the domain name system in a namespace that a test makes: it says what the test wants of each address.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::netns::Netns;

/// What the server does when it is asked for the name of an address.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Tells a name of these labels, any bytes, for so many seconds.
    Name(Vec<Vec<u8>>, u32),
    /// Says that there is none (NXDOMAIN).
    None,
    /// Says that it cannot tell (SERVFAIL).
    Failure,
    /// Sends bytes that are no message.
    Garbage,
    /// Tells a name that points to itself.
    Endless,
    /// Says nothing.
    Silence,
    /// Does this after so long.
    Late(Duration, Box<Reply>),
}

impl Reply {
    /// A name as it is written, for a minute.
    pub fn name(name: &str) -> Self {
        Self::Name(name.split('.').map(|label| label.as_bytes().to_vec()).collect(), 60)
    }
}

/// A server at 127.0.0.1, port 53. It goes on while the test program does.
#[derive(Debug, Clone)]
pub struct Server {
    asked: Arc<AtomicUsize>,
    questions: Arc<Mutex<Vec<Ipv4Addr>>>,
}

impl Server {
    /// Starts one that says this of each address.
    pub fn start(netns: &Netns, reply: impl Fn(Ipv4Addr) -> Reply + Send + 'static) -> Self {
        let server = Self { asked: Arc::default(), questions: Arc::default() };
        let (namespace, it) = (std::fs::File::open(netns.path()).unwrap(), server.clone());
        let (to, ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 53)).unwrap());
            to.send(()).unwrap();
            let mut room = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut room) {
                it.asked.fetch_add(1, Ordering::Relaxed);
                let Some(address) = address(&room[..length]) else { continue };
                it.questions.lock().unwrap().push(address);
                answer(&socket, &room[..length], from, reply(address));
            }
        });
        ready.recv().unwrap();
        server
    }

    /// How many messages have come.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// The addresses that it was asked for so far.
    pub fn questions(&self) -> Vec<Ipv4Addr> {
        self.questions.lock().unwrap().clone()
    }
}

/// Bytes of the head of a message.
const HEAD: usize = 12;

/// Where the question ends.
fn question_end(message: &[u8]) -> Option<usize> {
    let mut at = HEAD;
    loop {
        match usize::from(*message.get(at)?) {
            0 => return Some(at + 5),
            label => at += label + 1,
        }
    }
}

/// The address whose name is asked for: its bytes stand before `in-addr.arpa`, the last one first.
fn address(message: &[u8]) -> Option<Ipv4Addr> {
    let (mut at, mut octets) = (HEAD, [0; 4]);
    for octet in octets.iter_mut().rev() {
        let length = usize::from(*message.get(at)?);
        *octet = str::from_utf8(message.get(at + 1..at + 1 + length)?).ok()?.parse().ok()?;
        at += length + 1;
    }
    Some(octets.into())
}

fn answer(socket: &Arc<UdpSocket>, question: &[u8], from: SocketAddr, reply: Reply) {
    let Some(end) = question_end(question) else { return };
    let head = |code: u8, answers: u8| {
        // The number of the question; an answer with recursion; one question.
        let mut message = [&question[..2], &[0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0]].concat();
        message.extend_from_slice(&question[HEAD..end]);
        message
    };
    let named = |name: &[u8], seconds: u32| {
        let mut message = head(0, 1);
        // The name of the question, PTR, IN.
        message.extend_from_slice(&[0xc0, HEAD as u8, 0, 12, 0, 1]);
        message.extend_from_slice(&seconds.to_be_bytes());
        message.extend_from_slice(&(name.len() as u16).to_be_bytes());
        message.extend_from_slice(name);
        message
    };
    let message = match reply {
        Reply::Silence => return,
        Reply::Late(time, reply) => {
            let (socket, question) = (socket.clone(), question.to_vec());
            std::thread::spawn(move || {
                std::thread::sleep(time);
                answer(&socket, &question, from, *reply);
            });
            return;
        }
        Reply::None => head(3, 0),
        Reply::Failure => head(2, 0),
        Reply::Garbage => vec![0xff; 700],
        // The pointer is the first of its own bytes: the record's head takes 12.
        Reply::Endless => named(&((0xc000 | (end + 12)) as u16).to_be_bytes(), 60),
        Reply::Name(labels, seconds) => {
            let mut name = Vec::new();
            for label in labels {
                name.push(label.len() as u8);
                name.extend(label);
            }
            name.push(0);
            named(&name, seconds)
        }
    };
    let _ = socket.send_to(&message, from);
}
