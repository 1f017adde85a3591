//! Retired names: their current names, and the edits that write those.

use super::super::conditions;
use super::edit::{self, remove, replace, same_kind};
use super::walk::{Strays, Walker, with_fix};
use super::words;
use crate::finding::{Edit, Finding, Fix, Location};
use crate::request::contract::{Field, Retired, Wrap};
use crate::request::json::{self, Value};
use crate::rule::{self, Severity};
use crate::text;
use crate::text::Span;

/// The key that gives the kind of an old object. In v3 the fields imply the kind.
const KIND: &str = "type";

impl Walker<'_> {
    /// A member under a retired name.
    pub fn retired<'d>(
        &mut self,
        stray: &mut Strays<'d>,
        member: Value<'d>,
        retired: &'static Retired,
        shown: &str,
        place: Location,
    ) {
        let version = self.version();
        let message = match retired.now {
            Some(now) => format!("{shown} is called {now} in {version}"),
            None => format!("{shown} no longer exists in {version}"),
        };
        let mut finding = Finding::new(&rule::REQUEST_RETIRED_FIELD, message).at(place);
        let first = retired.now.and_then(|now| now.split('.').next());
        let field = first.and_then(|first| stray.object.field(first));
        finding = match (retired.now, field) {
            (None, _) => with_fix(finding, remove(member, format!("remove {shown}"), false)),
            (Some(now), Some(field)) => {
                finding = advised(finding, stray, retired, now, field);
                with_fix(finding, stray.today(member, retired, now, field))
            }
            (Some(now), None) => with_how(finding, retired, now),
        };
        if let Some(field) = field.filter(|field| stray.claimer(field.name).is_none()) {
            stray.claim(field.name, member);
        }
        self.out.push(if retired.doubtful { finding.at_most(Severity::Warning) } else { finding });
    }
}

/// What to write instead.
fn advised(
    finding: Finding,
    stray: &Strays<'_>,
    retired: &Retired,
    now: &'static str,
    field: &'static Field,
) -> Finding {
    if retired.how.is_some() || now.contains('.') || stray.free(field.name).is_some() {
        return with_how(finding, retired, now);
    }
    finding.help(match stray.claimer(field.name) {
        Some(other) => format!("remove it: {} stands for {} already", words::name(other), field.name),
        None => format!("remove it: {} is already given", field.name),
    })
}

fn with_how(finding: Finding, retired: &Retired, now: &str) -> Finding {
    match (retired.how, retired.wrap) {
        (Some(how), _) => finding.help(how),
        (None, Wrap::Same | Wrap::Flat) => finding,
        (None, Wrap::Url) => finding.help(format!("\"{now}\": {{\"type\": \"url\", \"url\": …}}")),
        (None, Wrap::AssetId) => finding.help(format!("\"{now}\": {{\"type\": \"asset_id\", \"asset_id\": …}}")),
        (None, Wrap::List) => finding.help(format!("\"{now}\": [ … ]")),
    }
}

impl<'d> Strays<'d> {
    /// Whether several fields replace a member, or the member moves into another object.
    pub fn is_spread(&self, member: Value<'d>, key: &str) -> bool {
        self.past(key).is_some_and(|retired| {
            retired.wrap == Wrap::Flat
                || retired.now.is_some_and(|now| now.contains('.'))
                || member.kind() == json::ValueKind::Object
                    && conditions::frame(self.profile, self.object, member).is_some()
        })
    }

    /// The edits that write a member in its current form, if that is mechanical.
    fn today(
        &mut self,
        member: Value<'d>,
        retired: &'static Retired,
        now: &'static str,
        field: &'static Field,
    ) -> Option<Fix> {
        if let Some(fix) = self.framed(member) {
            return Some(fix);
        }
        if retired.wrap == Wrap::Flat && member.kind() == json::ValueKind::Object {
            return self.flat(member);
        }
        match now.split_once('.') {
            Some((head, rest)) => self.moved(member, retired, head, rest),
            None => self.free(field.name).and_then(|field| edit::modernise(member, retired, field)),
        }
    }

    /// Turns pixels into aspect ratio and resolution, if they match exactly and no other field contradicts them.
    fn framed(&mut self, member: Value<'d>) -> Option<Fix> {
        if member.kind() != json::ValueKind::Object {
            return None;
        }
        let frame = conditions::frame(self.profile, self.object, member)?;
        let (mut parts, mut names) = (Vec::new(), Vec::new());
        for (name, text) in frame {
            match self.value.get(name).or_else(|| self.claimer(name)) {
                Some(there) if there.as_str().as_deref() == Some(text) => {}
                Some(_) => return None,
                None => {
                    let field = self.absent(name)?;
                    self.claim(field.name, member);
                    parts.push(format!("\"{name}\": \"{text}\""));
                    names.push(format!("{name} {text}"));
                }
            }
        }
        if parts.is_empty() {
            let said = text::words::all(frame.map(|(name, _)| name));
            return remove(member, format!("remove it: {said} say the same"), true);
        }
        let title = format!("write it as {}", names.join(" and "));
        Some(replace(title, true, whole(member)?, parts.join(", ")))
    }

    /// Moves the members of an object into the object around it.
    fn flat(&mut self, member: Value<'d>) -> Option<Fix> {
        let mut parts: Vec<(&'static str, String)> = Vec::new();
        for inner in member.children() {
            let key = inner.key()?;
            if key == KIND || inner.is_null() {
                continue;
            }
            let same = || self.past(&key).filter(|past| past.wrap == Wrap::Same && past.how.is_none());
            let path = self.object.field(&key).map(|field| field.name).or_else(|| same()?.now);
            let Some(path) = path else {
                if conditions::is_neutral(self.profile, inner) {
                    continue;
                }
                return None;
            };
            let field = self.object.field_at(path).filter(|field| same_kind(&field.kind, inner))?;
            let raw = inner.raw();
            match path.split_once('.') {
                None => {
                    self.free(path)?;
                    parts.push((field.name, raw.to_owned()));
                }
                Some((head, rest)) => {
                    let name = self.free(head)?.name;
                    let entry = format!("\"{rest}\": {raw}");
                    match parts.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, text)) => {
                            text.truncate(text.len() - 1);
                            text.push_str(&format!(", {entry}}}"));
                        }
                        None => parts.push((name, format!("{{{entry}}}"))),
                    }
                }
            }
        }
        let names: Vec<&'static str> = parts.iter().map(|(name, _)| *name).collect();
        let again = names.iter().enumerate().any(|(at, name)| names.iter().take(at).any(|before| before == name));
        if names.is_empty() || again {
            return None;
        }
        names.iter().for_each(|name| self.claim(name, member));
        let text: Vec<String> = parts.into_iter().map(|(name, text)| format!("\"{name}\": {text}")).collect();
        let title = format!("put {} in its place", text::words::all(names.into_iter()));
        Some(replace(title, true, whole(member)?, text.join(", ")))
    }

    /// Moves a member into an object beside it, and creates that object if necessary.
    fn moved(&mut self, member: Value<'d>, retired: &Retired, head: &str, rest: &str) -> Option<Fix> {
        let field = self.object.field_at(&format!("{head}.{rest}"))?;
        if retired.how.is_some() || !same_kind(&field.kind, member) {
            return None;
        }
        let (title, raw) = (format!("move it into {head}"), member.raw());
        let entry = format!("\"{rest}\": {raw}");
        if let Some(inner) = self.value.get(head) {
            if inner.kind() != json::ValueKind::Object || inner.is_broken() || inner.get(rest).is_some() {
                return None;
            }
            let mut fix = remove(member, title, true)?;
            fix.edits.push(edit::entered(inner, &entry));
            return Some(fix);
        }
        let made = format!("\"{head}\": {{{entry}}}");
        match self.claimer(head) {
            None => Some(replace(title, true, whole(member)?, made)),
            // The first one creates the object and the others go into it. Alone, each would create it there.
            Some(first) if self.goes_into(first, head) => {
                let mut fix = remove(member, title, true)?;
                let at = first.key_span()?.start;
                let edit = Edit { file: "".into(), span: Span::new(at, at), text: format!("{made}, ") };
                fix.edits.push(edit);
                Some(fix)
            }
            Some(_) => None,
        }
    }

    /// Whether a member goes into the object `head`.
    fn goes_into(&self, member: Value<'d>, head: &str) -> bool {
        let now = member.key().and_then(|key| self.past(&key)?.now);
        now.and_then(|now| now.split_once('.')).is_some_and(|(first, _)| first == head)
    }
}

/// A member with its key.
fn whole(member: Value<'_>) -> Option<Span> {
    Some(Span::new(member.key_span()?.start, member.span().end))
}
