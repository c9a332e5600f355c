use std::io::Write;
use std::panic::panic_any;
use std::sync::mpsc::channel;
use std::sync::Mutex;

use martlet::{Config, Exchange, Flow, Route, Server};

use crate::support::{serve, Client, Drops, Running};

/// Panics where nobody can catch it but the crate.
struct Bomb(#[allow(dead_code)] crate::support::Counted);

impl AsRef<[u8]> for Bomb {
    fn as_ref(&self) -> &[u8] {
        b"bomb"
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in a drop");
    }
}

fn hello(server: &mut Server) {
    server.get("/hello", |_, _| "hello").unwrap();
}

fn asked() -> (Running, Client, Exchange) {
    let (give, take) = channel();
    let give = Mutex::new(give);
    let running = serve(|server| {
        server.get("/", move |request, _| give.lock().unwrap().send(request.defer().unwrap()).unwrap()).unwrap();
        hello(server);
    });
    let mut client = running.client();
    client.send("GET /none HTTP/1.1\r\nHost: test\r\n\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n");
    (running, client, take.recv().unwrap())
}

#[test]
fn a_handler_that_panics_is_answered_for_whatever_it_said() {
    let running = serve(|server| {
        let said = |_: &martlet::Request<'_>, response: &mut martlet::Response<'_>| -> () {
            response.set_status(201).unwrap();
            response.set_field("X-Secret", "x").unwrap();
            response.body_static("half").unwrap();
            panic!("boom");
        };
        server.get("/reactor", said).unwrap();
        server.route(Route::get("/worker").on_worker(), said).unwrap();
        server.get("/strange", |_, _| -> () { panic_any(7) }).unwrap();
        server.fallback(|_, _| -> () { panic!("fell") }).unwrap();
        hello(server);
    });
    let mut client = running.client();
    for target in ["/reactor", "/worker", "/strange", "/none"] {
        let reply = client.get(target);
        reply.check(500, "500 Internal Server Error\n");
        assert_eq!(reply.field("X-Secret"), None);
    }
    client.get("/hello").check(200, "hello");
    running.lines.expect("the handler of /reactor panicked: boom");
    running.lines.expect("the handler of /worker panicked: boom");
    running.lines.expect("the handler of /strange panicked: with a value that is no text");
    running.lines.expect("the fallback handler panicked: fell");
}

#[test]
fn a_handler_that_panics_after_it_deferred_leaves_the_answer_to_the_exchange() {
    let (give, take) = channel();
    let running = serve(|server| {
        let give = Mutex::new(give);
        server
            .get("/kept", move |request, _| -> () {
                give.lock().unwrap().send(request.defer().unwrap()).unwrap();
                panic!("boom");
            })
            .unwrap();
        server
            .get("/lost", move |request, _| -> () {
                let _exchange = request.defer().unwrap();
                panic!("boom");
            })
            .unwrap();
    });
    let mut client = running.client();
    client.send("GET /kept HTTP/1.1\r\nHost: test\r\n\r\n");
    take.recv().unwrap().answer("kept").unwrap();
    client.reply().check(200, "kept");
    assert_eq!(client.get("/lost").status, 500);
}

#[test]
fn a_destructor_that_panics_has_run() {
    let drops = Drops::default();
    let running = serve(|server| {
        let (owned, handler) = (Mutex::new(Some(Bomb(drops.one()))), Bomb(drops.one()));
        server.get("/owned", move |_, response| response.body_owned(owned.lock().unwrap().take().unwrap())).unwrap();
        server.get("/handler", move |_, _| String::from_utf8_lossy(handler.as_ref()).into_owned()).unwrap();
        hello(server);
    });
    running.get("/owned").check(200, "bomb");
    running.get("/handler").check(200, "bomb");
    drops.expect(1);
    running.get("/hello").check(200, "hello");
    running.lines.expect("a destructor panicked: in a drop");
    drop(running);
    drops.expect(2);
}

#[test]
fn a_consumer_that_panics_is_dropped_and_the_peer_answered() {
    let running = serve(|server| {
        let route = Route::post("/").streamed();
        server
            .route(route, |request, _| {
                let exchange = request.defer()?;
                request.on_body(move |_| -> Flow { panic!("no {}", exchange.request().path()) })
            })
            .unwrap();
        hello(server);
    });
    let mut client = running.client();
    assert_eq!(client.post("/", b"body").status, 500);
    running.lines.expect("the consumer of a body panicked: no /");
    running.get("/hello").check(200, "hello");
}

#[test]
fn what_is_called_at_cancellation_may_panic() {
    let (running, client, mut exchange) = asked();
    exchange.on_cancel(|| panic!("boom")).unwrap();
    client.reset();
    running.lines.expect("what was to be called at cancellation panicked: boom");
    running.get("/hello").check(200, "hello");
}

#[test]
fn what_is_called_behind_a_drain_may_panic() {
    let (running, mut client, exchange) = asked();
    let mut stream = exchange.stream_with(None, || panic!("boom")).unwrap();
    let writing = std::thread::spawn(move || {
        for _ in 0..100 {
            stream.write_all(&[0; 64 * 1024]).unwrap();
        }
        stream.end().unwrap();
    });
    assert_eq!(client.reply().status, 404);
    assert_eq!(client.reply().body.len(), 100 * 64 * 1024);
    writing.join().unwrap();
    running.lines.expect("what was to be called behind a drain panicked: boom");
    running.get("/hello").check(200, "hello");
}

#[test]
fn an_error_handler_may_panic() {
    let running = serve(|server| {
        server.error_handler(|_, _, _| panic!("boom")).unwrap();
        hello(server);
    });
    let mut client = running.client();
    assert_eq!(client.get("/none").status, 404);
    client.get("/hello").check(200, "hello");
    running.lines.expect("the error handler panicked: boom");
}

#[test]
fn a_log_may_panic() {
    let mut server = Server::new(Config::new().reactors(1).log(|_, _| panic!("boom"))).unwrap();
    server.get("/forget", |_, _| {}).unwrap();
    server.get("/panic", |_, _| -> () { panic!("boom") }).unwrap();
    server.listen("127.0.0.1", 0).unwrap().start().unwrap();
    let mut client = Client::connect(server.port());
    assert_eq!(client.get("/forget").status, 500);
    assert_eq!(client.get("/panic").status, 500);
}

#[test]
fn what_takes_injected_answers_may_panic() {
    let drops = Drops::default();
    let running = serve(hello);
    let counted = drops.one();
    let take = move |_: Option<&[u8]>| -> () {
        counted.touch();
        panic!("boom")
    };
    running.server.inject(b"GET /hello HTTP/1.1\r\nHost: test\r\n\r\n", take).unwrap();
    drops.expect(1);
    running.lines.expect("what takes an answer panicked: boom");
}
