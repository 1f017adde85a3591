//! heylint as an addon of Node. It returns the JSON of the command line; `index.js` makes objects of it.

use std::num::NonZeroUsize;

use heylint::{Depth, Report};
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi::{Env, Error, Result, Status, Task};
use napi_derive::napi;

/// The options of a check.
#[napi(object)]
pub struct Options {
    pub endpoint: Option<String>,
    #[napi(js_name = "use")]
    pub place: Option<String>,
    pub ready: Option<bool>,
    pub depth: Option<String>,
    pub select: Option<Vec<String>>,
    pub ignore: Option<Vec<String>>,
    pub fail_on: Option<String>,
    pub allow_outside: Option<bool>,
    pub config: Option<String>,
    pub isolated: Option<bool>,
    pub jobs: Option<u32>,
    /// A float, for want of a larger integer.
    pub now: Option<f64>,
}

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

fn depth_named(name: &str) -> Result<Depth> {
    match name {
        "header" => Ok(Depth::Header),
        "full" => Ok(Depth::Full),
        "decode" => Ok(Depth::Decode),
        _ => Err(Error::new(Status::InvalidArg, format!("depth is header, full or decode, not `{name}`"))),
    }
}

impl Options {
    fn resolve(self) -> Result<heylint::Options> {
        let mut options = heylint::Options::new().ready(self.ready == Some(true));
        options = options.allow_outside(self.allow_outside == Some(true));
        if let Some(depth) = &self.depth {
            options = options.depth(depth_named(depth)?);
        }
        if let Some(endpoint) = &self.endpoint {
            options = options.endpoint(endpoint).map_err(raised)?;
        }
        if let Some(place) = &self.place {
            options = options.media_use(place).map_err(raised)?;
        }
        if let Some(severity) = &self.fail_on {
            options = options.fail_on(severity).map_err(raised)?;
        }
        options = options.select(self.select.iter().flatten().map(String::as_str)).map_err(raised)?;
        options = options.ignore(self.ignore.iter().flatten().map(String::as_str)).map_err(raised)?;
        if let Some(file) = self.config {
            options = options.config(file);
        } else if self.isolated == Some(true) {
            options = options.isolated();
        }
        if let Some(jobs) = self.jobs.and_then(|jobs| NonZeroUsize::new(jobs as usize)) {
            options = options.jobs(jobs);
        }
        if let Some(now) = self.now {
            options = options.now(now as u64);
        }
        Ok(options)
    }
}

/// A check of files and folders beside the event loop.
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
pub fn check_paths(paths: Vec<String>, options: Options) -> Result<AsyncTask<PathsCheck>> {
    Ok(AsyncTask::new(PathsCheck { paths, options: options.resolve()? }))
}

#[napi]
pub fn check_paths_sync(paths: Vec<String>, options: Options) -> Result<Answer> {
    heylint::check_paths(paths, &options.resolve()?).map(Answer::from).map_err(raised)
}

#[napi]
pub fn check_text(name: String, text: Buffer, options: Options) -> Result<Answer> {
    heylint::check_text(name, &*text, &options.resolve()?).map(Answer::from).map_err(raised)
}

#[napi]
pub fn check_value(json: String, options: Options) -> Result<Answer> {
    heylint::check_value(&json, &options.resolve()?).map(Answer::from).map_err(raised)
}

/// A header is a pair: its name, its value.
#[napi]
pub fn check_call(
    method: String,
    url: String,
    headers: Vec<Vec<String>>,
    body: Option<Buffer>,
    options: Options,
) -> Result<Option<Answer>> {
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .filter_map(|pair| match pair.as_slice() {
            [name, value] => Some((name.as_str(), value.as_str())),
            _ => None,
        })
        .collect();
    let report = heylint::check_call(&method, &url, &headers, body.as_deref(), &options.resolve()?);
    Ok(report.map_err(raised)?.map(Answer::from))
}

#[napi]
pub fn probe(path: String, depth: Option<String>) -> Result<String> {
    let depth = depth.as_deref().map_or(Ok(Depth::Full), depth_named)?;
    heylint::probe_json(path, depth).map_err(raised)
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
