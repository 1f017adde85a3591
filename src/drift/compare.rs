//! Walks a profile and a document in parallel.

use std::collections::BTreeSet;

use super::describe::{self, kind_name, number, quoted};
use super::{Difference, DriftChange, DriftSubject, Keyword, is_same_path};
use crate::limits::{Limit, LimitId, Limits};
use crate::media::Format;
use crate::openapi::{
    ApiBody, ApiDocument, ApiOperation, SchemaBounds, SchemaBranch, SchemaField, SchemaKind, SchemaNode,
};
use crate::profile::Profile;
use crate::profile::contract::{
    self, BodyEncoding, BodyShape, Closed, Field, FieldKind, Number, Object, Operation, Prose, Text, Union, Variant,
};

/// The deepest nesting to compare. No API body needs more, and a document may refer to itself.
const DEEPEST: usize = 24;
/// The least similarity at which a branch without a tag counts as an object of the profile.
const LIKENESS: f64 = 0.5;

/// The differences, in the order of the profile and then of the document, and the keywords used by bodies of the
/// document.
pub(super) fn run(
    profile: &'static Profile,
    limits: &Limits,
    document: &ApiDocument,
) -> (Vec<Difference>, BTreeSet<Keyword>) {
    let theirs = document.operations();
    let mut walk = DriftWalk { limits, document, found: Vec::new(), used: BTreeSet::new() };
    for ours in profile.operations {
        let same = |one: &&ApiOperation<'_>| {
            one.method == ours.method
                && (is_same_path(&one.path, ours.path) || ours.also.is_some_and(|also| is_same_path(&one.path, also)))
        };
        match theirs.iter().find(same) {
            Some(one) => walk.operation(ours, one),
            None if ours.prose => {}
            None => walk.about_operation(DriftChange::Gone, ours.name()),
        }
    }
    let is_known = |one: &ApiOperation<'_>| {
        profile.operations.iter().any(|ours| {
            one.method == ours.method
                && [Some(ours.path), ours.also].into_iter().flatten().any(|path| is_same_path(&one.path, path))
        })
    };
    for one in theirs.iter().filter(|one| !is_known(one)) {
        walk.about_operation(DriftChange::New, format!("{} {}", one.method, one.path));
    }
    (walk.found, walk.used)
}

struct DriftWalk<'a> {
    limits: &'a Limits,
    document: &'a ApiDocument,
    found: Vec<Difference>,
    used: BTreeSet<Keyword>,
}

/// The current place of the walk.
#[derive(Clone)]
struct DriftPlace {
    operation: String,
    at: String,
    depth: usize,
    object: Option<&'static str>,
    field: Option<String>,
    /// Whether this is in a query string, whose values are all text.
    query: bool,
}

impl DriftPlace {
    fn within(&self, object: &'static str) -> Self {
        Self { object: Some(object), field: None, ..self.clone() }
    }

    fn field(&self, name: &str) -> Self {
        let dot = if self.at.is_empty() { "" } else { "." };
        let at = format!("{}{dot}{name}", self.at);
        Self { at, depth: self.depth + 1, field: Some(name.to_owned()), ..self.clone() }
    }

    fn item(&self) -> Self {
        Self { at: format!("{}[]", self.at), ..self.clone() }
    }

    fn branch(&self, tag: &str) -> Self {
        Self { at: format!("{}({tag})", self.at), ..self.clone() }
    }
}

impl DriftWalk<'_> {
    fn about_operation(&mut self, change: DriftChange, operation: String) {
        let place = DriftPlace { operation, at: String::new(), depth: 0, object: None, field: None, query: false };
        self.add(change, DriftSubject::Operation, &place, None, None);
    }

    /// Adds a difference, with the limit that bounds the value, if any.
    fn add(
        &mut self,
        change: DriftChange,
        subject: DriftSubject,
        place: &DriftPlace,
        ours: Option<String>,
        theirs: Option<String>,
    ) -> &mut Difference {
        let DriftPlace { operation, at, object, field, .. } = place.clone();
        let (limit, keyword) = (None, None);
        self.found.push(Difference {
            change,
            subject,
            operation,
            at,
            object,
            field,
            limit,
            ours,
            theirs,
            values: Vec::new(),
            more: 0,
            entry: None,
            keyword,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn operation(&mut self, ours: &'static Operation, theirs: &ApiOperation<'_>) {
        let start =
            DriftPlace { operation: ours.name(), at: String::new(), depth: 0, object: None, field: None, query: false };
        let query = DriftPlace { at: "?".to_owned(), query: true, ..start.clone() };
        let named =
            |field: &str| DriftPlace { at: format!("?{field}"), field: Some(field.to_owned()), ..query.clone() };
        for field in ours.query {
            match theirs.query.iter().find(|one| one.name == field.name) {
                Some(one) => self.field(field, one, &named(field.name)),
                None => self.gone(field, &named(field.name)),
            }
        }
        for one in theirs.query.iter().filter(|one| ours.query.iter().all(|field| field.name != one.name)) {
            self.new_field(one, &named(one.name));
        }
        match (ours.body, theirs.body) {
            (Some(shape), Some(body)) => {
                self.encoding(ours.encoding, body, &start);
                let place = start.within(shape.name());
                match shape {
                    BodyShape::Object(object) => self.kind(FieldKind::Object(object), None, body.schema, &place),
                    BodyShape::Union(union) => self.kind(FieldKind::Union(union), None, body.schema, &place),
                }
            }
            // A body that may be empty counts as no body.
            (Some(BodyShape::Object(object)), None) if object.fields.is_empty() => {}
            (Some(shape), None) => {
                _ = self.add(DriftChange::Gone, DriftSubject::Body, &start, Some(shape.name().to_owned()), None);
            }
            (None, Some(body)) => {
                if let Some(theirs) = describe::body(self.document, body) {
                    self.add(DriftChange::New, DriftSubject::Body, &start, None, Some(theirs));
                }
            }
            (None, None) => {}
        }
    }

    fn encoding(&mut self, ours: BodyEncoding, body: ApiBody<'_>, place: &DriftPlace) {
        let ours = match ours {
            BodyEncoding::Json => "application/json",
            BodyEncoding::Multipart => "multipart/form-data",
            BodyEncoding::None => return,
        };
        if body.media_type != ours {
            let theirs = body.media_type.to_owned();
            self.add(DriftChange::Changed, DriftSubject::Encoding, place, Some(ours.to_owned()), Some(theirs));
        }
    }

    fn object(&mut self, ours: &'static Object, by: Option<&str>, theirs: &SchemaKind<'_>, place: &DriftPlace) {
        let SchemaKind::Object { fields, closed, .. } = theirs else { return };
        let place = place.within(ours.name);
        self.closed(ours, *closed, &place);
        for field in ours.fields {
            match fields.iter().find(|one| one.name == field.name) {
                Some(one) => self.field(field, one, &place.field(field.name)),
                None => self.gone(field, &place.field(field.name)),
            }
        }
        let is_new = |one: &&SchemaField<'_>| ours.field(one.name).is_none() && Some(one.name) != by;
        for one in fields.iter().filter(is_new) {
            self.new_field(one, &place.field(one.name));
        }
    }

    fn new_field(&mut self, field: &SchemaField<'_>, place: &DriftPlace) {
        let theirs = describe::field(self.document, field);
        let entry = describe::entry(self.document, field);
        self.add(DriftChange::New, DriftSubject::Field, place, None, Some(theirs)).entry = Some(entry);
    }

    fn closed(&mut self, ours: &'static Object, theirs: bool, place: &DriftPlace) {
        if theirs {
            self.used.insert(Keyword::ClosedObjects);
        }
        let is_closed = ours.closed != Closed::No;
        if is_closed != theirs {
            let text = |closed: bool| Some(if closed { "closed" } else { "open" }.to_owned());
            let found = self.add(DriftChange::Changed, DriftSubject::Closed, place, text(is_closed), text(theirs));
            found.keyword = is_closed.then_some(Keyword::ClosedObjects);
        }
    }

    fn gone(&mut self, field: &'static Field, place: &DriftPlace) {
        if field.prose != Prose::Field {
            self.add(DriftChange::Gone, DriftSubject::Field, place, Some(kind_name(&field.kind)), None);
        }
    }

    fn field(&mut self, ours: &'static Field, theirs: &SchemaField<'_>, place: &DriftPlace) {
        let flag = |flag: bool, yes: &str, no: &str| Some(if flag { yes } else { no }.to_owned());
        if ours.required != theirs.required {
            let text = |required| flag(required, "required", "optional");
            self.add(DriftChange::Changed, DriftSubject::Required, place, text(ours.required), text(theirs.required));
        }
        let null = self.document.look(theirs.node).null;
        let says_type = !matches!(self.document.look(theirs.node).kind, SchemaKind::Any);
        if ours.null != null && !place.query && says_type {
            let text = |null| flag(null, "may be null", "may not be null");
            self.add(DriftChange::Changed, DriftSubject::Null, place, text(ours.null), text(null));
        }
        self.kind(ours.kind, Some(ours), theirs.node, place);
    }

    /// `field` is the field of this kind; it also applies to the items of a list.
    fn kind(&mut self, ours: FieldKind, field: Option<&'static Field>, theirs: SchemaNode<'_>, place: &DriftPlace) {
        if place.depth > DEEPEST {
            return;
        }
        let theirs = self.document.look(theirs).kind;
        match (ours, &theirs) {
            (_, SchemaKind::Any) => {}
            (FieldKind::Text(text), SchemaKind::Text { length, pattern, values }) => {
                self.text(&text, field, *length, *pattern, values, place);
            }
            (FieldKind::Number(ours), SchemaKind::Number { integer, range, values }) => {
                self.number(&ours, *integer, *range, values, field, place);
            }
            (FieldKind::Flag, SchemaKind::Flag) => {}
            (FieldKind::List(list), SchemaKind::List { item, count }) => {
                self.bounds(list.min, None, list.max, *count, Keyword::Counts, place);
                self.kind(*list.item, field, *item, &place.item());
            }
            (FieldKind::Map(inner), SchemaKind::Object { fields, others, .. }) if fields.is_empty() => {
                if let (Some(inner), Some(others)) = (inner, others) {
                    self.kind(*inner, field, *others, &place.item());
                }
            }
            (FieldKind::Object(object), SchemaKind::Object { .. }) => self.object(object, None, &theirs, place),
            (FieldKind::Union(union), SchemaKind::OneOf { by, tags, branches }) => {
                self.union(union, *by, tags, branches, place);
            }
            // One branch is left, or there was only one.
            (FieldKind::Union(union), SchemaKind::Object { fields, .. })
                if fields.iter().any(|one| one.name == union.by) =>
            {
                self.single(union, &theirs, place);
            }
            _ => {
                let (ours, theirs) = (kind_name(&ours), describe::kind(&theirs));
                self.add(DriftChange::Changed, DriftSubject::Type, place, Some(ours), Some(theirs));
            }
        }
    }

    fn text(
        &mut self,
        ours: &Text,
        field: Option<&'static Field>,
        length: SchemaBounds,
        pattern: Option<&str>,
        values: &[String],
        place: &DriftPlace,
    ) {
        self.bounds(ours.min, None, ours.max, length, Keyword::Lengths, place);
        self.pattern(field.and_then(|field| field.pattern), pattern, place);
        let formats: Vec<&str> = field
            .iter()
            .flat_map(|field| field.uses)
            .flat_map(|place| self.limits[place.takes].names())
            .copied()
            .collect();
        let is_media = ours.format == Some(contract::TextFormat::MediaType) && !formats.is_empty();
        if is_media && !values.is_empty() {
            let named = |value: &String| {
                Format::from_media_type(value).map_or_else(|| value.clone(), |format| format.name().to_owned())
            };
            return self.values(&formats, &values.iter().map(named).collect::<Vec<_>>(), false, place);
        }
        let prose = field.is_some_and(|field| field.prose != Prose::Nothing);
        self.values(ours.values, values, prose, place);
    }

    fn number(
        &mut self,
        ours: &Number,
        integer: bool,
        range: SchemaBounds,
        values: &[f64],
        field: Option<&'static Field>,
        place: &DriftPlace,
    ) {
        // A query string carries text, and documents say `string` or `number` for either.
        if ours.integer != integer && !place.query {
            let name = |integer| Some(if integer { "integer" } else { "number" }.to_owned());
            self.add(DriftChange::Changed, DriftSubject::Type, place, name(ours.integer), name(integer));
        }
        self.bounds(ours.min, ours.above, ours.max, range, Keyword::Ranges, place);
        let own: Vec<String> = ours.values.iter().map(|value| number(*value)).collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let prose = field.is_some_and(|field| field.prose != Prose::Nothing);
        self.values(&own, &values.iter().map(|value| number(*value)).collect::<Vec<_>>(), prose, place);
    }

    /// `prose`: no schema states the values of the profile.
    fn values(&mut self, ours: &[&str], theirs: &[String], prose: bool, place: &DriftPlace) {
        if theirs.is_empty() {
            if !ours.is_empty() && !prose {
                self.add(
                    DriftChange::Gone,
                    DriftSubject::Value,
                    place,
                    Some(quoted(ours.iter().copied())),
                    Some("any".to_owned()),
                );
            }
            return;
        }
        let new: Vec<&str> = theirs.iter().map(String::as_str).filter(|value| !ours.contains(value)).collect();
        let gone: Vec<&str> = ours.iter().copied().filter(|value| theirs.iter().all(|known| known != value)).collect();
        if !new.is_empty() {
            let is_first = ours.is_empty();
            let found = self.list(DriftChange::New, place, &new);
            found.ours = is_first.then(|| "any".to_owned());
        }
        if !gone.is_empty() {
            self.list(DriftChange::Gone, place, &gone);
        }
    }

    /// Adds values that are new or gone.
    fn list(&mut self, change: DriftChange, place: &DriftPlace, values: &[&str]) -> &mut Difference {
        let text = Some(quoted(values.iter().copied()));
        let (ours, theirs) = if change == DriftChange::New { (None, text) } else { (text, None) };
        let found = self.add(change, DriftSubject::Value, place, ours, theirs);
        found.values = values.iter().map(|value| (*value).to_owned()).collect();
        found
    }

    fn pattern(&mut self, ours: Option<&'static str>, theirs: Option<&str>, place: &DriftPlace) {
        if theirs.is_some() {
            self.used.insert(Keyword::Patterns);
        }
        if ours != theirs {
            let change = match (ours, theirs) {
                (None, _) => DriftChange::New,
                (_, None) => DriftChange::Gone,
                _ => DriftChange::Changed,
            };
            let text = |pattern: Option<&str>| pattern.map(|pattern| format!("`{pattern}`"));
            let found = self.add(change, DriftSubject::Pattern, place, text(ours), text(theirs));
            found.keyword = ours.map(|_| Keyword::Patterns);
        }
    }

    fn bounds(
        &mut self,
        min: Option<LimitId>,
        above: Option<LimitId>,
        max: Option<LimitId>,
        theirs: SchemaBounds,
        keyword: Keyword,
        place: &DriftPlace,
    ) {
        if theirs != SchemaBounds::default() && !place.query {
            self.used.insert(keyword);
        }
        let low = (theirs.min.map(|bound| (bound, false))).or(theirs.above.map(|bound| (bound, true)));
        let high = (theirs.max.map(|bound| (bound, false))).or(theirs.below.map(|bound| (bound, true)));
        let ours = min.map(|id| (id, false)).or(above.map(|id| (id, true)));
        self.bound(DriftSubject::Minimum, ours, low, keyword, place);
        self.bound(DriftSubject::Maximum, max.map(|id| (id, false)), high, keyword, place);
    }

    /// Messages say whether a bound itself is excluded.
    fn bound(
        &mut self,
        subject: DriftSubject,
        ours: Option<(LimitId, bool)>,
        theirs: Option<(f64, bool)>,
        keyword: Keyword,
        place: &DriftPlace,
    ) {
        let limit: Option<(&Limit, bool)> = ours.map(|(id, excluded)| (&self.limits[id], excluded));
        let own = limit.and_then(|(limit, excluded)| Some((limit.number()?, excluded)));
        let name = limit.map(|(limit, _)| limit.name);
        let is_keyword = limit.is_some_and(|(limit, _)| limit.keyword);
        let change = match (own, theirs) {
            (None, Some(_)) => DriftChange::New,
            // Only if a keyword of the document stated it.
            (Some(_), None) if is_keyword => DriftChange::Gone,
            (Some(own), Some(theirs)) if own != theirs => DriftChange::Changed,
            _ => return,
        };
        let word = |(bound, excluded): (f64, bool)| match (subject, excluded) {
            (DriftSubject::Minimum, true) => format!("above {}", number(bound)),
            (_, true) => format!("below {}", number(bound)),
            _ => number(bound),
        };
        let query = place.query;
        let found = self.add(change, subject, place, own.map(word), theirs.map(word));
        found.limit = name;
        found.keyword = Some(keyword).filter(|_| change == DriftChange::Gone && !query);
    }

    fn union(
        &mut self,
        ours: &'static Union,
        by: Option<&str>,
        tags: &[&str],
        branches: &[SchemaBranch<'_>],
        place: &DriftPlace,
    ) {
        let place = &place.within(ours.name);
        if let Some(by) = by.filter(|by| *by != ours.by) {
            self.add(
                DriftChange::Changed,
                DriftSubject::Type,
                place,
                Some(format!("distinguished by {}", ours.by)),
                Some(format!("distinguished by {by}")),
            );
            return;
        }
        let mut left: Vec<&SchemaBranch<'_>> = branches.iter().collect();
        let mut pairs = Vec::new();
        for variant in ours.variants {
            if let Some(at) = left.iter().position(|branch| branch.tag == Some(variant.value)) {
                pairs.push((variant, left.remove(at)));
            }
        }
        // If a document does not assign tags to branches, the fields decide.
        let is_told = |variant: &&Variant| pairs.iter().any(|(known, _): &(&Variant, _)| known.value == variant.value);
        let (mut untold, gone): (Vec<&Variant>, Vec<&Variant>) = ours
            .variants
            .iter()
            .filter(|variant| !is_told(variant))
            .partition(|variant| tags.is_empty() || tags.contains(&variant.value));
        let least = if tags.is_empty() { LIKENESS } else { 0.0 };
        loop {
            let candidates = left.iter().enumerate().filter(|(_, branch)| branch.tag.is_none());
            let best = candidates
                .flat_map(|(at, branch)| untold.iter().enumerate().map(move |(of, variant)| (at, of, branch, variant)))
                .map(|(at, of, branch, variant)| (self.likeness(variant.object, ours.by, branch.node), at, of))
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)).then(b.2.cmp(&a.2)));
            let Some((_, at, of)) = best.filter(|(likeness, ..)| *likeness >= least) else { break };
            pairs.push((untold.remove(of), left.remove(at)));
        }
        for variant in untold.iter().chain(&gone) {
            let place = DriftPlace { field: Some(ours.by.to_owned()), ..place.clone() };
            self.list(DriftChange::Gone, &place, &[variant.value]);
        }
        let new: Vec<&str> = tags.iter().copied().filter(|tag| ours.variant(tag).is_none()).collect();
        if !new.is_empty() {
            let place = DriftPlace { field: Some(ours.by.to_owned()), ..place.clone() };
            self.list(DriftChange::New, &place, &new);
        }
        for branch in left.iter().filter(|_| new.is_empty()) {
            let place = DriftPlace { field: Some(ours.by.to_owned()), ..place.clone() };
            match branch.tag {
                Some(tag) => _ = self.list(DriftChange::New, &place, &[tag]),
                None => {
                    let branch = describe::branch(self.document, **branch);
                    self.add(DriftChange::New, DriftSubject::Value, &place, None, Some(branch));
                }
            }
        }
        pairs.sort_by_key(|(variant, _)| ours.variants.iter().position(|known| known.value == variant.value));
        for (variant, branch) in pairs {
            let theirs = self.document.look(branch.node).kind;
            let place = place.branch(variant.value);
            match theirs {
                SchemaKind::Object { .. } => self.object(variant.object, Some(ours.by), &theirs, &place),
                SchemaKind::Any => {}
                other => {
                    let other = describe::kind(&other);
                    self.add(DriftChange::Changed, DriftSubject::Type, &place, Some("object".to_owned()), Some(other));
                }
            }
        }
    }

    /// A union that is a single object in the document.
    fn single(&mut self, ours: &'static Union, theirs: &SchemaKind<'_>, place: &DriftPlace) {
        let SchemaKind::Object { fields, .. } = theirs else { return };
        let tag = fields.iter().find(|one| one.name == ours.by).map(|one| self.document.look(one.node).kind);
        let tags = match tag {
            Some(SchemaKind::Text { values, .. }) => values,
            _ => Vec::new(),
        };
        let place = &place.within(ours.name);
        let names: Vec<&str> = fields.iter().map(|one| one.name).collect();
        let tagged = ours.variants.iter().find(|variant| tags.iter().any(|tag| tag == variant.value));
        let likest = || {
            let likeness = |object: &Object| likeness(object, ours.by, &names);
            ours.variants.iter().max_by(|a, b| likeness(a.object).total_cmp(&likeness(b.object)))
        };
        let Some(variant) = tagged.or_else(likest) else { return };
        let of_tag = DriftPlace { field: Some(ours.by.to_owned()), ..place.clone() };
        let gone: Vec<&str> =
            ours.values().filter(|value| *value != variant.value && tags.iter().all(|tag| tag != value)).collect();
        if !gone.is_empty() {
            self.list(DriftChange::Gone, &of_tag, &gone);
        }
        let new: Vec<&str> = tags.iter().map(String::as_str).filter(|tag| ours.variant(tag).is_none()).collect();
        if !new.is_empty() {
            self.list(DriftChange::New, &of_tag, &new);
        }
        self.object(variant.object, Some(ours.by), theirs, &place.branch(variant.value));
    }

    fn likeness(&self, object: &Object, by: &str, node: SchemaNode<'_>) -> f64 {
        match self.document.look(node).kind {
            SchemaKind::Object { fields, .. } => {
                likeness(object, by, &fields.iter().map(|one| one.name).collect::<Vec<_>>())
            }
            _ => 0.0,
        }
    }
}

/// The similarity of the names of two objects, from 0 to 1.
fn likeness(object: &Object, by: &str, names: &[&str]) -> f64 {
    let names: Vec<&&str> = names.iter().filter(|name| **name != by).collect();
    let same = names.iter().filter(|name| object.field(name).is_some()).count();
    let all = names.len() + object.fields.len() - same;
    if all == 0 { 1.0 } else { same as f64 / all as f64 }
}
