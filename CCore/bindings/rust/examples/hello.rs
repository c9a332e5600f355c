//! The README's ten lines: `cargo run --example hello`, then `curl http://127.0.0.1:8080/hello`.
use martlet::{Config, Error, Server};

fn main() -> Result<(), Error> {
    let mut server = Server::new(Config::new())?;
    server.get("/hello", |_, _| "Hello, World!")?;
    server.get("/users/{id}", |request, _| format!("user {}", request.parameter("id").unwrap_or_default()))?;
    server.listen("127.0.0.1", 8080)?;
    server.run()
}
