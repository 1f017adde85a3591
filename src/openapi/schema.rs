//! One level of a schema: references followed, `allOf` merged, null taken out.

use serde_json::Value;

use super::{ApiDocument, MOST_HOPS, members};

/// A schema as written in the document.
#[derive(Clone, Copy, Debug)]
pub struct SchemaNode<'d>(&'d Value);

impl<'d> SchemaNode<'d> {
    /// A schema that allows anything.
    pub(super) const ANY: SchemaNode<'static> = SchemaNode(&Value::Bool(true));

    pub(super) fn of(value: &'d Value) -> Self {
        Self(value)
    }

    fn reference(self) -> Option<&'d str> {
        self.0.get("$ref").and_then(Value::as_str)
    }
}

/// The allowed values.
#[derive(Clone, Debug)]
pub struct ApiSchema<'d> {
    /// It may be null.
    pub null: bool,
    pub kind: SchemaKind<'d>,
}

/// The kind of a value, apart from null.
#[derive(Clone, Debug)]
pub enum SchemaKind<'d> {
    /// The schema does not say, or allows several types.
    Any,
    Text {
        length: SchemaBounds,
        pattern: Option<&'d str>,
        values: Vec<String>,
    },
    Number {
        integer: bool,
        range: SchemaBounds,
        values: Vec<f64>,
    },
    Flag,
    List {
        item: SchemaNode<'d>,
        count: SchemaBounds,
    },
    Object {
        fields: Vec<SchemaField<'d>>,
        closed: bool,
        others: Option<SchemaNode<'d>>,
    },
    /// One of several; `by` is the discriminator, `tags` its values if the document lists them.
    OneOf {
        by: Option<&'d str>,
        tags: Vec<&'d str>,
        branches: Vec<SchemaBranch<'d>>,
    },
}

/// The bounds of a number, a length or a count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SchemaBounds {
    pub min: Option<f64>,
    /// It must be more than this.
    pub above: Option<f64>,
    pub max: Option<f64>,
    /// It must be less than this.
    pub below: Option<f64>,
}

/// A field of an object, or of a query string.
#[derive(Clone, Copy, Debug)]
pub struct SchemaField<'d> {
    pub name: &'d str,
    pub required: bool,
    pub node: SchemaNode<'d>,
}

/// One of several schemas.
#[derive(Clone, Copy, Debug)]
pub struct SchemaBranch<'d> {
    /// The value of the discriminator, if the document states it.
    pub tag: Option<&'d str>,
    pub node: SchemaNode<'d>,
}

/// The keywords of a schema and of everything that it refers to.
#[derive(Default)]
struct MergedSchema<'d> {
    types: Vec<&'d str>,
    null: bool,
    values: Option<Vec<&'d Value>>,
    length: SchemaBounds,
    range: SchemaBounds,
    count: SchemaBounds,
    pattern: Option<&'d str>,
    item: Option<SchemaNode<'d>>,
    fields: Vec<(&'d str, SchemaNode<'d>)>,
    required: Vec<&'d str>,
    closed: bool,
    others: Option<SchemaNode<'d>>,
    by: Option<&'d str>,
    mapping: Vec<(&'d str, &'d str)>,
    branches: Vec<SchemaNode<'d>>,
}

impl ApiDocument {
    /// The content of a schema. One with a cycle, or too many references, allows anything.
    #[must_use]
    pub fn look<'d>(&'d self, node: SchemaNode<'d>) -> ApiSchema<'d> {
        let mut merged = MergedSchema::default();
        if !self.merge(node, MOST_HOPS, &mut merged) {
            return ApiSchema { null: true, kind: SchemaKind::Any };
        }
        let null = merged.null;
        ApiSchema { null, kind: self.kind(merged) }
    }

    /// Merges a schema; false if it has too many references.
    fn merge<'d>(&'d self, node: SchemaNode<'d>, hops: u32, into: &mut MergedSchema<'d>) -> bool {
        let Some(hops) = hops.checked_sub(1).filter(|_| self.may_look()) else { return false };
        let value = node.0;
        if let Some(target) = node.reference().and_then(|reference| self.target(reference))
            && !self.merge(SchemaNode(target), hops, into)
        {
            return false;
        }
        for part in value.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            if !self.merge(SchemaNode(part), hops, into) {
                return false;
            }
        }
        into.take(value);
        let choices = ["anyOf", "oneOf"].iter().filter_map(|key| value.get(key)?.as_array()).flatten();
        let choices: Vec<SchemaNode<'d>> = choices.map(SchemaNode).collect();
        let rest: Vec<SchemaNode<'d>> = choices.iter().copied().filter(|choice| !is_null(choice.0)).collect();
        into.null |= rest.len() < choices.len();
        match rest.as_slice() {
            [] => true,
            [one] => self.merge(*one, hops, into),
            _ => {
                into.branches = rest;
                true
            }
        }
    }

    fn kind<'d>(&'d self, merged: MergedSchema<'d>) -> SchemaKind<'d> {
        let MergedSchema {
            types, values, length, range, count, pattern, item, fields, required, closed, others, ..
        } = merged;
        if !merged.branches.is_empty() {
            let (by, branches) = self.branches(merged.by, &merged.mapping, &merged.branches);
            let tags = merged.mapping.iter().map(|(tag, _)| *tag).collect();
            return SchemaKind::OneOf { by, tags, branches };
        }
        let of_type = match types.as_slice() {
            [one] => *one,
            [] if !fields.is_empty() || others.is_some() || closed => "object",
            [] if item.is_some() => "array",
            [] if values.as_ref().is_some_and(|values| values.iter().all(|value| value.is_string())) => "string",
            _ => "",
        };
        let values = values.unwrap_or_default();
        match of_type {
            // A text has no range: this means a number that a query string carries as text.
            "string" if range == SchemaBounds::default() => {
                let values = values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
                SchemaKind::Text { length, pattern, values }
            }
            "number" | "integer" | "string" => {
                let values = values.into_iter().filter_map(Value::as_f64).collect();
                SchemaKind::Number { integer: of_type == "integer", range, values }
            }
            "boolean" => SchemaKind::Flag,
            "array" => SchemaKind::List { item: item.unwrap_or(SchemaNode::ANY), count },
            "object" => {
                let field = |(name, node)| SchemaField { name, required: required.contains(&name), node };
                SchemaKind::Object { fields: fields.into_iter().map(field).collect(), closed, others }
            }
            _ => SchemaKind::Any,
        }
    }

    /// The branches with their tags, and the discriminator.
    fn branches<'d>(
        &'d self,
        by: Option<&'d str>,
        mapping: &[(&'d str, &'d str)],
        nodes: &[SchemaNode<'d>],
    ) -> (Option<&'d str>, Vec<SchemaBranch<'d>>) {
        let by = by.or_else(|| self.common_tag(nodes));
        let mut branches = Vec::new();
        for node in nodes {
            let reference = node.reference();
            let name = reference.and_then(|reference| reference.rsplit('/').next());
            let is_it = |target: &str| Some(target) == reference || Some(target) == name;
            let mut tags: Vec<&str> = mapping.iter().filter(|(_, to)| is_it(to)).map(|(tag, _)| *tag).collect();
            if tags.is_empty() {
                tags = by.map(|by| self.constants(*node, by)).unwrap_or_default();
            }
            if tags.is_empty() && mapping.is_empty() && by.is_some() {
                tags.extend(name);
            }
            if tags.is_empty() {
                branches.push(SchemaBranch { tag: None, node: *node });
            }
            branches.extend(tags.into_iter().map(|tag| SchemaBranch { tag: Some(tag), node: *node }));
        }
        (by, branches)
    }

    /// A field with a different constant in each of several schemas.
    fn common_tag<'d>(&'d self, nodes: &[SchemaNode<'d>]) -> Option<&'d str> {
        let (first, rest) = nodes.split_first()?;
        let SchemaKind::Object { fields, .. } = self.look(*first).kind else { return None };
        let names = fields.iter().map(|field| field.name);
        names.into_iter().find(|name| {
            !self.constants(*first, name).is_empty() && rest.iter().all(|node| !self.constants(*node, name).is_empty())
        })
    }

    /// The possible values of a field of a schema, if listed.
    fn constants<'d>(&'d self, node: SchemaNode<'d>, field: &str) -> Vec<&'d str> {
        let mut merged = MergedSchema::default();
        if !self.merge(node, MOST_HOPS, &mut merged) {
            return Vec::new();
        }
        let Some((_, node)) = merged.fields.iter().find(|(name, _)| *name == field) else { return Vec::new() };
        let mut merged = MergedSchema::default();
        if !self.merge(*node, MOST_HOPS, &mut merged) {
            return Vec::new();
        }
        merged.values.unwrap_or_default().into_iter().filter_map(Value::as_str).collect()
    }
}

impl<'d> MergedSchema<'d> {
    /// Takes the keywords of one schema object.
    fn take(&mut self, value: &'d Value) {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let number = |key: &str| value.get(key).and_then(Value::as_f64);
        let is = |key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
        let types = value.get("type").into_iter().flat_map(|types| match types {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
            other => other.as_str().into_iter().collect(),
        });
        for name in types {
            match name {
                "null" => self.null = true,
                name if !self.types.contains(&name) => self.types.push(name),
                _ => {}
            }
        }
        self.null |= is("nullable");
        let listed = value.get("enum").and_then(Value::as_array).map(|list| list.iter().collect::<Vec<_>>());
        if let Some(mut values) = listed.or_else(|| value.get("const").map(|one| vec![one])) {
            let many = values.len();
            values.retain(|value| !value.is_null());
            self.null |= values.len() < many;
            self.values = Some(values);
        }
        self.length.narrow(number("minLength"), number("maxLength"));
        self.count.narrow(number("minItems"), number("maxItems"));
        // In 3.0 the keyword excludes the bound beside it; in 3.1 it is the bound.
        match (is("exclusiveMinimum"), number("exclusiveMinimum")) {
            (true, _) => self.range.above = number("minimum").or(self.range.above),
            (false, above) => {
                self.range.above = above.or(self.range.above);
                self.range.narrow(number("minimum"), None);
            }
        }
        match (is("exclusiveMaximum"), number("exclusiveMaximum")) {
            (true, _) => self.range.below = number("maximum").or(self.range.below),
            (false, below) => {
                self.range.below = below.or(self.range.below);
                self.range.narrow(None, number("maximum"));
            }
        }
        self.pattern = text("pattern").or(self.pattern);
        self.item = value.get("items").map(SchemaNode).or(self.item);
        for (name, node) in members(value.get("properties")) {
            match self.fields.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = SchemaNode(node),
                None => self.fields.push((name, SchemaNode(node))),
            }
        }
        let required = value.get("required").and_then(Value::as_array);
        self.required.extend(required.into_iter().flatten().filter_map(Value::as_str));
        match value.get("additionalProperties") {
            Some(Value::Bool(false)) => self.closed = true,
            Some(others @ Value::Object(_)) => self.others = Some(SchemaNode(others)),
            _ => {}
        }
        self.closed |= value.get("unevaluatedProperties") == Some(&Value::Bool(false));
        if let Some(discriminator) = value.get("discriminator") {
            self.by = discriminator.get("propertyName").and_then(Value::as_str).or(self.by);
            let mapping = members(discriminator.get("mapping"));
            self.mapping.extend(mapping.filter_map(|(tag, to)| Some((tag.as_str(), to.as_str()?))));
        }
    }
}

impl SchemaBounds {
    /// Takes the stricter of two bounds.
    fn narrow(&mut self, min: Option<f64>, max: Option<f64>) {
        self.min = [self.min, min].into_iter().flatten().reduce(f64::max);
        self.max = [self.max, max].into_iter().flatten().reduce(f64::min);
    }
}

/// A schema of null alone.
fn is_null(value: &Value) -> bool {
    let is = |key: &str, wanted: &dyn Fn(&Value) -> bool| value.get(key).is_some_and(wanted);
    is("type", &|types| types == "null")
        || is("const", &Value::is_null)
        || is("enum", &|values| values.as_array().is_some_and(|values| values.iter().all(Value::is_null)))
}
