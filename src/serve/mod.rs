//! The check over HTTP, on the loopback address only. Send a call here instead of to the API, and the response is its
//! JSON report.

mod gate;
mod http;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::gate::Gate;
use self::http::{AnswerBody, Call, CallBody, CallFault, HttpAnswer};
use crate::engine::guarded;
use crate::face::{Error, Options, Report, check_call, check_text};
use crate::profile;
use crate::text::bounds::TEXT_BYTES;
use crate::text::percent::decoded_text;

/// The most connections at a time.
const MOST_CONNECTIONS: usize = 64;
/// The most calls that are checked and answered at a time: a report may be much larger than its call.
const MOST_CHECKS: usize = 4;
/// Calls with a larger body are checked one after another, because together they would not fit in memory.
const LARGE: u64 = 64 << 10;
/// The time limit for receiving a call and for sending its response.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same while other clients wait for a place.
const HASTE: Duration = Duration::from_secs(2);
/// How long a client waits for a place. Those before it are gone by then, unless their checks take long.
const WAIT: Duration = Duration::from_secs(10);
/// How long a client that gets no place may take for the response that says so.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a client may continue to send after it has its response.
const LINGER: Duration = Duration::from_secs(2);
/// How often a connection that waits for its client looks whether others wait for it.
const GLIMPSE: Duration = Duration::from_millis(100);

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
        connections: Gate::new(MOST_CONNECTIONS),
        checks: Gate::new(MOST_CHECKS),
        large: Gate::new(1),
    });
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        // The system queues the clients behind this one.
        let Some(place) = door.connections.enter(Instant::now() + WAIT) else {
            door.turn_away(stream);
            continue;
        };
        let door = Arc::clone(&door);
        let work = move || {
            door.meet(stream);
            drop(place);
        };
        if std::thread::Builder::new().spawn(work).is_err() {
            return Err(io::Error::other("no thread can be started"));
        }
    }
    Ok(())
}

struct Door {
    address: SocketAddr,
    options: Options,
    connections: Gate,
    checks: Gate,
    /// For large calls.
    large: Gate,
}

impl Door {
    fn turn_away(&self, stream: TcpStream) {
        let mut stream = Timed::new(self, stream, GLANCE);
        let _ = busy().write(&mut stream);
        stream.close(GLANCE);
    }

    fn meet(&self, stream: TcpStream) {
        let mut stream = Timed::new(self, stream, PATIENCE);
        // Held until the answer is sent.
        let (mut turn, mut place) = (None, None);
        let received = http::read(&mut stream, LARGE, TEXT_BYTES as u64, |call| self.admit(call));
        let answer = match received {
            Ok(call) => {
                let until = Instant::now() + PATIENCE;
                let is_large = call.body.is_spooled();
                turn = if is_large { self.large.enter(until) } else { None };
                if turn.is_some() || !is_large {
                    place = self.checks.enter(until);
                }
                if place.is_some() { self.answer(call) } else { busy() }
            }
            Err(CallFault::Refused(answer)) => answer,
            Err(CallFault::Gone) => return,
        };
        stream.renew(PATIENCE);
        // A client that has gone needs no response.
        let _ = answer.write(&mut stream);
        drop((answer, place, turn));
        stream.close(LINGER);
    }

    /// Whether a client waits for a place.
    fn is_crowded(&self) -> bool {
        [&self.connections, &self.checks, &self.large].iter().any(|gate| gate.is_wanted())
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

    fn answer(&self, mut call: Call) -> HttpAnswer {
        let body = std::mem::replace(&mut call.body, CallBody::Held(Vec::new()));
        let Ok(body) = body.read() else { return HttpAnswer::refused(500, "the body cannot be read again") };
        let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let report = match (call.method.as_str(), path) {
            ("GET" | "HEAD", "/") => {
                return HttpAnswer::text(200, HELP);
            }
            ("POST", "/check") => guarded(|| self.text(&body, query)),
            (_, path) if path.starts_with('/') => guarded(|| self.call(&call, &body)),
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

    fn text(&self, body: &[u8], query: &str) -> Result<Report, Error> {
        let mut options = self.options.clone().unheld();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("endpoint", name)) => options = options.endpoint(&decoded_text(&name.replace('+', " ")))?,
                _ => return Err(Error::Option(format!("there is no parameter `{pair}`; there is endpoint"))),
            }
        }
        check_text("request.json", body, &options)
    }

    fn call(&self, call: &Call, body: &[u8]) -> Result<Report, Error> {
        let host = profile::default().hosts.first().copied().unwrap_or_default();
        let url = format!("https://{host}{}", call.target);
        let body = Some(body).filter(|body| !body.is_empty());
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

fn busy() -> HttpAnswer {
    HttpAnswer::refused(503, "too many calls at a time; send it again")
}

/// A stream with one deadline for everything, so that a slow client cannot occupy a thread. The deadline is nearer while
/// others wait.
struct Timed<'d> {
    door: &'d Door,
    stream: TcpStream,
    /// How long this client has been waited for.
    waited: Duration,
    until: Instant,
}

impl<'d> Timed<'d> {
    fn new(door: &'d Door, stream: TcpStream, patience: Duration) -> Self {
        Self { door, stream, waited: Duration::ZERO, until: Instant::now() + patience }
    }

    fn renew(&mut self, patience: Duration) {
        self.waited = Duration::ZERO;
        self.until = Instant::now() + patience;
    }

    /// Ends the connection. Unread input would make the system reset it before the response arrives.
    fn close(mut self, patience: Duration) {
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
        self.renew(patience);
        let _ = io::copy(&mut Read::take(&mut self, TEXT_BYTES as u64), &mut io::sink());
    }

    /// Repeats `work`, which returns when a short timeout ends, until the deadline.
    fn patiently<T>(&mut self, mut work: impl FnMut(&mut TcpStream, Duration) -> io::Result<T>) -> io::Result<T> {
        loop {
            let began = Instant::now();
            let left = self.until.saturating_duration_since(began);
            if left.is_zero() || (self.waited > HASTE && self.door.is_crowded()) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let done = work(&mut self.stream, left.min(GLIMPSE));
            self.waited += began.elapsed();
            match done {
                Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {}
                done => return done,
            }
        }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.patiently(|stream, timeout| {
            stream.set_read_timeout(Some(timeout))?;
            stream.read(into)
        })
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.patiently(|stream, timeout| {
            stream.set_write_timeout(Some(timeout))?;
            stream.write(bytes)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
