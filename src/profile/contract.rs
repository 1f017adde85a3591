//! What the API takes: operations, objects, fields, as static tables.
//!
//! The tables are made from `rules/heygen-v3/requests/*.toml` when the crate is built; nothing is parsed at start. Bounds are names
//! of limits, so that a number stands once and a configuration can move it.

use super::limits::{LimitId, Use};
use super::{Condition, JobKind};
use crate::text::same;

/// One method and path of the API.
#[derive(Debug)]
pub struct Operation {
    /// `POST`, `GET`, `PATCH`, `PUT`.
    pub method: &'static str,
    /// With names in braces for what varies: `/v3/templates/{template_id}`.
    pub path: &'static str,
    /// Another path that documents give for the same thing.
    pub also: Option<&'static str>,
    /// What it does, in a few words.
    pub what: &'static str,
    pub encoding: BodyEncoding,
    /// What the body is; none where there is no body.
    pub body: Option<BodyShape>,
    /// What the query string takes.
    pub query: &'static [Field],
    /// It stands in the prose of the documents only.
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
    /// What took its place.
    pub now: &'static Operation,
    /// The branch of today's union that its body becomes.
    pub variant: Option<&'static str>,
    /// A field, and its value, that says today what the path said then.
    pub adds: Option<(&'static str, &'static str)>,
    /// The last day on which it was served, as `YYYY-MM-DD`.
    pub until: &'static str,
    /// Sets of keys of which only its body has all.
    pub signs: &'static [&'static [&'static str]],
    /// For each of these sets the [`mark`]s of the keys that stand at the top of such a body.
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

/// How a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEncoding {
    Json,
    Multipart,
    None,
}

/// What a body can be.
#[derive(Clone, Copy, Debug)]
pub enum BodyShape {
    Object(&'static Object),
    Union(&'static Union),
}

impl BodyShape {
    /// As the data call it.
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
    /// What it does with a field that is not listed.
    pub closed: Closed,
    /// In the order in which people write them; the field that tells variants apart is not among them.
    pub fields: &'static [Field],
    /// Names that were once right, or that everybody tries.
    pub retired: &'static [Retired],
    /// Fields that a document says do not belong here, and why.
    pub refused: &'static [(&'static str, &'static str)],
    /// The [`mark`]s of all these names.
    pub marks: u128,
    /// For each mark the place of the only field that has it, counted from 1; 0 where none has it.
    pub slots: [u8; MARKS],
    /// What its fields have to agree on beyond this table, in the order in which it is checked.
    pub conditions: &'static [Condition],
    /// What a request with such a body asks for.
    pub job: Option<&'static JobKind>,
}

/// What an object does with a field that is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It takes no notice, as far as is known.
    No,
    /// It refused such fields on the day of the profile; it gains fields often.
    Likely,
    /// A document says that it refuses them.
    Yes,
}

/// The most fields that an object can have.
pub const MOST_FIELDS: usize = 32;
/// How many marks there are.
const MARKS: usize = 128;
/// Several fields have the mark.
const SEVERAL: u8 = u8::MAX;

/// One of 128 bits for a name: names without a bit in common differ.
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

    /// The field at a path with dots, through the objects that it leads through.
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

    /// The place of a field among the fields.
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
    /// The field whose value tells which.
    pub by: &'static str,
    pub variants: &'static [Variant],
    /// Values of `by` that were once right, or that everybody tries, and those of today.
    pub retired: &'static [(&'static str, &'static str)],
    /// Values of `by` for which nothing took the place, and what to do.
    pub refused: &'static [(&'static str, &'static str)],
    /// What is asked for when the branch cannot be told.
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

    /// It is one of the two unions that name a media file.
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

/// A name of the past.
#[derive(Debug)]
pub struct Retired {
    pub name: &'static str,
    /// The field of today, with a dot where it lies deeper; none where nothing took its place.
    pub now: Option<&'static str>,
    /// How the value changes.
    pub wrap: Wrap,
    /// What to write instead, where a rename does not do.
    pub how: Option<&'static str>,
    /// Examples of the service still have it: a warning.
    pub doubtful: bool,
}

/// How an old value becomes one of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// It stays.
    Same,
    /// `x` → `{"type": "url", "url": x}`.
    Url,
    /// `x` → `{"type": "asset_id", "asset_id": x}`.
    AssetId,
    /// `x` → `[x]`.
    List,
    /// An object whose members stand flat in the body.
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
    /// Where the media files that it names are used; several where a field takes pictures and videos.
    pub uses: &'static [&'static Use],
    /// The id of the rule that its bounds belong to, where people know it by a name of its own.
    pub rule: Option<&'static str>,
    /// Why a value outside its bounds or lists may be taken all the same: then it is a warning.
    pub doubt: Option<&'static str>,
    /// Why the service takes no notice of it.
    pub ignored: Option<&'static str>,
    /// The pattern that the OpenAPI document states for it.
    pub pattern: Option<&'static str>,
    pub prose: Prose,
}

/// What of a field no schema states, because it stands in the prose of the documents only.
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

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    Text(Text),
    Number(Number),
    Flag,
    /// An object with any keys; where it is known, what their values are.
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
    /// The only values; empty where any will do.
    pub values: &'static [&'static str],
    /// Values that were once right, or that everybody tries, and those of today.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Those of `values` that all documents agree on.
    pub usual: Option<(LimitId, Advice)>,
    pub format: Option<TextFormat>,
    pub role: TextRole,
}

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRole {
    Plain,
    /// Spoken by an avatar.
    Script,
    /// Spoken by the speech endpoint.
    Speech,
    /// Tells a model what to make.
    Prompt,
}

/// How much it weighs that documents disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    Hint,
    Warning,
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// The address of a file.
    HttpsUrl,
    /// An address that the service calls; that it must be https was observed.
    CallbackUrl,
    /// An address that the service calls; a document demands https.
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
    /// The only values; empty where any will do.
    pub values: &'static [f64],
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub struct List {
    pub item: &'static FieldKind,
    pub min: Option<LimitId>,
    pub max: Option<LimitId>,
}
