//! One walk over a request and its contract. Whoever asks something of a request's values is a [`Visitor`] of it.
//!
//! The walk follows the contract: fields of an object come in the contract's order, whatever the order of the text. It
//! chooses the branch of a union once, and a visitor may correct that choice. Its depth is that of the document, which
//! the parser bounds.

use super::contract::{self, BodyShape, Field, FieldKind, List, Object, Union, Variant};
use super::json::{self, Value};
use super::shape::{self, Branch};
use crate::limits::Use;

/// The uses of a media file that a value names, its own or those of the field that holds it.
pub type Uses = &'static [&'static Use];

/// An object of a request, and what the contract takes it for.
#[derive(Clone, Copy, Debug)]
pub struct Entered<'d> {
    pub object: &'static Object,
    pub value: Value<'d>,
    /// The union that the object is a branch of, and which branch.
    pub branch: Option<(&'static Union, &'static Variant)>,
}

impl Entered<'_> {
    /// The discriminator of its union.
    #[must_use]
    pub fn by(&self) -> Option<&'static str> {
        self.branch.map(|(union, _)| union.by)
    }
}

/// The members of an object that are fields of the contract, in the order of the contract.
pub type Members<'d> = [Option<Value<'d>>; contract::MOST_FIELDS];

/// Sees the values of a request in turn. Every method has a default that only walks on, but for the two that enter.
pub trait Visitor<'d>: Sized {
    /// State that a visitor keeps for each object that is open.
    type Object;
    /// State that a visitor keeps for each field that is open.
    type Field;

    /// The visitor wants to hear of members that the contract does not know, and of fields that are absent.
    const EVERY_MEMBER: bool = false;
    /// How many items of a list are visited. No list of the API comes near the default.
    const MOST_ITEMS: usize = 1_000;
    /// How many entries of a map are visited.
    const MOST_ENTRIES: usize = usize::MAX;

    /// An object that is a branch of a union, with the branch that it seems to be. Returns the branch to go into; with
    /// none the object is left out.
    fn union(
        &mut self,
        _field: Option<&'static Field>,
        _union: &'static Union,
        _value: Value<'d>,
        _tag: Option<Value<'d>>,
        branch: Option<Branch>,
    ) -> Option<Branch> {
        branch
    }

    /// Before the fields of an object; none leaves them out.
    fn enter_object(&mut self, entered: &Entered<'d>) -> Option<Self::Object>;

    /// The object has members that are neither fields nor its discriminator.
    fn unknown_members(&mut self, _entered: &Entered<'d>, _members: &Members<'d>, _state: &mut Self::Object) {}

    /// Whether the value of a field is visited.
    fn wants(&mut self, _field: &'static Field, _state: &mut Self::Object) -> bool {
        true
    }

    /// The value of a field; of several members with its name the last, which is the one that parsers keep.
    fn member(&self, object: Value<'d>, name: &'static str) -> Option<Value<'d>> {
        object.get(name)
    }

    /// A field of the object is not there.
    fn absent(&mut self, _entered: &Entered<'d>, _field: &'static Field, _state: &mut Self::Object) {}

    /// The field and all that it holds have been visited.
    fn visited(&mut self, _field: &'static Field, _state: &mut Self::Object) {}

    /// After the fields of an object.
    fn leave_object(&mut self, _entered: &Entered<'d>, _state: Self::Object) {}

    /// Before the value of a field; none leaves it out.
    fn enter_field(&mut self, field: &'static Field, value: Value<'d>) -> Option<Self::Field>;

    /// After the value of a field.
    fn leave_field(&mut self, _field: &'static Field, _value: Value<'d>, _state: Self::Field) {}

    /// Before the items of a list.
    fn list(&mut self, _field: &'static Field, _list: &'static List, _value: Value<'d>) {}

    /// Whether an item of a list, or an entry of a map, is visited.
    fn item(&mut self, _field: &'static Field, _kind: &'static FieldKind, _item: Value<'d>) -> bool {
        true
    }

    /// A value that the walk does not go into: a string, a number, a boolean, a map of anything, or a value of another
    /// type than its kind.
    fn leaf(&mut self, _field: &'static Field, _kind: &'static FieldKind, _value: Value<'d>, _uses: Uses) {}
}

/// A whole body; nothing where it is no object.
pub fn body<'d, V: Visitor<'d>>(visitor: &mut V, shape: BodyShape, value: Value<'d>) {
    if value.kind() != json::ValueKind::Object {
        return;
    }
    match shape {
        BodyShape::Object(object) => self::object(visitor, Entered { object, value, branch: None }, &[]),
        BodyShape::Union(union) => self::union(visitor, None, union, value, &[]),
    }
}

/// Fields that stand among others: the parts of a form in an envelope, the parameters of a query.
pub fn fields<'d, V: Visitor<'d>>(visitor: &mut V, fields: &'static [Field], holder: Value<'d>) {
    for field in fields {
        if let Some(value) = visitor.member(holder, field.name) {
            self::field(visitor, field, value, &[]);
        }
    }
}

/// The value of a field, and all that it holds.
pub fn field<'d, V: Visitor<'d>>(visitor: &mut V, field: &'static Field, value: Value<'d>, inherited: Uses) {
    let Some(state) = visitor.enter_field(field, value) else { return };
    let uses = if field.uses.is_empty() { inherited } else { field.uses };
    self::value(visitor, field, &field.kind, value, uses);
    visitor.leave_field(field, value, state);
}

fn value<'d, V: Visitor<'d>>(
    visitor: &mut V,
    field: &'static Field,
    kind: &'static FieldKind,
    value: Value<'d>,
    uses: Uses,
) {
    match (kind, value.kind()) {
        (FieldKind::Object(object), json::ValueKind::Object) => {
            self::object(visitor, Entered { object, value, branch: None }, uses);
        }
        (FieldKind::Union(union), json::ValueKind::Object) => self::union(visitor, Some(field), union, value, uses),
        (FieldKind::List(list), json::ValueKind::Array) => {
            visitor.list(field, list, value);
            for item in value.items().take(V::MOST_ITEMS) {
                self::item(visitor, field, list.item, item, uses);
            }
        }
        (FieldKind::Map(Some(inner)), json::ValueKind::Object) => {
            for entry in value.children().take(V::MOST_ENTRIES) {
                self::item(visitor, field, inner, entry, uses);
            }
        }
        _ => visitor.leaf(field, kind, value, uses),
    }
}

fn item<'d, V: Visitor<'d>>(
    visitor: &mut V,
    field: &'static Field,
    kind: &'static FieldKind,
    item: Value<'d>,
    uses: Uses,
) {
    if visitor.item(field, kind, item) {
        value(visitor, field, kind, item, uses);
    }
}

fn union<'d, V: Visitor<'d>>(
    visitor: &mut V,
    field: Option<&'static Field>,
    union: &'static Union,
    value: Value<'d>,
    uses: Uses,
) {
    let tag = value.get(union.by);
    let branch = shape::branch_named(union, value, tag);
    if let Some(Branch { variant, .. }) = visitor.union(field, union, value, tag, branch) {
        let entered = Entered { object: variant.object, value, branch: Some((union, variant)) };
        object(visitor, entered, uses);
    }
}

fn object<'d, V: Visitor<'d>>(visitor: &mut V, entered: Entered<'d>, uses: Uses) {
    let Some(mut state) = visitor.enter_object(&entered) else { return };
    let Entered { object, value, .. } = entered;
    let mut members = [None; contract::MOST_FIELDS];
    if V::EVERY_MEMBER {
        let by = entered.by();
        let mut unknown = false;
        for member in value.children() {
            let Some(key) = member.key() else { continue };
            match object.place(&key) {
                Some(at) => members[at] = Some(member),
                None => unknown |= by != Some(&*key),
            }
        }
        if unknown {
            visitor.unknown_members(&entered, &members, &mut state);
        }
    }
    for (field, member) in object.fields.iter().zip(&members) {
        let wanted = visitor.wants(field, &mut state);
        let member = if V::EVERY_MEMBER {
            *member
        } else if wanted {
            visitor.member(value, field.name)
        } else {
            None
        };
        match member {
            Some(member) if wanted => {
                self::field(visitor, field, member, uses);
                visitor.visited(field, &mut state);
            }
            Some(_) => {}
            None => visitor.absent(&entered, field, &mut state),
        }
    }
    visitor.leave_object(&entered, state);
}
