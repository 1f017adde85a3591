//! Checks the format of strings: colours, checksums, tags, media types.

use super::super::url::{self, Purpose};
use super::super::{base64, placeholder};
use super::walk::Walker;
use super::words;
use super::{edit, field};
use crate::finding::{Finding, Location};
use crate::limits::Use;
use crate::media;
use crate::request::contract::{Text, TextFormat};
use crate::request::json::Value;
use crate::request::reference::is_local;
use crate::request::visit::Uses;
use crate::rule::{self, Severity};
use crate::text;

pub fn check(walker: &mut Walker<'_>, wanted: &'static Text, value: Value<'_>, given: &str, uses: Uses) {
    let Some(format) = wanted.format else { return };
    match format {
        TextFormat::HexColour => colour(walker, value, given),
        TextFormat::Sha256 => checksum(walker, value, given),
        TextFormat::Locale => locale(walker, value, given),
        TextFormat::LanguageCode => language_code(walker, value, given),
        TextFormat::LanguageName => language_name(walker, wanted, value, given),
        TextFormat::MediaType => media_type(walker, value, given, uses),
        TextFormat::ConsentText => consent(walker, value, given),
        TextFormat::IdempotencyKey => key(walker, value, given),
        TextFormat::HttpsUrl => address(walker, value, given, uses),
        TextFormat::CallbackUrl => walker.add(url::check(value, Purpose::Callback, walker.context)),
        TextFormat::WebhookUrl => walker.add(url::check(value, Purpose::Webhook, walker.context)),
        // A path in a draft is not an id; another check looks at the file.
        TextFormat::AssetId if is_local(given) => {}
        TextFormat::AssetId => walker.add(placeholder::reference(value, walker.context)),
        TextFormat::Base64 => walker.add(base64::malformed(value, walker.context)),
        TextFormat::File => {}
    }
}

/// The address of a media file, or of a page if the service fetches nothing.
fn address(walker: &mut Walker<'_>, value: Value<'_>, given: &str, uses: Uses) {
    let limits = walker.context.limits;
    let path = memchr::memchr2(b'?', b'#', given.as_bytes()).map_or(given, |end| &given[..end]);
    let dot = path.bytes().rposition(|byte| byte == b'.');
    let format = dot.and_then(|dot| media::Format::from_extension(&path[dot + 1..]));
    let takes =
        |place: &&&'static Use| format.is_some_and(|format| limits[place.takes].names().contains(&format.name()));
    let purpose = match uses.iter().find(takes).or(uses.first()) {
        // A path in a draft; another check looks at the file.
        Some(_) if is_local(given) => return,
        Some(place) => Purpose::Media(place),
        None => Purpose::Page,
    };
    walker.add(url::check(value, purpose, walker.context));
}

fn malformed(value: Value<'_>, message: String) -> Finding {
    Finding::new(&rule::REQUEST_MALFORMED_VALUE, message).at(Location::value(value.pointer(), value.span()))
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn colour(walker: &mut Walker<'_>, value: Value<'_>, given: &str) {
    let digits = given.strip_prefix('#');
    if digits.is_some_and(|digits| digits.len() == 6 && is_hex(digits)) {
        return;
    }
    // Words that describe the value, or letters in place of the digits.
    const WORDS: [&str; 9] = ["hex", "color", "colour", "rgb", "rrggbb", "rrggbbaa", "xxx", "xxxxxx", "xxxxxxxx"];
    if digits.is_some_and(|word| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))) {
        return field::unfilled_as(walker, value);
    }
    let message = format!("{} is {}; a colour is written #RRGGBB", words::name(value), words::quote(given));
    let finding = malformed(value, message);
    let bare = digits.unwrap_or(given);
    walker.out.push(match bare.len() {
        // Short and transparent forms are common in CSS, and no document refuses them.
        3 if is_hex(bare) && digits.is_some() => {
            let long: String = bare.chars().flat_map(|c| [c, c]).collect();
            finding.at_most(Severity::Warning).fix(edit::change(value, &format!("#{long}")))
        }
        6 if is_hex(bare) => finding.fix(edit::change(value, &format!("#{bare}"))),
        4 | 8 if is_hex(bare) && digits.is_some() => finding.at_most(Severity::Warning),
        _ => finding,
    });
}

fn checksum(walker: &mut Walker<'_>, value: Value<'_>, given: &str) {
    const DIGITS: usize = 64;
    if given.len() == DIGITS && is_hex(given) {
        return;
    }
    let name = words::name(value);
    let finding = if is_hex(given) {
        malformed(value, format!("{name} has {} hexadecimal digits; a SHA-256 has {DIGITS}", given.len()))
    } else if given.len() == 44 && given.ends_with('=') {
        malformed(value, format!("{name} is base64; it must be {DIGITS} hexadecimal digits"))
    } else {
        malformed(value, format!("{name} is {}; it must be {DIGITS} hexadecimal digits", words::quote(given)))
    };
    walker.out.push(finding.help("`sha256sum FILE` prints it"));
}

/// A tag in the form of BCP 47: a language of letters, then subtags of one to eight letters and digits.
fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or("");
    (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn locale(walker: &mut Walker<'_>, value: Value<'_>, given: &str) {
    // A single word of more than three letters is the name of a language.
    if is_tag(given) && (given.len() <= 3 || given.contains('-')) {
        return;
    }
    let message = format!("{} is {}; a locale is a BCP 47 tag such as en-US", words::name(value), words::quote(given));
    let finding = malformed(value, message).at_most(Severity::Warning);
    let dashed = given.replace('_', "-");
    walker.out.push(if given.contains('_') && is_tag(&dashed) {
        finding.fix(edit::change(value, &dashed))
    } else {
        finding
    });
}

fn language_code(walker: &mut Walker<'_>, value: Value<'_>, given: &str) {
    if given.len() == 2 && given.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return;
    }
    let message =
        format!("{} is {}; a language is a two-letter code such as en", words::name(value), words::quote(given));
    let finding = malformed(value, message).at_most(Severity::Warning);
    let head: String = given.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    walker.out.push(if head.len() == 2 && head.bytes().all(|byte| byte.is_ascii_lowercase()) {
        finding.help(format!("\"{head}\" is the code of the language alone"))
    } else {
        finding
    });
}

fn language_name(walker: &mut Walker<'_>, wanted: &'static Text, value: Value<'_>, given: &str) {
    let mut parts = given.split(['-', '_']);
    let language = parts.next().unwrap_or("");
    let code = matches!(language.len(), 2 | 3)
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (2..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let message = if code {
        format!("{} is the language code {}; it must be the name", words::name(value), words::quote(given))
    } else if given.trim().is_empty() {
        format!("{} is blank; it must be the name of a language", words::name(value))
    } else {
        return;
    };
    let meant = wanted.renamed.iter().find(|(known, _)| *known == language).map(|(_, name)| *name);
    let help = match meant.filter(|_| code) {
        Some(name) if given.len() == language.len() => format!("give the name: \"{name}\""),
        Some(name) => format!("give the name: \"{name}\", with the region in brackets, as in \"Spanish (Spain)\""),
        None => "give the name, such as \"Spanish\" or \"Spanish (Spain)\"".to_owned(),
    };
    walker.out.push(malformed(value, message).at_most(Severity::Warning).help(help));
}

/// The media type of an upload or of base64 data, which the use must accept.
fn media_type(walker: &mut Walker<'_>, value: Value<'_>, given: &str, uses: Uses) {
    let bare = given.split(';').next().unwrap_or(given).trim();
    let shaped = bare.split_once('/').is_some_and(|(kind, sub)| {
        let token = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
        };
        token(kind) && token(sub)
    });
    let name = words::name(value);
    let limits = walker.context.limits;
    let takes = || uses.iter().flat_map(|place| limits[place.takes].names().iter().copied());
    let types = || takes().filter_map(|name| Some(*media::Format::from_name(name)?.media_types().first()?));
    if !shaped {
        let format = media::Format::from_extension(bare.trim_start_matches('.'));
        let message = format!("{name} is {}; a media type is written like image/png", words::quote(given));
        let finding = malformed(value, message);
        walker.out.push(match format.and_then(|format| format.media_types().first()) {
            Some(proper) => finding.fix(edit::change(value, proper)),
            None => finding,
        });
        return;
    }
    let Some(place) = uses.first() else { return };
    let Some(format) = media::Format::from_media_type(bare) else {
        // A common name that is not registered; the service goes by the bytes.
        return unregistered(walker, value, bare, uses);
    };
    if takes().any(|taken| taken == format.name()) {
        return;
    }
    let message = format!(
        "{name} is {}; as {} the service takes {}",
        words::quote(given),
        place.title,
        text::words::either(types())
    );
    let limit = &limits[place.takes];
    let finding =
        Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message).at(Location::value(value.pointer(), value.span()));
    walker.out.push(finding.observed(words::shorten(given)).limit(limit));
}

/// `audio/mp3` and `image/jpg`: the subtype is the extension of a format.
fn unregistered(walker: &mut Walker<'_>, value: Value<'_>, bare: &str, uses: Uses) {
    let (kind, sub) = bare.split_once('/').unwrap_or((bare, ""));
    let sub = sub.strip_prefix("x-").unwrap_or(sub);
    let format = media::Format::from_extension(sub)
        .filter(|format| format.media_types().iter().any(|known| known.split('/').next() == Some(kind)));
    let name = words::name(value);
    let Some(proper) = format.and_then(|format| format.media_types().first()) else {
        let limits = walker.context.limits;
        let types = uses.iter().flat_map(|place| limits[place.takes].names().iter().copied());
        let types: Vec<_> =
            types.filter_map(|name| Some(*media::Format::from_name(name)?.media_types().first()?)).collect();
        let message =
            format!("{name} is {}; it must be {}", words::quote(bare), text::words::either(types.into_iter()));
        let finding =
            Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message).at(Location::value(value.pointer(), value.span()));
        walker.out.push(finding.at_most(Severity::Warning));
        return;
    };
    let message = format!("{name} is {}, which is not a registered media type; it is {proper}", words::quote(bare));
    walker.out.push(malformed(value, message).at_most(Severity::Warning).fix(edit::change(value, proper)));
}

fn consent(walker: &mut Walker<'_>, value: Value<'_>, given: &str) {
    let Some(at) = given.find(['<', '>']) else { return };
    let message = format!("{} contains {}; the characters < and > are refused", words::name(value), &given[at..=at]);
    let location = Location::value(value.pointer(), value.span_of_bytes(at, at + 1));
    walker.out.push(Finding::new(&rule::REQUEST_MALFORMED_VALUE, message).at(location));
}

fn key(walker: &mut Walker<'_>, value: Value<'_>, given: &str) {
    let stranger = given.chars().find(|c| !(c.is_ascii_alphanumeric() || "_.:-".contains(*c)));
    if let Some(stranger) = stranger {
        let message = format!(
            "{} contains {}; only letters, digits and _ . : - are allowed",
            words::name(value),
            words::quote(&stranger.to_string())
        );
        walker.out.push(malformed(value, message));
    }
}
