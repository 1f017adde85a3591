//! Converts Python objects to JSON in one pass, as `json.dumps` does.

use std::fmt::Write;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// `json.dumps` itself fails at a depth of about 1,000.
const MOST_DEPTH: usize = 600;

/// # Errors
/// `TypeError` for a value that JSON cannot represent, `ValueError` for NaN, infinity, and nesting that is too deep.
pub fn to_json(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut out = String::with_capacity(1024);
    put(value, &mut out, 0)?;
    Ok(out)
}

fn put(value: &Bound<'_, PyAny>, out: &mut String, depth: usize) -> PyResult<()> {
    if depth > MOST_DEPTH {
        return Err(PyValueError::new_err(format!("the request is nested more than {MOST_DEPTH} deep")));
    }
    if let Ok(text) = value.cast::<PyString>() {
        string(text, out)?;
    } else if let Ok(map) = value.cast::<PyDict>() {
        object(map, out, depth)?;
    } else if let Ok(list) = value.cast::<PyList>() {
        items(list.iter(), out, depth)?;
    } else if let Ok(list) = value.cast::<PyTuple>() {
        items(list.iter(), out, depth)?;
    } else if !atom(value, out)? {
        let kind = value.get_type();
        return Err(PyTypeError::new_err(format!("Object of type {} is not JSON serializable", kind.name()?)));
    }
    Ok(())
}

/// Writes null, a boolean or a number; returns false for any other value.
fn atom(value: &Bound<'_, PyAny>, out: &mut String) -> PyResult<bool> {
    if value.is_none() {
        out.push_str("null");
    } else if let Ok(flag) = value.cast::<PyBool>() {
        out.push_str(if flag.is_true() { "true" } else { "false" });
    } else if value.is_instance_of::<PyInt>() {
        // The string of an integer enumeration may be its name.
        out.push_str(&value.call_method0("__int__")?.str()?.to_cow()?);
    } else if let Ok(number) = value.cast::<PyFloat>() {
        let number = number.extract::<f64>()?;
        if !number.is_finite() {
            return Err(PyValueError::new_err("JSON has no NaN and no infinity"));
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "{number:?}");
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn object(map: &Bound<'_, PyDict>, out: &mut String, depth: usize) -> PyResult<()> {
    out.push('{');
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if let Ok(key) = key.cast::<PyString>() {
            string(key, out)?;
        } else {
            out.push('"');
            if !atom(&key, out)? {
                let kind = key.get_type();
                let message = format!("keys must be str, int, float, bool or None, not {}", kind.name()?);
                return Err(PyTypeError::new_err(message));
            }
            out.push('"');
        }
        out.push(':');
        put(&value, out, depth + 1)?;
    }
    out.push('}');
    Ok(())
}

fn items<'py>(list: impl Iterator<Item = Bound<'py, PyAny>>, out: &mut String, depth: usize) -> PyResult<()> {
    out.push('[');
    for (at, value) in list.enumerate() {
        if at > 0 {
            out.push(',');
        }
        put(&value, out, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

fn string(text: &Bound<'_, PyString>, out: &mut String) -> PyResult<()> {
    let Ok(plain) = text.to_cow() else {
        // A Rust string cannot contain half of a surrogate pair.
        let written = text.py().import("json")?.call_method1("dumps", (text,))?;
        out.push_str(&written.cast::<PyString>()?.to_cow()?);
        return Ok(());
    };
    out.push('"');
    let mut rest = &*plain;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        // Writing to a string cannot fail.
        let _ = match rest.as_bytes()[at] {
            byte @ (b'"' | b'\\') => write!(out, "\\{}", char::from(byte)),
            byte => write!(out, "\\u{byte:04x}"),
        };
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
    Ok(())
}
