use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use martlet::{Config, Error, ErrorKind, Level, Route, Server};

use crate::support::{eventually, serve, Client, Drops, Lines, PATIENCE};

fn refused<T>(result: Result<T, Error>) -> Error {
    result.err().expect("it was not refused")
}

#[test]
fn a_setting_out_of_its_range_is_named() {
    let error = refused(Server::new(Config::new().backlog(70_000)));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let message = error.to_string();
    for words in ["backlog", "70000", "65535"] {
        assert!(message.contains(words), "{message}");
    }
    let error = refused(Server::new(Config::new().server_name("x".repeat(128))));
    assert!(error.to_string().contains("server_name"), "{error}");
}

#[test]
fn the_library_says_its_version() {
    assert!(martlet::version().starts_with(concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".")), "{}", martlet::version());
}

#[test]
fn settings_arrive() {
    let config = Config::new().server_name("tried").max_body_bytes(3).idle_timeout(Duration::from_micros(1));
    let mut server = Server::new(config.reactors(1)).unwrap();
    server.post("/", |_, _| "posted").unwrap();
    server.listen("127.0.0.1", 0).unwrap().start().unwrap();
    let mut client = Client::connect(server.port());
    let reply = client.post("/", b"abc");
    reply.check(200, "posted");
    assert_eq!(reply.field("Server"), Some("tried"));
    let begin = Instant::now(); // a microsecond is not "no limit"
    assert!(client.rest().is_empty() && begin.elapsed() < PATIENCE / 2);
    assert_eq!(Client::connect(server.port()).post("/", b"abcd").status, 413);
}

#[test]
fn a_peer_that_closes_counts_as_gone_where_that_is_set() {
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let mut server = Server::new(Lines::default().config().cancel_on_half_close(true)).unwrap();
    let handler = move |request: &martlet::Request<'_>, _: &mut martlet::Response<'_>| -> Result<(), Error> {
        let (mut exchange, tell) = (request.defer()?, tell.lock().unwrap().clone());
        exchange.on_cancel(move || tell.send("gone").unwrap())?;
        thread::spawn(move || assert!(eventually(|| exchange.is_cancelled())));
        Ok(())
    };
    server.get("/", handler).unwrap().listen("127.0.0.1", 0).unwrap().start().unwrap();
    Client::connect(server.port()).send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "gone");
}

#[test]
fn nothing_is_registered_after_start() {
    let drops = Drops::default();
    let mut running = serve(|server| drop(server.get("/", |_, _| "x")));
    let counted = drops.one();
    let error = refused(running.server.get("/late", move |_, _| counted.touch()));
    assert_eq!(error.kind(), ErrorKind::InvalidState);
    drops.expect(1);
    let (fallback, handler) = (drops.one(), drops.one());
    assert_eq!(refused(running.server.fallback(move |_, _| fallback.touch())).kind(), ErrorKind::InvalidState);
    let refused_handler = running.server.error_handler(move |_, _, _| handler.touch());
    assert_eq!(refused(refused_handler).kind(), ErrorKind::InvalidState);
    drops.expect(3);
    assert_eq!(refused(running.server.listen("127.0.0.1", 0)).kind(), ErrorKind::InvalidState);
    let bad = Server::new(Config::new()).unwrap().get("no slash", |_, _| "x").err().unwrap().kind();
    assert_eq!(bad, ErrorKind::InvalidArgument);
}

#[test]
fn worker_routes_need_workers_and_whole_bodies() {
    let mut server = Server::new(Config::new().workers(0)).unwrap();
    let error = refused(server.route(Route::get("/").on_worker(), |_, _| "x"));
    assert!(matches!(error.kind(), ErrorKind::InvalidArgument | ErrorKind::InvalidState), "{error}");
    let mut server = Server::new(Config::new()).unwrap();
    let error = refused(server.route(Route::post("/").on_worker().streamed(), |_, _| "x"));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn it_listens_on_addresses_paths_and_sockets() {
    let path = env::temp_dir().join(format!("martlet-rust-{}.socket", process::id()));
    let inherited = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = inherited.local_addr().unwrap().port();
    let mut server = Server::new(Config::new().reactors(1)).unwrap();
    server.get("/", |request, _| request.peer()).unwrap();
    server.listen_on(inherited).unwrap().listen_unix(&path, 0o600).unwrap().listen("127.0.0.1", 0).unwrap();
    server.start().unwrap();
    let addresses = server.addresses();
    assert_eq!(addresses[0], format!("127.0.0.1:{port}"));
    assert_eq!(addresses[1], format!("unix:{}", path.display()));
    assert_eq!((addresses.len(), server.port()), (3, port));
    assert_eq!(Client::connect(port).get("/").status, 200);
    assert!(UnixStream::connect(&path).is_ok());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    drop(server);
    assert!(!path.exists());
}

#[test]
fn an_address_that_cannot_be_had_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut server = Server::new(Config::new()).unwrap();
    let error = refused(server.listen("127.0.0.1", port));
    assert_eq!(error.kind(), ErrorKind::AddressInUse);
    assert!(error.errno().is_some() && error.to_string().contains(&port.to_string()), "{error:?}");
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::AddrInUse);
    let error = refused(server.listen_on(fs::File::open("/dev/null").unwrap()));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn it_runs_on_the_callers_thread_until_it_has_drained() {
    let mut server = Server::new(Config::new().reactors(1)).unwrap();
    server.get("/", |_, _| format!("{:?}", thread::current().id())).unwrap();
    server.listen("127.0.0.1", 0).unwrap();
    let server = Arc::new(server);
    let theirs = Arc::clone(&server);
    let running = thread::spawn(move || theirs.run().map(|()| thread::current().id()).unwrap());
    let answer = Client::connect(server.port()).get("/");
    server.drain(Some(Duration::from_secs(1)));
    answer.check(200, &format!("{:?}", running.join().unwrap()));
    assert_eq!(refused(server.start()).kind(), ErrorKind::InvalidState);
}

#[test]
fn its_own_threads_do_not_wait_for_it() {
    let (give, take) = channel::<Arc<Server>>();
    let take = Mutex::new(take);
    let mut server = Server::new(Lines::default().config()).unwrap();
    let handler = move |_: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
        let server = take.lock().unwrap().recv().unwrap();
        assert_eq!(refused(server.run()).kind(), ErrorKind::WrongThread);
        assert_eq!(refused(server.wait(None)).kind(), ErrorKind::WrongThread);
        server.start().unwrap();
        server.stats().requests_total.to_string()
    };
    server.get("/", handler).unwrap().listen("127.0.0.1", 0).unwrap();
    let server = Arc::new(server);
    server.start().unwrap();
    give.send(Arc::clone(&server)).unwrap();
    Client::connect(server.port()).get("/").check(200, "1");
}

#[test]
fn a_stop_from_its_own_thread_is_begun() {
    let (give, take) = channel::<Arc<Server>>();
    let take = Mutex::new(take);
    let mut server = Server::new(Lines::default().config()).unwrap();
    let handler = move |_: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
        let stopped = take.lock().unwrap().recv().unwrap().stop();
        assert_eq!(refused(stopped).kind(), ErrorKind::WrongThread);
    };
    server.get("/", handler).unwrap().listen("127.0.0.1", 0).unwrap();
    let server = Arc::new(server);
    server.start().unwrap();
    give.send(Arc::clone(&server)).unwrap();
    Client::connect(server.port()).send("GET / HTTP/1.1\r\nHost: test\r\n\r\n").rest();
    server.wait(Some(PATIENCE)).unwrap();
}

#[test]
fn the_last_to_hold_a_server_may_be_its_own_handler() {
    for route in [Route::get("/"), Route::get("/").on_worker()] {
        let drops = Drops::default();
        let counted = drops.one();
        let place: Arc<Mutex<Option<Server>>> = Arc::default();
        let theirs = Arc::clone(&place);
        let mut server = Server::new(Lines::default().config()).unwrap();
        let handler = move |_: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
            counted.touch();
            drop(theirs.lock().unwrap().take());
            "gone"
        };
        server.route(route, handler).unwrap().listen("127.0.0.1", 0).unwrap();
        server.start().unwrap();
        let port = server.port();
        *place.lock().unwrap() = Some(server);
        Client::connect(port).send("GET / HTTP/1.1\r\nHost: test\r\n\r\n").rest();
        drops.expect(1);
    }
}

#[test]
fn waiting_has_an_end() {
    let running = serve(|server| drop(server.get("/", |_, _| "x")));
    let begin = Instant::now();
    assert_eq!(refused(running.server.wait(Some(Duration::from_millis(30)))).kind(), ErrorKind::Timeout);
    assert!(begin.elapsed() >= Duration::from_millis(30));
    running.server.stop().unwrap();
    running.server.wait(None).unwrap();
    let never = Server::new(Config::new()).unwrap();
    assert_eq!(refused(never.wait(None)).kind(), ErrorKind::InvalidState);
}

#[test]
fn dropped_amid_requests_it_waits_for_the_handlers_that_run() {
    let drops = Drops::default();
    let (inside, counted) = (Arc::new(Barrier::new(3)), drops.one());
    let theirs = Arc::clone(&inside);
    let running = serve(|server| {
        let handler = move |_: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
            theirs.wait();
            thread::sleep(Duration::from_millis(50));
            counted.touch();
            "late"
        };
        server.route(Route::get("/").on_worker(), handler).unwrap();
    });
    let mut clients = [running.client(), running.client()];
    for client in &mut clients {
        client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n".repeat(10));
    }
    inside.wait();
    drop(running);
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_drain_lets_requests_finish() {
    let (entered, is_inside) = channel();
    let entered = Mutex::new(entered);
    let running = serve(|server| {
        let handler = move |_: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
            entered.lock().unwrap().send(()).unwrap();
            thread::sleep(Duration::from_millis(50));
            "finished"
        };
        server.route(Route::get("/").on_worker(), handler).unwrap();
    });
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    is_inside.recv().unwrap();
    running.server.drain(None);
    client.reply().check(200, "finished");
    running.server.wait(Some(PATIENCE)).unwrap();
}

#[test]
fn counters_count() {
    let running = serve(|server| drop(server.get("/", |_, _| "x")));
    let mut client = running.client();
    for target in ["/", "/", "/none"] {
        client.get(target);
    }
    let is_counted = || {
        let stats = running.server.stats();
        (stats.requests_total, stats.responses, stats.connections_open) == (3, [0, 2, 0, 1, 0], 1)
    };
    assert!(eventually(is_counted), "{:?}", running.server.stats());
    assert!(running.server.stats().bytes_sent > 100);
}

#[test]
fn a_connection_without_a_socket_is_served() {
    let running = serve(|server| drop(server.get("/{x}", |request, _| request.path().to_string())));
    let (give, take) = channel();
    let mut answer = Vec::new();
    let collect = move |bytes: Option<&[u8]>| match bytes {
        Some(bytes) => answer.extend_from_slice(bytes),
        None => give.send(std::mem::take(&mut answer)).unwrap(),
    };
    running.server.inject(b"GET /injected HTTP/1.1\r\nHost: test\r\n\r\n", collect).unwrap();
    let answer = String::from_utf8(take.recv_timeout(PATIENCE).unwrap()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n/injected"), "{answer}");
    running.server.stop().unwrap();
    let drops = Drops::default();
    let counted = drops.one();
    let error = refused(running.server.inject(b"", move |_| counted.touch()));
    assert_eq!(error.kind(), ErrorKind::InvalidState);
    drops.expect(1);
}

#[test]
fn lines_have_levels_and_the_least_is_chosen() {
    let lines: Arc<Mutex<Vec<(Level, String)>>> = Arc::default();
    let theirs = Arc::clone(&lines);
    let log = move |level: Level, line: &str| theirs.lock().unwrap().push((level, line.to_string()));
    let mut server = Server::new(Config::new().reactors(1).log(log).log_level(Level::Error)).unwrap();
    server.get("/forget", |_, _| {}).unwrap();
    server.listen("127.0.0.1", 0).unwrap().start().unwrap();
    Client::connect(server.port()).get("/forget");
    drop(server);
    let lines = lines.lock().unwrap();
    assert!(!lines.is_empty() && lines.iter().all(|(level, _)| *level == Level::Error), "{lines:?}");
}
