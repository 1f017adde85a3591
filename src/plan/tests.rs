use super::*;
use crate::profile::{
    self,
    heygen_v3::limits::{ASSET_MAX_SIZE, PLAN_CONCURRENCY},
};
use crate::request::json;

fn plan(texts: &[&str]) -> Plan {
    let limits = Limits::default();
    let mut all = Plan::default();
    for (at, text) in texts.iter().enumerate() {
        let document = json::parse(text);
        let request = Request::read(profile::default(), Some(at as u32), document.root().expect("a value"), None);
        all.merge(Plan::of(&request, &Arc::from("a.jsonl"), &|_| None, &limits, Prices::Documented(None), false));
    }
    all
}

#[test]
fn jobs_are_counted_and_put_into_waves() {
    let avatar = r#"{"type": "avatar", "avatar_id": "a", "script": "one two three"}"#;
    let longer = r#"{"type": "avatar", "avatar_id": "a", "script": "one two three four"}"#;
    let speech = r#"{"path": "/v3/voices/speech", "body": {"text": "Hi", "voice_id": "v"}}"#;
    let found = plan(&[avatar, avatar, longer, longer, speech, r#"{"video_inputs": [{"character": {}}]}"#, "[]"]);
    let count = |name| found.jobs.iter().find(|(kind, _)| kind.name == name).map_or(0, |(_, count)| *count);
    assert_eq!((found.total(), found.limited(), found.unrecognised), (5, 4, 2));
    assert_eq!((count("avatar_video"), count("speech")), (4, 1));
    assert_eq!((found.concurrency, found.waves()), (Some(10), 1));
    let longest = found.longest.expect("there");
    assert_eq!((longest.record, longest.pointer.as_str()), (Some(2), ""), "the first of those that last as long");
    assert_eq!(plan(&[avatar; 10]).waves(), 1);
    assert_eq!(plan(&[avatar; 11]).waves(), 2);
    assert_eq!(plan(&[speech; 11]).waves(), 0, "speech is made at once");
    assert_eq!(plan(&[]).waves(), 0);
}

#[test]
fn the_smallest_limit_counts() {
    let avatar = r#"{"type": "avatar", "avatar_id": "a", "script": "Hi"}"#;
    let document = json::parse(avatar);
    let request = Request::read(profile::default(), None, document.root().expect("a value"), None);
    let mut strict = Limits::default();
    strict.set(PLAN_CONCURRENCY, 3.0, "jobs", "heylint.toml:2".to_owned());
    let mut all = plan(&[avatar; 6]);
    all.merge(Plan::of(&request, &Arc::from("b.json"), &|_| None, &strict, Prices::Documented(None), false));
    assert_eq!((all.concurrency, all.waves()), (Some(3), 3));
}

#[test]
fn uploads_take_two_routes() {
    let limits = Limits::default();
    let (sure, _) = limits[ASSET_MAX_SIZE].bytes().expect("a size");
    let mut plan = Plan::default();
    for bytes in [1, sure, sure + 1] {
        plan.upload(bytes, &limits);
    }
    assert_eq!(plan.asset, Route { files: 2, bytes: sure + 1 });
    assert_eq!(plan.direct, Route { files: 1, bytes: sure + 1 });
}
