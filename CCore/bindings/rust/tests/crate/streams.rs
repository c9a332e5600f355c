use std::io::{self, Read, Write};
use std::sync::mpsc::{channel, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use martlet::{ErrorKind, Exchange, Flow, Stream};

use crate::support::{serve, Client, Drops, Running, PATIENCE};

static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];
const PIECES: usize = 256;

/// A server, a client that has asked it, and the exchange of that.
fn asked() -> (Running, Client, Exchange) {
    let (give, take) = channel();
    let give = Mutex::new(give);
    let running = serve(|server| {
        server.get("/", move |request, _| give.lock().unwrap().send(request.defer().unwrap()).unwrap()).unwrap();
    });
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    (running, client, take.recv().unwrap())
}

#[test]
fn a_body_of_unknown_length_is_chunked_and_one_of_known_length_is_not() {
    let (_running, mut client, exchange) = asked();
    let mut stream = exchange.stream(None).unwrap();
    for number in 0..3 {
        writeln!(stream, "line {number}").unwrap();
    }
    stream.end().unwrap();
    client.reply().check(200, "line 0\nline 1\nline 2\n");
    let (_running, mut client, exchange) = asked();
    let mut stream = exchange.stream(Some(5)).unwrap();
    stream.write_all(b"12345").unwrap();
    stream.flush().unwrap();
    stream.end().unwrap();
    let reply = client.reply();
    reply.check(200, "12345");
    assert_eq!(reply.field("Content-Length"), Some("5"));
}

/// A thread that writes pieces and counts them.
fn writing(mut stream: Stream) -> (Receiver<usize>, thread::JoinHandle<io::Result<()>>) {
    let (tell, told) = channel();
    let writer = thread::spawn(move || {
        for number in 0..PIECES {
            stream.write_all(&PIECE)?;
            let _ = tell.send(number);
        }
        Ok(stream.end()?)
    });
    (told, writer)
}

#[test]
fn a_writer_waits_for_a_slow_peer() {
    let (_running, mut client, exchange) = asked();
    let (told, writer) = writing(exchange.stream(Some((PIECE.len() * PIECES) as u64)).unwrap());
    let mut written = 0;
    while told.recv_timeout(Duration::from_millis(300)).is_ok() {
        written += 1;
    }
    assert!((4..PIECES).contains(&written), "{written} pieces were written to a peer that reads none");
    assert_eq!(client.reply().body.len(), PIECE.len() * PIECES);
    writer.join().unwrap().unwrap();
}

#[test]
fn a_writer_that_waits_hears_that_its_peer_left() {
    let (_running, client, exchange) = asked();
    let (told, writer) = writing(exchange.stream(None).unwrap());
    while told.recv_timeout(Duration::from_millis(200)).is_ok() {}
    drop(client);
    assert_eq!(writer.join().unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
}

#[test]
fn a_writer_that_waits_hears_that_its_server_stopped() {
    let (running, _client, exchange) = asked();
    let (told, writer) = writing(exchange.stream(None).unwrap());
    while told.recv_timeout(Duration::from_millis(200)).is_ok() {}
    drop(running);
    assert_eq!(writer.join().unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
}

#[test]
fn what_is_pushed_too_fast_is_taken_and_told_when_it_has_drained() {
    let drops = Drops::default();
    let (_running, mut client, exchange) = asked();
    let (tell, told) = channel();
    let (tell, counted) = (Mutex::new(tell), drops.one());
    let on_drained = move || {
        counted.touch();
        tell.lock().unwrap().send(()).unwrap();
    };
    let mut stream = exchange.stream_with(None, on_drained).unwrap();
    let mut pushed = 1;
    while stream.push(&PIECE).unwrap() == Flow::Continue {
        pushed += 1;
    }
    assert!(told.try_recv().is_err());
    let reading = thread::spawn(move || client.reply().body.len());
    told.recv_timeout(PATIENCE).unwrap();
    stream.end().unwrap();
    assert_eq!(reading.join().unwrap(), pushed * PIECE.len());
    drops.expect(1);
}

#[test]
fn a_stream_that_ends_where_it_is_told_to_go_on_is_dropped_behind_that() {
    let drops = Drops::default();
    let (_running, mut client, exchange) = asked();
    let place: Arc<Mutex<Option<Stream>>> = Arc::default();
    let (theirs, counted) = (Arc::clone(&place), drops.one());
    let on_drained = move || {
        let ended = theirs.lock().unwrap().take().map(Stream::end);
        counted.touch();
        assert!(ended.map_or(true, |ended| ended.is_ok()));
    };
    let mut stream = exchange.stream_with(None, on_drained).unwrap();
    let mut waiting = place.lock().unwrap();
    while stream.push(&PIECE).unwrap() == Flow::Continue {}
    *waiting = Some(stream);
    drop(waiting);
    assert!(!client.reply().body.is_empty());
    drops.expect(1);
}

#[test]
fn a_stream_that_is_dropped_is_cut() {
    let (running, mut client, exchange) = asked();
    let mut stream = exchange.stream(None).unwrap();
    stream.write_all(b"some").unwrap();
    drop(stream);
    assert_eq!(client.head().status, 200);
    assert!(client.chunks().is_none());
    running.lines.expect("a response stream was released before its end");
}

#[test]
fn no_more_is_written_than_was_announced() {
    let (running, mut client, exchange) = asked();
    let mut stream = exchange.stream(Some(4)).unwrap();
    assert_eq!(stream.push(b"12345").unwrap_err().kind(), ErrorKind::Limit);
    stream.push(b"1234").unwrap();
    stream.end().unwrap();
    client.reply().check(200, "1234");
    running.lines.expect("past its announced length");
}

#[test]
fn a_stream_to_a_peer_that_left_is_closed() {
    let (_running, client, mut exchange) = asked();
    let (tell, told) = channel();
    exchange.on_cancel(move || tell.send(()).unwrap()).unwrap();
    let mut stream = exchange.stream(None).unwrap();
    client.reset();
    told.recv_timeout(PATIENCE).unwrap();
    assert!(stream.is_cancelled());
    assert_eq!(stream.push(b"x").unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(stream.end().unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn a_reactor_does_not_wait_for_itself() {
    let running = serve(|server| {
        server
            .get("/", |request, _| {
                let mut stream = request.defer()?.stream(None)?;
                let failed = (0..PIECES).find_map(|_| stream.write_all(&PIECE).err());
                assert_eq!(failed.unwrap().kind(), io::ErrorKind::WouldBlock);
                stream.end()
            })
            .unwrap();
        server.get("/hello", |_, _| "hello").unwrap();
    });
    let mut client = running.client();
    assert!(client.get("/").body.len() >= PIECE.len());
    client.get("/hello").check(200, "hello");
}

#[test]
fn a_worker_streams_while_its_handler_runs() {
    let running = serve(|server| {
        let route = martlet::Route::get("/").on_worker();
        let handler = |request: &martlet::Request<'_>, _: &mut martlet::Response<'_>| -> io::Result<()> {
            let mut stream = request.defer()?.stream(None)?;
            for _ in 0..PIECES {
                stream.write_all(&PIECE)?;
            }
            Ok(stream.end()?)
        };
        server.route(route, handler).unwrap();
    });
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(client.reply().body.len(), PIECE.len() * PIECES);
    client.socket().read_exact(&mut []).unwrap();
}
