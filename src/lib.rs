//! heylint looks at media files and JSON request drafts and tells, before anything is uploaded, what the HeyGen video
//! API would refuse, why, where exactly, and how to mend it. It never uses the network.
//!
//! The way through, one room after the other:
//! paths → `walk` → inputs → [`media`] and [`request`] → facts → [`check`] → findings → [`report`].

pub mod check;
pub mod config;
pub mod engine;
pub mod extract;
pub mod finding;
pub mod fix;
pub mod limits;
pub mod lsp;
pub mod media;
pub mod outcome;
pub mod plan;
pub mod report;
pub mod request;
pub mod rule;
pub mod source;
pub mod suggest;
pub mod text;
pub mod walk;

pub use engine::{Linter, Outcome, Settings};
