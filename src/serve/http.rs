//! As much of HTTP/1.1 as a client on this machine needs: one call a connection, with a body of known length.

use std::io::{self, Read, Write};

/// Bytes of a request line with its headers.
const MOST_HEAD: usize = 32 << 10;
const MOST_HEADERS: usize = 100;

/// A call, as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    /// The path with its query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    /// The value of a header; none where it is not there.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// An answer of a status and a text.
#[derive(Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    pub status: u16,
    pub kind: &'static str,
    pub body: String,
    /// `check` would exit with another status than 0; none where nothing was checked.
    pub fails: Option<bool>,
}

impl HttpAnswer {
    pub fn refused(status: u16, why: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: format!("{why}\n"), fails: None }
    }

    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            403 => "Forbidden",
            408 => "Request Timeout",
            411 => "Length Required",
            413 => "Content Too Large",
            431 => "Request Header Fields Too Large",
            500 => "Internal Server Error",
            _ => "Service Unavailable",
        };
        let fails = self.fails.map(|fails| format!("Heylint-Fails: {fails}\r\n")).unwrap_or_default();
        let (status, kind, length) = (self.status, self.kind, self.body.len());
        write!(
            out,
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{fails}\
             X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}",
            self.body
        )?;
        out.flush()
    }
}

/// Why there is no call.
#[derive(Debug)]
pub enum CallFault {
    /// Nobody is there to be told.
    Gone,
    Refused(HttpAnswer),
}

impl From<io::Error> for CallFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => refused(408, "the call took too long to arrive"),
            _ => Self::Gone,
        }
    }
}

fn refused(status: u16, why: &str) -> CallFault {
    CallFault::Refused(HttpAnswer::refused(status, why))
}

/// Reads a call. `admit` sees it before its body is read.
pub fn read(
    stream: &mut (impl Read + Write),
    most_body: usize,
    admit: impl Fn(&Call) -> Result<(), HttpAnswer>,
) -> Result<Call, CallFault> {
    let mut bytes = Vec::with_capacity(2048);
    let (mut call, begin) = loop {
        if let Some(parsed) = head(&bytes)? {
            break parsed;
        }
        if bytes.len() >= MOST_HEAD {
            return Err(refused(431, "the headers are too long"));
        }
        let mut piece = [0; 2048];
        match stream.read(&mut piece)? {
            0 => return Err(CallFault::Gone),
            count => bytes.extend_from_slice(&piece[..count]),
        }
    };
    admit(&call).map_err(CallFault::Refused)?;
    if call.header("transfer-encoding").is_some() {
        return Err(refused(411, "the body needs a Content-Length"));
    }
    let length = match call.header("content-length").map(|length| length.trim().parse::<usize>()) {
        None => 0,
        Some(Ok(length)) if length <= most_body => length,
        Some(Ok(_)) => return Err(refused(413, &format!("the body is larger than {most_body} bytes"))),
        Some(Err(_)) => return Err(refused(400, "Content-Length is no number")),
    };
    if call.header("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    call.body = bytes.split_off(begin);
    call.body.truncate(length);
    let missing = length - call.body.len();
    Read::take(stream, missing as u64).read_to_end(&mut call.body)?;
    if call.body.len() < length { Err(CallFault::Gone) } else { Ok(call) }
}

/// The line and headers of a call, and where its body begins; none where more has to come.
fn head(bytes: &[u8]) -> Result<Option<(Call, usize)>, CallFault> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let begin = match request.parse(bytes) {
        Ok(httparse::Status::Complete(begin)) => begin,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(refused(431, "there are too many headers")),
        Err(_) => return Err(refused(400, "this is no HTTP/1.1")),
    };
    let text = |header: &httparse::Header<'_>| {
        (header.name.to_owned(), String::from_utf8_lossy(header.value).trim().to_owned())
    };
    let call = Call {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        headers: request.headers.iter().map(text).collect(),
        body: Vec::new(),
    };
    let lengths = call.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).count();
    if lengths > 1 {
        return Err(refused(400, "there are several lengths"));
    }
    Ok(Some((call, begin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read from one side, and written to the other.
    struct Wire(io::Cursor<Vec<u8>>, Vec<u8>);

    impl Read for Wire {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            // Byte by byte, as a slow client sends.
            let most = into.len().min(1);
            self.0.read(&mut into[..most])
        }
    }

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn call(text: impl Into<Vec<u8>>) -> Result<Call, u16> {
        let mut wire = Wire(io::Cursor::new(text.into()), Vec::new());
        read(&mut wire, 100, |_| Ok(())).map_err(|fault| match fault {
            CallFault::Gone => 0,
            CallFault::Refused(answer) => answer.status,
        })
    }

    #[test]
    fn calls_with_and_without_a_body() {
        let got = call("GET /v3/videos?limit=3 HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("a call");
        assert_eq!((got.method.as_str(), got.target.as_str(), got.body.len()), ("GET", "/v3/videos?limit=3", 0));
        let got = call("POST / HTTP/1.0\r\ncontent-LENGTH: 3\r\n\r\n{} more").expect("a call");
        assert_eq!((got.header("Content-Length"), got.body.as_slice()), (Some("3"), b"{} ".as_slice()));
    }

    #[test]
    fn what_is_no_call() {
        for (text, status) in [
            ("", 0),
            ("GET / HTTP/1.1\r\nHost", 0),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}", 0),
            ("\x16\x03\x01 hello", 400),
            ("POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
            ("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
        ] {
            assert_eq!(call(text).map_err(|status| (text, status)), Err((text, status)));
        }
        assert_eq!(call(format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(101))), Err(431));
        assert_eq!(call(format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(MOST_HEAD))), Err(431));
    }

    #[test]
    fn a_client_that_waits_is_told_to_go_on_unless_it_is_refused() {
        let text = "POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}";
        let mut wire = Wire(io::Cursor::new(text.into()), Vec::new());
        assert!(read(&mut wire, 100, |_| Ok(())).is_ok());
        assert_eq!(wire.1, b"HTTP/1.1 100 Continue\r\n\r\n");
        let mut wire = Wire(io::Cursor::new(text.into()), Vec::new());
        assert!(read(&mut wire, 100, |_| Err(HttpAnswer::refused(403, "no"))).is_err());
        assert!(wire.1.is_empty());
    }
}
