//! A request written out in full: `{method, path | url | endpoint, body | json, query?, headers?}`.

use std::borrow::Cow;

use super::endpoint::{self, Endpoint, Resolved, SplitAddress};
use super::json::{Value, ValueKind};
use crate::profile::Profile;

/// The parts of an envelope.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'d> {
    /// The service that it may be for.
    pub profile: &'static Profile,
    /// The whole envelope.
    pub root: Value<'d>,
    pub method: Option<Value<'d>>,
    /// The path or URL.
    pub address: Value<'d>,
    pub body: Option<Value<'d>>,
    pub query: Option<Value<'d>>,
    pub headers: Option<Value<'d>>,
}

/// The content types of forms.
pub const URL_ENCODED: &str = "application/x-www-form-urlencoded";
pub const MULTIPART: &str = "multipart/form-data";

/// What `fetch` sends for an object that was not made JSON.
pub const OBJECT_AS_TEXT: &str = "[object Object]";

/// Whether this is the name of the header for the content type.
#[must_use]
pub fn is_content_type(header: &str) -> bool {
    header.trim().eq_ignore_ascii_case("content-type")
}

/// Whether a content type is that of a form, with or without parameters: `multipart/form-data; boundary=x`.
#[must_use]
pub fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    [URL_ENCODED, MULTIPART].iter().any(|form| form.eq_ignore_ascii_case(kind))
}

/// The HTTP methods that a request may have.
pub const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl<'d> Envelope<'d> {
    /// Reads a value as an envelope, if it is one.
    ///
    /// The body of a webhook has a `url` too, so an address alone does not make an envelope. It needs a method, or a
    /// body beside an address of this service.
    #[must_use]
    pub fn of(profile: &'static Profile, root: Value<'d>) -> Option<Self> {
        if root.kind() != ValueKind::Object {
            return None;
        }
        let first = |names: &[&str]| names.iter().find_map(|name| root.get(name));
        let text = |name: &&str| root.get(name).filter(|value| value.kind() == ValueKind::String);
        let address = ["path", "url", "endpoint"].iter().find_map(text)?;
        let method = first(&["method", "verb"]);
        let body = first(&["body", "json", "payload", "data"]).filter(|body| !body.is_null());
        let written = address.as_str()?;
        let named = method.and_then(Value::as_str).is_some_and(|method| is_method(&method));
        let ours = || {
            let parsed = SplitAddress::parse(&written);
            !matches!(parsed.resolve(profile, None), Resolved::Foreign)
                && (body.is_some() || root.get("query").is_some() || parsed.method.is_some_and(is_method))
        };
        let envelope = named || ours();
        envelope.then(|| Self {
            profile,
            root,
            method,
            address,
            body,
            query: first(&["query", "params"]),
            headers: root.get("headers"),
        })
    }

    /// The method in upper case, as given or as implied by the rest.
    #[must_use]
    pub fn method_name(&self) -> Cow<'d, str> {
        if let Some(method) = self.method.and_then(Value::as_str) {
            let upper = method.bytes().all(|byte| byte.is_ascii_uppercase());
            return if upper { method } else { method.to_ascii_uppercase().into() };
        }
        let written = self.address.as_str().unwrap_or_default();
        match SplitAddress::parse(&written).method {
            Some(method) => method.to_ascii_uppercase().into(),
            None if self.body.is_some() => "POST".into(),
            None => "GET".into(),
        }
    }

    /// The content type, if it is that of a form, or the text that is sent for an object.
    #[must_use]
    pub fn form(&self) -> Option<Value<'d>> {
        let headers = self.headers.filter(|headers| headers.kind() == ValueKind::Object)?;
        let header = headers.members().find(|header| is_content_type(&header.key))?;
        header.value.as_str().is_some_and(|kind| is_form(&kind) || kind == OBJECT_AS_TEXT).then_some(header.value)
    }

    /// The target of its method and address.
    #[must_use]
    pub fn resolve(&self) -> Resolved {
        let written = self.address.as_str().unwrap_or_default();
        SplitAddress::parse(&written).resolve(self.profile, Some(&self.method_name()))
    }

    /// Whether it is certainly a request to this service: the address names its host, the path is below version 3, or
    /// the path has words that only this service uses.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let written = self.address.as_str().unwrap_or_default();
        let address = SplitAddress::parse(&written);
        address.names_service(self.profile)
            || endpoint::version(self.profile, address.path) == Some(self.profile.version)
            || endpoint::is_of_service(self.profile, address.path)
    }

    /// The endpoint, if there is one.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        match self.resolve() {
            Resolved::Known(endpoint) => Some(endpoint),
            _ => None,
        }
    }
}

fn is_method(word: &str) -> bool {
    METHODS.iter().any(|method| method.eq_ignore_ascii_case(word))
}

/// A parameter of the query string within an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub value: String,
    /// Byte offset of the value in the text of the address.
    pub start: usize,
    pub end: usize,
}

/// The parameters in the query string of an address. `%` escapes stay unchanged: names and numbers have none.
#[must_use]
pub fn parameters(address: &str) -> Vec<Parameter> {
    const MOST: usize = 100;
    let Some(at) = address.find('?') else { return Vec::new() };
    let query = address.get(at + 1..).unwrap_or("");
    let query = query.split('#').next().unwrap_or(query);
    let mut start = at + 1;
    let mut found = Vec::new();
    for pair in query.split('&').take(MOST) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value_start = start + (pair.len() - value.len());
        found.push(Parameter {
            name: name.to_owned(),
            value: value.to_owned(),
            start: value_start,
            end: value_start + value.len(),
        });
        start += pair.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json;

    fn endpoint(text: &str) -> Option<String> {
        let document = json::parse(text);
        let root = document.root()?;
        Envelope::of(crate::profile::default(), root)
            .map(|envelope| envelope.endpoint().map_or("?".to_owned(), Endpoint::name))
    }

    #[test]
    fn envelopes_and_what_only_looks_like_one() {
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(endpoint(r#"{"method": "get", "path": "/v3/videos"}"#), name("GET /v3/videos"));
        assert_eq!(endpoint(r#"{"url": "https://api.heygen.com/v3/videos", "body": {}}"#), name("POST /v3/videos"));
        assert_eq!(endpoint(r#"{"endpoint": "POST /v3/videos"}"#), name("POST /v3/videos"));
        assert_eq!(
            endpoint(r#"{"endpoint": "/v3/templates/ab12", "json": {}}"#),
            name("POST /v3/templates/{template_id}")
        );
        assert_eq!(endpoint(r#"{"url": "https://example.com/hook", "events": []}"#), None);
        assert_eq!(endpoint(r#"{"url": "https://example.com/v3/videos", "body": {}}"#), None);
        assert_eq!(endpoint(r#"{"method": "POST", "url": "https://example.com/x"}"#), name("?"));
    }

    #[test]
    fn query_strings() {
        let found = parameters("/v3/videos?limit=101&token=a#x");
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].name.as_str(), found[0].value.as_str(), found[0].start, found[0].end),
            ("limit", "101", 17, 20)
        );
        assert!(parameters("/v3/videos").is_empty());
    }
}
