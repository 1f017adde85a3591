//! The WebAssembly module. It returns the JSON of the command line; `core.js` turns it into objects.
//!
//! A browser has no files, threads or clock for the standard library. The caller passes the time, and checks run on the
//! calling thread, in an empty root folder.

use std::num::NonZeroUsize;

use heylint::{Depth, Report};
use wasm_bindgen::prelude::*;

/// Whether the run fails, and the JSON report.
#[wasm_bindgen(getter_with_clone)]
pub struct Answer {
    pub fails: bool,
    pub report: String,
}

impl From<Report> for Answer {
    fn from(report: Report) -> Self {
        Self { fails: report.fails(), report: report.to_json() }
    }
}

fn raised(error: heylint::Error) -> JsError {
    JsError::new(&error.to_string())
}

fn options_of(json: &str) -> Result<heylint::Options, JsError> {
    let options = heylint::Options::from_json(json).map_err(raised)?;
    Ok(options.isolated().folder("/").jobs(NonZeroUsize::MIN))
}

/// Checks a request, a manifest, or a media file by its bytes.
#[wasm_bindgen(js_name = checkText)]
pub fn check_text(name: &str, text: &[u8], options: &str) -> Result<Answer, JsError> {
    heylint::check_text(name, text, &options_of(options)?).map(Answer::from).map_err(raised)
}

#[wasm_bindgen(js_name = checkValue)]
pub fn check_value(json: &str, options: &str) -> Result<Answer, JsError> {
    heylint::check_value(json, &options_of(options)?).map(Answer::from).map_err(raised)
}

/// Headers are alternating names and values.
#[wasm_bindgen(js_name = checkCall)]
pub fn check_call(
    method: &str,
    url: &str,
    headers: Vec<String>,
    body: Option<Vec<u8>>,
    options: &str,
) -> Result<Option<Answer>, JsError> {
    let headers: Vec<(&str, &str)> =
        headers.as_chunks::<2>().0.iter().map(|[name, value]| (&**name, &**value)).collect();
    let report = heylint::check_call(method, url, &headers, body.as_deref(), &options_of(options)?);
    Ok(report.map_err(raised)?.map(Answer::from))
}

#[wasm_bindgen]
pub fn probe(name: &str, bytes: &[u8], depth: &str) -> Result<String, JsError> {
    let unknown = || JsError::new(&format!("depth is one of {}, not `{depth}`", Depth::NAMES.join(", ")));
    heylint::probe_bytes_json(name, bytes, Depth::from_name(depth).ok_or_else(unknown)?).map_err(raised)
}

#[wasm_bindgen]
pub fn explain(rule: &str) -> Option<String> {
    heylint::explain(rule)
}

#[wasm_bindgen]
pub fn limits() -> String {
    heylint::limits_json()
}

#[wasm_bindgen(js_name = isService)]
pub fn is_service(url: &str) -> bool {
    heylint::is_service(url)
}
