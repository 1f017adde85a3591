//! A number that two values share when they say the same, however they are written.

use std::hash::{BuildHasher, Hash};

use foldhash::quality::FixedState;

use super::value::Value;
use super::{Kind, NONE};

/// An array or object that is still being read.
struct Open {
    /// The index after its last node.
    end: u32,
    object: bool,
    /// Of the key that holds it.
    key: u64,
    members: u64,
    /// Members of an object in any order, elements of an array in theirs.
    digest: u64,
}

impl Open {
    fn take(&mut self, key: u64, digest: u64) {
        self.members += 1;
        self.digest =
            if self.object { self.digest.wrapping_add(of(&(key, digest))) } else { of(&(self.digest, digest)) };
    }

    fn close(&self) -> u64 {
        of(&(self.object, self.members, self.digest))
    }
}

/// A digest of anything; the same in every run of the same build.
pub fn of(what: &impl Hash) -> u64 {
    const SEED: u64 = 0x6865_796c_696e_7431;
    FixedState::with_seed(SEED).hash_one(what)
}

impl<'d> Value<'d> {
    /// A digest of what the value says: white space, the order of members, escapes and the writing of numbers make no
    /// difference. The same for the same build only: it is made to be compared, not to be kept.
    #[must_use]
    pub fn digest(self) -> u64 {
        let mut open: Vec<Open> = Vec::new();
        let mut root = None;
        for value in self.within() {
            while let Some(closed) = open.pop_if(|innermost| innermost.end == value.at) {
                Self::give(&mut open, &mut root, closed.key, closed.close());
            }
            let key = if value.node().key == NONE { 0 } else { of(&value.key()) };
            match value.kind() {
                kind @ (Kind::Array | Kind::Object) => {
                    let end = value.node().next;
                    open.push(Open { end, object: kind == Kind::Object, key, members: 0, digest: 0 });
                }
                _ => Self::give(&mut open, &mut root, key, value.leaf_digest()),
            }
        }
        while let Some(closed) = open.pop() {
            Self::give(&mut open, &mut root, closed.key, closed.close());
        }
        root.unwrap_or(0)
    }

    fn give(open: &mut [Open], root: &mut Option<u64>, key: u64, digest: u64) {
        match open.last_mut() {
            Some(parent) => parent.take(key, digest),
            None => *root = Some(digest),
        }
    }

    fn leaf_digest(self) -> u64 {
        /// Whole numbers of so many digits are exact as `f64`.
        const EXACT: usize = 15;
        if let Some(text) = self.as_str() {
            return of(&(1, text));
        }
        let exact = self.number_text().is_some_and(|text| text.len() <= EXACT);
        match self.number().filter(|number| exact && number.is_finite()) {
            // Adding zero makes -0 into 0.
            Some(number) => of(&(2, (number + 0.0).to_bits())),
            None => of(&(3, self.raw())),
        }
    }

    /// The value and all values within, in the order of the text.
    pub fn within(self) -> impl Iterator<Item = Value<'d>> {
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
    fn another_for_what_says_something_else() {
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
