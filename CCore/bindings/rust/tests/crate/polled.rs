use std::os::raw::{c_int, c_short, c_ulong};
use std::os::unix::io::AsRawFd;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use martlet::{Config, Error, ErrorKind, PolledServer, Route, Server};

use crate::support::{Client, Drops, PATIENCE};

#[repr(C)]
struct PollFd {
    descriptor: c_int,
    events: c_short,
    found: c_short,
}

extern "C" {
    fn poll(fds: *mut PollFd, count: c_ulong, timeout_ms: c_int) -> c_int;
}

const POLLIN: c_short = 1;

/// One turn of a caller's loop. False when the server has stopped.
fn turn(server: &PolledServer) -> bool {
    let timeout = server.timeout().unwrap_or(PATIENCE).min(Duration::from_millis(100));
    let mut waited = PollFd { descriptor: server.as_raw_fd(), events: POLLIN, found: 0 };
    // SAFETY: one descriptor, in a place that outlives the call.
    unsafe { poll(&mut waited, 1, timeout.as_millis() as c_int) };
    server.poll().unwrap()
}

fn turn_until(server: &PolledServer, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end && turn(server));
    }
}

fn polled(add_routes: impl FnOnce(&mut Server)) -> PolledServer {
    let mut server = Server::new(Config::new().reactors(1).workers(1)).unwrap();
    add_routes(&mut server);
    server.listen("127.0.0.1", 0).unwrap();
    server.start_polled().unwrap()
}

#[test]
fn everything_happens_in_the_callers_loop() {
    let server = polled(|server| {
        server.get("/here", |_, _| format!("{:?}", thread::current().id())).unwrap();
        server.route(Route::get("/worker").on_worker(), |_, _| "worked").unwrap();
        let later = |request: &martlet::Request<'_>, _: &mut martlet::Response<'_>| -> Result<(), Error> {
            let exchange = request.defer()?;
            thread::spawn(move || exchange.answer("later"));
            Ok(())
        };
        server.get("/later", later).unwrap();
    });
    let port = server.port();
    let client = thread::spawn(move || {
        let mut client = Client::connect(port);
        let here = client.get("/here");
        client.get("/worker").check(200, "worked");
        client.get("/later").check(200, "later");
        here
    });
    turn_until(&server, || client.is_finished());
    client.join().unwrap().check(200, &format!("{:?}", thread::current().id()));
}

#[test]
fn it_is_drained_by_polling_on() {
    let drops = Drops::default();
    let counted = drops.one();
    let server = polled(|server| drop(server.get("/", move |_, _| counted.touch())));
    let mut idle = Client::connect(server.port());
    turn_until(&server, || server.stats().connections_open == 1);
    server.drain(None);
    let end = Instant::now() + PATIENCE;
    while turn(&server) {
        assert!(Instant::now() < end);
    }
    assert!(!server.poll().unwrap());
    assert!(idle.rest().is_empty());
    assert_eq!(drops.count(), 0);
    drop(server);
    drops.expect(1);
}

#[test]
fn it_is_not_polled_from_inside() {
    thread_local! {
        static SERVER: std::cell::RefCell<Option<std::rc::Rc<PolledServer>>> = Default::default();
    }
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let server = polled(|server| {
        let handler = move |_: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
            let polled = SERVER.with(|server| server.borrow().as_ref().unwrap().poll());
            tell.lock().unwrap().send(polled.unwrap_err().kind()).unwrap();
            "polled"
        };
        server.get("/", handler).unwrap();
    });
    let server = std::rc::Rc::new(server);
    SERVER.with(|place| *place.borrow_mut() = Some(server.clone()));
    let mut client = Client::connect(server.port());
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    let mut seen = None;
    turn_until(&server, || {
        seen = seen.or_else(|| told.try_recv().ok());
        seen.is_some()
    });
    assert_eq!(seen, Some(ErrorKind::WrongThread));
    SERVER.with(|place| place.borrow_mut().take());
}

#[test]
fn dropped_amid_requests_it_turns_its_loop_to_the_end() {
    let drops = Drops::default();
    let (counted, held) = (drops.one(), Arc::new(Mutex::new(Vec::new())));
    let theirs = Arc::clone(&held);
    let server = polled(|server| {
        let handler = move |request: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
            counted.touch();
            theirs.lock().unwrap().push(request.defer().unwrap());
        };
        server.get("/", handler).unwrap();
    });
    let mut client = Client::connect(server.port());
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    turn_until(&server, || !held.lock().unwrap().is_empty());
    drop(server);
    assert!(client.rest().is_empty());
    assert!(held.lock().unwrap()[0].is_cancelled());
    held.lock().unwrap().clear();
    drops.expect(1);
}

#[test]
fn who_waits_for_it_turns_its_loop() {
    let server = polled(|server| drop(server.get("/", |_, _| "x")));
    assert_eq!(server.wait(Some(Duration::from_millis(20))).unwrap_err().kind(), ErrorKind::Timeout);
    let port = server.port();
    let client = thread::spawn(move || Client::connect(port).get("/").check(200, "x"));
    turn_until(&server, || client.is_finished());
    client.join().unwrap();
    server.stop().unwrap();
    assert!(!server.poll().unwrap());
}

#[test]
fn a_server_with_threads_is_not_polled() {
    let mut server = Server::new(Config::new().reactors(1)).unwrap();
    server.listen("127.0.0.1", 0).unwrap().start().unwrap();
    assert_eq!(server.start_polled().err().unwrap().kind(), ErrorKind::InvalidState);
}
