//! Checks objects and unions: which branch, unknown keys, missing fields.

use std::collections::HashSet;

use super::super::typed::Typed;
use super::super::{Context, conditions};
use super::{edit, field, opening, words};
use crate::finding::{Finding, Location};
use crate::profile::{Profile, Upload};
use crate::request::contract::{self, BodyShape, Closed, Field, List, Object, Operation, Retired, Union};
use crate::request::json::{Value, ValueKind};
use crate::request::shape::{self, Branch, BranchMatch};
use crate::request::visit::{self, Entered, Members, UnionObject, Uses, Visitor};
use crate::rule::{self, Severity};
use crate::text;

/// Collects the findings about a request while the walk visits it.
pub struct Walker<'a> {
    pub operation: &'static Operation,
    pub context: &'a Context<'a>,
    pub out: Vec<Finding>,
    /// The objects around the current place.
    inside: Vec<&'static Object>,
}

impl<'a> Walker<'a> {
    pub fn new(operation: &'static Operation, context: &'a Context<'a>) -> Self {
        Self { operation, context, out: Vec::new(), inside: Vec::new() }
    }

    /// Whether a newer document lists this value of a field.
    pub fn is_newer_value(&self, field: &str, value: &str) -> bool {
        let Some(newer) = self.context.newer else { return false };
        match self.inside.last() {
            Some(object) => newer.has_value(object.name, field, value),
            None => newer.has_value(&self.operation.name(), field, value),
        }
    }

    /// The current version of the API.
    pub fn version(&self) -> &'static str {
        self.context.profile().version
    }

    /// Adds a finding, if there is one. Findings are large, and [`extend`](Extend::extend) would move even an empty
    /// option.
    pub fn add(&mut self, finding: Option<Finding>) {
        if let Some(finding) = finding {
            self.out.push(finding);
        }
    }

    /// The whole body.
    pub fn body(&mut self, shape: BodyShape, body: Value<'_>) {
        if body.is_broken() && body.kind() != ValueKind::Object {
            return;
        }
        if body.kind() != ValueKind::Object {
            let message = format!(
                "{} is {}; the body of {} is an object",
                words::name(body),
                words::given(body),
                self.operation.name()
            );
            let mut finding = Finding::new(&rule::REQUEST_WRONG_TYPE, message).at(opening(body));
            if body.as_str().is_some_and(|text| text.trim_start().starts_with('{')) {
                finding = finding.help("it is JSON within a string: remove the outer quotes and the backslashes");
            }
            self.out.push(finding);
            return;
        }
        visit::body(self, shape, body);
    }

    /// Reports a wrong discriminator of a union, and returns the branch to check the value against.
    fn branch(&mut self, met: &UnionObject<'_>) -> Option<Branch> {
        let &UnionObject { union, value, tag, branch, .. } = met;
        let branch = match tag {
            None => {
                self.missing_tag(union, value, branch.map(|branch| branch.variant.value));
                branch
            }
            Some(tag) if tag.kind() != ValueKind::String => {
                if !tag.is_broken() {
                    let message = format!(
                        "{} is {}; it must be {}",
                        words::tag(value, union.by),
                        words::given(tag),
                        text::words::either(union.values())
                    );
                    let location = Location::value(tag.pointer(), tag.span());
                    self.out.push(Finding::new(&rule::REQUEST_WRONG_TYPE, message).at(location));
                }
                branch
            }
            Some(tag) if field::is_placeholder(tag) => {
                field::unfilled(self, tag);
                branch
            }
            // Nothing is known about the branch.
            Some(tag) if self.is_newer_tag(union, tag) => return None,
            Some(tag) => {
                // An old value may have meant one branch in its time, and the fields may belong to another.
                let other = branch.filter(|branch| branch.found == BranchMatch::Meant).and_then(|branch| {
                    let variant = shape::contradicted(union, branch.variant, value)?;
                    Some(Branch { variant, ..branch })
                });
                let branch = other.or(branch);
                let found = branch.map(|branch| branch.found);
                if found != Some(BranchMatch::Named) {
                    self.unknown_tag(
                        union,
                        value,
                        tag,
                        branch.filter(|branch| branch.found == BranchMatch::Meant).map(|branch| branch.variant.value),
                    );
                }
                branch.filter(|branch| branch.found != BranchMatch::ByFields)
            }
        };
        branch.map(|branch| self.contradicted(union, value, tag, branch))
    }

    fn is_newer_tag(&self, union: &'static Union, tag: Value<'_>) -> bool {
        let given = tag.as_str().unwrap_or_default();
        self.context.newer.is_some_and(|newer| newer.has_value(union.name, union.by, &given))
    }

    /// The discriminator names one branch and the fields belong to another: reports that once, and checks the rest
    /// against the branch of the fields.
    fn contradicted(
        &mut self,
        union: &'static Union,
        value: Value<'_>,
        tag: Option<Value<'_>>,
        branch: Branch,
    ) -> Branch {
        let Some(tag) = tag.filter(|_| branch.found == BranchMatch::Named) else { return branch };
        let Some(other) = shape::contradicted(union, branch.variant, value) else { return branch };
        let (named, meant) = (branch.variant.value, other.value);
        let place = words::tag(value, union.by);
        let message = format!("{place} is \"{named}\", but the other fields are those of \"{meant}\"");
        let mut fix = edit::change(tag, meant);
        fix.safe = union.is_asset();
        let finding = Finding::new(&rule::REQUEST_CONFLICT, message);
        self.out.push(finding.at(Location::value(tag.pointer(), tag.span())).fix(fix));
        Branch { variant: other, ..branch }
    }

    fn missing_tag(&mut self, union: &'static Union, value: Value<'_>, meant: Option<&'static str>) {
        let by = union.by;
        let place = words::tag(value, by);
        // A misspelled or camel-case key for the discriminator.
        let slip = value.children().find(|child| {
            let key = child.key().unwrap_or_default();
            child.kind() == ValueKind::String && key != by && shape::snake(&key) == by
        });
        if let Some(slip) = slip {
            let key = slip.key_span().unwrap_or(slip.span());
            let message =
                format!("{place} is missing; {} looks like it", words::quote(&slip.key().unwrap_or_default()));
            let finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(Location::value(slip.pointer(), key));
            self.out.push(with_fix(finding, edit::rename(slip, by)));
            return;
        }
        let message = format!("{place} is missing; it must be {}", text::words::either(union.values()));
        let finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(opening(value));
        self.out.push(match meant {
            Some(meant) => finding
                .help(format!("its other fields suggest \"{by}\": \"{meant}\""))
                .fix(edit::insert(value, by, meant)),
            None => finding,
        });
    }

    fn unknown_tag(&mut self, union: &'static Union, value: Value<'_>, tag: Value<'_>, meant: Option<&'static str>) {
        let given = tag.as_str().unwrap_or_default();
        let place = words::tag(value, union.by);
        let location = Location::value(tag.pointer(), tag.span());
        let finding = if union.is_asset() && given == "base64" {
            let message = format!(
                "{} cannot be base64 here; {place} must be {}",
                words::name(value),
                text::words::either(union.values())
            );
            Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message).help(match self.context.profile().upload {
                Some(Upload { operation, .. }) => {
                    format!("upload the file with {operation} and refer to it with asset_id, or give its HTTPS URL")
                }
                None => "give its HTTPS URL".to_owned(),
            })
        } else {
            let message = format!(
                "{} is not a value of {place}; it must be {}",
                words::quote(&given),
                text::words::either(union.values())
            );
            Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message)
        };
        let finding = finding.at(location).observed(words::shorten(&given));
        self.out.push(match meant {
            Some(meant) if union.retired.iter().any(|(old, _)| *old == given) => {
                finding.help(format!("it is now called \"{meant}\"")).fix(edit::change(tag, meant))
            }
            Some(meant) => finding.help(format!("did you mean \"{meant}\"?")).fix(edit::change(tag, meant)),
            None => match union.refused.iter().find(|(value, _)| *value == given) {
                Some((_, why)) => finding.help(*why),
                None => finding,
            },
        });
    }

    /// Reports all unknown keys of the object, each once.
    fn strays(&mut self, stray: &mut Strays<'_>) {
        /// Nobody mistyped more keys than this; such an object is something else altogether.
        const GUESSED: usize = 100;
        /// Keys beyond this number share one finding.
        const TOLD: usize = 1_000;
        let flat = self.flattened(stray);
        let mut seen = HashSet::new();
        let mut more = 0;
        // Keys that are spread over several fields take those that no other key stands for.
        let mut later = Vec::new();
        for member in stray.value.children() {
            let Some(key) = member.key() else { continue };
            let known = stray.object.field(&key).is_some() || stray.by == Some(&*key) || flat.contains(&&*key);
            if known || stray.by.is_some_and(|by| shape::snake(&key) == by) || seen.contains(&key) {
                continue;
            }
            // There may be a million keys, and a set of all would take a hundred bytes each.
            if seen.len() >= TOLD {
                more += 1;
                continue;
            }
            seen.insert(key.clone());
            if stray.is_spread(member, &key) {
                later.push((member, key));
            } else {
                self.stray(stray, member, &key, seen.len() <= GUESSED);
            }
        }
        for (member, key) in later {
            self.stray(stray, member, &key, false);
        }
        if more > 0 {
            let message = format!("{} more that the request does not have", crate::text::counted(more, "field"));
            self.out.push(Finding::new(&rule::REQUEST_UNKNOWN_FIELD, message).at(opening(stray.value)));
        }
    }

    /// The fields of an inner object appear beside each other where the object should be: reports all of them once.
    fn flattened(&mut self, stray: &mut Strays<'_>) -> Vec<&'static str> {
        let inner = |field: &Field| match &field.kind {
            contract::FieldKind::Object(inner) => Some(BodyShape::Object(inner)),
            contract::FieldKind::Union(inner) if !inner.is_asset() => Some(BodyShape::Union(inner)),
            _ => None,
        };
        let required = stray.absent.iter().filter(|field| field.required);
        for (field, shape) in required.filter_map(|field| Some((*field, inner(field)?))) {
            let mut flat: Vec<&'static str> = shape
                .objects()
                .flat_map(|inner| inner.fields)
                .map(|field| field.name)
                .filter(|name| stray.by != Some(*name) && stray.object.field(name).is_none())
                .collect();
            flat.sort_unstable();
            flat.dedup();
            flat.retain(|name| stray.value.get(name).is_some());
            if flat.is_empty() {
                continue;
            }
            let lacking = match object_name(stray.value) {
                Some(name) => format!("{name} lacks {}", field.name),
                None => format!("{} is missing", field.name),
            };
            let verb = if flat.len() == 1 { "belongs" } else { "belong" };
            let message = format!("{lacking}; {} {verb} into it", text::words::all(flat.iter().copied()));
            let finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message);
            self.out.push(finding.at(opening(stray.value)).help(format!("{}: {}", field.name, field.what)));
            stray.claim(field.name, stray.value);
            return flat;
        }
        Vec::new()
    }

    /// Reports an unknown key of the object.
    fn stray<'d>(&mut self, stray: &mut Strays<'d>, member: Value<'d>, key: &str, guess: bool) {
        let object = stray.object;
        if self.context.newer.is_some_and(|newer| newer.has_field(object.name, key)) {
            return;
        }
        let place = Location::value(member.pointer(), member.key_span().unwrap_or(member.span()));
        let shown = words::shorten(key);
        let plain = shape::snake(key);
        if let Some(retired) = stray.past(key) {
            return self.retired(stray, member, retired, &shown, place);
        }
        if let Some((_, why)) = object.refused.iter().find(|(name, _)| *name == key || *name == plain) {
            let message = format!("{shown} is not a field of {}", stray.whole());
            self.out.push(Finding::new(&rule::REQUEST_UNKNOWN_FIELD, message).at(place).help(*why));
            return;
        }
        if let Some(field) = stray.absent(&plain) {
            let message = format!("{shown} is written {} in {}", field.name, self.version());
            let finding = Finding::new(&rule::REQUEST_RETIRED_FIELD, message).at(place);
            self.out.push(stray.renamed(finding, member, field));
            return;
        }
        let near = guess.then(|| shape::nearest(key, stray.absent.iter().map(|field| field.name))).flatten();
        let near = near.and_then(|near| object.field(near));
        if let Some(field) = near.filter(|field| field.required) {
            let message = format!("{} is missing; {} looks like it", field.name, words::quote(key));
            let finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(place);
            self.out.push(stray.renamed(finding, member, field));
            return;
        }
        let message = format!("{shown} is not a field of {}", stray.whole());
        let mut finding = Finding::new(&rule::REQUEST_UNKNOWN_FIELD, message).at(place);
        if let Some(field) = near {
            finding = stray.renamed(finding.help(format!("did you mean {}?", field.name)), member, field);
        } else {
            let day = self.context.profile().as_of;
            finding = finding.help(match object.closed {
                Closed::Yes => {
                    let names = stray.by.into_iter().chain(object.fields.iter().map(|field| field.name));
                    format!("its only fields are {}", text::words::all(names))
                }
                Closed::Likely => {
                    format!("the API refuses unknown fields; this profile is of {day}, so check whether the field was added since")
                }
                Closed::No => {
                    format!("this profile is of {day} and the API may have grown since; without the field the request is certain to be accepted")
                }
            });
        }
        if near.is_none() {
            finding = with_fix(finding, edit::remove(member, format!("remove {shown}"), false));
        }
        // The API grows faster than any copy of its documents.
        self.out.push(match object.closed {
            Closed::Yes => finding,
            Closed::Likely | Closed::No => finding.at_most(Severity::Warning),
        });
    }
}

/// The state of an object while the walk visits its fields.
#[derive(Default)]
pub struct OpenObject {
    /// Fields that already have findings.
    said: Vec<&'static str>,
    /// Fields that appear under another key, so they are not also missing.
    claimed: Vec<&'static str>,
    /// The number of findings before the current field.
    before: usize,
    /// The field that decides what the object is has a finding.
    undecided: bool,
}

impl<'d> Visitor<'d> for Walker<'_> {
    type Object = OpenObject;
    /// The number of findings before the field.
    type Field = usize;

    const EVERY_MEMBER: bool = true;

    fn union(&mut self, met: &UnionObject<'d>) -> Option<Branch> {
        self.branch(met)
    }

    fn enter_object(&mut self, entered: &Entered<'d>) -> Option<OpenObject> {
        self.inside.push(entered.object);
        Some(OpenObject::default())
    }

    fn unknown_members(&mut self, entered: &Entered<'d>, members: &Members<'d>, open: &mut OpenObject) {
        let Entered { object, value, branch } = *entered;
        let absent = object.fields.iter().zip(members).filter(|(_, member)| member.is_none());
        let absent = absent.map(|(field, _)| field).collect();
        let variant = branch.map(|(_, variant)| variant.value);
        let profile = self.context.profile();
        let mut stray = Strays { profile, object, value, by: entered.by(), variant, absent, claimed: Vec::new() };
        self.strays(&mut stray);
        open.claimed = stray.claimed.iter().map(|(field, _)| *field).collect();
    }

    fn wants(&mut self, field: &'static Field, open: &mut OpenObject) -> bool {
        open.before = self.out.len();
        // A reference in a background of unknown type cannot be judged.
        field.uses.is_empty() || !open.undecided
    }

    fn visited(&mut self, field: &'static Field, open: &mut OpenObject) {
        if self.out.len() > open.before {
            open.said.push(field.name);
            open.undecided |= field.decides;
        }
    }

    fn absent(&mut self, entered: &Entered<'d>, field: &'static Field, open: &mut OpenObject) {
        if !field.required || open.claimed.contains(&field.name) {
            return;
        }
        let message = match object_name(entered.value) {
            Some(name) => format!("{name} lacks {}: {}", field.name, field.what),
            None => format!("{} is missing: {}", field.name, field.what),
        };
        self.out.push(Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(opening(entered.value)));
        open.said.push(field.name);
        open.undecided |= field.decides;
    }

    fn leave_object(&mut self, entered: &Entered<'d>, open: OpenObject) {
        self.inside.pop();
        let OpenObject { mut said, claimed, .. } = open;
        said.extend(&claimed);
        let typed = Typed { object: entered.object, value: entered.value, said };
        conditions::check(&typed, self.context, &mut self.out);
    }

    fn enter_field(&mut self, field: &'static Field, value: Value<'d>) -> Option<usize> {
        (!(field.null && value.is_null())).then_some(self.out.len())
    }

    fn leave_field(&mut self, field: &'static Field, value: Value<'d>, before: usize) {
        field::leave(self, field, value, before);
    }

    fn list(&mut self, field: &'static Field, list: &'static List, value: Value<'d>) {
        field::list(self, field, list, value);
    }

    fn leaf(&mut self, field: &'static Field, kind: &'static contract::FieldKind, value: Value<'d>, uses: Uses) {
        field::leaf(self, field, kind, value, uses);
    }
}

/// An object whose unknown keys are being checked.
pub struct Strays<'d> {
    pub profile: &'static Profile,
    pub object: &'static Object,
    pub value: Value<'d>,
    /// The field that distinguishes the branches of its union.
    by: Option<&'static str>,
    variant: Option<&'static str>,
    /// Fields that are absent.
    absent: Vec<&'static Field>,
    /// Fields that appear under another key, with that member, so they are not also missing.
    pub claimed: Vec<(&'static str, Value<'d>)>,
}

impl<'d> Strays<'d> {
    pub fn absent(&self, name: &str) -> Option<&'static Field> {
        self.absent.iter().copied().find(|field| field.name == name)
    }

    /// An absent field that no other key stands for.
    pub fn free(&self, name: &str) -> Option<&'static Field> {
        self.absent(name).filter(|_| self.claimer(name).is_none())
    }

    /// The member that stands for a field under another name.
    pub fn claimer(&self, name: &str) -> Option<Value<'d>> {
        self.claimed.iter().find(|(field, _)| *field == name).map(|(_, member)| *member)
    }

    pub fn claim(&mut self, name: &'static str, member: Value<'d>) {
        self.claimed.push((name, member));
    }

    /// The entry for a retired name.
    pub fn past(&self, key: &str) -> Option<&'static Retired> {
        let named = |name: &str| self.object.retired.iter().find(|retired| retired.name == name);
        named(key).or_else(|| named(&shape::snake(key)))
    }

    /// The finding with the fix that renames `member` to a field, unless another key already stands for it.
    fn renamed(&mut self, finding: Finding, member: Value<'d>, field: &'static Field) -> Finding {
        match self.claimer(field.name) {
            Some(other) => finding.help(format!("{} stands for {} already", words::name(other), field.name)),
            None => {
                self.claim(field.name, member);
                with_fix(finding, edit::rename(member, field.name))
            }
        }
    }

    /// The object that the unknown key is not part of: `type image`, `engine`, `this request`.
    pub fn whole(&self) -> String {
        match (object_name(self.value), self.variant) {
            (None, Some(variant)) => format!("type {variant}"),
            (Some(name), Some(variant)) if self.object.closed != Closed::Yes => format!("{name} of type {variant}"),
            (Some(name), _) => name,
            (None, None) => "this request".to_owned(),
        }
    }
}

/// The name of an object within a body; none for the body itself.
fn object_name(value: Value<'_>) -> Option<String> {
    value.parent().map(|_| words::name(value))
}

pub fn with_fix(finding: Finding, fix: Option<crate::finding::Fix>) -> Finding {
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}
