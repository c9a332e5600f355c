//! The C handler's answer, from Rust: hello PORT.
use martlet::{Config, Error, Failure, Request, Response, Server};

fn answer_hello(_: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    response.set_field("Content-Type", "text/plain; charset=utf-8")?;
    response.body_static("Hello, World!")?;
    Ok(())
}

fn main() -> Result<(), Error> {
    let port = std::env::args()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(8080);
    let mut server = Server::new(Config::new().reactors(1))?;
    server.get("/hello", answer_hello)?;
    server.listen("127.0.0.1", port)?;
    server.run()
}
