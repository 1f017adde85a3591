//! The check over HTTP, on the loopback address only. Send a call here instead of to the API, and the response is its
//! JSON report.

mod http;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use self::http::{AnswerBody, Call, CallFault, HttpAnswer};
use crate::engine::guarded;
use crate::face::{Error, Options, Report, check_call, check_text};
use crate::profile;
use crate::text::bounds::TEXT_BYTES;
use crate::text::percent::decoded_text;

/// The most calls at a time.
const MOST_CALLS: usize = 8;
/// Calls with a larger body are checked one after another, because together they would not fit in memory.
const LARGE: u64 = 256 << 10;
/// The time limit for receiving a call and for sending its response.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a client may continue to send after it has its response.
const LINGER: Duration = Duration::from_secs(2);

const HELP: &str = "\
heylint checks calls to the API and sends nothing.
any path of the API: checks the call as the API would receive it
POST /check: checks any request; ?endpoint=POST%20/… names its endpoint
The response is a JSON report; the header Heylint-Fails says whether the check fails.
";

/// Listens on an address.
///
/// # Errors
///
/// If other machines can reach the address, or it is not available.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        let message = format!("{} can be reached from other machines; 127.0.0.1 cannot", address.ip());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    TcpListener::bind(address)
}

/// Answers calls until the process ends.
///
/// # Errors
///
/// If the listener fails for good.
pub fn serve(listener: &TcpListener, options: &Options) -> io::Result<()> {
    let door = Arc::new(Door {
        address: listener.local_addr()?,
        options: options.clone(),
        open: AtomicUsize::new(0),
        large: Mutex::new(()),
    });
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let door = Arc::clone(&door);
        // Counted here, so that no more threads start than allowed.
        let crowded = door.open.fetch_add(1, Ordering::SeqCst) >= MOST_CALLS;
        let work = move || {
            door.meet(stream, crowded);
            door.open.fetch_sub(1, Ordering::SeqCst);
        };
        if crowded {
            work();
        } else if std::thread::Builder::new().spawn(work).is_err() {
            return Err(io::Error::other("no thread can be started"));
        }
    }
    Ok(())
}

struct Door {
    address: SocketAddr,
    options: Options,
    /// Connections being answered.
    open: AtomicUsize,
    /// Held while a large call is checked.
    large: Mutex<()>,
}

impl Door {
    fn meet(&self, stream: TcpStream, crowded: bool) {
        let patience = if crowded { Duration::from_millis(50) } else { PATIENCE };
        let mut stream = Timed { stream, until: Instant::now() + patience };
        let until = stream.until;
        let mut turn = None;
        let answer = if crowded {
            HttpAnswer::refused(503, "too many calls at a time")
        } else {
            let admit = |call: &Call, length: u64| {
                self.admit(call)?;
                if (LARGE..=TEXT_BYTES as u64).contains(&length) {
                    turn = Some(self.turn(until)?);
                }
                Ok(())
            };
            match http::read(&mut stream, TEXT_BYTES as u64, admit) {
                Ok(call) => self.answer(&call),
                Err(CallFault::Refused(answer)) => answer,
                Err(CallFault::Gone) => return,
            }
        };
        stream.until = Instant::now() + patience;
        // A client that has gone needs no response.
        let _ = answer.write(&mut stream);
        // Unread input would make the system reset the connection before the response arrives.
        let _ = stream.stream.shutdown(std::net::Shutdown::Write);
        stream.until = Instant::now() + LINGER.min(patience);
        let _ = io::copy(&mut Read::take(&mut stream, TEXT_BYTES as u64), &mut io::sink());
    }

    /// Waits for another large call to end.
    fn turn(&self, until: Instant) -> Result<MutexGuard<'_, ()>, HttpAnswer> {
        loop {
            match self.large.try_lock() {
                Ok(turn) => return Ok(turn),
                // A check that panicked leaves no state behind.
                Err(TryLockError::Poisoned(turn)) => return Ok(turn.into_inner()),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                    return Err(HttpAnswer::refused(503, "another large call is being checked; send it again"));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// A web page can make a browser call any address of this machine, under a host name that it controls. Host or
    /// Origin reveal it.
    fn admit(&self, call: &Call) -> Result<(), HttpAnswer> {
        let host = call.header("host").unwrap_or_default();
        if !self.is_ours(host) {
            return Err(HttpAnswer::refused(403, &format!("the header Host must be {}", self.address)));
        }
        let origin = call.header("origin").map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
        // A picture or a form on a page sends no Origin.
        let is_foreign = call.header("sec-fetch-site").is_some_and(|site| site.eq_ignore_ascii_case("cross-site"));
        if is_foreign || origin.is_some_and(|origin| !is_loopback(origin)) {
            return Err(HttpAnswer::refused(403, "web pages may not call this"));
        }
        Ok(())
    }

    fn is_ours(&self, host: &str) -> bool {
        let port = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map(|(_, port)| port);
        is_loopback(host) && port.is_none_or(|port| port.parse() == Ok(self.address.port()))
    }

    fn answer(&self, call: &Call) -> HttpAnswer {
        let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let report = match (call.method.as_str(), path) {
            ("GET" | "HEAD", "/") => {
                return HttpAnswer::text(200, HELP);
            }
            ("POST", "/check") => guarded(|| self.text(call, query)),
            (_, path) if path.starts_with('/') => guarded(|| self.call(call)),
            _ => return HttpAnswer::refused(400, "the target must be a path"),
        };
        match report {
            Ok(Ok(report)) => HttpAnswer {
                status: 200,
                kind: "application/json",
                fails: Some(report.fails() || report.summary().unchecked > 0),
                body: AnswerBody::Report(Box::new(report)),
            },
            Ok(Err(Error::Option(why))) => HttpAnswer::refused(400, &why),
            Ok(Err(error)) => HttpAnswer::refused(500, &error.to_string()),
            Err(fault) => HttpAnswer::refused(500, &format!("internal fault: {fault}")),
        }
    }

    fn text(&self, call: &Call, query: &str) -> Result<Report, Error> {
        let mut options = self.options.clone().unheld();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("endpoint", name)) => options = options.endpoint(&decoded_text(&name.replace('+', " ")))?,
                _ => return Err(Error::Option(format!("there is no parameter `{pair}`; there is endpoint"))),
            }
        }
        check_text("request.json", &call.body, &options)
    }

    fn call(&self, call: &Call) -> Result<Report, Error> {
        let host = profile::default().hosts.first().copied().unwrap_or_default();
        let url = format!("https://{host}{}", call.target);
        let body = Some(call.body.as_slice()).filter(|body| !body.is_empty());
        let report = check_call(&call.method, &url, &call.headers, body, &self.options)?;
        report
            .ok_or_else(|| Error::Option("only bodies in JSON are checked; Content-Type: application/json".to_owned()))
    }
}

/// Whether a host, with or without a port, is this machine by a name that nobody else controls.
fn is_loopback(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        let Some((ip, port)) = inner.split_once(']') else { return false };
        let is_port = port.is_empty() || port.starts_with(':');
        return is_port && ip.parse::<std::net::Ipv6Addr>().is_ok_and(|ip| ip.is_loopback());
    }
    let name = host.split(':').next().unwrap_or(host);
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// A stream with one deadline for everything, so that a slow client cannot occupy a thread.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(into)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
