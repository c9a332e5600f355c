//! A server that runs during a test, a client that speaks octets, and counters.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use martlet::{Config, Server};

pub const PATIENCE: Duration = Duration::from_secs(10);

/// The lines that a server logs.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub fn config(&self) -> Config {
        let lines = self.clone();
        let config = Config::new().reactors(1).workers(2).shutdown_timeout(Duration::from_secs(2));
        config.log(move |_, line| lines.0.lock().unwrap().push(line.to_string()))
    }

    pub fn all(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }

    /// Waits for a line with these words.
    pub fn expect(&self, words: &str) {
        let is_there = eventually(|| self.all().contains(words));
        assert!(is_there, "no line has {words:?}:\n{}", self.all());
    }
}

pub struct Running {
    pub server: Server,
    pub lines: Lines,
}

impl Running {
    pub fn client(&self) -> Client {
        Client::connect(self.server.port())
    }

    /// One request on a connection of its own.
    pub fn get(&self, target: &str) -> Reply {
        self.client().get(target)
    }
}

pub fn serve(add_routes: impl FnOnce(&mut Server)) -> Running {
    let lines = Lines::default();
    let mut server = Server::new(lines.config()).unwrap();
    add_routes(&mut server);
    server.listen("127.0.0.1", 0).unwrap().start().unwrap();
    Running { server, lines }
}

pub fn eventually(mut is_so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn field(&self, name: &str) -> Option<&str> {
        let is_name = |found: &str| found.eq_ignore_ascii_case(name);
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| is_name(found))
            .map(|(_, value)| value)
    }

    #[track_caller]
    pub fn check(&self, status: u16, body: &str) {
        assert_eq!((self.status, &*String::from_utf8_lossy(&self.body)), (status, body));
    }
}

pub struct Client(BufReader<TcpStream>);

impl Client {
    pub fn connect(port: u16) -> Client {
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        Client(BufReader::new(socket))
    }

    pub fn socket(&mut self) -> &mut TcpStream {
        self.0.get_mut()
    }

    pub fn send(&mut self, octets: impl AsRef<[u8]>) -> &mut Client {
        self.socket().write_all(octets.as_ref()).unwrap();
        self
    }

    pub fn get(&mut self, target: &str) -> Reply {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: test\r\n\r\n")).reply()
    }

    pub fn post(&mut self, target: &str, body: &[u8]) -> Reply {
        let length = body.len();
        self.send(format!("POST {target} HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n\r\n"));
        self.send(body).reply()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    pub fn head(&mut self) -> Reply {
        let mut head = String::new();
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "the connection ended in a head: {head:?}");
            if line == "\r\n" {
                break;
            }
            head += &line;
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.replace("\r\n", "\n"), body: Vec::new() }
    }

    pub fn reply(&mut self) -> Reply {
        let mut reply = self.head();
        if reply.field("Transfer-Encoding") == Some("chunked") {
            reply.body = self.chunks().expect("the body was cut");
        } else {
            let length = reply.field("Content-Length").map_or(0, |length| length.parse().unwrap());
            reply.body = vec![0; length];
            self.0.read_exact(&mut reply.body).unwrap();
        }
        reply
    }

    /// A chunked body; `None` when the connection ends within it.
    pub fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(self.line().trim_end(), 16).ok()?;
            let before = body.len();
            body.resize(before + size, 0);
            self.0.read_exact(&mut body[before..]).ok()?;
            self.line();
            if size == 0 {
                return Some(body);
            }
        }
    }

    /// Leaves an answer unread: the connection is reset, where a mere end would be a request's end and still answered.
    pub fn reset(mut self) {
        assert_eq!(self.socket().peek(&mut [0]).unwrap(), 1);
    }

    /// Everything until the connection ends.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest);
        rest
    }
}

/// Counts how often it is dropped.
#[derive(Default)]
pub struct Drops(Arc<AtomicUsize>);

impl Drops {
    pub fn one(&self) -> Counted {
        Counted(Arc::clone(&self.0))
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    #[track_caller]
    pub fn expect(&self, count: usize) {
        eventually(|| self.count() >= count);
        assert_eq!(self.count(), count);
    }
}

pub struct Counted(Arc<AtomicUsize>);

impl Counted {
    /// Makes a closure take it along.
    pub fn touch(&self) {}
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        b"counted"
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
