//! The JSON Schema of `heylint.toml`: `schema.json` has its shape; the names in it come from the rules and profiles.

use serde_json::{Map, Value, json};

use super::parse::known_forms;
use super::quantity::may_be_negative;
use crate::profile::{self, Profile};
use crate::rule;

/// JSON Schema (draft 2020-12) of `heylint.toml`, for editors.
#[must_use]
pub fn schema() -> String {
    let mut schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap_or_default();
    let mut uses: Vec<&str> = profile::ALL.iter().flat_map(|profile| profile.uses).map(|place| place.name).collect();
    uses.sort_unstable();
    uses.dedup();
    let names: Vec<&str> = profile::ALL.iter().map(|profile| profile.name).collect();
    put(&mut schema, "/$defs/use/enum", uses.into());
    put(&mut schema, "/$defs/profile/enum", json!(names));
    put(&mut schema, "/properties/requests/items/properties/forms/items/enum", json!(known_forms()));
    let mut rules: Vec<&str> = rule::ALL.iter().map(|rule| rule.id).collect();
    let mut subjects: Vec<&str> = rule::ALL.iter().map(|rule| rule.subject()).collect();
    subjects.dedup();
    rules.extend(subjects);
    rules.push("all");
    put(&mut schema, "/$defs/rule/anyOf/0/enum", json!(rules));
    let mut limits = limits_of(profile::ALL);
    for profile in profile::ALL {
        let own = limits_of(&[*profile]);
        let described = format!("Numbers of {}.", profile.title);
        limits.insert(
            profile.name.to_owned(),
            json!({ "description": described, "type": "object", "additionalProperties": false, "properties": own }),
        );
    }
    put(&mut schema, "/properties/limits/properties", limits.into());
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// The numbers of profiles that can be set, each as `subject.name` and within a table. Of equal names the first one
/// counts.
fn limits_of(profiles: &[&Profile]) -> Map<String, Value> {
    let mut limits = Map::new();
    for limit in profiles.iter().flat_map(|profile| profile.limits).filter(|limit| limit.number().is_some()) {
        let Some((subject, name)) = limit.name.split_once('.') else { continue };
        if limits.contains_key(limit.name) {
            continue;
        }
        let mut described = json!({ "description": format!("{} by default", limit.text()), "$ref": "#/$defs/limit" });
        if !may_be_negative(limit) {
            described["minimum"] = 0.into();
        }
        limits.insert(limit.name.to_owned(), described.clone());
        let table = limits
            .entry(subject)
            .or_insert_with(|| json!({ "type": "object", "additionalProperties": false, "properties": {} }));
        if let Some(properties) = table.pointer_mut("/properties").and_then(Value::as_object_mut) {
            properties.insert(name.to_owned(), described);
        }
    }
    limits
}

fn put(schema: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = schema.pointer_mut(pointer) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_filled_in() {
        let schema: Value = serde_json::from_str(&schema()).expect("JSON");
        let at = |pointer: &str| schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer}"));
        assert!(at("/$defs/use/enum").as_array().is_some_and(|uses| uses.contains(&"speech".into())));
        assert_eq!(at("/$defs/profile/enum/0"), profile::default().name);
        assert!(at("/$defs/rule/anyOf/0/enum").as_array().is_some_and(|rules| rules.contains(&"script".into())));
        assert!(at("/properties/limits/properties/video/properties/max-size").is_object());
        assert!(schema.pointer("/properties/limits/properties/video/properties/takes").is_none());
        assert!(at("/properties/limits/properties/tiktok/properties/video/properties/max-size").is_object());
    }
}
