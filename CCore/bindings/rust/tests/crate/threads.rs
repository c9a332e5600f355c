use std::io;
use std::sync::{Arc, Mutex};
use std::thread;

use martlet::{Config, ErrorKind, Server, ThreadBody};

use crate::support::Client;

type Bodies = Arc<Mutex<Vec<ThreadBody>>>;

fn made_by(spawn: impl Fn(&str, ThreadBody) -> io::Result<()> + Send + Sync + 'static) -> Server {
    let mut server = Server::new(Config::new().reactors(2).workers(1).spawn_threads(spawn)).unwrap();
    server.get("/", |_, _| thread::current().name().unwrap_or("none").to_string()).unwrap();
    server.listen("127.0.0.1", 0).unwrap();
    server
}

#[test]
fn the_host_makes_the_threads() {
    let names: Arc<Mutex<Vec<String>>> = Arc::default();
    let theirs = Arc::clone(&names);
    let server = made_by(move |name, body| {
        theirs.lock().unwrap().push(name.to_string());
        thread::Builder::new().name(format!("host's {name}")).spawn(move || body.run()).map(drop)
    });
    server.start().unwrap();
    let name = String::from_utf8(Client::connect(server.port()).get("/").body).unwrap();
    assert!(name.starts_with("host's mt-reactor-"), "{name}");
    drop(server);
    let names = names.lock().unwrap();
    assert!(names.iter().any(|name| name == "mt-worker-0"), "{names:?}");
}

#[test]
fn a_thread_that_is_not_made_fails_the_start() {
    let refuse = made_by(|_, _| Err(io::Error::from_raw_os_error(12)));
    let error = refuse.start().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::System | ErrorKind::NoMemory), "{error:?}");
    made_by(|_, _| Err(io::Error::new(io::ErrorKind::Other, "no errno"))).start().unwrap_err();
    made_by(|_, _| panic!("boom")).start().unwrap_err();
    let forget = |_: &str, body: ThreadBody| {
        drop(body);
        Ok(())
    };
    made_by(forget).start().unwrap_err();
}

#[test]
fn a_body_that_was_refused_does_not_run() {
    let kept = Bodies::default();
    let theirs = Arc::clone(&kept);
    let server = made_by(move |_, body| {
        theirs.lock().unwrap().push(body);
        Err(io::Error::from_raw_os_error(11))
    });
    server.start().unwrap_err();
    drop(server);
    let kept = std::mem::take(&mut *kept.lock().unwrap());
    assert!(!kept.is_empty());
    kept.into_iter().for_each(ThreadBody::run);
}

#[test]
fn a_body_that_runs_counts_whatever_is_returned() {
    let server = made_by(|_, body| {
        let (begin, has_begun) = std::sync::mpsc::channel();
        thread::spawn(move || {
            begin.send(()).unwrap();
            body.run();
        });
        has_begun.recv().unwrap();
        thread::sleep(std::time::Duration::from_millis(20));
        Err(io::Error::from_raw_os_error(11))
    });
    server.start().unwrap();
    assert_eq!(Client::connect(server.port()).get("/").status, 200);
}
