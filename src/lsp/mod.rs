//! The language server: editor buffers → engine → diagnostics, hover, actions, completion.
//!
//! One thread reads, one writes, one checks; the server waits for all of them and owns the documents. It contains no
//! rules: other modules describe fields, limits, findings and files.

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
