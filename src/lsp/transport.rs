//! Messages in and out. The reader runs ahead of the server, so that cancelled and superseded requests are known before
//! they are handled. Malformed messages are answered and skipped.

use crate::text::bounds;
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use lsp_server::Message;

/// What the reader sends.
#[derive(Debug)]
pub(super) enum IncomingMessage {
    Message(Message),
    /// A malformed message, and why.
    Malformed(String),
    /// The client has closed its end.
    End,
}

/// Reads until the end of `input`, or until `take` returns false.
pub(super) fn read(input: &mut dyn BufRead, mut take: impl FnMut(IncomingMessage) -> bool) {
    loop {
        // The protocol crate allocates what the header promises, so check it first.
        let incoming = match bounded(input) {
            Ok(Some(mut bytes)) => match Message::read(&mut bytes.as_slice()) {
                Ok(Some(message)) => IncomingMessage::Message(message),
                Ok(None) => continue,
                Err(error) => {
                    bytes.clear();
                    let text: String = error.to_string().chars().take(200).collect();
                    IncomingMessage::Malformed(text)
                }
            },
            Ok(None) => IncomingMessage::End,
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                // There is no way to find the next message.
                take(IncomingMessage::Malformed(error.to_string()));
                IncomingMessage::End
            }
            Err(_) => IncomingMessage::End,
        };
        let last = matches!(incoming, IncomingMessage::End);
        if !take(incoming) || last {
            return;
        }
    }
}

/// The bytes of one message with its header; none at the end.
fn bounded(input: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    const LONGEST_LINE: u64 = 4 << 10;
    let invalid = |message: &str| io::Error::new(ErrorKind::InvalidData, message.to_owned());
    let mut message = Vec::new();
    let mut size = None;
    loop {
        let before = message.len();
        let mut line = input.take(LONGEST_LINE);
        if line.read_until(b'\n', &mut message)? == 0 {
            return if before == 0 { Ok(None) } else { Err(invalid("the header ends early")) };
        }
        let line = message.get(before..).unwrap_or_default();
        if line == b"\r\n" {
            break;
        }
        if !line.ends_with(b"\r\n") || message.len() as u64 > LONGEST_LINE {
            return Err(invalid("a header line does not end"));
        }
        let line = String::from_utf8_lossy(line);
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            size = value.trim().parse::<u64>().ok();
        }
    }
    let size = size
        .filter(|size| *size <= bounds::MESSAGE_BYTES)
        .ok_or_else(|| invalid("no Content-Length that can be read"))?;
    // Pass on only the length: the parser does not accept every header.
    message = format!("Content-Length: {size}\r\n\r\n").into_bytes();
    let read = input.take(size).read_to_end(&mut message)? as u64;
    if read < size { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(Some(message)) }
}

/// Writes messages in the order in which they are sent.
#[derive(Debug)]
pub(super) struct Outgoing {
    sender: Option<Sender<Message>>,
    writer: Option<JoinHandle<()>>,
}

impl Outgoing {
    pub(super) fn new(mut output: impl Write + Send + 'static) -> io::Result<Self> {
        let (sender, receiver) = channel::<Message>();
        let write = move || {
            for message in receiver {
                // The client is gone; the reader will notice as well.
                if message.write(&mut output).is_err() {
                    return;
                }
            }
        };
        let writer = thread::Builder::new().name("writer".to_owned()).spawn(write)?;
        Ok(Self { sender: Some(sender), writer: Some(writer) })
    }

    pub(super) fn send(&self, message: impl Into<Message>) {
        if let Some(sender) = &self.sender {
            // The writer ends only when the client is gone.
            let _ = sender.send(message.into());
        }
    }
}

impl Drop for Outgoing {
    /// Waits until everything is written.
    fn drop(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        read(&mut io::BufReader::with_capacity(7, bytes), |incoming| {
            found.push(match incoming {
                IncomingMessage::Message(Message::Notification(notification)) => notification.method,
                IncomingMessage::Message(_) => "other".to_owned(),
                IncomingMessage::Malformed(_) => "malformed".to_owned(),
                IncomingMessage::End => "end".to_owned(),
            });
            true
        });
        found
    }

    #[test]
    fn malformed_messages_are_answered_and_skipped() {
        let message = |text: &str| format!("Content-Length: {}\r\n\r\n{text}", text.len());
        let good = message(r#"{"jsonrpc": "2.0", "method": "a", "params": {}}"#);
        let typed = format!("Content-Type: x; charset=utf-8\r\ncontent-length:  {}", &good[16..]);
        let bad = message("{\"jsonrpc\": ");
        assert_eq!(all(format!("{good}{bad}{typed}").as_bytes()), ["a", "malformed", "a", "end"]);
        assert_eq!(all(b"Content-Length: 99999999999999\r\n\r\n{}"), ["malformed", "end"]);
        assert_eq!(all(b"hello"), ["malformed", "end"]);
        assert_eq!(all(b"Content-Length: 10\r\n\r\n{}"), ["end"]);
    }
}
