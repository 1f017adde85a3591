//! Calls that a program is about to make.

use super::{Error, Options, Report, check_text, check_value};
use crate::profile::{self, contract::BodyEncoding};
use crate::request::endpoint::{Endpoint, Resolved, SplitAddress};
use crate::request::envelope::{is_content_type, is_form};
use crate::request::json::{self, quote};

/// Whether a URL is an address of the service.
///
/// ```
/// assert!(heylint::is_service("https://api.heygen.com/v3/videos"));
/// assert!(heylint::is_service("https://me@API.HeyGen.com.:443/v3/videos"));
/// assert!(!heylint::is_service("https://heygen.com.example/v3/videos"));
/// ```
#[must_use]
pub fn is_service(url: &str) -> bool {
    SplitAddress::parse(url).names_service(profile::default())
}

/// Checks an HTTP call before it is sent. Returns none if the call goes to another service, or if its body is neither JSON
/// nor a form; only JSON need be passed. Pointers start at the call: `/body/script`, `/url`.
///
/// ```
/// let body = br#"{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hi", "voice_settings": {"speed": 1.8}}"#;
/// let headers = [("Content-Type", "application/json")];
/// let options = heylint::Options::new().ready(true);
/// let report = heylint::check_call("POST", "https://api.heygen.com/v3/videos", &headers, Some(body), &options)?;
/// let pointer = report.as_ref().and_then(|report| report.findings()[0].location.pointer.as_deref());
/// assert_eq!(pointer, Some("/body/voice_settings/speed"));
/// assert!(heylint::check_call("POST", "https://example.com/v3/videos", &headers, Some(body), &options)?.is_none());
/// # Ok::<(), heylint::Error>(())
/// ```
///
/// # Errors
/// When the configuration cannot be used.
pub fn check_call(
    method: &str,
    url: &str,
    headers: &[(impl AsRef<str>, impl AsRef<str>)],
    body: Option<&[u8]>,
    options: &Options,
) -> Result<Option<Report>, Error> {
    let profile = profile::default();
    let address = SplitAddress::parse(url);
    if !address.names_service(profile) {
        return Ok(None);
    }
    let endpoint = match address.resolve(profile, Some(method)) {
        Resolved::Known(endpoint) => Some(endpoint),
        _ => None,
    };
    let headers = || headers.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    let body = body.filter(|body| !body.is_empty());
    let kind = headers().find(|(name, _)| is_content_type(name)).map(|(_, value)| value);
    if kind.is_some_and(|kind| !may_be_json(kind)) {
        let takes_json = |endpoint| matches!(endpoint, Endpoint::Operation(one) if one.encoding == BodyEncoding::Json);
        return if endpoint.is_some_and(takes_json) && !kind.is_some_and(is_form) {
            Ok(None)
        } else {
            written_down(method, url, headers(), None, options)
        };
    }
    let text = body.map(std::str::from_utf8);
    match text {
        None => written_down(method, url, headers(), None, options),
        Some(Ok(text)) if json::parse(text).errors().is_empty() => {
            written_down(method, url, headers(), Some(text), options)
        }
        // The syntax errors have positions in the text of the caller.
        Some(_) => {
            let mut options = options.clone();
            options.settings.endpoint = endpoint.map(Endpoint::name);
            check_text("request.json", body.unwrap_or_default(), &options).map(Some)
        }
    }
}

/// Whether the body may be JSON. Many programs send a string without a content type.
fn may_be_json(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.contains("json") || kind.starts_with("text/plain")
}

/// Checks the call as an envelope. Only headers with rules are included, so an API key is not copied.
fn written_down<'h>(
    method: &str,
    url: &str,
    headers: impl Iterator<Item = (&'h str, &'h str)>,
    body: Option<&str>,
    options: &Options,
) -> Result<Option<Report>, Error> {
    let has_rules = |name: &str| {
        let mut fields = profile::default().headers.iter();
        is_content_type(name) || fields.any(|field| field.name.eq_ignore_ascii_case(name))
    };
    let headers: Vec<String> = headers
        .filter(|(name, _)| has_rules(name))
        .map(|(name, value)| format!("{}: {}", quote(name), quote(value)))
        .collect();
    let body = body.map(|body| format!(", \"body\": {body}")).unwrap_or_default();
    let headers = headers.join(", ");
    let text = format!("{{\"method\": {}, \"url\": {}, \"headers\": {{{headers}}}{body}}}", quote(method), quote(url));
    check_value(&text, options).map(Some)
}
