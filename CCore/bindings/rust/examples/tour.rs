//! Each way to answer once. It says its port, serves until SIGTERM or SIGINT, and answers what is under way before it
//! ends. The file that it sends is its first argument, else itself.
mod signals;

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use std::{env, io};

use martlet::{BodyEvent, Config, Failure, Flow, Request, Response, Route, Server};
use signals::EndSignals;

const PLAIN: &str = "text/plain; charset=utf-8";
const MOMENT: Duration = Duration::from_millis(20);

fn user(request: &Request<'_>, _: &mut Response<'_>) -> String {
    format!("user {}", request.parameter("id").unwrap_or_default())
}

fn json(_: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    response.set_field("Content-Type", "application/json")?;
    response.body_static(r#"{"message":"Hello, World!"}"#)?;
    Ok(())
}

fn echo(request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    if let Some(kind) = request.field("Content-Type") {
        response.set_field("Content-Type", kind)?;
    }
    response.body_copy(request.body())?;
    Ok(())
}

/// Line by line, from a thread that may wait for a slow peer.
fn stream(request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    response.set_field("Content-Type", PLAIN)?;
    let exchange = request.defer()?;
    thread::spawn(move || -> io::Result<()> {
        let mut stream = exchange.stream(None)?;
        for number in 0..10 {
            writeln!(stream, "line {number}")?;
        }
        Ok(stream.end()?)
    });
    Ok(())
}

/// Counted as it comes: no more of it is held than the piece that was read.
fn upload(request: &Request<'_>, _: &mut Response<'_>) -> Result<(), Failure> {
    let mut exchange = Some(request.defer()?);
    let mut size = 0;
    request.on_body(move |event| {
        match event {
            BodyEvent::Data(bytes) => size += bytes.len(),
            BodyEvent::End(_) => {
                let _ = exchange.take().map(|exchange| exchange.answer(format!("{size} bytes")));
            }
            BodyEvent::Failed(_) => drop(exchange.take()),
        }
        Flow::Continue
    })?;
    Ok(())
}

/// On a worker, where a handler may block.
fn worker(_: &Request<'_>, _: &mut Response<'_>) -> &'static str {
    thread::sleep(MOMENT);
    "worked"
}

fn later(request: &Request<'_>, _: &mut Response<'_>) -> Result<(), Failure> {
    let exchange = request.defer()?;
    thread::spawn(move || {
        thread::sleep(MOMENT);
        exchange.answer("later")
    });
    Ok(())
}

fn fail(_: &Request<'_>, _: &mut Response<'_>) {
    panic!("on purpose");
}

fn add_routes(server: &mut Server, file: PathBuf) -> Result<(), martlet::Error> {
    server.get("/hello", |_, _| "Hello, World!")?;
    server.get("/users/{id}", user)?;
    server.get("/json", json)?;
    server.post("/echo", echo)?;
    server.get("/stream", stream)?;
    server.route(Route::post("/upload").streamed().max_body_bytes(u64::MAX), upload)?;
    server.get("/file", move |_, response| -> Result<(), Failure> {
        response.body_file(File::open(&file)?)?;
        Ok(())
    })?;
    server.route(Route::get("/worker").on_worker(), worker)?;
    server.get("/later", later)?;
    server.get("/fail", fail)?;
    server.get("/forget", |_, _| {})?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args_os().nth(1).map_or_else(env::current_exe, |path| Ok(path.into()))?;
    let mut signals = EndSignals::catch()?;
    let mut server = Server::new(Config::new().log(|_, line| eprintln!("{line}")))?;
    add_routes(&mut server, file)?;
    server.listen("127.0.0.1", 0)?.start()?;
    println!("{}", server.port());
    signals.wait()?;
    server.drain(None);
    server.wait(None)?;
    Ok(())
}
