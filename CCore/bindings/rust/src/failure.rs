use std::fmt::Display;

use crate::error::Error;
use crate::response::Response;

/// Why a handler has no answer. Anything that can be shown becomes one with `?`: the peer gets a bare 500, the log the
/// text. One with a status of its own, below 500, tells the peer.
///
/// ```
/// use martlet::Failure;
/// # let mut server = martlet::Server::new(martlet::Config::new())?;
/// server.get("/squares/{n}", |request, response| -> Result<(), Failure> {
///     let text = request.parameter("n").unwrap_or_default();
///     let n: i64 = text.to_str()?.parse().map_err(|_| Failure::new(400, "no number"))?;
///     response.body_owned((n * n).to_string())?;
///     Ok(())
/// })?;
/// # Ok::<(), martlet::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Failure {
    status: u16,
    message: String,
}

impl Failure {
    /// One that the peer is told of when `status` is 400 … 499; else the peer gets 500.
    pub fn new(status: u16, message: impl Into<String>) -> Failure {
        Failure { status, message: message.into() }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn is_for_peer(&self) -> bool {
        (400..500).contains(&self.status)
    }

    pub(crate) fn fill(&self, response: &mut Response<'_>) -> Result<(), Error> {
        response.set_status(self.status)?;
        response.set_field("Content-Type", PLAIN)?;
        response.body_copy(self.message.as_bytes())
    }
}

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::new(500, error.to_string())
    }
}

const PLAIN: &str = "text/plain; charset=utf-8";

/// What a handler may return: nothing, a body, a status with a body, or a [`Result`] of those.
///
/// `()` leaves the response as the handler filled it. Text gets a Content-Type when the handler set none.
pub trait IntoResponse {
    /// Puts it into the response. Errors: why it cannot be put there.
    fn into_response(self, response: &mut Response<'_>) -> Result<(), Failure>;
}

impl IntoResponse for () {
    #[inline]
    fn into_response(self, _: &mut Response<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

fn say_plain(response: &mut Response<'_>) -> Result<(), Error> {
    if response.has_field("Content-Type") {
        return Ok(());
    }
    response.set_field("Content-Type", PLAIN)
}

impl IntoResponse for &'static str {
    fn into_response(self, response: &mut Response<'_>) -> Result<(), Failure> {
        say_plain(response)?;
        Ok(response.body_static(self)?)
    }
}

impl IntoResponse for String {
    fn into_response(self, response: &mut Response<'_>) -> Result<(), Failure> {
        say_plain(response)?;
        Ok(response.body_owned(self)?)
    }
}

impl IntoResponse for &'static [u8] {
    fn into_response(self, response: &mut Response<'_>) -> Result<(), Failure> {
        Ok(response.body_static(self)?)
    }
}

impl IntoResponse for Vec<u8> {
    fn into_response(self, response: &mut Response<'_>) -> Result<(), Failure> {
        Ok(response.body_owned(self)?)
    }
}

impl<T: IntoResponse> IntoResponse for (u16, T) {
    fn into_response(self, response: &mut Response<'_>) -> Result<(), Failure> {
        response.set_status(self.0)?;
        self.1.into_response(response)
    }
}

impl<T: IntoResponse, E: Into<Failure>> IntoResponse for Result<T, E> {
    #[inline]
    fn into_response(self, response: &mut Response<'_>) -> Result<(), Failure> {
        self.map_err(Into::into)?.into_response(response)
    }
}
