//! `heylint lsp`, from outside: a small client speaks with the program over its standard input and output.

#[path = "lsp/actions.rs"]
mod actions;
#[path = "lsp/client.rs"]
mod client;
#[path = "common/mod.rs"]
mod common;
#[path = "lsp/completion.rs"]
mod completion;
#[path = "lsp/diagnostics.rs"]
mod diagnostics;
#[path = "lsp/hover.rs"]
mod hover;
#[path = "lsp/prefixes.rs"]
mod prefixes;
#[path = "lsp/protocol.rs"]
mod protocol;
#[path = "common/run.rs"]
mod run;
#[path = "lsp/watch.rs"]
mod watch;
