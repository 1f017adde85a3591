//! `url/*`: faults of an address that show without fetching it.

mod expiry;
mod host;
mod page;

use std::ops::Range;
use std::sync::Arc;

use super::{Context, placeholder};
use crate::finding::{Edit, Finding, Fix, Location};
use crate::limits::Use;
use crate::media::Format;
use crate::profile::Upload;
use crate::request::json::{Value, quote};
use crate::request::url::{Url, parse};
use crate::rule::{self, Rule, Severity};
use crate::source::clean;
use crate::text::{self, percent};

/// What the service does with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The service fetches a file from it.
    Media(&'static Use),
    /// The service calls it, and a document requires https.
    Webhook,
    /// The service calls it; that it must be https has only been observed.
    Callback,
    /// The service sends people there, so only the scheme and the host are checked.
    Page,
}

/// The first finding for an address, if any; one is enough, because fixing it changes the address.
///
/// A text that contains a placeholder gives `request/placeholder`. The caller handles local paths: a text without a
/// scheme is not an address here.
#[must_use]
pub fn check(value: Value<'_>, purpose: Purpose, context: &Context<'_>) -> Option<Finding> {
    let text = value.as_str()?;
    if let Some(finding) = placeholder::reference(value, context) {
        return Some(finding);
    }
    let subject = Subject { value, text: &text, purpose, context };
    if let Some(finding) = subject.white_space() {
        return Some(finding);
    }
    let Some(url) = parse(&text) else { return Some(subject.no_scheme()) };
    if let Some(finding) = subject.inner_space(&url) {
        return Some(finding);
    }
    // Another scheme does not help if nobody outside can reach the host.
    let scheme = subject.part(&url.scheme);
    let web = scheme.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
    let unreachable = if web { subject.host(&url) } else { None };
    let found = unreachable.or_else(|| subject.scheme(&url)).or_else(|| subject.credentials(&url));
    match purpose {
        Purpose::Media(place) => found
            .or_else(|| subject.expired(&url))
            .or_else(|| subject.page(&url))
            .or_else(|| subject.extension(&url, place)),
        _ => found,
    }
}

/// An address under examination.
struct Subject<'d> {
    value: Value<'d>,
    text: &'d str,
    purpose: Purpose,
    context: &'d Context<'d>,
}

impl Subject<'_> {
    fn part(&self, range: &Range<usize>) -> &str {
        Url::part(self.text, range)
    }

    fn finding(&self, rule: &'static Rule, range: &Range<usize>, message: String) -> Finding {
        let span = self.value.span_of_bytes(range.start, range.end);
        let finding = Finding::new(rule, message).at(Location::value(self.value.pointer(), span));
        match self.purpose {
            Purpose::Media(_) => finding,
            _ => finding.prevents("invalid_parameter"),
        }
    }

    fn replaced(&self, range: &Range<usize>, text: &str, title: &str, safe: bool) -> Fix {
        let span = self.value.span_of_bytes(range.start, range.end);
        let quoted = quote(text);
        let text = quoted.get(1..quoted.len() - 1).unwrap_or("").to_owned();
        let edit = Edit { file: Arc::from(""), span, text };
        Fix { title: title.to_owned(), safe, edits: vec![edit], rename: None }
    }

    /// White space around an address, copied along with it.
    fn white_space(&self) -> Option<Finding> {
        let edges = [self.text.bytes().next(), self.text.bytes().next_back()];
        if edges.iter().flatten().all(u8::is_ascii_graphic) {
            return None;
        }
        let trimmed = self.text.trim();
        if trimmed.len() == self.text.len() || parse(trimmed).is_none() {
            return None;
        }
        let start = self.text.len() - self.text.trim_start().len();
        let end = start + trimmed.len();
        let range = if start > 0 { 0..start } else { end..self.text.len() };
        let message = format!("white space {} the URL", if start > 0 { "before" } else { "after" });
        let fix = self.replaced(&(0..self.text.len()), trimmed, "remove the white space", true);
        Some(self.finding(&rule::URL_NOT_HTTPS, &range, message).help("remove it").fix(fix))
    }

    /// White space within the address. A host contains none; elsewhere it is written `%20`.
    fn inner_space(&self, url: &Url) -> Option<Finding> {
        let at = |range: &Range<usize>| {
            let space = self.part(range).bytes().position(|byte| byte.is_ascii_whitespace())?;
            Some(range.start + space..range.start + space + 1)
        };
        let authority = url.scheme.end..url.path.start;
        if let Some(range) = at(&authority) {
            let finding = self.finding(&rule::URL_NOT_HTTPS, &range, "white space in the host of the URL".to_owned());
            return Some(finding.help("remove it"));
        }
        let range = at(&(url.path.start..self.text.len()))?;
        let finding = self.finding(&rule::URL_NOT_HTTPS, &range, "white space in the URL".to_owned());
        let escaped: String = self
            .part(&(url.path.start..self.text.len()))
            .chars()
            .map(|c| if c.is_ascii_whitespace() { format!("%{:02X}", c as u32) } else { c.to_string() })
            .collect();
        let fix = self.replaced(&(url.path.start..self.text.len()), &escaped, "write %20", true);
        Some(finding.at_most(Severity::Warning).help("write it as %20").fix(fix))
    }

    fn no_scheme(&self) -> Finding {
        let whole = 0..self.text.len();
        let shown = shortened(self.text);
        let message = if self.text.trim().is_empty() {
            "the URL is empty".to_owned()
        } else {
            format!("`{shown}` is not an absolute URL")
        };
        let finding = self.finding(&rule::URL_NOT_HTTPS, &whole, message);
        let domain = self.text.split(['/', '?']).next().unwrap_or("");
        if domain.contains('.')
            && !domain.starts_with('.')
            && Format::from_extension(domain.rsplit('.').next().unwrap_or("")).is_none()
        {
            finding.help(format!("if it is on the web: https://{shown}"))
        } else {
            finding.help("give an address that begins with https://, or upload the file and use its asset_id")
        }
    }

    fn scheme(&self, url: &Url) -> Option<Finding> {
        if self.part(&url.scheme).eq_ignore_ascii_case("https") {
            return None;
        }
        let scheme = self.part(&url.scheme).to_ascii_lowercase();
        let shown = clean(&scheme).into_owned();
        let finding =
            self.finding(&rule::URL_NOT_HTTPS, &url.scheme, format!("the URL begins with {shown}:, not with https:"));
        let finding = match scheme.as_str() {
            "http" => finding.help("use https, but check that the host answers there").fix(self.replaced(
                &url.scheme,
                "https",
                "write https",
                false,
            )),
            "file" => finding.help(self.context.profile().upload_hint()),
            "data" => finding
                .help("give base64 as {\"type\": \"base64\", \"media_type\": …, \"data\": …} where the field takes it"),
            "s3" => finding.help("make a signed https URL: `aws s3 presign s3://BUCKET/KEY --expires-in 86400`"),
            "gs" => finding.help("make a signed https URL: `gcloud storage sign-url gs://BUCKET/OBJECT --duration=1d`"),
            _ => finding.help("give an address that begins with https://"),
        };
        // Observed, not documented: callbacks must be https.
        Some(if self.purpose == Purpose::Callback && scheme == "http" {
            finding.at_most(Severity::Warning)
        } else {
            finding
        })
    }

    fn host(&self, url: &Url) -> Option<Finding> {
        let why = host::unreachable(self.part(&url.host))?;
        let shown = shortened(self.part(&url.host));
        let message = if shown.is_empty() {
            "the URL has no host".to_owned()
        } else {
            format!("the service cannot reach {shown}, which {why}")
        };
        let help = match self.purpose {
            Purpose::Media(_) => match self.context.profile().upload {
                Some(Upload { operation, reference, .. }) => {
                    format!("put the file on a public host, or upload it with {operation} and use its {reference}")
                }
                None => "put the file on a public host".to_owned(),
            },
            _ => "use a public host; for development a tunnel with a public https address".to_owned(),
        };
        Some(self.finding(&rule::URL_PRIVATE_HOST, &url.host, message).help(help))
    }

    fn credentials(&self, url: &Url) -> Option<Finding> {
        let userinfo = url.userinfo.as_ref()?;
        let what = if self.part(userinfo).contains(':') { "a user name and a password" } else { "a user name" };
        let message = format!("the URL contains {what}; the service fetches it without authentication");
        Some(
            self.finding(&rule::URL_CREDENTIALS, userinfo, message)
                .help("remove them; use a signed URL or an asset_id"),
        )
    }

    fn expired(&self, url: &Url) -> Option<Finding> {
        let expiry = expiry::of(url, self.text)?;
        let when = text::utc(expiry.at);
        let help = "sign it again shortly before sending, for a day, or use an asset_id";
        if expiry.at <= self.context.now {
            let message = format!("the signed URL expired at {when}");
            return Some(self.finding(&rule::URL_EXPIRED, &expiry.place, message).observed(when).help(help));
        }
        let margin = self.context.limits.shared(|shared| shared.url_min_remaining)?;
        let seconds = margin.number().unwrap_or(0.0) * if margin.unit == "h" { 3_600.0 } else { 1.0 };
        if ((expiry.at - self.context.now) as f64) < seconds {
            let message = format!("the signed URL expires at {when}, in less than {}", margin.text());
            let finding = self.finding(&rule::URL_EXPIRED, &expiry.place, message);
            return Some(finding.observed(when).limit(margin).help(help));
        }
        None
    }

    fn page(&self, url: &Url) -> Option<Finding> {
        let host = self.part(&url.host).to_ascii_lowercase();
        let query = url.query.is_some();
        let page = page::of(self.context.profile(), &host, self.part(&url.path), query, |name| {
            url.parameter(self.text, name)
        })?;
        let whole = url.host.start..url.query.as_ref().map_or(url.path.end, |query| query.end);
        let message = format!("this is a page of {}, not the file itself", page.site);
        let mut finding = self.finding(&rule::URL_PAGE_NOT_FILE, &whole, message).help(page.help);
        if page.doubtful {
            finding = finding.at_most(Severity::Warning);
        }
        if let Some((what, instead)) = page.mended {
            let range = match what {
                page::UrlPart::Parameter(range) => range,
                page::UrlPart::Path(from, to) => url.path.start + from..url.path.start + to,
                page::UrlPart::End => whole.end..whole.end,
            };
            finding = finding.fix(self.replaced(&range, &instead, "link to the file itself", true));
        }
        Some(finding)
    }

    fn extension(&self, url: &Url, place: &'static Use) -> Option<Finding> {
        let range = url.extension(self.text)?;
        let format = Format::from_extension(self.part(&range))?;
        let takes = &self.context.limits[place.takes];
        if takes.names().contains(&format.name()) {
            return None;
        }
        let titles: Vec<&str> =
            takes.names().iter().filter_map(|name| Format::from_name(name)).map(Format::title).collect();
        let message = format!("the URL ends in .{}, but this field accepts {}", self.part(&range), titles.join(", "));
        Some(
            self.finding(&rule::URL_UNSUPPORTED_EXTENSION, &range, message)
                .observed(self.part(&range))
                .limit(takes)
                .help(format!("convert the file to {}", titles.first().copied().unwrap_or("a format that it accepts"))),
        )
    }
}

/// A piece of a URL for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let decoded = percent::decoded_text(text.trim());
    let shown = clean(&decoded);
    match shown.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &shown[..cut]),
        None => shown.into_owned(),
    }
}

#[cfg(test)]
mod tests;
