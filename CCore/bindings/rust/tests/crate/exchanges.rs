use std::sync::mpsc::{channel, Sender};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use martlet::{ErrorKind, Exchange, Failure, Route, Server};

use crate::support::{eventually, serve, Drops};

/// A route whose exchanges go to the test.
fn defer_to(server: &mut Server, route: Route, give: Sender<Exchange>) {
    let give = Mutex::new(give);
    server.route(route, move |request, _| give.lock().unwrap().send(request.defer().unwrap()).unwrap()).unwrap();
}

#[test]
fn any_thread_answers_later() {
    let running = serve(|server| {
        server
            .get("/{x}", |request, _| {
                let mut exchange = request.defer()?;
                thread::spawn(move || {
                    let x = exchange.request().parameter("x").unwrap_or_default().to_string();
                    let host = exchange.request().authority().to_string();
                    exchange.response().set_status(203).unwrap();
                    exchange.response().body_owned(format!("{x} for {host}")).unwrap();
                    exchange.complete().unwrap();
                });
                Ok::<(), martlet::Error>(())
            })
            .unwrap();
    });
    let mut client = running.client();
    client.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\n".repeat(3).replacen("/a", "/b", 1));
    for x in ["b", "a", "a"] {
        client.reply().check(203, &format!("{x} for test"));
    }
}

#[test]
fn a_worker_may_defer_too() {
    let (give, take) = channel();
    let running = serve(|server| defer_to(server, Route::get("/").on_worker(), give));
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    take.recv().unwrap().answer("from elsewhere").unwrap();
    client.reply().check(200, "from elsewhere");
}

#[test]
fn an_exchange_that_is_dropped_is_answered_for() {
    let (give, take) = channel();
    let running = serve(|server| defer_to(server, Route::get("/"), give));
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    drop(take.recv().unwrap());
    assert_eq!(client.reply().status, 500);
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    let exchange = take.recv().unwrap();
    assert!(thread::spawn(move || exchange.request().path() == "/x" || panic!("on purpose")).join().is_err());
    assert_eq!(client.reply().status, 500);
}

#[test]
fn an_answer_that_fails_is_answered_for() {
    let (give, take) = channel();
    let running = serve(|server| defer_to(server, Route::get("/"), give));
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    take.recv().unwrap().answer(Err::<(), _>(Failure::new(409, "conflict"))).unwrap();
    client.reply().check(409, "conflict");
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    take.recv().unwrap().answer(Err::<(), _>("no idea")).unwrap();
    assert_eq!(client.reply().status, 500);
    running.lines.expect("a deferred answer failed: no idea");
}

#[test]
fn a_request_is_deferred_once() {
    let running = serve(|server| {
        server
            .get("/", |request, _| {
                let exchange = request.defer().unwrap();
                assert_eq!(request.defer().err().unwrap().kind(), ErrorKind::InvalidState);
                assert_eq!(exchange.request().defer().err().unwrap().kind(), ErrorKind::InvalidState);
                exchange.answer("once").unwrap();
            })
            .unwrap();
    });
    running.get("/").check(200, "once");
}

#[test]
fn a_handler_that_fails_after_it_deferred_leaves_the_answer_to_the_exchange() {
    let (give, take) = channel();
    let running = serve(|server| {
        let give = Mutex::new(give);
        server
            .get("/", move |request, _| {
                give.lock().unwrap().send(request.defer().unwrap()).unwrap();
                Err::<(), _>("too late")
            })
            .unwrap();
    });
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    running.lines.expect("the handler of / failed: too late");
    take.recv().unwrap().answer("all the same").unwrap();
    client.reply().check(200, "all the same");
}

#[test]
fn a_peer_that_leaves_is_told_once() {
    let (give, take) = channel();
    let drops = Drops::default();
    let running = serve(|server| defer_to(server, Route::get("/"), give));
    let mut client = running.client();
    client.send("GET /none HTTP/1.1\r\nHost: test\r\n\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n");
    let mut exchange = take.recv().unwrap();
    let (tell, told) = channel();
    let counted = drops.one();
    let say = move || {
        counted.touch();
        tell.send(()).unwrap();
    };
    exchange.on_cancel(say).unwrap();
    let late = drops.one();
    assert_eq!(exchange.on_cancel(move || late.touch()).unwrap_err().kind(), ErrorKind::InvalidState);
    drops.expect(1);
    assert!(!exchange.is_cancelled());
    client.reset();
    told.recv_timeout(Duration::from_secs(10)).unwrap();
    drops.expect(2);
    assert!(told.try_recv().is_err());
    assert!(exchange.is_cancelled());
    assert_eq!(exchange.complete().unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn what_waits_for_a_cancellation_is_dropped_behind_the_answer() {
    let (give, take) = channel();
    let drops = Drops::default();
    let running = serve(|server| defer_to(server, Route::get("/"), give));
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    let mut exchange = take.recv().unwrap();
    let counted = drops.one();
    exchange.on_cancel(move || panic!("called, with {}", std::mem::size_of_val(&counted))).unwrap();
    exchange.answer("in time").unwrap();
    client.reply().check(200, "in time");
    drops.expect(1);
}

#[test]
fn an_exchange_outlives_its_server() {
    let (give, take) = channel();
    let drops = Drops::default();
    let running = serve(|server| {
        let (give, counted) = (Mutex::new(give), drops.one());
        server.error_handler(|_, response, status| response.body_owned(status.to_string()).unwrap()).unwrap();
        server
            .get("/{x}", move |request, _| {
                counted.touch();
                give.lock().unwrap().send(request.defer().unwrap()).unwrap();
            })
            .unwrap();
    });
    let mut client = running.client();
    client.send("GET /kept HTTP/1.1\r\nHost: test\r\n\r\n");
    let mut exchange = take.recv().unwrap();
    drop(running);
    assert!(exchange.is_cancelled());
    assert!(exchange.request().parameter("x").unwrap() == "kept");
    exchange.response().fail(500).unwrap();
    exchange.response().body_owned(drops.one()).unwrap();
    let counted = drops.one();
    exchange.on_cancel(move || counted.touch()).unwrap();
    drops.expect(1);
    assert_eq!(exchange.complete().unwrap_err().kind(), ErrorKind::Closed);
    drops.expect(3);
}

#[test]
fn many_exchanges_are_completed_while_their_server_ends() {
    for _ in 0..5 {
        let (give, take) = channel::<Exchange>();
        let running = serve(|server| defer_to(server, Route::get("/"), give));
        let answering = thread::spawn(move || {
            let answered = take.into_iter().map(|exchange| exchange.answer("x").is_ok());
            answered.fold(0, |count, _| count + 1)
        });
        let mut clients: Vec<_> = (0..8).map(|_| running.client()).collect();
        for client in &mut clients {
            client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n".repeat(20));
        }
        assert!(eventually(|| running.server.stats().requests_total > 20));
        drop(running);
        assert!(answering.join().unwrap() > 20);
    }
}
