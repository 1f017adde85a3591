//! Tests of `heylint lsp`: a small client talks to the program over standard input and output.

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
