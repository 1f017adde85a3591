//! `heylint lsp`, from outside: a small client speaks with the program over its standard input and output.

mod actions;
pub mod client;
mod completion;
mod diagnostics;
mod halves;
mod hover;
#[cfg(unix)]
mod mend;
mod prefixes;
mod protocol;
mod watch;

use crate::common;
use crate::run;
