//! A language server: what editors hold → engine → what editors show.
//!
//! One thread reads, one writes, one checks; the server itself waits for all of them and owns the documents. It knows no
//! rule: what it says of a field, a limit, a finding or a file is what the data and the other rooms say.

mod actions;
mod check;
mod client;
mod completion;
mod cursor;
mod describe;
mod diagnostics;
mod document;
mod edits;
mod hover;
mod place;
mod server;
mod transport;
mod uri;
mod watch;

pub use check::Options;
pub use server::serve;
