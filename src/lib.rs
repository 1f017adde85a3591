//! heylint checks media files and JSON request drafts. Before anything is uploaded it tells you what the HeyGen video
//! API would refuse, why, exactly where, and how to fix it. It never uses the network.
//!
//! ```
//! let report = heylint::check_paths(["fixtures/demo"], &heylint::Options::new())?;
//! for finding in report.findings() {
//!     println!("{}: {}: {}", finding.location.file, finding.rule.id, finding.message);
//! }
//! # Ok::<(), heylint::Error>(())
//! ```
//!
//! Other programs can rely on this page only. The modules behind it are public for the command line, the tests and the
//! benches of this package, and change with any version.
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod drift;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod extract;
#[doc(hidden)]
pub mod finding;
#[doc(hidden)]
pub mod fix;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod lsp;
#[doc(hidden)]
pub mod media;
#[doc(hidden)]
pub mod openapi;
#[doc(hidden)]
pub mod outcome;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod preview;
#[doc(hidden)]
pub mod profile;
#[doc(hidden)]
pub mod remedy;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod request;
#[doc(hidden)]
pub mod rule;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod serve;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod suggest;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod walk;

mod face;

#[doc(hidden)]
pub use profile::limits;

#[doc(hidden)]
pub use engine::{Linter, Outcome, Settings};
pub use face::{
    Error, Options, Report, check_call, check_paths, check_text, check_value, explain, is_service, limits_json, probe,
    probe_bytes, probe_bytes_json, probe_json,
};
pub use finding::Finding;
pub use media::{Depth, Facts};
pub use outcome::{CheckedFile, Summary};
