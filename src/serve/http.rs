//! The part of HTTP/1.1 that a client on this machine needs: one call per connection, with a body of known length.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use crate::face::Report;
use crate::source::clean;

/// Bytes of a request line with its headers.
const MOST_HEAD: usize = 32 << 10;
const MOST_HEADERS: usize = 100;

/// A call as received.
#[derive(Debug)]
pub struct Call {
    pub method: String,
    /// The path with its query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: CallBody,
}

/// The body of a call as received.
#[derive(Debug)]
pub enum CallBody {
    Held(Vec<u8>),
    /// In a temporary file.
    Spooled(File),
}

impl CallBody {
    /// All bytes.
    pub fn read(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Held(bytes) => Ok(bytes),
            Self::Spooled(mut file) => {
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(0))?;
                file.read_to_end(&mut bytes).map(|_| bytes)
            }
        }
    }

    /// Whether it is not in memory.
    pub fn is_spooled(&self) -> bool {
        matches!(self, Self::Spooled(_))
    }
}

impl Call {
    /// The value of a header, if present.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The stated length of the body; 0 if none is stated.
    fn length(&self) -> Result<u64, CallFault> {
        let Some(text) = self.header("content-length") else { return Ok(0) };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // Too many digits mean too many bytes.
        if is_number {
            Ok(text.parse().unwrap_or(u64::MAX))
        } else {
            Err(refused(400, "Content-Length is not a number"))
        }
    }
}

/// A response: its status and its body.
#[derive(Debug)]
pub struct HttpAnswer {
    pub status: u16,
    pub kind: &'static str,
    pub body: AnswerBody,
    /// Whether `check` would exit with a status other than 0; none if nothing was checked.
    pub fails: Option<bool>,
}

#[derive(Debug)]
pub enum AnswerBody {
    Text(String),
    /// It may be larger than memory.
    Report(Box<Report>),
}

impl AnswerBody {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text(text) => out.write_all(text.as_bytes()),
            Self::Report(report) => report.write_json(out),
        }
    }
}

/// Counts what is written.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl HttpAnswer {
    pub fn refused(status: u16, why: &str) -> Self {
        Self::text(status, format!("{}\n", clean(why)))
    }

    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: AnswerBody::Text(body.into()), fails: None }
    }

    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut length = Counter(0);
        self.body.write(&mut length)?;
        let mut out = BufWriter::new(out);
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
        let (status, kind, length) = (self.status, self.kind, length.0);
        write!(
            out,
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{fails}\
             X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )?;
        self.body.write(&mut out)?;
        out.flush()
    }
}

/// Why there is no call.
#[derive(Debug)]
pub enum CallFault {
    /// The client has gone.
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

/// Reads a call. `admit` sees it before the body is read. A body of more than `most_held` bytes goes to a temporary
/// file, so that a client that takes its time takes no memory.
pub fn read(
    stream: &mut (impl Read + Write),
    most_held: u64,
    most_body: u64,
    admit: impl FnOnce(&Call) -> Result<(), HttpAnswer>,
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
    let length = call.length()?;
    admit(&call).map_err(CallFault::Refused)?;
    if call.header("transfer-encoding").is_some() {
        return Err(refused(411, "the body needs a Content-Length"));
    }
    if length > most_body {
        return Err(refused(413, &format!("the body is larger than {most_body} bytes")));
    }
    if call.header("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let mut body = bytes.split_off(begin);
    body.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    let missing = length - body.len() as u64;
    let mut rest = Read::take(stream, missing);
    let received = if length > most_held {
        let unwritable = |_| refused(503, "no temporary file can be written for the body");
        let mut file = tempfile::tempfile().map_err(unwritable)?;
        file.write_all(&body).map_err(unwritable)?;
        let received = io::copy(&mut rest, &mut file)?;
        call.body = CallBody::Spooled(file);
        received
    } else {
        let received = rest.read_to_end(&mut body)? as u64;
        call.body = CallBody::Held(body);
        received
    };
    if received < missing { Err(CallFault::Gone) } else { Ok(call) }
}

/// The request line and headers of a call, and the start of its body; none if more has to arrive.
fn head(bytes: &[u8]) -> Result<Option<(Call, usize)>, CallFault> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let begin = match request.parse(bytes) {
        Ok(httparse::Status::Complete(begin)) => begin,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(refused(431, "there are too many headers")),
        Err(_) => return Err(refused(400, "the request is not HTTP/1.1")),
    };
    let text = |header: &httparse::Header<'_>| {
        (header.name.to_owned(), String::from_utf8_lossy(header.value).trim().to_owned())
    };
    let call = Call {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        headers: request.headers.iter().map(text).collect(),
        body: CallBody::Held(Vec::new()),
    };
    // With a duplicate header, a proxy might read a different call than we do.
    for once in ["Content-Length", "Host", "Origin"] {
        if call.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(once)).count() > 1 {
            return Err(refused(400, &format!("the header {once} appears more than once")));
        }
    }
    Ok(Some((call, begin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream in memory: its input and its output.
    struct Wire(io::Cursor<Vec<u8>>, Vec<u8>);

    impl Read for Wire {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            // Byte by byte, like a slow client.
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
        read(&mut wire, 50, 100, |_| Ok(())).map_err(|fault| match fault {
            CallFault::Gone => 0,
            CallFault::Refused(answer) => answer.status,
        })
    }

    #[test]
    fn calls_with_and_without_a_body() {
        let got = call("GET /v3/videos?limit=3 HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("a call");
        assert_eq!((got.method.as_str(), got.target.as_str()), ("GET", "/v3/videos?limit=3"));
        assert_eq!(got.body.read().expect("read"), b"");
        let got = call("POST / HTTP/1.0\r\ncontent-LENGTH: 3\r\n\r\n{} more").expect("a call");
        assert_eq!((got.header("Content-Length"), got.body.is_spooled()), (Some("3"), false));
        assert_eq!(got.body.read().expect("read"), b"{} ");
        let long = "x".repeat(51);
        let got = call(format!("POST / HTTP/1.1\r\nContent-Length: 51\r\n\r\n{long}more")).expect("a call");
        assert!(got.body.is_spooled());
        assert_eq!(got.body.read().expect("read"), long.as_bytes());
    }

    #[test]
    fn malformed_calls_are_refused() {
        for (text, status) in [
            ("", 0),
            ("GET / HTTP/1.1\r\nHost", 0),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}", 0),
            ("\x16\x03\x01 hello", 400),
            ("POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
            ("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\n{} ", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nOrigin: a\r\norigin: b\r\n\r\n", 400),
        ] {
            assert_eq!(call(text).err(), Some(status), "{text}");
        }
        assert_eq!(call(format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(101))).err(), Some(431));
        assert_eq!(call(format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(MOST_HEAD))).err(), Some(431));
    }

    #[test]
    fn a_client_that_waits_gets_100_continue_unless_it_is_refused() {
        let text = "POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}";
        let mut wire = Wire(io::Cursor::new(text.into()), Vec::new());
        assert!(read(&mut wire, 50, 100, |_| Ok(())).is_ok());
        assert_eq!(wire.1, b"HTTP/1.1 100 Continue\r\n\r\n");
        let mut wire = Wire(io::Cursor::new(text.into()), Vec::new());
        assert!(read(&mut wire, 50, 100, |_| Err(HttpAnswer::refused(403, "no"))).is_err());
        assert!(wire.1.is_empty());
    }
}
