//! The Node addon. It returns the JSON of the command line; `core.js` turns it into objects.

use heylint::{Depth, Report};
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Error, Result, Status, Task};
use napi_derive::napi;

/// Whether the run fails, and the JSON report.
#[napi(object)]
pub struct Answer {
    pub fails: bool,
    pub report: String,
}

impl From<Report> for Answer {
    fn from(report: Report) -> Self {
        Self { fails: report.fails(), report: report.to_json() }
    }
}

fn raised(error: heylint::Error) -> Error {
    let status = if matches!(error, heylint::Error::Option(_)) { Status::InvalidArg } else { Status::GenericFailure };
    Error::new(status, error.to_string())
}

/// Options come as JSON; `heylint::Options::from_json` defines their names.
fn options_of(json: &str) -> Result<heylint::Options> {
    heylint::Options::from_json(json).map_err(raised)
}

/// A check of files and folders that runs off the event loop.
pub struct PathsCheck {
    paths: Vec<String>,
    options: heylint::Options,
}

impl Task for PathsCheck {
    type Output = Answer;
    type JsValue = Answer;

    fn compute(&mut self) -> Result<Answer> {
        heylint::check_paths(&self.paths, &self.options).map(Answer::from).map_err(raised)
    }

    fn resolve(&mut self, _: Env, output: Answer) -> Result<Answer> {
        Ok(output)
    }
}

#[napi]
pub fn check_paths(paths: Vec<String>, options: String) -> Result<AsyncTask<PathsCheck>> {
    Ok(AsyncTask::new(PathsCheck { paths, options: options_of(&options)? }))
}

#[napi]
pub fn check_paths_sync(paths: Vec<String>, options: String) -> Result<Answer> {
    heylint::check_paths(paths, &options_of(&options)?).map(Answer::from).map_err(raised)
}

#[napi]
pub fn check_text(name: String, text: Uint8Array, options: String) -> Result<Answer> {
    heylint::check_text(name, &*text, &options_of(&options)?).map(Answer::from).map_err(raised)
}

#[napi]
pub fn check_value(json: String, options: String) -> Result<Answer> {
    heylint::check_value(&json, &options_of(&options)?).map(Answer::from).map_err(raised)
}

/// Each header is a pair of name and value.
#[napi]
pub fn check_call(
    method: String,
    url: String,
    headers: Vec<Vec<String>>,
    body: Option<Uint8Array>,
    options: String,
) -> Result<Option<Answer>> {
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .filter_map(|pair| match pair.as_slice() {
            [name, value] => Some((name.as_str(), value.as_str())),
            _ => None,
        })
        .collect();
    let report = heylint::check_call(&method, &url, &headers, body.as_deref(), &options_of(&options)?);
    Ok(report.map_err(raised)?.map(Answer::from))
}

#[napi]
pub fn probe(path: String, depth: String) -> Result<String> {
    let unknown =
        || Error::new(Status::InvalidArg, format!("depth is one of {}, not `{depth}`", Depth::NAMES.join(", ")));
    heylint::probe_json(path, Depth::from_name(&depth).ok_or_else(unknown)?).map_err(raised)
}

#[napi]
pub fn explain(rule: String) -> Option<String> {
    heylint::explain(&rule)
}

#[napi]
pub fn limits() -> String {
    heylint::limits_json()
}

#[napi]
pub fn is_service(url: String) -> bool {
    heylint::is_service(&url)
}
