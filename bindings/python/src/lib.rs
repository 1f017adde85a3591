//! The Python extension module. It returns the JSON of the command line; `python/heylint` turns it into objects.

mod body;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use heylint::{Depth, Report};
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyOSError, PyValueError};
use pyo3::prelude::*;

create_exception!(_heylint, ConfigError, PyException, "heylint.toml cannot be used");

fn raised(error: heylint::Error) -> PyErr {
    match error {
        heylint::Error::Option(message) => PyValueError::new_err(message),
        heylint::Error::Config(message) => ConfigError::new_err(message),
        other => PyOSError::new_err(other.to_string()),
    }
}

fn depth_named(name: &str) -> PyResult<Depth> {
    let unknown = || PyValueError::new_err(format!("depth is one of {}, not {name:?}", Depth::NAMES.join(", ")));
    Depth::from_name(name).ok_or_else(unknown)
}

/// The options of a check, taken from a dict.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Options {
    #[pyo3(default)]
    endpoint: Option<String>,
    #[pyo3(item("use"), default)]
    place: Option<String>,
    #[pyo3(default)]
    ready: bool,
    #[pyo3(default)]
    depth: Option<String>,
    #[pyo3(default)]
    select: Vec<String>,
    #[pyo3(default)]
    ignore: Vec<String>,
    #[pyo3(default)]
    fail_on: Option<String>,
    #[pyo3(default)]
    allow_outside: bool,
    #[pyo3(default)]
    config: Option<PathBuf>,
    isolated: bool,
    #[pyo3(default)]
    jobs: Option<NonZeroUsize>,
    #[pyo3(default)]
    now: Option<u64>,
}

impl Options {
    fn resolve(self) -> PyResult<heylint::Options> {
        let mut options = heylint::Options::new().ready(self.ready).allow_outside(self.allow_outside);
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
        options = options.select(self.select.iter().map(String::as_str)).map_err(raised)?;
        options = options.ignore(self.ignore.iter().map(String::as_str)).map_err(raised)?;
        if let Some(file) = self.config {
            options = options.config(file);
        } else if self.isolated {
            options = options.isolated();
        }
        if let Some(jobs) = self.jobs {
            options = options.jobs(jobs);
        }
        if let Some(now) = self.now {
            options = options.now(now);
        }
        Ok(options)
    }
}

/// Whether the run fails, and the JSON report.
type Answer = (bool, String);

/// Releases the GIL during a check.
fn check(py: Python<'_>, work: impl Send + FnOnce() -> Result<Report, heylint::Error>) -> PyResult<Answer> {
    py.detach(|| work().map(|report| (report.fails(), report.to_json()))).map_err(raised)
}

#[pyfunction]
fn check_paths(py: Python<'_>, paths: Vec<PathBuf>, options: Options) -> PyResult<Answer> {
    let options = options.resolve()?;
    check(py, || heylint::check_paths(paths, &options))
}

/// Checks a text as if it were a file of this name.
#[pyfunction]
fn check_text(py: Python<'_>, name: PathBuf, text: &[u8], options: Options) -> PyResult<Answer> {
    let options = options.resolve()?;
    check(py, || heylint::check_text(name, text, &options))
}

/// Checks a request that is a Python object.
#[pyfunction]
fn check_value(py: Python<'_>, body: &Bound<'_, PyAny>, options: Options) -> PyResult<Answer> {
    let options = options.resolve()?;
    let json = body::to_json(body)?;
    check(py, || heylint::check_value(&json, &options))
}

/// Checks an HTTP call; `None` if it does not go to the service.
#[pyfunction]
fn check_call(
    py: Python<'_>,
    method: &str,
    url: &str,
    headers: Vec<(String, String)>,
    body: Option<&[u8]>,
    options: Options,
) -> PyResult<Option<Answer>> {
    let options = options.resolve()?;
    let work = move || heylint::check_call(method, url, &headers, body, &options);
    let report = py.detach(|| work().map(|report| report.map(|report| (report.fails(), report.to_json()))));
    report.map_err(raised)
}

/// The facts of a media file, as a JSON object.
#[pyfunction]
fn probe(py: Python<'_>, path: PathBuf, depth: &str) -> PyResult<String> {
    let depth = depth_named(depth)?;
    py.detach(|| heylint::probe_json(path, depth)).map_err(raised)
}

/// The page of a rule in Markdown.
#[pyfunction]
fn explain(rule: &str) -> Option<String> {
    heylint::explain(rule)
}

/// The limits of the profile as JSON.
#[pyfunction]
fn limits() -> String {
    heylint::limits_json()
}

/// Whether a URL is an address of the service.
#[pyfunction]
fn is_service(url: &str) -> bool {
    heylint::is_service(url)
}

#[pymodule]
fn _heylint(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("version", env!("CARGO_PKG_VERSION"))?;
    module.add("ConfigError", module.py().get_type::<ConfigError>())?;
    module.add_function(wrap_pyfunction!(check_paths, module)?)?;
    module.add_function(wrap_pyfunction!(check_text, module)?)?;
    module.add_function(wrap_pyfunction!(check_value, module)?)?;
    module.add_function(wrap_pyfunction!(check_call, module)?)?;
    module.add_function(wrap_pyfunction!(probe, module)?)?;
    module.add_function(wrap_pyfunction!(explain, module)?)?;
    module.add_function(wrap_pyfunction!(limits, module)?)?;
    module.add_function(wrap_pyfunction!(is_service, module)?)
}
