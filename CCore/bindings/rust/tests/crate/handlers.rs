use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use std::{env, fs, process};

use martlet::{ErrorKind, Failure, Method, Route};

use crate::support::{serve, Drops};

#[test]
fn what_a_handler_returns_is_the_answer() {
    let running = serve(|server| {
        server.get("/static", |_, _| "static").unwrap();
        server.get("/string", |_, _| String::from("string")).unwrap();
        server.get("/octets", |_, _| vec![111u8, 107]).unwrap();
        server.get("/slice", |_, _| &b"slice"[..]).unwrap();
        server.get("/status", |_, _| (404, "no such user")).unwrap();
        server.get("/bad", |_, _| (99, "")).unwrap();
        server.get("/result", |_, _| Ok::<_, Failure>("result")).unwrap();
        server.get("/filled", |_, response| response.body_static("filled")).unwrap();
    });
    let mut client = running.client();
    client.get("/static").check(200, "static");
    client.get("/octets").check(200, "ok");
    client.get("/slice").check(200, "slice");
    client.get("/status").check(404, "no such user");
    assert_eq!(client.get("/bad").status, 500);
    client.get("/result").check(200, "result");
    client.get("/filled").check(200, "filled");
    let reply = client.get("/string");
    reply.check(200, "string");
    assert_eq!(reply.field("Content-Type"), Some("text/plain; charset=utf-8"));
}

#[test]
fn each_method_has_its_route() {
    let running = serve(|server| {
        server.get("/", |_, _| "get").unwrap().post("/", |_, _| "post").unwrap();
        server.put("/", |_, _| "put").unwrap().patch("/", |_, _| "patch").unwrap();
        server.delete("/", |_, _| "delete").unwrap().options("/", |_, _| "options").unwrap();
    });
    let mut client = running.client();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        client.send(format!("{method} / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n"));
        client.reply().check(200, &method.to_lowercase());
    }
    client.send("TRACE / HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(client.reply().status, 405);
}

#[test]
fn a_request_says_what_came() {
    let (tell, told) = channel();
    let running = serve(|server| {
        let tell = std::sync::Mutex::new(tell);
        let say = move |line: String| tell.lock().unwrap().send(line).unwrap();
        server
            .post("/users/{id}/{rest...}", move |request, _| {
                assert_eq!(request.method(), Some(Method::Post));
                assert!(request.method_name() == "POST" && request.minor_version() == 1);
                assert!(request.target() == "/users/J%C3%BCrgen/a/b?x=1" && request.path() == "/users/J%C3%BCrgen/a/b");
                assert!(request.query() == "x=1" && request.authority() == "test");
                assert_eq!(request.content_length(), Some(4));
                assert_eq!(request.fields().len(), 3);
                assert_eq!(request.field("no-such"), None);
                assert_eq!(request.parameter("no-such"), None);
                say(format!("{} {:?}", request.route(), request.parameters().collect::<Vec<_>>()));
                say(format!("{} {:?}", request.field("X-NAME").unwrap(), request.body()));
                say(request.peer());
                "seen"
            })
            .unwrap();
    });
    let mut client = running.client();
    client.send(
        "POST /users/J%C3%BCrgen/a/b?x=1 HTTP/1.1\r\nHost: test\r\nX-Name: \u{e4}\r\nContent-Length: 4\r\n\r\nbody",
    );
    client.reply().check(200, "seen");
    let parameters = r#"/users/{id}/{rest...} [("id", "Jürgen"), ("rest", "a/b")]"#;
    assert_eq!(told.recv().unwrap(), parameters);
    assert_eq!(told.recv().unwrap(), format!("ä {:?}", b"body"));
    assert_eq!(told.recv().unwrap(), client.socket().local_addr().unwrap().to_string());
}

#[test]
fn text_that_is_not_utf_8_is_shown_and_kept() {
    let running = serve(|server| {
        server
            .get("/{x}", |request, _| {
                let text = request.parameter("x").unwrap_or_default();
                assert!(text.to_str().is_err());
                format!("{text} {:?}", text.as_bytes())
            })
            .unwrap();
    });
    running.get("/a%FF").check(200, "a\u{fffd} [97, 255]");
}

#[test]
fn a_handler_that_forgets_is_answered_for() {
    let running = serve(|server| {
        server.get("/forget", |_, _| {}).unwrap();
    });
    assert_eq!(running.get("/forget").status, 500);
    running.lines.expect("the handler of /forget returned without an answer");
}

#[test]
fn an_error_is_a_bare_500_and_a_line_in_the_log() {
    let running = serve(|server| {
        server
            .get("/fail", |_, response| -> Result<(), Failure> {
                response.set_status(201)?;
                response.set_field("X-Secret", "said too early")?;
                response.body_static("half an answer")?;
                "seven".parse::<u32>()?;
                Ok(())
            })
            .unwrap();
    });
    let mut client = running.client();
    let reply = client.get("/fail");
    reply.check(500, "500 Internal Server Error\n");
    assert_eq!(reply.field("X-Secret"), None);
    running.lines.expect("the handler of /fail failed: invalid digit found in string");
    assert_eq!(client.get("/fail").status, 500);
}

#[test]
fn a_failure_with_a_status_tells_the_peer() {
    let running = serve(|server| {
        server.get("/teapot", |_, _| Err::<(), _>(Failure::new(418, "short and stout"))).unwrap();
        server.get("/down", |_, _| Err::<(), _>(Failure::new(503, "secret"))).unwrap();
    });
    running.get("/teapot").check(418, "short and stout");
    running.get("/down").check(500, "500 Internal Server Error\n");
    running.lines.expect("the handler of /down failed: secret");
}

#[test]
fn a_worker_may_block() {
    let running = serve(|server| {
        let here = |_: &martlet::Request<'_>, _: &mut martlet::Response<'_>| {
            thread::sleep(Duration::from_millis(5));
            format!("{:?}", thread::current().id())
        };
        server.route(Route::get("/worker").on_worker(), here).unwrap();
        server.get("/reactor", here).unwrap();
    });
    assert_ne!(running.get("/worker").body, running.get("/reactor").body);
}

#[test]
fn a_fallback_and_an_error_handler_answer_the_rest() {
    let running = serve(|server| {
        server.get("/", |_, _| "root").unwrap();
        server.fallback(|request, _| format!("no {}", request.path())).unwrap();
        server
            .error_handler(|request, response, status| {
                let method = request.map_or("none".into(), |request| request.method_name().to_string());
                let is_refused =
                    request.map_or(true, |request| request.defer().is_err() && request.body_reader().is_err());
                response.body_owned(format!("{status} {method} {is_refused}")).unwrap();
            })
            .unwrap();
    });
    running.get("/nowhere").check(404, "no /nowhere");
    running.client().post("/", b"").check(405, "405 POST true");
    running.client().send("GARBAGE\r\n\r\n").reply().check(400, "400 none true");
}

#[test]
fn files_are_served_from_their_folder() {
    let folder = env::temp_dir().join(format!("martlet-rust-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("a.txt"), "a file").unwrap();
    let running = serve(|server| {
        server.files("/static", &folder).unwrap();
        let missing = server.files("/other", folder.join("missing")).err().unwrap();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    });
    let reply = running.get("/static/a.txt");
    fs::remove_dir_all(&folder).unwrap();
    reply.check(200, "a file");
    assert!(reply.field("ETag").is_some());
    assert_eq!(running.get("/static/../a.txt").status, 400);
}

#[test]
fn a_handler_is_dropped_once_with_its_server_or_when_it_is_refused() {
    let drops = Drops::default();
    let running = serve(|server| {
        for pattern in ["/a", "/b"] {
            let counted = drops.one();
            server.get(pattern, move |_, _| counted.touch()).unwrap();
        }
        let refused = drops.one();
        let error = server.get("/a", move |_, _| refused.touch()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("/a"), "{error}");
        drops.expect(1);
    });
    running.get("/a");
    drops.expect(1);
    drop(running);
    drops.expect(3);
}
