//! Determines the endpoint of a request: by name, by path, or by the shape of its body.

mod infer;
mod known;

use super::contract::{self, Legacy, Operation};
use super::json::{self, Value};
pub use infer::{Certainty, Guess, infer};

use crate::profile::{self, Profile};

/// A current or a retired endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Operation(&'static Operation),
    Legacy(&'static Legacy),
}

impl Endpoint {
    /// Whether it is an endpoint of this profile.
    #[must_use]
    pub fn is_of(self, profile: &Profile) -> bool {
        match self {
            Self::Operation(operation) => profile.owns_operation(operation),
            Self::Legacy(legacy) => profile.owns_legacy(legacy),
        }
    }

    /// `POST /v3/videos`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Operation(operation) => operation.name(),
            Self::Legacy(legacy) => format!("{} {}", legacy.method, legacy.path),
        }
    }
}

/// The target of a method and a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    Known(Endpoint),
    /// A path under a version of the API with a method that has no body to check: HEAD, OPTIONS.
    Unchecked,
    /// No such endpoint.
    Unknown {
        /// The most similar one.
        nearest: Option<&'static Operation>,
        /// The difference is so small that it was probably meant.
        typo: bool,
    },
    /// Not part of this API: another host, another kind of path.
    Foreign,
}

/// A method and an address, split: `POST /v3/videos?limit=3`, `https://api.heygen.com/v3/videos`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitAddress<'t> {
    /// As written; none if only a path was given.
    pub method: Option<&'t str>,
    /// Without host, query, fragment and trailing slash.
    pub path: &'t str,
    /// The part after the question mark.
    pub query: Option<&'t str>,
    /// The host, if it is a whole URL.
    pub host: Option<&'t str>,
}

impl<'t> SplitAddress<'t> {
    #[must_use]
    pub fn parse(text: &'t str) -> Self {
        if is_plain_path(text) {
            return Self { method: None, path: text, query: None, host: None };
        }
        Self::taken_apart(text)
    }

    fn taken_apart(text: &'t str) -> Self {
        let text = text.trim();
        let (method, rest) = match text.split_once(char::is_whitespace) {
            Some((word, rest)) if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                (Some(word), rest.trim())
            }
            _ => (None, text),
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        let (host, path) = match rest.split_once("://") {
            Some((_, rest)) => match rest.find('/') {
                Some(at) => (rest.get(..at), rest.get(at..).unwrap_or("/")),
                None => (Some(rest), "/"),
            },
            None => without_scheme(rest),
        };
        let trimmed = path.trim_end_matches('/');
        Self { method, path: if trimmed.is_empty() { "/" } else { trimmed }, query, host }
    }

    /// Whether the host is one of the service, and not only a variable.
    #[must_use]
    pub fn names_service(&self, profile: &Profile) -> bool {
        self.host.is_some_and(|host| is_service(profile, host) && !is_variable(host))
    }

    /// Resolves it; `method` is a method written beside it.
    #[must_use]
    pub fn resolve(&self, profile: &'static Profile, method: Option<&str>) -> Resolved {
        if self.host.is_some_and(|host| !is_service(profile, host)) {
            return Resolved::Foreign;
        }
        resolve(profile, method.or(self.method), self.path)
    }
}

/// The host and the path of an address without a scheme: `{{base_url}}/v3/videos`, `api.heygen.com/v3/videos`.
fn without_scheme(text: &str) -> (Option<&str>, &str) {
    let begins = |at: &usize| {
        let first = text[at + 1..].split('/').next().unwrap_or_default();
        profile::ALL.iter().any(|profile| profile.versions.contains(&first) && is_service(profile, &text[..*at]))
    };
    match memchr::memchr_iter(b'/', text.as_bytes()).find(begins) {
        Some(at) if at > 0 => (Some(&text[..at]), &text[at..]),
        _ => (None, text),
    }
}

/// A plain path without anything to strip, as most are.
fn is_plain_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.' | b'{' | b'}');
    text.len() > 1 && text.starts_with('/') && !text.ends_with('/') && text.bytes().all(plain)
}

/// A host of the service, or a variable for one.
fn is_service(profile: &Profile, host: &str) -> bool {
    let host = host.rsplit('@').next().unwrap_or(host);
    is_variable(host) || {
        let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
        // A fully qualified name may end in a dot.
        profile.is_host(host.strip_suffix('.').unwrap_or(&host))
    }
}

/// Whether the host is a variable to be filled in later.
fn is_variable(host: &str) -> bool {
    host.contains(['{', '<', '$'])
}

/// The endpoint with this method and path. Without a method, the one that writes takes precedence.
#[must_use]
pub fn resolve(profile: &'static Profile, method: Option<&str>, path: &str) -> Resolved {
    if let Some(operation) = method.and_then(|method| plain(profile, method, path)) {
        return Resolved::Known(Endpoint::Operation(operation));
    }
    let rooted;
    let path = if path.starts_with('/') {
        path
    } else {
        rooted = format!("/{path}");
        &rooted
    };
    let wanted = method.map(str::to_ascii_uppercase);
    let method = wanted.as_deref();
    let of_today = version(profile, path) == Some(profile.version);
    let slip = if method == Some("GET") && of_today { near_list(profile, path) } else { None };
    let matching = |known: &str| method.is_none_or(|wanted| wanted == known);
    let fits = |operation: &&Operation| {
        matches(operation.path, path) || operation.also.is_some_and(|also| matches(also, path))
    };
    let mut found: Option<&'static Operation> = None;
    for operation in profile.operations.iter().filter(fits).filter(|operation| matching(operation.method)) {
        // A path without variables takes precedence: /v3/assets/direct-uploads over /v3/assets/{id}.
        let rank = |operation: &Operation| {
            (variables(operation.path), matches!(operation.method, "GET" | "DELETE"), operation.method == "DELETE")
        };
        if found.is_none_or(|found| rank(operation) < rank(found)) {
            found = Some(operation);
        }
    }
    if let Some(operation) = found.filter(|found| variables(found.path) == 0 || slip.is_none()) {
        return Resolved::Known(Endpoint::Operation(operation));
    }
    if let Some(list) = slip {
        return Resolved::Unknown { nearest: Some(list), typo: true };
    }
    let version = version(profile, path);
    let Some(version) = version else { return Resolved::Foreign };
    // A retired path is retired with any method.
    let past = || profile.legacy.iter().filter(|legacy| matches(legacy.path, path));
    if let Some(legacy) = past().find(|legacy| matching(legacy.method)).or_else(|| past().next()) {
        return Resolved::Known(Endpoint::Legacy(legacy));
    }
    if matches!(method, Some("HEAD" | "OPTIONS")) {
        return Resolved::Unchecked;
    }
    // The right path with the wrong method.
    if let Some(operation) = profile.operations.iter().find(fits) {
        return Resolved::Unknown { nearest: Some(operation), typo: version == profile.version };
    }
    let nearest = nearest(profile, method, path);
    let slip = |operation: &Operation| strsim::damerau_levenshtein(operation.path, path) <= 2;
    let typo = of_today && nearest.is_some_and(slip);
    Resolved::Unknown { nearest, typo }
}

/// The version of the API in the path.
#[must_use]
pub fn version(profile: &Profile, path: &str) -> Option<&'static str> {
    let first = path.trim_start_matches('/').split('/').next()?;
    profile.versions.iter().copied().find(|version| *version == first)
}

/// Whether the path has words that no other service uses in such a path.
#[must_use]
pub fn is_of_service(profile: &'static Profile, path: &str) -> bool {
    let noun = |path: &'static str| path.split('/').nth(2).map(|noun| noun.split('.').next().unwrap_or(noun));
    let operations = profile.operations.iter().map(|operation| operation.path);
    let paths = operations.chain(profile.legacy.iter().map(|legacy| legacy.path));
    let Some(given) = path.trim_start_matches('/').split('/').nth(1) else { return false };
    // Many services use a single word (/v1/assets, /v2/user); compound words are specific (/v2/photo_avatar,
    // /v1/video.list).
    let is_own = given.contains(['-', '_', '.']);
    let given = given.split('.').next().unwrap_or(given);
    let own = |noun: &str| noun == given && is_own;
    version(profile, path).is_some() && paths.filter_map(noun).any(own)
}

/// The operation with exactly this path, without variables.
fn plain(profile: &'static Profile, method: &str, path: &str) -> Option<&'static Operation> {
    let fits = |operation: &&Operation| operation.path == path && operation.method.eq_ignore_ascii_case(method);
    profile.operations.iter().find(fits).filter(|operation| variables(operation.path) == 0)
}

/// The list query that a misspelled path probably means.
fn near_list(profile: &'static Profile, path: &str) -> Option<&'static Operation> {
    profile.operations.iter().find(|operation| {
        operation.method == "GET"
            && variables(operation.path) == 0
            && path.split('/').count() == operation.path.split('/').count()
            && (1..=2).contains(&strsim::damerau_levenshtein(operation.path, path))
    })
}

fn nearest(profile: &'static Profile, method: Option<&str>, path: &str) -> Option<&'static Operation> {
    let path: String = path.chars().take(200).collect();
    let score = |operation: &Operation| {
        let same = method.is_none_or(|method| method == operation.method);
        strsim::normalized_damerau_levenshtein(operation.path, &path) + if same { 0.1 } else { 0.0 }
    };
    let best = profile.operations.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) > 0.7).then_some(best)
}

/// The number of variable parts in a path.
fn variables(template: &str) -> usize {
    template.matches('{').count()
}

/// `/v3/templates/{template_id}` matches `/v3/templates/abc`, and itself.
fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.as_bytes(), path.as_bytes());
    loop {
        // A variable matches one part of the path.
        if template.first() == Some(&b'{') {
            let part = |text: &[u8]| memchr::memchr(b'/', text).unwrap_or(text.len());
            let (name, value) = (part(template), part(path));
            if value == 0 {
                return false;
            }
            (template, path) = (&template[name..], &path[value..]);
        }
        match (template, path) {
            ([], []) => return true,
            ([wanted, rest @ ..], [byte, others @ ..]) if wanted == byte => (template, path) = (rest, others),
            _ => return false,
        }
    }
}

/// An endpoint as a person writes it: `POST /v3/videos`, `/v3/videos`, `https://api.heygen.com/v3/videos`.
///
/// # Errors
///
/// A sentence that says what is wrong and names the nearest endpoint.
pub fn parse(profile: &'static Profile, text: &str) -> Result<Endpoint, String> {
    let address = SplitAddress::parse(text);
    match address.resolve(profile, None) {
        Resolved::Known(endpoint) => Ok(endpoint),
        Resolved::Unchecked => Err(format!("`{text}` takes no body to check")),
        Resolved::Unknown { nearest: Some(nearest), .. } => {
            Err(format!("`{text}` is not an endpoint; did you mean `{}`?", nearest.name()))
        }
        Resolved::Unknown { nearest: None, .. } | Resolved::Foreign => {
            let short = format!("/{}/{}", profile.version, address.path.trim_start_matches('/'));
            match resolve(profile, address.method, &short) {
                Resolved::Known(endpoint) => {
                    Err(format!("`{text}` is not an endpoint; did you mean `{}`?", endpoint.name()))
                }
                _ => Err(match profile.example {
                    Some(example) => format!("`{text}` is not an endpoint; give one such as `{example}`"),
                    None => format!("`{text}` is not an endpoint of {}", profile.title),
                }),
            }
        }
    }
}

/// As [`parse`], in the first of several profiles that has the endpoint.
///
/// # Errors
///
/// As [`parse`], for the first profile with endpoints.
pub fn parse_in(profiles: &[&'static Profile], text: &str) -> Result<(&'static Profile, Endpoint), String> {
    let mut all = profiles.iter().filter(|profile| !profile.operations.is_empty());
    let of = |profile: &&'static Profile| parse(profile, text).map(|endpoint| (*profile, endpoint));
    let first =
        all.next().map(of).unwrap_or_else(|| Err(format!("`{text}` is not an endpoint of the active profiles")));
    first.or_else(|fault| all.find_map(|profile| of(profile).ok()).ok_or(fault))
}

/// The name of an endpoint as a person writes it, before the profile is known: the first profile that has it counts.
///
/// # Errors
///
/// A sentence that says what is wrong and names the nearest endpoint of the default profile.
pub fn endpoint_named(text: &str) -> Result<String, String> {
    let mut others = profile::ALL.iter().skip(1).filter_map(|other| parse(other, text).ok());
    parse(profile::default(), text).or_else(|fault| others.next().ok_or(fault)).map(Endpoint::name)
}

/// The retired endpoint of a body, by keys that only such a body has.
#[must_use]
pub fn legacy_body(profile: &'static Profile, body: Value<'_>) -> Option<&'static Legacy> {
    if body.get("type").is_some() {
        return None;
    }
    let keys = marks(body);
    let fits = |(signs, needed): (&&[&str], &u128)| keys & needed == *needed && has_signs(profile, body, signs);
    profile.legacy.iter().find(|legacy| legacy.signs.iter().zip(legacy.marks).any(fits))
}

/// The marks of all keys of an object.
fn marks(body: Value<'_>) -> u128 {
    body.children().fold(0, |marks, child| marks | child.key().map_or(0, |key| contract::mark(&key)))
}

fn has_signs(profile: &Profile, body: Value<'_>, keys: &[&str]) -> bool {
    let mut found = keys.iter().map(|sign| match sign.strip_suffix(":string") {
        Some(sign) => at_sign(body, sign).filter(|value| value.kind() == json::ValueKind::String),
        None => at_sign(body, sign),
    });
    // The first scene of a v2 body has a character or a voice; other tools also have lists with these names.
    match keys {
        [one] if !one.contains('.') => {
            let words = profile.recognition.legacy_scene;
            let is_scene = |scene: Value<'_>| words.iter().any(|key| scene.get(key).is_some());
            found.all(|value| value.is_some_and(|value| value.items().next().is_none_or(is_scene)))
        }
        _ => found.all(|value| value.is_some()),
    }
}

/// The first key of a body that reveals its retired endpoint.
#[must_use]
pub fn first_sign<'d>(profile: &Profile, legacy: &Legacy, body: Value<'d>) -> Option<Value<'d>> {
    let keys = legacy.signs.iter().find(|keys| has_signs(profile, body, keys))?;
    at_sign(body, keys.first()?.trim_end_matches(":string"))
}

/// Whether all keys that reveal the retired endpoint are inside the entries of a map.
#[must_use]
pub fn is_within_map(profile: &Profile, legacy: &Legacy, body: Value<'_>) -> bool {
    let mut found = legacy.signs.iter().filter(|keys| has_signs(profile, body, keys)).peekable();
    found.peek().is_some() && found.all(|keys| keys.iter().any(|sign| sign.contains('*')))
}

/// The value at a sign: a key, or dotted keys, in which `*` matches any.
#[must_use]
pub fn at_sign<'d>(body: Value<'d>, sign: &str) -> Option<Value<'d>> {
    const MOST: usize = 50;
    let Some((head, rest)) = sign.split_once('.') else {
        return if sign == "*" { body.children().next() } else { body.get(sign) };
    };
    match head {
        "*" => body.children().take(MOST).find_map(|child| at_sign(child, rest)),
        _ => at_sign(body.get(head)?, rest),
    }
}

#[cfg(test)]
mod tests;
