use std::io::{self, Read, Write};
use std::sync::mpsc::{channel, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use martlet::{BodyEvent, BodyReader, ErrorKind, Exchange, Flow, Route, Server};

use crate::support::{serve, Drops, Running, PATIENCE};

const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
const LARGE: usize = 8 << 20;

fn streamed() -> Route {
    Route::post("/").streamed().max_body_bytes(u64::MAX)
}

/// Collects what a body's consumer is told.
fn add_listing(server: &mut Server, drops: &Drops) {
    let counted = Arc::new(drops.one());
    let listing = move |request: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
        let mut exchange = Some(request.defer()?);
        let (mut list, kept) = (String::new(), Arc::clone(&counted));
        request.on_body(move |event| {
            kept.touch();
            match event {
                BodyEvent::Data(bytes) => list += &String::from_utf8_lossy(bytes),
                BodyEvent::End(trailers) => {
                    trailers.for_each(|(name, value)| list += &format!(" {name}={value}"));
                    exchange.take().unwrap().answer(list.clone()).unwrap();
                }
                BodyEvent::Failed(error) => list += &error.to_string(),
            }
            Flow::Continue
        })
    };
    server.route(streamed(), listing).unwrap();
}

#[test]
fn a_body_comes_piece_by_piece_with_its_trailers() {
    let drops = Drops::default();
    let running = serve(|server| add_listing(server, &drops));
    let mut client = running.client();
    client.send(CHUNKED).send("3\r\nabc\r\n");
    thread::sleep(Duration::from_millis(20));
    client.send("3\r\ndef\r\n0\r\nX-Sum: 6\r\nX-End: yes\r\n\r\n");
    client.reply().check(200, "abcdef X-Sum=6 X-End=yes");
    client.post("/", b"").check(200, "");
    drop(running);
    drops.expect(1);
}

#[test]
fn a_whole_body_has_its_trailers_too() {
    let running = serve(|server| {
        let answer = |request: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
            assert_eq!(request.content_length(), None);
            format!("{} {:?}", request.body().len(), request.trailers().collect::<Vec<_>>())
        };
        server.post("/", answer).unwrap();
    });
    let mut client = running.client();
    client.send(CHUNKED).send("3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n").reply().check(200, r#"3 [("X-Sum", "6")]"#);
}

fn consumer(drops: &Drops) -> impl FnMut(BodyEvent<'_>) -> Flow + Send + 'static {
    let counted = drops.one();
    move |_| {
        counted.touch();
        Flow::Continue
    }
}

#[test]
fn a_body_is_asked_for_once_and_on_a_streamed_route() {
    let drops = Arc::new(Drops::default());
    let (once, never) = (Arc::clone(&drops), Arc::clone(&drops));
    let running = serve(|server| {
        server
            .route(streamed(), move |request, _| {
                assert_eq!(request.body_reader().err().unwrap().kind(), ErrorKind::InvalidState);
                request.on_body(consumer(&once)).unwrap();
                assert_eq!(request.on_body(consumer(&once)).unwrap_err().kind(), ErrorKind::InvalidState);
                assert_eq!(once.count(), 1);
                "asked"
            })
            .unwrap();
        server
            .put("/", move |request, _| {
                assert_eq!(request.on_body(consumer(&never)).unwrap_err().kind(), ErrorKind::InvalidState);
                "refused"
            })
            .unwrap();
    });
    let mut client = running.client();
    client.post("/", b"body").check(200, "asked");
    drops.expect(2);
    client.send("PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n").reply().check(200, "refused");
    drops.expect(3);
}

#[test]
fn an_answer_before_its_end_ends_a_body() {
    let drops = Drops::default();
    let (tell, told) = channel();
    let (tell, counted) = (Mutex::new(tell), Mutex::new(vec![drops.one(), drops.one()]));
    let running = serve(|server| {
        server
            .route(streamed(), move |request, _| {
                let mut exchange = Some(request.defer()?);
                let (tell, counted) = (tell.lock().unwrap().clone(), counted.lock().unwrap().pop());
                request.on_body(move |event| {
                    counted.as_ref().unwrap().touch();
                    match event {
                        BodyEvent::Data(_) => exchange.take().unwrap().answer("early").unwrap(),
                        BodyEvent::End(_) => panic!("ended"),
                        BodyEvent::Failed(error) => tell.send(error.kind()).unwrap(),
                    }
                    Flow::Continue
                })
            })
            .unwrap();
    });
    let mut client = running.client();
    for _ in 0..2 {
        client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 6\r\n\r\nabc").reply().check(200, "early");
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), ErrorKind::Closed);
        client.send("def");
    }
    drops.expect(2);
    assert!(!running.lines.all().contains("panicked"), "{}", running.lines.all());
}

/// A server that gives away each exchange with a reader of its body.
fn reading() -> (Running, Receiver<(Exchange, BodyReader)>) {
    let (give, take) = channel();
    let give = Mutex::new(give);
    let running = serve(|server| {
        server
            .route(streamed(), move |request, _| {
                let exchange = request.defer().unwrap();
                let reader = request.body_reader().unwrap();
                give.lock().unwrap().send((exchange, reader)).unwrap();
            })
            .unwrap();
    });
    (running, take)
}

#[test]
fn a_thread_reads_a_body_no_faster_than_it_wants_to() {
    let (running, take) = reading();
    let mut client = running.client();
    let mut sending = client.socket().try_clone().unwrap();
    let sender = thread::spawn(move || {
        write!(sending, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {LARGE}\r\n\r\n").unwrap();
        sending.write_all(&vec![7; LARGE]).unwrap();
    });
    let (exchange, mut reader) = take.recv().unwrap();
    thread::sleep(Duration::from_millis(200));
    assert!(running.server.stats().bytes_received < LARGE as u64 / 2, "{:?}", running.server.stats());
    let mut body = Vec::new();
    reader.read_to_end(&mut body).unwrap();
    assert!(body.len() == LARGE && body.iter().all(|byte| *byte == 7));
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
    exchange.answer("read").unwrap();
    client.reply().check(200, "read");
    sender.join().unwrap();
}

#[test]
fn a_reader_hears_that_its_peer_left() {
    let (running, take) = reading();
    let mut client = running.client();
    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345");
    let (_exchange, mut reader) = take.recv().unwrap();
    reader.read_exact(&mut [0; 5]).unwrap();
    drop(client);
    assert_eq!(reader.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
}

#[test]
fn what_a_dropped_reader_left_is_discarded() {
    let (running, take) = reading();
    let mut client = running.client();
    let mut sending = client.socket().try_clone().unwrap();
    let sender = thread::spawn(move || {
        write!(sending, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {LARGE}\r\n\r\n").unwrap();
        sending.write_all(&vec![7; LARGE]).unwrap();
    });
    let (exchange, mut reader) = take.recv().unwrap();
    reader.read_exact(&mut [0; 5]).unwrap();
    thread::sleep(Duration::from_millis(50));
    drop(reader);
    sender.join().unwrap();
    exchange.answer("enough").unwrap();
    client.reply().check(200, "enough");
}

#[test]
fn a_reactor_does_not_wait_for_a_body_that_it_reads() {
    let running = serve(|server| {
        server
            .route(streamed(), |request, _| {
                let exchange = request.defer()?;
                let error = request.body_reader()?.read(&mut [0]).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                exchange.answer("not waited")
            })
            .unwrap();
    });
    running.client().post("/", b"body").check(200, "not waited");
}

#[test]
fn a_paused_body_flows_again_when_it_is_resumed() {
    let (tell, told) = channel();
    let running = serve(|server| {
        let tell = Mutex::new(tell);
        server
            .route(streamed(), move |request, _| {
                let mut exchange = Some(request.defer()?);
                let resumer = exchange.as_ref().unwrap().body_resumer();
                assert_eq!(resumer.resume().unwrap_err().kind(), ErrorKind::InvalidState);
                let (mut size, tell) = (0, tell.lock().unwrap().clone());
                request.on_body(move |event| {
                    if let BodyEvent::Data(bytes) = event {
                        size += bytes.len();
                        tell.send(resumer.clone()).unwrap();
                    } else {
                        exchange.take().unwrap().answer(size.to_string()).unwrap();
                    }
                    Flow::Pause
                })
            })
            .unwrap();
    });
    let mut client = running.client();
    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 6\r\n\r\nabc");
    let resumer = told.recv_timeout(PATIENCE).unwrap();
    client.send("def");
    assert!(told.recv_timeout(Duration::from_millis(100)).is_err());
    resumer.resume().unwrap();
    told.recv_timeout(PATIENCE).unwrap().resume().unwrap();
    client.reply().check(200, "6");
    assert_eq!(resumer.resume().unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn a_body_is_echoed_while_it_comes_at_the_pace_of_the_slower_side() {
    let running = serve(|server| {
        server
            .route(streamed(), |request, _| {
                let exchange = request.defer()?;
                let resumer = exchange.body_resumer();
                let mut stream = Some(exchange.stream_with(None, move || drop(resumer.resume()))?);
                request.on_body(move |event| match (event, &mut stream) {
                    (BodyEvent::Data(bytes), Some(stream)) => stream.push(bytes).unwrap_or(Flow::Continue),
                    (BodyEvent::End(_), stream) => {
                        stream.take().unwrap().end().unwrap();
                        Flow::Continue
                    }
                    _ => Flow::Continue,
                })
            })
            .unwrap();
    });
    let mut client = running.client();
    let mut sending = client.socket().try_clone().unwrap();
    let sender = thread::spawn(move || {
        write!(sending, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {LARGE}\r\n\r\n").unwrap();
        sending.write_all(&vec![7; LARGE]).unwrap();
    });
    thread::sleep(Duration::from_millis(100));
    assert_eq!(client.reply().body.len(), LARGE);
    sender.join().unwrap();
}
