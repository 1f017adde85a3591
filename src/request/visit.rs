//! One walk over a request and its contract. Code that reads the values of a request implements [`Visitor`].
//!
//! The walk follows the contract: fields of an object come in the contract's order, whatever their order in the text.
//! It chooses the branch of a union once, and a visitor may correct the choice. Its depth is that of the document,
//! which the parser bounds.

use super::contract::{self, BodyShape, Field, FieldKind, List, Object, Union, Variant};
use super::json::{self, Value};
use super::shape::{self, Branch};
use crate::limits::Use;

/// The uses of a media file that a value names: its own, or those of the field around it.
pub type Uses = &'static [&'static Use];

/// An object of a request, with its type in the contract.
#[derive(Clone, Copy, Debug)]
pub struct Entered<'d> {
    pub object: &'static Object,
    pub value: Value<'d>,
    /// The union of the object, and its branch.
    pub branch: Option<(&'static Union, &'static Variant)>,
}

/// An object whose type in the contract is a union.
#[derive(Clone, Copy, Debug)]
pub struct UnionObject<'d> {
    /// None if the object is the body.
    pub field: Option<&'static Field>,
    pub union: &'static Union,
    pub value: Value<'d>,
    /// The member that names the branch.
    pub tag: Option<Value<'d>>,
    /// The apparent branch.
    pub branch: Option<Branch>,
}

impl Entered<'_> {
    /// The discriminator of its union.
    #[must_use]
    pub fn by(&self) -> Option<&'static str> {
        self.branch.map(|(union, _)| union.by)
    }
}

/// The members of an object that are fields of the contract, in contract order.
pub type Members<'d> = [Option<Value<'d>>; contract::MOST_FIELDS];

/// Visits the values of a request. Every method except the two that enter has a default that only continues the walk.
pub trait Visitor<'d>: Sized {
    /// State for each open object.
    type Object;
    /// State for each open field.
    type Field;

    /// Whether to report members that the contract does not know, and absent fields.
    const EVERY_MEMBER: bool = false;
    /// The most items of a list to visit. No list of the API comes near the default.
    const MOST_ITEMS: usize = 1_000;
    /// The most entries of a map to visit.
    const MOST_ENTRIES: usize = usize::MAX;

    /// An object in a union. Returns the branch to visit, or none to skip the object.
    fn union(&mut self, met: &UnionObject<'d>) -> Option<Branch> {
        met.branch
    }

    /// Called before the fields of an object; return none to skip them.
    fn enter_object(&mut self, entered: &Entered<'d>) -> Option<Self::Object>;

    /// Called for an object with members that are neither fields nor its discriminator.
    fn unknown_members(&mut self, _entered: &Entered<'d>, _members: &Members<'d>, _state: &mut Self::Object) {}

    /// Whether to visit the value of a field.
    fn wants(&mut self, _field: &'static Field, _state: &mut Self::Object) -> bool {
        true
    }

    /// The value of a field; of several members with its name the last, which parsers keep.
    fn member(&self, object: Value<'d>, name: &'static str) -> Option<Value<'d>> {
        object.get(name)
    }

    /// Called for a field that the object lacks.
    fn absent(&mut self, _entered: &Entered<'d>, _field: &'static Field, _state: &mut Self::Object) {}

    /// Called after a field and its content.
    fn visited(&mut self, _field: &'static Field, _state: &mut Self::Object) {}

    /// Called after the fields of an object.
    fn leave_object(&mut self, _entered: &Entered<'d>, _state: Self::Object) {}

    /// Called before the value of a field; return none to skip it.
    fn enter_field(&mut self, field: &'static Field, value: Value<'d>) -> Option<Self::Field>;

    /// Called after the value of a field.
    fn leave_field(&mut self, _field: &'static Field, _value: Value<'d>, _state: Self::Field) {}

    /// Called before the items of a list.
    fn list(&mut self, _field: &'static Field, _list: &'static List, _value: Value<'d>) {}

    /// Whether to visit an item of a list or an entry of a map.
    fn item(&mut self, _field: &'static Field, _kind: &'static FieldKind, _item: Value<'d>) -> bool {
        true
    }

    /// A value that the walk does not enter: a string, a number, a boolean, a free-form map, or a value of the wrong
    /// type.
    fn leaf(&mut self, _field: &'static Field, _kind: &'static FieldKind, _value: Value<'d>, _uses: Uses) {}
}

/// Visits a whole body; nothing if it is not an object.
pub fn body<'d, V: Visitor<'d>>(visitor: &mut V, shape: BodyShape, value: Value<'d>) {
    if value.kind() != json::ValueKind::Object {
        return;
    }
    match shape {
        BodyShape::Object(object) => self::object(visitor, Entered { object, value, branch: None }, &[]),
        BodyShape::Union(union) => self::union(visitor, None, union, value, &[]),
    }
}

/// Visits fields among other members: the parts of a form in an envelope, the parameters of a query.
pub fn fields<'d, V: Visitor<'d>>(visitor: &mut V, fields: &'static [Field], holder: Value<'d>) {
    for field in fields {
        if let Some(value) = visitor.member(holder, field.name) {
            self::field(visitor, field, value, &[]);
        }
    }
}

/// Visits the value of a field and its content.
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
    let met = UnionObject { field, union, value, tag, branch: shape::branch_named(union, value, tag) };
    if let Some(Branch { variant, .. }) = visitor.union(&met) {
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
