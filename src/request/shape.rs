//! Chooses the branch of a union for a value.

use super::contract::{self, Field, Literal, Object, Union, Variant};
use super::json::{Value, ValueKind};

/// How the branch was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchMatch {
    /// By the value of the discriminator.
    Named,
    /// The discriminator has an old, misspelled or differently written value whose current form is clear.
    Meant,
    /// The discriminator is missing or useless; the fields decide.
    ByFields,
}

/// The branch of a union that a value belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Branch {
    pub variant: &'static Variant,
    pub found: BranchMatch,
}

/// The object that a current or retired value of the discriminator names.
#[must_use]
pub fn named(union: &Union, tag: &str) -> Option<&'static Object> {
    let variant = union.variant(tag).or_else(|| union.variant(past(union, tag)?));
    variant.map(|variant| variant.object)
}

fn past(union: &Union, tag: &str) -> Option<&'static str> {
    union.retired.iter().find(|(old, _)| *old == tag).map(|(_, now)| *now)
}

/// The branch of an object; none if it is not an object or nothing decides.
#[must_use]
pub fn branch(union: &'static Union, value: Value<'_>) -> Option<Branch> {
    if value.kind() != ValueKind::Object {
        return None;
    }
    branch_named(union, value, value.get(union.by))
}

/// The branch of an object with this value as its discriminator.
#[must_use]
pub fn branch_named(union: &'static Union, value: Value<'_>, tag: Option<Value<'_>>) -> Option<Branch> {
    if let Some(tag) = &tag.and_then(Value::as_str) {
        if let Some(variant) = union.variant(tag) {
            return Some(Branch { variant, found: BranchMatch::Named });
        }
        let meant = past(union, tag).or_else(|| nearest(tag, union.values()));
        if let Some(variant) = meant.and_then(|meant| union.variant(meant)) {
            return Some(Branch { variant, found: BranchMatch::Meant });
        }
    }
    by_fields(union, value).map(|variant| Branch { variant, found: BranchMatch::ByFields })
}

/// The branch that the fields of an object match, if it differs from the named one: the named one lacks a required
/// field, exactly one other has all of its required fields, and one of those is unknown to the named branch.
#[must_use]
pub fn contradicted(union: &'static Union, named: &'static Variant, value: Value<'_>) -> Option<&'static Variant> {
    let there = |object: &Object, field: &Field| {
        let by_old_name = || {
            let mut past = object.retired.iter().filter(|retired| retired.now == Some(field.name));
            past.any(|retired| value.get(retired.name).is_some())
        };
        value.get(field.name).is_some_and(|given| fits(&field.kind, given)) || by_old_name()
    };
    let needed = |variant: &'static Variant| variant.object.fields.iter().filter(|field| field.required);
    if needed(named).all(|field| value.get(field.name).is_some() || there(named.object, field)) {
        return None;
    }
    let mut others = union.variants.iter().filter(|other| {
        !std::ptr::eq(*other, named)
            && needed(other).all(|field| there(other.object, field))
            && needed(other).any(|field| named.object.field(field.name).is_none())
    });
    let only = others.next()?;
    others.next().is_none().then_some(only)
}

/// The only variant whose required fields are present, or the one with clearly the most.
fn by_fields(union: &'static Union, value: Value<'_>) -> Option<&'static Variant> {
    /// More members than any object of the API has.
    const MOST: usize = 200;
    let given: Vec<_> = value.children().take(MOST).filter_map(|child| Some((child.key()?, child))).collect();
    let get = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, child)| *child);
    let points = |variant: &Variant| -> i64 {
        let object = variant.object;
        let there = object.fields.iter().filter_map(|field| {
            Some(match (field.required, fits(&field.kind, get(field.name)?)) {
                (true, true) => 6,
                (true, false) => 2,
                (false, _) => 1,
            })
        });
        let past = object.retired.iter().filter(|retired| get(retired.name).is_some()).map(|retired| {
            let required = retired.now.and_then(|now| object.field(now)).is_some_and(|field| field.required);
            if required { 3 } else { 0 }
        });
        there.chain(past).sum()
    };
    let mut scored: Vec<(i64, &'static Variant)> =
        union.variants.iter().map(|variant| (points(variant), variant)).collect();
    scored.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    match scored.as_slice() {
        [(best, variant), (second, _), ..] if *best >= 3 && best > second => Some(variant),
        [(best, variant)] if *best >= 3 => Some(variant),
        _ => None,
    }
}

/// Whether the value has the JSON type of the field.
fn fits(kind: &contract::FieldKind, value: Value<'_>) -> bool {
    use contract::FieldKind as Wanted;
    match kind {
        Wanted::Text(_) => value.kind() == ValueKind::String,
        Wanted::Number(_) => value.kind() == ValueKind::Number,
        Wanted::Flag => value.kind() == ValueKind::Bool,
        Wanted::List(_) => value.kind() == ValueKind::Array,
        Wanted::Map(_) | Wanted::Object(_) | Wanted::Union(_) => value.kind() == ValueKind::Object,
    }
}

/// The word that a typo was probably meant to be.
///
/// Case, `-`, spaces and camel case count as `_`. Then the fewest edits decide; a short word tolerates fewer.
pub fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    const LONGEST: usize = 64;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let plain = snake(word);
    let mut best: Option<(usize, &'w str)> = None;
    for candidate in words {
        let known = snake(candidate);
        if known == plain {
            return Some(candidate);
        }
        let distance = strsim::damerau_levenshtein(&known, &plain);
        let bearable = match known.chars().count().min(plain.chars().count()) {
            0..=3 => 0,
            4..=5 => 1,
            6..=11 => 2,
            _ => 3,
        };
        let plural =
            distance == 1 && (known.strip_suffix('s') == Some(&plain) || plain.strip_suffix('s') == Some(&known));
        if (distance <= bearable || plural) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `voiceId`, `Voice-ID` and `voice id` → `voice_id`.
#[must_use]
pub fn snake(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    let mut lower = false;
    for c in word.chars() {
        match c {
            '-' | ' ' | '.' => out.push('_'),
            c if c.is_uppercase() => {
                if lower {
                    out.push('_');
                }
                out.extend(c.to_lowercase());
            }
            c => out.push(c),
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
    }
    out
}

/// Whether the value is the default of the field.
#[must_use]
pub fn is_default(field: &Field, value: Value<'_>) -> bool {
    match field.default {
        Some(Literal::Flag(flag)) => value.as_bool() == Some(flag),
        Some(Literal::Text(text)) => value.as_str().is_some_and(|given| given == text),
        Some(Literal::Number(number)) => value.number() == Some(number),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_find_the_nearest_name() {
        let words = ["voice_id", "voice_settings", "avatar_id", "script", "fit"];
        let near = |word| nearest(word, words.into_iter());
        assert_eq!(near("voiceId"), Some("voice_id"));
        assert_eq!(near("voiceID"), Some("voice_id"));
        assert_eq!(near("Voice-Settings"), Some("voice_settings"));
        assert_eq!(near("scirpt"), Some("script"));
        assert_eq!(near("fti"), None);
        assert_eq!(near("speed"), None);
        assert_eq!(near("avatar_ids"), Some("avatar_id"));
        assert_eq!(near(""), None);
    }
}
