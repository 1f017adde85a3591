//! The contract of the API: operations, objects, fields, as static tables.
//!
//! The build generates the tables from `rules/heygen-v3/requests/*.toml`; nothing is parsed at start. Bounds are names
//! of limits, so that each number is defined once and a configuration can change it.

use super::limits::{LimitId, Use};
use super::{Condition, JobKind};
use crate::text::same;

/// One method and path of the API.
#[derive(Debug)]
pub struct Operation {
    /// `POST`, `GET`, `PATCH`, `PUT`.
    pub method: &'static str,
    /// With variable parts in braces: `/v3/templates/{template_id}`.
    pub path: &'static str,
    /// Another documented path for the same operation.
    pub also: Option<&'static str>,
    /// What it does, in a few words.
    pub what: &'static str,
    pub encoding: BodyEncoding,
    /// The shape of the body, if there is one.
    pub body: Option<BodyShape>,
    /// The parameters of the query string.
    pub query: &'static [Field],
    /// Whether only the prose of the documents mentions it.
    pub prose: bool,
}

impl Operation {
    /// `POST /v3/videos`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.method == other.method && self.path == other.path
    }
}

impl Eq for Operation {}

/// An endpoint of a retired version of the API.
#[derive(Debug)]
pub struct Legacy {
    pub method: &'static str,
    pub path: &'static str,
    /// Its replacement.
    pub now: &'static Operation,
    /// The branch of the current union for its body.
    pub variant: Option<&'static str>,
    /// A field with its value that replaces information in the old path.
    pub adds: Option<(&'static str, &'static str)>,
    /// The last day of service, as `YYYY-MM-DD`.
    pub until: &'static str,
    /// Sets of keys that identify its body: only its body has all keys of a set.
    pub signs: &'static [&'static [&'static str]],
    /// For each of these sets the [`mark`]s of its top-level keys.
    pub marks: &'static [u128],
    /// How the fields change.
    pub how: &'static str,
}

impl PartialEq for Legacy {
    fn eq(&self, other: &Self) -> bool {
        self.method == other.method && self.path == other.path
    }
}

impl Eq for Legacy {}

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEncoding {
    Json,
    Multipart,
    None,
}

/// The shape of a body.
#[derive(Clone, Copy, Debug)]
pub enum BodyShape {
    Object(&'static Object),
    Union(&'static Union),
}

impl BodyShape {
    /// Its name in the data.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Object(object) => object.name,
            Self::Union(union) => union.name,
        }
    }

    /// Every object that it can be.
    pub fn objects(self) -> impl Iterator<Item = &'static Object> {
        let (one, many) = match self {
            Self::Object(object) => (Some(object), &[][..]),
            Self::Union(union) => (None, union.variants),
        };
        one.into_iter().chain(many.iter().map(|variant| variant.object))
    }
}

/// An object with named fields.
#[derive(Debug)]
pub struct Object {
    pub name: &'static str,
    pub what: &'static str,
    /// How it treats unlisted fields.
    pub closed: Closed,
    /// In the order in which people write them, without the discriminator.
    pub fields: &'static [Field],
    /// Names that were once right, or that many people try.
    pub retired: &'static [Retired],
    /// Fields that do not belong here according to a document, and why.
    pub refused: &'static [(&'static str, &'static str)],
    /// The [`mark`]s of all these names.
    pub marks: u128,
    /// For each mark the 1-based index of the only field that has it; 0 if none has it.
    pub slots: [u8; MARKS],
    /// The conditions between its fields, in the order in which they are checked.
    pub conditions: &'static [Condition],
    /// The job that a request with such a body asks for.
    pub job: Option<&'static JobKind>,
}

/// How an object treats unlisted fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It ignores them, as far as is known.
    No,
    /// It refused them on the day of the profile; it gains fields often.
    Likely,
    /// It refuses them, according to a document.
    Yes,
}

/// The most fields of an object.
pub const MOST_FIELDS: usize = 32;
/// How many marks there are.
const MARKS: usize = 128;
/// Several fields have the mark.
const SEVERAL: u8 = u8::MAX;

/// One of 128 bits for a name: names without a common bit differ.
#[must_use]
pub const fn mark(name: &str) -> u128 {
    1 << slot(name)
}

const fn slot(name: &str) -> usize {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return 0;
    }
    let (first, middle, last) = (bytes[0], bytes[bytes.len() / 2], bytes[bytes.len() - 1]);
    (bytes.len() * 5 + first as usize * 7 + middle as usize * 29 + last as usize * 3) % MARKS
}

/// The slots of fields.
pub(super) const fn slots(names: &[&str]) -> [u8; MARKS] {
    assert!(names.len() <= MOST_FIELDS);
    let (mut slots, mut at) = ([0; MARKS], 0);
    while at < names.len() {
        let slot = slot(names[at]);
        slots[slot] = if slots[slot] == 0 { at as u8 + 1 } else { SEVERAL };
        at += 1;
    }
    slots
}

/// The marks of several names.
pub(super) const fn marks(names: &[&str]) -> u128 {
    let (mut marks, mut at) = (0, 0);
    while at < names.len() {
        marks |= mark(names[at]);
        at += 1;
    }
    marks
}

impl Object {
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.get(self.place(name)?)
    }

    /// The field at a dotted path, through nested objects.
    #[must_use]
    pub fn field_at(&self, path: &str) -> Option<&'static Field> {
        match path.split_once('.') {
            None => self.field(path),
            Some((head, rest)) => match &self.field(head)?.kind {
                FieldKind::Object(inner) => inner.field_at(rest),
                _ => None,
            },
        }
    }

    /// The index of a field.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        match self.slots[slot(name)] {
            0 => None,
            SEVERAL => self.fields.iter().position(|field| field.name == name),
            place => Some(usize::from(place) - 1).filter(|at| same(self.fields[*at].name.as_bytes(), name.as_bytes())),
        }
    }
}

/// One of several objects.
#[derive(Debug)]
pub struct Union {
    pub name: &'static str,
    pub what: &'static str,
    /// The discriminator.
    pub by: &'static str,
    pub variants: &'static [Variant],
    /// Values of `by` that were once right, or that many people try, with the current ones.
    pub retired: &'static [(&'static str, &'static str)],
    /// Values of `by` without a replacement, and what to do.
    pub refused: &'static [(&'static str, &'static str)],
    /// The job if the branch is unknown.
    pub job: Option<&'static JobKind>,
}

impl Union {
    #[must_use]
    pub fn variant(&self, value: &str) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| same(variant.value.as_bytes(), value.as_bytes()))
    }

    /// The values of `by`.
    pub fn values(&self) -> impl Iterator<Item = &'static str> {
        self.variants.iter().map(|variant| variant.value)
    }

    /// Whether it is one of the two unions that name a media file.
    #[must_use]
    pub fn is_asset(&self) -> bool {
        self.variant("url").is_some() && self.variant("asset_id").is_some()
    }
}

/// One branch of a union.
#[derive(Debug)]
pub struct Variant {
    pub value: &'static str,
    pub object: &'static Object,
}

/// A retired name.
#[derive(Debug)]
pub struct Retired {
    pub name: &'static str,
    /// The current field, with a dotted path if it is nested; none if there is no replacement.
    pub now: Option<&'static str>,
    /// How the value changes.
    pub wrap: Wrap,
    /// What to write instead, if renaming is not enough.
    pub how: Option<&'static str>,
    /// Examples of the service still use it, so it is only a warning.
    pub doubtful: bool,
}

/// How an old value becomes a current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// Unchanged.
    Same,
    /// `x` → `{"type": "url", "url": x}`.
    Url,
    /// `x` → `{"type": "asset_id", "asset_id": x}`.
    AssetId,
    /// `x` → `[x]`.
    List,
    /// An object whose members move up into the body.
    Flat,
}

/// A field of an object, a query string or the headers.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub what: &'static str,
    pub required: bool,
    /// It may be null.
    pub null: bool,
    pub default: Option<Literal>,
    pub kind: FieldKind,
    /// The uses of the media files that it names; several if a field accepts pictures and videos.
    pub uses: &'static [&'static Use],
    /// The id of the rule for its bounds, if that is a special one.
    pub rule: Option<&'static str>,
    /// Why the service may accept a value outside its bounds or lists, which is then only a warning.
    pub doubt: Option<&'static str>,
    /// Why the service ignores it.
    pub ignored: Option<&'static str>,
    /// Its pattern in the OpenAPI document.
    pub pattern: Option<&'static str>,
    pub prose: Prose,
    /// It determines the kind of the object: if it is wrong, the use of the media in the object is unknown.
    pub decides: bool,
}

/// What of a field only the prose of the documents states, not a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prose {
    Nothing,
    /// The values that it may have.
    Values,
    /// That it exists.
    Field,
}

/// A value in the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    Text(&'static str),
    Number(f64),
    Flag(bool),
}

/// The kinds of values.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    Text(Text),
    Number(Number),
    Flag,
    /// An object with any keys, and the kind of their values if known.
    Map(Option<&'static FieldKind>),
    Object(&'static Object),
    Union(&'static Union),
    List(List),
}

/// A string. Lengths are in Unicode code points.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    pub min: Option<LimitId>,
    pub max: Option<LimitId>,
    /// The only values; empty if any value is allowed.
    pub values: &'static [&'static str],
    /// Values that were once right, or that many people try, with the current ones.
    pub renamed: &'static [(&'static str, &'static str)],
    /// The values on which all documents agree.
    pub usual: Option<(LimitId, Advice)>,
    pub format: Option<TextFormat>,
    pub role: TextRole,
}

/// The purpose of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRole {
    Plain,
    /// Spoken by an avatar.
    Script,
    /// Spoken by the speech endpoint.
    Speech,
    /// Instructs a model.
    Prompt,
}

/// How serious it is that documents disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    Hint,
    Warning,
}

/// The format of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// The address of a file.
    HttpsUrl,
    /// An address that the service calls; that it must be https has only been observed.
    CallbackUrl,
    /// An address that the service calls; a document requires https.
    WebhookUrl,
    AssetId,
    Base64,
    MediaType,
    HexColour,
    Sha256,
    /// BCP 47.
    Locale,
    /// ISO 639-1.
    LanguageCode,
    /// `Spanish (Spain)`.
    LanguageName,
    /// Without `<` and `>`.
    ConsentText,
    IdempotencyKey,
    /// The path of a local file, in an envelope for an upload.
    File,
}

/// A number.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    pub integer: bool,
    pub min: Option<LimitId>,
    /// It must be more than this.
    pub above: Option<LimitId>,
    pub max: Option<LimitId>,
    /// A multiple of two.
    pub even: bool,
    /// The only values; empty if any value is allowed.
    pub values: &'static [f64],
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub struct List {
    pub item: &'static FieldKind,
    pub min: Option<LimitId>,
    pub max: Option<LimitId>,
}
