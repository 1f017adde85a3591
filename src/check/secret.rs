//! `secret/api-key`: an API key written in a file.

use crate::extract::secret;
use crate::finding::{Finding, Location};
use crate::rule;

/// A finding for each key in a text. `ours` means that the text is for the service.
#[must_use]
pub fn keys(text: &str, ours: bool) -> Vec<Finding> {
    let of = |key: secret::ApiKey| {
        let message = format!("the file contains an API key of {}", key.service.title);
        Finding::new(&rule::SECRET_API_KEY, message)
            .at(Location::span(key.span))
            .help("revoke it, and let the program read a new one from the environment")
    };
    secret::keys(text, ours).into_iter().map(of).collect()
}
