//! A second service is a folder and a line: the same code checks a made-up one, which the product does not contain.

use super::*;
use crate::check::media::{Subject, check as check_media};
use crate::check::request::check;
use crate::check::{Context, length};
use crate::finding::Finding;
use crate::limits::Limits;
use crate::media::{Bytes, Depth, probe_as};
use crate::plan::{Plan, Prices};
use crate::request::endpoint;
use crate::request::job::jobs;
use crate::request::{Request, json};

static PARCEL: &Profile = &parcel_v1::PROFILE;

fn found(profile: &'static Profile, endpoint: Option<&str>, text: &str) -> Vec<Finding> {
    let limits = Limits::of(profile);
    let context = Context { limits: &limits, ready: false, now: 1_795_000_000, newer: None };
    let document = json::parse(text);
    let assigned = endpoint.map(|name| endpoint::parse(profile, name).expect("an endpoint"));
    let request = Request::read(profile, None, document.root().expect("a value"), assigned);
    let mut found = check(&request, &context);
    found.extend(length::check(&request, &jobs(&request), &|_| None, &context));
    found
}

fn lines(found: &[Finding]) -> Vec<String> {
    found.iter().map(|finding| format!("{} {}", finding.rule.id, finding.message)).collect()
}

#[test]
fn the_test_profile_is_not_in_the_product() {
    assert_eq!(find("parcel-v1"), None);
    assert!(!ALL.contains(&PARCEL));
    assert_eq!((PARCEL.operations.len(), PARCEL.limits.len(), PARCEL.jobs.len()), (2, 5, 1));
}

#[test]
fn its_requests_are_checked() {
    let send = Some("POST /v1/parcels");
    assert_eq!(lines(&found(PARCEL, send, r#"{"weight_g": 500, "insured": true, "worth": 3}"#)), [""; 0]);
    let heavy = found(PARCEL, send, r#"{"weight_g": 20001}"#);
    assert_eq!(lines(&heavy), ["request/out-of-range weight_g is 20,001, above the maximum of 20,000 g"]);
    assert_eq!(heavy[0].limit.as_ref().map(|limit| limit.name), Some("parcel.weight-max"));
    let past = found(PARCEL, send, r#"{"weight": 5}"#);
    assert_eq!(lines(&past), ["request/retired-field weight is called weight_g in v1"]);
    let nobody = found(PARCEL, send, r#"{"weight_g": 5, "colour": "red"}"#);
    assert_eq!(lines(&nobody), ["request/unknown-field colour is not a field of this request"]);
}

#[test]
fn its_condition_is_found_by_name() {
    let body = r#"{"weight_g": 500, "insured": true}"#;
    assert_eq!(lines(&found(PARCEL, Some("POST /v1/parcels"), body)), ["request/needs-one-of insured needs worth"]);
}

#[test]
fn its_endpoints_are_its_own() {
    let envelope = r#"{"method": "POST", "url": "https://api.parcel.example/v1/parcels", "body": {"weight_g": 0}}"#;
    assert_eq!(lines(&found(PARCEL, None, envelope)), ["request/out-of-range weight_g is 0, below the minimum of 1 g"]);
    let wrong = endpoint::parse(PARCEL, "POST /v1/parcel").expect_err("a slip of the pen");
    assert!(wrong.contains("did you mean `POST /v1/parcels`?"), "{wrong}");
    assert!(endpoint::parse(PARCEL, "POST /v3/videos").is_err());
    assert!(endpoint::parse(default(), "POST /v1/parcels").is_err());
    assert!(PARCEL.is_host("api.parcel.example") && !PARCEL.is_host("notparcel.example"));
}

#[test]
fn its_jobs_are_counted() {
    let limits = Limits::of(PARCEL);
    let document = json::parse(r#"{"method": "POST", "path": "/v1/parcels", "body": {"weight_g": 1}}"#);
    let request = Request::read(PARCEL, None, document.root().expect("a value"), None);
    let mut plan = Plan::default();
    for _ in 0..3 {
        plan.merge(Plan::of(&request, &"a.jsonl".into(), &|_| None, &limits, Prices::Documented(None), false));
    }
    assert_eq!((plan.total(), plan.limited(), plan.waves()), (3, 3, 2));
    assert_eq!(plan.jobs.keys().map(|kind| kind.name).collect::<Vec<_>>(), ["parcel"]);
}

#[test]
fn its_files_are_checked_against_its_limits() {
    let limits = Limits::of(PARCEL);
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
    let bytes = b"ID3\x04\0\0\0\0\0\0";
    let facts = probe_as(&mut Bytes::of_slice(bytes), Depth::Header, None).expect("facts");
    let subject = Subject { name: "label.mp3", bare: false };
    let found = check_media(&facts, &subject, PARCEL.find_use("label").expect("a use"), &context);
    assert_eq!(found.iter().map(|finding| finding.rule.id).collect::<Vec<_>>(), ["file/unsupported-format"]);
    assert_eq!(found[0].limit.as_ref().map(|limit| limit.name), Some("label.takes"));
}
