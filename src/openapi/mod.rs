//! OpenAPI documents, 3.0 and 3.1, as JSON or YAML: operations, and the schemas of their bodies and query strings.
//!
//! A schema is read one level at a time: references are followed and `allOf` is merged on request. A document that
//! refers to itself therefore costs nothing, and the work is bounded by the requests.

mod schema;
#[cfg(test)]
mod tests;
mod yaml;

use std::cell::Cell;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

pub use schema::{ApiSchema, SchemaBounds, SchemaBranch, SchemaField, SchemaKind, SchemaNode};

/// The largest document in bytes. That of a large service has some five million.
pub const MOST_BYTES: usize = 16 << 20;
/// The most schemas read in one document, which bounds the work on a hostile one.
const MOST_LOOKS: u32 = 300_000;
/// The most references and parts to follow for one schema.
const MOST_HOPS: u32 = 64;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A document.
#[derive(Debug)]
pub struct ApiDocument {
    root: Value,
    looks: Cell<u32>,
}

/// One method and path.
#[derive(Debug)]
pub struct ApiOperation<'d> {
    /// `POST`
    pub method: String,
    /// With names in braces for what varies: `/v3/templates/{template_id}`.
    pub path: String,
    pub query: Vec<SchemaField<'d>>,
    pub body: Option<ApiBody<'d>>,
}

/// The body of an operation.
#[derive(Clone, Copy, Debug)]
pub struct ApiBody<'d> {
    /// `application/json`; of several that one.
    pub media_type: &'d str,
    pub schema: SchemaNode<'d>,
}

impl ApiDocument {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A sentence that says why it cannot be read, or why it is not a document.
    pub fn open(path: &Path) -> Result<Self, String> {
        let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
        if !metadata.is_file() {
            return Err("it is not a file".to_owned());
        }
        Self::take(File::open(path).map_err(|error| error.to_string())?)
    }

    /// Reads the output of a program.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn take(input: impl Read) -> Result<Self, String> {
        let mut bytes = Vec::new();
        input.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        Self::read(std::str::from_utf8(&bytes).map_err(|_| "it is not UTF-8")?)
    }

    /// Reads a text: JSON if it begins like JSON, and YAML otherwise.
    ///
    /// # Errors
    ///
    /// A sentence that says why it is not a document.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > MOST_BYTES {
            return Err(format!("it has more than {} MiB", MOST_BYTES >> 20));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root: Value = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?
        } else {
            yaml::value(text)?
        };
        let version = root.get("openapi").map(|version| match version {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        match version.as_deref() {
            Some(version) if version.starts_with("3.") => {}
            Some(version) => return Err(format!("it uses OpenAPI {version}; only 3.0 and 3.1 are supported")),
            None if root.get("swagger").is_some() => {
                return Err("it uses Swagger 2, which is not supported; convert it to OpenAPI 3".to_owned());
            }
            None => return Err("it is not an OpenAPI document: it has no `openapi`".to_owned()),
        }
        if !root.get("paths").is_some_and(Value::is_object) {
            return Err("it has no paths".to_owned());
        }
        Ok(Self { root, looks: Cell::new(0) })
    }

    /// What it is called.
    #[must_use]
    pub fn title(&self) -> &str {
        self.root.pointer("/info/title").and_then(Value::as_str).unwrap_or_default()
    }

    /// Its own version, which is often a date.
    #[must_use]
    pub fn version(&self) -> &str {
        self.root.pointer("/info/version").and_then(Value::as_str).unwrap_or_default()
    }

    /// Its operations, in the order of the text.
    #[must_use]
    pub fn operations(&self) -> Vec<ApiOperation<'_>> {
        let base = self.base();
        let paths = self.root.get("paths").and_then(Value::as_object);
        let mut found = Vec::new();
        for (path, item) in paths.into_iter().flatten() {
            let item = self.at_reference(item);
            let shared = item.get("parameters");
            for (method, operation) in item.as_object().into_iter().flatten() {
                if !METHODS.contains(&method.as_str()) {
                    continue;
                }
                let mut query: Vec<SchemaField<'_>> = Vec::new();
                for field in
                    [operation.get("parameters"), shared].into_iter().flatten().flat_map(|list| self.query(list))
                {
                    if query.iter().all(|known| known.name != field.name) {
                        query.push(field);
                    }
                }
                let body = operation.get("requestBody").and_then(|body| self.body(body));
                found.push(ApiOperation { method: method.to_uppercase(), path: format!("{base}{path}"), query, body });
            }
        }
        found
    }

    /// The path of the first server, a prefix of all paths.
    fn base(&self) -> &str {
        let url = self.root.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
            None => url,
        };
        path.trim_end_matches('/')
    }

    fn query<'d>(&'d self, list: &'d Value) -> Vec<SchemaField<'d>> {
        let parameters = list.as_array().into_iter().flatten().map(|parameter| self.at_reference(parameter));
        let of_query = parameters.filter(|parameter| parameter.get("in").is_some_and(|place| place == "query"));
        let field = |parameter: &'d Value| {
            let name = parameter.get("name")?.as_str()?;
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
            let content = || parameter.get("content")?.as_object()?.values().next()?.get("schema");
            let node = parameter.get("schema").or_else(content).map_or(SchemaNode::ANY, SchemaNode::of);
            Some(SchemaField { name, required, node })
        };
        of_query.filter_map(field).collect()
    }

    fn body<'d>(&'d self, body: &'d Value) -> Option<ApiBody<'d>> {
        let content = self.at_reference(body).get("content")?.as_object()?;
        let json = content.iter().find(|(name, _)| name.starts_with("application/json"));
        let (media_type, content) = json.or_else(|| content.iter().next())?;
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        Some(ApiBody { media_type, schema: content.get("schema").map_or(SchemaNode::ANY, SchemaNode::of) })
    }

    /// The target of an object with `$ref`; the object itself if it has none, or if the reference is broken.
    fn at_reference<'d>(&'d self, value: &'d Value) -> &'d Value {
        let mut value = value;
        for _ in 0..MOST_HOPS {
            match value.get("$ref").and_then(Value::as_str).and_then(|reference| self.target(reference)) {
                Some(target) => value = target,
                None => break,
            }
        }
        value
    }

    /// The value at a reference within the document: `#/components/schemas/Video`.
    fn target(&self, reference: &str) -> Option<&Value> {
        let pointer = percent_encoding::percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
        self.root.pointer(&pointer)
    }

    /// Counts a read; false if there were too many.
    fn may_look(&self) -> bool {
        let looks = self.looks.get().saturating_add(1);
        self.looks.set(looks);
        looks <= MOST_LOOKS
    }

    /// Whether the document was too large to read completely.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.looks.get() > MOST_LOOKS
    }
}

/// The members of an object; none for anything else.
fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
