//! The language server: editor buffers → engine → diagnostics, hover, actions, completion.
//!
//! One thread reads, one writes, one checks; the server itself waits for all of them and owns the documents. It knows no
//! rule: fields, limits, findings and files are described by the other rooms.

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
mod kept;
mod place;
mod queue;
mod server;
mod transport;
mod uri;
mod watch;

pub use check::EditorOptions;
pub use server::serve;
