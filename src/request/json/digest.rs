//! A digest of the meaning of a value, independent of how it is written.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::FixedState;

use super::ValueKind;
use super::value::Value;

const STATE: FixedState = FixedState::with_seed(0x6865_796c_696e_7431);

/// The kind of value that a digest covers.
const OBJECT: u64 = 0;
const ARRAY: u64 = 1;
const TEXT: u64 = 2;
const NUMBER: u64 = 3;
const OTHER: u64 = 4;

/// An array or object that is still open.
struct OpenDigest<'d> {
    value: Value<'d>,
    members: u64,
    /// Object members in any order, array elements in their order.
    digest: u64,
}

impl OpenDigest<'_> {
    fn take(&mut self, digest: u64) {
        self.members += 1;
        self.digest = match self.value.kind() {
            ValueKind::Object => self.digest.wrapping_add(digest),
            _ => of(&(self.digest, digest)),
        };
    }
}

/// A digest of anything; the same in every run of the same build.
pub fn of(what: &impl Hash) -> u64 {
    STATE.hash_one(what)
}

impl<'d> Value<'d> {
    /// A digest of the meaning of the value: white space, member order, escapes and the notation of numbers make no
    /// difference. It is stable only within one build, so compare it but do not store it.
    #[must_use]
    pub fn digest(self) -> u64 {
        self.digest_seeing(|_| {})
    }

    /// The digest; calls `see` with the text of every string inside.
    pub fn digest_seeing(self, mut see: impl FnMut(&str)) -> u64 {
        let mut open: Vec<OpenDigest<'d>> = Vec::new();
        let mut root = 0;
        let mut give = |open: &mut Vec<OpenDigest<'d>>, digest: u64| match open.last_mut() {
            Some(parent) => parent.take(digest),
            None => root = digest,
        };
        let close = |OpenDigest { value, members, digest }: OpenDigest<'d>| {
            let what = if value.kind() == ValueKind::Object { OBJECT } else { ARRAY };
            value.said(self, what, &of(&(members, digest)).to_le_bytes())
        };
        for value in self.within() {
            while let Some(closed) = open.pop_if(|innermost| innermost.value.node().next == value.at) {
                let digest = close(closed);
                give(&mut open, digest);
            }
            match value.kind() {
                ValueKind::Array | ValueKind::Object => open.push(OpenDigest { value, members: 0, digest: 0 }),
                _ => give(&mut open, value.leaf_digest(self, &mut see)),
            }
        }
        while let Some(closed) = open.pop() {
            let digest = close(closed);
            give(&mut open, digest);
        }
        root
    }

    /// The digest of a scalar, with its key.
    fn leaf_digest(self, whole: Value<'d>, see: &mut impl FnMut(&str)) -> u64 {
        /// Whole numbers of this many digits are exact as `f64`.
        const EXACT: usize = 15;
        if let Some(text) = self.as_str() {
            see(&text);
            return self.said(whole, TEXT, text.as_bytes());
        }
        let exact = self.number_text().is_some_and(|text| text.len() <= EXACT);
        match self.number().filter(|number| exact && number.is_finite()) {
            // Adding zero turns -0 into 0.
            Some(number) => self.said(whole, NUMBER, &(number + 0.0).to_bits().to_le_bytes()),
            None => self.said(whole, OTHER, self.raw().as_bytes()),
        }
    }

    /// The digest of data under a key; the key of the outermost value does not count.
    fn said(self, whole: Value<'d>, what: u64, said: &[u8]) -> u64 {
        let key = self.key().filter(|_| self.at != whole.at).unwrap_or_default();
        let mut hasher = STATE.build_hasher();
        // The lengths keep the two apart.
        hasher.write_u64(what | (key.len() as u64) << 8 | (said.len() as u64) << 32);
        hasher.write(key.as_bytes());
        hasher.write(said);
        hasher.finish()
    }

    /// The value and all values inside, in text order.
    pub fn within(self) -> impl ExactSizeIterator<Item = Value<'d>> {
        (self.at..self.node().next).map(move |at| Self { at, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn digest(text: &str) -> u64 {
        parse(text).root().expect("a value").digest()
    }

    #[test]
    fn the_same_however_it_is_written() {
        for (one, other) in [
            (r#"{"a": 1, "b": [1, {"c": null}]}"#, "{\"b\":[1.0,{\"c\":null}],\n\"a\":1e0}"),
            (r#""é\n""#, r#""\u00e9\u000a""#),
            ("[]", "[ ]"),
            ("-0.0", "0"),
        ] {
            assert_eq!(digest(one), digest(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_values_have_different_digests() {
        let all = [
            "1",
            "\"1\"",
            "[1]",
            "[[1]]",
            "[1, 2]",
            "[2, 1]",
            "[1, [2]]",
            "[[1], 2]",
            r#"{"a": 1}"#,
            r#"{"b": 1}"#,
            r#"{"a": {"b": 1}}"#,
            r#"{"a": 1, "b": 2}"#,
            r#"{"a": 2, "b": 1}"#,
            r#"{"a": {}, "b": 1}"#,
            "{}",
            "[]",
            "null",
            "true",
            "false",
            r#""true""#,
            "12345678901234567",
            "12345678901234568",
            r#"[{"a": 1}, {"b": 2}]"#,
            r#"[{"a": 1, "b": 2}]"#,
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[..at] {
                assert_ne!(digest(one), digest(other), "{one} and {other}");
            }
        }
        let deep = "[".repeat(100_000);
        assert_ne!(digest(&deep), digest(&deep[1..]));
    }
}
