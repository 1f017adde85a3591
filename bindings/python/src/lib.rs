//! The Python extension module. It returns the JSON of the command line; `python/heylint` turns it into objects.

mod body;

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use heylint::{Depth, Report};
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

const BETWEEN_SIGNALS: Duration = Duration::from_millis(50);

create_exception!(heylint, ConfigError, PyException, "heylint.toml cannot be used");

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

/// The options of a check. Python keeps them for later calls.
#[pyclass(frozen)]
struct Options(heylint::Options);

#[pymethods]
impl Options {
    /// `config` is separate because JSON cannot represent a path that is not Unicode.
    #[new]
    fn new(json: &str, config: Option<PathBuf>) -> PyResult<Self> {
        let options = heylint::Options::from_json(json).map_err(raised)?;
        Ok(Self(match config {
            Some(file) => options.config(file),
            None => options,
        }))
    }
}

/// Whether the run fails or left something unchecked, and the JSON report.
type Answer = (bool, String);

fn answer(report: &Report) -> Answer {
    (report.fails() || report.summary().unchecked > 0, report.to_json())
}

/// Releases the GIL during a check.
fn check(py: Python<'_>, work: impl Send + FnOnce() -> Result<Report, heylint::Error>) -> PyResult<Answer> {
    py.detach(|| work().map(|report| answer(&report))).map_err(raised)
}

/// As [`check`], but on another thread, so that Ctrl-C ends the call. The thread continues until it is done or the process ends.
fn check_long(
    py: Python<'_>,
    work: impl Send + FnOnce() -> Result<Report, heylint::Error> + 'static,
) -> PyResult<Answer> {
    let (done, mut result) = mpsc::sync_channel(1);
    // Sending fails after Ctrl-C, when nobody waits for the result.
    thread::Builder::new()
        .name("heylint".to_owned())
        .spawn(move || _ = done.send(work().map(|report| answer(&report))))?;
    loop {
        let (received, back) = py.detach(move || (result.recv_timeout(BETWEEN_SIGNALS), result));
        result = back;
        match received {
            Ok(answer) => return answer.map_err(raised),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the check ended without a result"));
            }
        }
    }
}

#[pyfunction]
fn check_paths(py: Python<'_>, paths: Vec<PathBuf>, options: &Bound<'_, Options>) -> PyResult<Answer> {
    let options = options.get().0.clone();
    check_long(py, move || heylint::check_paths(paths, &options))
}

/// Checks a text as if it were a file of this name.
#[pyfunction]
fn check_text(py: Python<'_>, name: PathBuf, text: &[u8], options: &Bound<'_, Options>) -> PyResult<Answer> {
    let options = &options.get().0;
    check(py, || heylint::check_text(name, text, options))
}

/// Checks a request that is a Python object.
#[pyfunction]
fn check_value(py: Python<'_>, body: &Bound<'_, PyAny>, options: &Bound<'_, Options>) -> PyResult<Answer> {
    let options = &options.get().0;
    let json = body::to_json(body)?;
    check(py, || heylint::check_value(&json, options))
}

/// Checks an HTTP call; `None` if it does not go to the service.
#[pyfunction]
fn check_call(
    py: Python<'_>,
    method: &str,
    url: &str,
    headers: Vec<(String, String)>,
    body: Option<&[u8]>,
    options: &Bound<'_, Options>,
) -> PyResult<Option<Answer>> {
    let options = &options.get().0;
    let work = move || heylint::check_call(method, url, &headers, body, options);
    let report = py.detach(|| work().map(|report| report.as_ref().map(answer)));
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
    module.add_class::<Options>()?;
    module.add_function(wrap_pyfunction!(check_paths, module)?)?;
    module.add_function(wrap_pyfunction!(check_text, module)?)?;
    module.add_function(wrap_pyfunction!(check_value, module)?)?;
    module.add_function(wrap_pyfunction!(check_call, module)?)?;
    module.add_function(wrap_pyfunction!(probe, module)?)?;
    module.add_function(wrap_pyfunction!(explain, module)?)?;
    module.add_function(wrap_pyfunction!(limits, module)?)?;
    module.add_function(wrap_pyfunction!(is_service, module)?)
}
