//! Objects and unions: which branch, which keys, which are missing.

use super::super::{Context, conditions};
use super::{edit, field, opening, words};
use crate::finding::{Finding, Location};
use crate::limits::Use;
use crate::request::contract::{Field, Object, Operation, Retired, Shape, Union};
use crate::request::json::{Kind, Value};
use crate::request::shape::{self, Found};
use crate::rule::{self, Severity};

/// Places of use that a value inherits from the field that holds it.
pub type Uses = &'static [&'static Use];

/// An object that the walker has gone over, and what it was taken for.
#[derive(Clone, Debug)]
pub struct Typed<'d> {
    pub operation: &'static Operation,
    pub object: &'static Object,
    pub value: Value<'d>,
    /// The value of the discriminator of today, for a branch of a union.
    pub variant: Option<&'static str>,
    /// Names of fields on which something was said already.
    pub said: Vec<&'static str>,
}

impl<'d> Typed<'d> {
    /// The value of a field that is there and not null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'d>> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// The field is there and not null.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Nothing was said about the field yet.
    #[must_use]
    pub fn is_sound(&self, name: &str) -> bool {
        !self.said.contains(&name)
    }

    /// The text of a field that is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<std::borrow::Cow<'d, str>> {
        self.get(name)?.as_str()
    }

    /// The number of a field.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.number()
    }

    /// The place of the whole object: its pointer and its opening brace.
    #[must_use]
    pub fn location(&self) -> Location {
        opening(self.value)
    }

    /// The place of a field: its pointer and its value. That of the object when it is not there.
    #[must_use]
    pub fn location_of(&self, name: &str) -> Location {
        self.value.get(name).map_or_else(|| self.location(), |value| Location::value(value.pointer(), value.span()))
    }
}

/// Walks over a body and gathers what is wrong.
pub struct Walker<'a> {
    pub operation: &'static Operation,
    pub context: &'a Context<'a>,
    pub out: Vec<Finding>,
}

impl<'a> Walker<'a> {
    pub fn new(operation: &'static Operation, context: &'a Context<'a>) -> Self {
        Self { operation, context, out: Vec::new() }
    }

    /// The whole body.
    pub fn body(&mut self, shape: Shape, body: Value<'_>) {
        if body.is_broken() && body.kind() != Kind::Object {
            return;
        }
        if body.kind() != Kind::Object {
            let message = format!(
                "{} is {}; the body of {} is an object",
                words::name(body),
                words::given(body),
                self.operation.name()
            );
            let mut finding = Finding::new(&rule::REQUEST_WRONG_TYPE, message).at(opening(body));
            if body.as_str().is_some_and(|text| text.trim_start().starts_with('{')) {
                finding = finding.help("it is JSON within a string: take away the outer quotes and the backslashes");
            }
            self.out.push(finding);
            return;
        }
        match shape {
            Shape::Object(object) => self.object(object, body, None, None, &[]),
            Shape::Union(union) => self.union(union, body, &[]),
        }
    }

    /// The parts of a form, as far as an envelope gives them beside its own keys.
    pub fn parts(&mut self, object: &'static Object, envelope: Value<'_>) {
        for field in object.fields {
            if let Some(value) = envelope.get(field.name) {
                field::check(self, field, value, &[]);
            }
        }
    }

    /// One of several objects. The value is an object.
    pub fn union(&mut self, union: &'static Union, value: Value<'_>, uses: Uses) {
        let branch = shape::branch(union, value);
        let tag = value.get(union.by);
        let branch = match tag {
            None => {
                self.missing_tag(union, value, branch.map(|branch| branch.variant.value));
                branch
            }
            Some(tag) if tag.kind() != Kind::String => {
                if !tag.is_broken() {
                    let message = format!(
                        "{} is {}; it takes {}",
                        words::tag(value, union.by),
                        words::given(tag),
                        words::list(union.values())
                    );
                    let location = Location::value(tag.pointer(), tag.span());
                    self.out.push(Finding::new(&rule::REQUEST_WRONG_TYPE, message).at(location));
                }
                branch
            }
            Some(tag) if field::is_placeholder(tag) => {
                self.placeholder(tag);
                branch
            }
            Some(tag) => {
                let found = branch.map(|branch| branch.found);
                if found != Some(Found::Named) {
                    self.unknown_tag(
                        union,
                        value,
                        tag,
                        branch.filter(|branch| branch.found == Found::Meant).map(|branch| branch.variant.value),
                    );
                }
                branch.filter(|branch| branch.found != Found::ByFields)
            }
        };
        if let Some(branch) = branch {
            self.object(branch.variant.object, value, Some(union), Some(branch.variant.value), uses);
        }
    }

    fn missing_tag(&mut self, union: &'static Union, value: Value<'_>, meant: Option<&'static str>) {
        let by = union.by;
        let place = words::tag(value, by);
        // A misspelled or camel-case key for the discriminator.
        let slip = value.children().find(|child| {
            let key = child.key().unwrap_or_default();
            child.kind() == Kind::String && key != by && shape::snake(&key) == by
        });
        if let Some(slip) = slip {
            let key = slip.key_span().unwrap_or(slip.span());
            let message =
                format!("{place} is missing; {} looks like it", words::quote(&slip.key().unwrap_or_default()));
            let finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(Location::value(slip.pointer(), key));
            self.out.push(with_fix(finding, edit::rename(slip, by)));
            return;
        }
        let message = format!("{place} is missing; it takes {}", words::list(union.values()));
        let finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(opening(value));
        self.out.push(match meant {
            Some(meant) => finding
                .help(format!("by its other fields this is \"{by}\": \"{meant}\""))
                .fix(edit::insert(value, by, meant)),
            None => finding,
        });
    }

    fn unknown_tag(&mut self, union: &'static Union, value: Value<'_>, tag: Value<'_>, meant: Option<&'static str>) {
        let given = tag.as_str().unwrap_or_default();
        let place = words::tag(value, union.by);
        let location = Location::value(tag.pointer(), tag.span());
        let finding = if union.is_asset() && given == "base64" {
            let message =
                format!("{} is not taken as base64; {place} takes {}", words::name(value), words::list(union.values()));
            Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message)
                .help("upload the file with POST /v3/assets and refer to it with asset_id, or give its HTTPS URL")
        } else {
            let message =
                format!("{} is not a value of {place}; it takes {}", words::quote(&given), words::list(union.values()));
            Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message)
        };
        let finding = finding.at(location).observed(words::shorten(&given));
        self.out.push(match meant {
            Some(meant) => finding.help(format!("it is \"{meant}\" today")).fix(edit::change(tag, meant)),
            None => finding,
        });
    }

    /// An object with named fields. The value is an object.
    pub fn object(
        &mut self,
        object: &'static Object,
        value: Value<'_>,
        of: Option<&'static Union>,
        variant: Option<&'static str>,
        uses: Uses,
    ) {
        let mut said: Vec<&'static str> = Vec::new();
        // Fields that a key with another name stands for: they are not missing as well.
        let mut claimed: Vec<&'static str> = Vec::new();
        for member in value.children() {
            let Some(key) = member.key() else { continue };
            let tag = of.is_some_and(|union| shape::snake(&key) == union.by);
            if tag || object.field(&key).is_some() {
                continue;
            }
            claimed.extend(self.stray(object, value, member, &key, variant));
        }
        for field in object.fields {
            match value.get(field.name) {
                Some(given) => {
                    let before = self.out.len();
                    field::check(self, field, given, uses);
                    if self.out.len() > before {
                        said.push(field.name);
                    }
                }
                None if field.required && !claimed.contains(&field.name) => {
                    let message = match object_name(value) {
                        Some(name) => format!("{name} lacks {}: {}", field.name, field.what),
                        None => format!("{} is missing: {}", field.name, field.what),
                    };
                    self.out.push(Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(opening(value)));
                    said.push(field.name);
                }
                None => {}
            }
        }
        said.extend(&claimed);
        let typed = Typed { operation: self.operation, object, value, variant, said };
        conditions::check(&typed, self.context, &mut self.out);
    }

    /// A key that the object does not take. Returns the field that it stands for.
    fn stray(
        &mut self,
        object: &'static Object,
        value: Value<'_>,
        member: Value<'_>,
        key: &str,
        variant: Option<&'static str>,
    ) -> Option<&'static str> {
        let place = Location::value(member.pointer(), member.key_span().unwrap_or(member.span()));
        let shown = words::shorten(key);
        let plain = shape::snake(key);
        let past = object.retired.iter().find(|retired| retired.name == key);
        let past = past.or_else(|| object.retired.iter().find(|retired| retired.name == plain && plain != key));
        if let Some(retired) = past {
            return self.retired(object, member, retired, &shown, place);
        }
        if let Some((_, why)) = object.refused.iter().find(|(name, _)| *name == key || *name == plain) {
            let message = format!("{shown} is not a field of {}", whole(value, object, variant));
            self.out.push(Finding::new(&rule::REQUEST_UNKNOWN_FIELD, message).at(place).help(*why));
            return None;
        }
        let free = |field: &&Field| value.get(field.name).is_none();
        if let Some(field) = object.fields.iter().filter(free).find(|field| field.name == plain) {
            let message = format!("{shown} is written {} in v3", field.name);
            let finding = Finding::new(&rule::REQUEST_RETIRED_FIELD, message).at(place);
            self.out.push(with_fix(finding, edit::rename(member, field.name)));
            return Some(field.name);
        }
        let near = shape::nearest(key, object.fields.iter().filter(free).map(|field| field.name));
        let near = near.and_then(|near| object.field(near));
        if let Some(field) = near.filter(|field| field.required) {
            let message = format!("{} is missing; {} looks like it", field.name, words::quote(key));
            let finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(place);
            self.out.push(with_fix(finding, edit::rename(member, field.name)));
            return Some(field.name);
        }
        let message = format!("{shown} is not a field of {}", whole(value, object, variant));
        let mut finding = Finding::new(&rule::REQUEST_UNKNOWN_FIELD, message).at(place);
        if let Some(field) = near {
            finding = finding.help(format!("did you mean {}?", field.name));
            finding = with_fix(finding, edit::rename(member, field.name));
        } else if object.closed {
            let mut names = of_names(object);
            names.extend(variant.map(|_| "type"));
            finding = finding.help(format!("it takes {} and nothing else", words::list(names.into_iter())));
        } else {
            finding = finding.help("the API may have grown since; without it the request is sure to be taken");
        }
        // Open objects: the API grows faster than any copy of its documents.
        self.out.push(if object.closed { finding } else { finding.at_most(Severity::Warning) });
        near.map(|field| field.name)
    }

    fn retired(
        &mut self,
        object: &'static Object,
        member: Value<'_>,
        retired: &'static Retired,
        shown: &str,
        place: Location,
    ) -> Option<&'static str> {
        let message = match retired.now {
            Some(now) => format!("{shown} is {now} in v3"),
            None => format!("{shown} is gone in v3"),
        };
        let mut finding = Finding::new(&rule::REQUEST_RETIRED_FIELD, message).at(place);
        let beside = retired.now.is_some_and(|now| member.parent().is_some_and(|parent| parent.get(now).is_some()));
        if let Some(how) = retired.how {
            finding = finding.help(how);
        } else if beside {
            finding = finding.help(format!("remove it: {} is there already", retired.now.unwrap_or_default()));
        }
        finding = with_fix(finding, edit::modernise(member, retired, object));
        self.out.push(finding);
        let first = retired.now?.split('.').next()?;
        object.field(first).map(|field| field.name)
    }

    /// A value that is still to be filled in.
    pub fn placeholder(&mut self, value: Value<'_>) {
        field::placeholder(self, value);
    }
}

fn of_names(object: &'static Object) -> Vec<&'static str> {
    object.fields.iter().map(|field| field.name).collect()
}

/// The name of an object within a body; none for the body itself.
fn object_name(value: Value<'_>) -> Option<String> {
    value.parent().map(|_| words::name(value))
}

/// What a stray key is not a field of: `type image`, `engine`, `this request`.
fn whole(value: Value<'_>, object: &'static Object, variant: Option<&'static str>) -> String {
    match (object_name(value), variant) {
        (None, Some(variant)) => format!("type {variant}"),
        (Some(name), Some(variant)) if !object.closed => format!("{name} of type {variant}"),
        (Some(name), _) => name,
        (None, None) => "this request".to_owned(),
    }
}

pub fn with_fix(finding: Finding, fix: Option<crate::finding::Fix>) -> Finding {
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}
