//! The outline of a value: everything except the content of its strings and numbers.

use super::value::Value;
use super::{NONE, ValueKind};

impl<'d> Value<'d> {
    /// Writes everything about a value except the content of most strings and numbers: types, nesting, keys as written,
    /// and the text of strings for whose key `says` returns true, or that are array elements.
    ///
    /// Two values with the same outline differ only in the omitted content. Returns false if a piece is too long for an
    /// outline; then the output is useless.
    pub fn outline(self, says: impl Fn(&str) -> bool, out: &mut Vec<u8>) -> bool {
        const LONGEST: usize = 64;
        let text = self.document.text;
        for value in self.within() {
            let node = value.node();
            let keyed = node.key != NONE && value.at != self.at;
            let key = if keyed { text.get(node.key as usize..node.key_end as usize).unwrap_or_default() } else { "" };
            let telling = node.kind == ValueKind::String && (!keyed || value.key().is_some_and(|key| says(&key)));
            let word = if telling { value.raw() } else { "" };
            if key.len().max(word.len()) > LONGEST {
                return false;
            }
            let lengths = (key.len() | word.len() << 8) as u64;
            let head = u64::from(node.next - value.at) << 32 | lengths << 16 | u64::from(node.flags) << 8;
            out.extend_from_slice(&(head | node.kind as u64).to_le_bytes());
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(word.as_bytes());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn outline(text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        parse(text).root().expect("a value").outline(|key| key == "type", &mut out).then_some(out)
    }

    #[test]
    fn other_values_make_no_difference() {
        let one = r#"{"type": "a", "id": "x", "list": ["b", {"n": 1}], "flag": true}"#;
        for other in [
            r#"{"type": "a", "id": "another", "list": ["b", {"n": 27.5}], "flag": false}"#,
            r#"{"type":"a","id":"","list":["b",{"n":-1}],"flag":true}"#,
        ] {
            assert_eq!(outline(one), outline(other), "{other}");
        }
    }

    #[test]
    fn keys_structure_and_tags_make_a_difference() {
        let all = [
            r#"{"type": "a", "b": ["c"]}"#,
            r#"{"type": "b", "b": ["c"]}"#,
            r#"{"type": "a", "c": ["c"]}"#,
            r#"{"type": "a", "b": ["d"]}"#,
            r#"{"type": "a", "b": ["c", "c"]}"#,
            r#"{"type": "a", "b": []}"#,
            r#"{"b": ["c"], "type": "a"}"#,
            r#"{"type": "a", "b": {"c": "c"}}"#,
            r#"{"type": "a", "b": "c"}"#,
            r#"{"type": "a", "b": 1}"#,
            r#"{"type": "a", "b": null}"#,
            r#"{"type": "a", "b": true}"#,
            r#"{"type": "\u0061", "b": true}"#,
            r#"{"type": "a", "b": "c\n"}"#,
            r#"{"type": "a", "b": {"c": {}}, "d": 1}"#,
            r#"{"type": "a", "b": {"c": {}, "d": 1}}"#,
            r#"{"type": "a", "b": {}, "c": {}, "d": 1}"#,
            r#"{'type': "a", "b": true}"#,
            r#"{type: "a", "b": true}"#,
            r#"{"type": "a", "b": true"#,
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[..at] {
                assert_ne!(outline(one), outline(other), "{one} and {other}");
            }
        }
        assert_eq!(outline(&format!(r#"{{"type": "{}"}}"#, "a".repeat(100))), None);
    }
}
