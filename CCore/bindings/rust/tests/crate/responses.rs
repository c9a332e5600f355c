use std::env;
use std::fs::{self, File};
use std::sync::Arc;

use martlet::{Error, ErrorKind, Response};

use crate::support::{serve, Drops};

fn refused(result: Result<(), Error>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn fields_are_added_replaced_and_removed() {
    let running = serve(|server| {
        server
            .get("/", |_, response| -> Result<&str, Error> {
                response.set_status(202)?;
                response.add_field("X-Many", "1")?;
                response.add_field("X-Many", "2")?;
                response.set_field("X-One", "old")?;
                response.set_field("x-one", "new")?;
                response.set_field("X-None", "")?;
                response.remove_field("x-none")?;
                assert_eq!(response.status(), 202);
                assert_eq!(response.field("X-ONE").as_deref(), Some(&b"new"[..]));
                assert!(response.has_field("x-many") && !response.has_field("x-none"));
                Ok("fields")
            })
            .unwrap();
    });
    let reply = running.get("/");
    reply.check(202, "fields");
    assert_eq!(reply.head.matches("X-Many: ").count(), 2);
    assert_eq!((reply.field("X-One"), reply.field("X-None")), (Some("new"), None));
}

#[test]
fn what_cannot_be_sent_is_refused_where_it_is_set() {
    let running = serve(|server| {
        server
            .get("/", |_, response| {
                let invalid = ErrorKind::InvalidArgument;
                assert_eq!(refused(response.set_status(199)), invalid);
                assert_eq!(refused(response.set_status(600)), invalid);
                assert_eq!(refused(response.add_field("no token", "x")), invalid);
                assert_eq!(refused(response.add_field("", "x")), invalid);
                assert_eq!(refused(response.add_field("X", "a\r\nb")), invalid);
                assert_eq!(refused(response.set_field("Content-Length", "1")), invalid);
                assert_eq!(refused(response.set_field("X", vec![b'x'; 70_000])), ErrorKind::Limit);
                response.set_field("Connection", "close").unwrap();
                "clean"
            })
            .unwrap();
    });
    let reply = running.get("/");
    reply.check(200, "clean");
    assert_eq!(reply.field("Connection"), Some("close"));
}

#[test]
fn an_owned_body_is_sent_in_place_and_dropped_once() {
    let drops = Drops::default();
    let running = serve(|server| {
        let (sent, replaced) = (drops.one(), drops.one());
        let give = std::sync::Mutex::new(Some((sent, replaced)));
        server
            .get("/counted", move |_, response| {
                let (sent, replaced) = give.lock().unwrap().take().unwrap();
                response.body_owned(replaced)?;
                response.body_owned(sent)
            })
            .unwrap();
        let shared: Arc<[u8]> = vec![b'x'; 3_000_000].into();
        server.get("/shared", move |_, response| response.body_owned(Arc::clone(&shared))).unwrap();
    });
    let mut client = running.client();
    client.get("/counted").check(200, "counted");
    drops.expect(2);
    for _ in 0..3 {
        assert_eq!(client.get("/shared").body, vec![b'x'; 3_000_000]);
    }
}

#[test]
fn a_file_is_sent_whole_or_in_part() {
    let path = env::temp_dir().join(format!("martlet-rust-file-{}", std::process::id()));
    fs::write(&path, "0123456789").unwrap();
    let sent = path.clone();
    let running = serve(|server| {
        let part = sent.clone();
        server.get("/whole", move |_, response| response.body_file(File::open(&sent).unwrap())).unwrap();
        server.get("/part", move |_, response| response.body_file_part(File::open(&part).unwrap(), 3, 4)).unwrap();
        let folder = |response: &mut Response<'_>| response.body_file(File::open(env::temp_dir()).unwrap());
        server
            .get("/folder", move |_, response| {
                assert_eq!(refused(folder(response)), ErrorKind::InvalidArgument);
                "refused"
            })
            .unwrap();
    });
    let mut client = running.client();
    client.get("/whole").check(200, "0123456789");
    client.get("/part").check(200, "3456");
    client.get("/folder").check(200, "refused");
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_half_made_answer_becomes_the_servers_own() {
    let running = serve(|server| {
        let handler = |_: &martlet::Request<'_>, response: &mut Response<'_>| {
            response.set_field("X-Half", "made").unwrap();
            assert_eq!(refused(response.fail(399)), ErrorKind::InvalidArgument);
            response.fail(507)
        };
        server.get("/", handler).unwrap();
    });
    let reply = running.get("/");
    reply.check(507, "507 Insufficient Storage\n");
    assert_eq!(reply.field("X-Half"), None);
}

#[test]
fn an_error_handler_that_fails_gets_the_short_text() {
    let running = serve(|server| {
        server.error_handler(|_, response, _| response.fail(503).unwrap()).unwrap();
        server.get("/fail", |_, _| Err::<(), _>("no idea")).unwrap();
    });
    assert_eq!(running.get("/fail").body, b"503 Service Unavailable\n");
}

#[test]
fn the_handlers_response_is_closed_once_it_is_deferred() {
    let running = serve(|server| {
        server
            .get("/", |request, response| {
                response.set_field("X-Before", "kept").unwrap();
                let exchange = request.defer().unwrap();
                let invalid = ErrorKind::InvalidState;
                assert_eq!(refused(response.set_status(404)), invalid);
                assert_eq!(refused(response.add_field("X", "x")), invalid);
                assert_eq!(refused(response.remove_field("X-Before")), invalid);
                assert_eq!(refused(response.body_static("x")), invalid);
                assert_eq!(refused(response.body_owned("x".to_string())), invalid);
                assert_eq!(refused(response.body_file(File::open("/dev/null").unwrap())), ErrorKind::InvalidArgument);
                assert!(response.status() == 0 && response.field("X-Before").is_none());
                exchange.answer("from the exchange").unwrap();
            })
            .unwrap();
    });
    let reply = running.get("/");
    reply.check(200, "from the exchange");
    assert_eq!(reply.field("X-Before"), Some("kept"));
}
