//! Finds duplicate keys.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::value::Value;
use super::{CROWDED, Document, Member, NO_TINT, ValueKind};

/// A key that appears twice in one object.
#[derive(Clone, Debug)]
pub struct Duplicate<'d> {
    /// The later member.
    pub again: Member<'d>,
    /// The first member with this key.
    pub first: Member<'d>,
}

impl Document<'_> {
    /// Every duplicate key, object by object.
    pub fn duplicates(&self) -> impl ExactSizeIterator<Item = Duplicate<'_>> {
        let value = |at| Value { document: self, at, root: 0 };
        let mut found = Vec::new();
        if self.crowded {
            let objects = (0..self.nodes.len() as u32).map(value).filter(|value| value.kind() == ValueKind::Object);
            objects.filter(|object| !object.has_distinct_keys()).for_each(|object| object.find_doubles(&mut found));
        }
        let member = move |at| Value::member(value(at));
        found.into_iter().map(move |(again, first)| Duplicate { again: member(again), first: member(first) })
    }
}

impl Value<'_> {
    /// Adds each member whose key occurred before, with the first member that has it. An object may have a million
    /// members; each takes eight bytes here.
    fn find_doubles(self, found: &mut Vec<(u32, u32)>) {
        let (hasher, before) = (RandomState::default(), found.len());
        let hash = |key: Option<Cow<'_, str>>| hasher.hash_one(key.as_deref().unwrap_or_default()) as u32;
        let keyed = self.children().filter(|member| !member.is_keyless());
        let mut members: Vec<(u32, u32)> = keyed.map(|member| (hash(member.key()), member.at)).collect();
        members.sort_unstable();
        for alike in members.chunk_by(|(a, _), (b, _)| a == b) {
            // Nearly always one, because different keys rarely share a hash.
            let mut firsts: SmallVec<[u32; 2]> = SmallVec::new();
            for (_, at) in alike {
                let key = self.sibling(*at).key();
                match firsts.iter().find(|first| self.sibling(**first).key() == key) {
                    Some(first) => found.push((*at, *first)),
                    None => firsts.push(*at),
                }
            }
        }
        if let Some(own) = found.get_mut(before..) {
            own.sort_unstable();
        }
    }

    /// Whether a small object certainly has distinct keys, without reading them.
    fn has_distinct_keys(self) -> bool {
        const FEW: usize = 32;
        if self.node().flags & CROWDED == 0 {
            return true;
        }
        let mut seen = [NO_TINT; FEW];
        for (count, member) in self.children().enumerate() {
            let tint = member.node().tint;
            if tint == NO_TINT || count >= FEW || seen[..count].contains(&tint) {
                return false;
            }
            seen[count] = tint;
        }
        true
    }
}
