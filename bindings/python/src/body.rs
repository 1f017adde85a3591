//! Converts Python objects to JSON in one pass, as `json.dumps` does.

use std::collections::HashSet;
use std::fmt::Write;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// A small object that contains the same object many times can have an enormous JSON text.
const MOST_BYTES: usize = 64 << 20;
/// Cycles are searched for from this depth on, so that ordinary requests do not pay for it.
const DEEP: usize = 64;
/// How many values are written between two checks for Ctrl-C.
const STEPS: usize = 1 << 16;

/// # Errors
/// `TypeError` for a value that JSON cannot represent, `ValueError` for NaN, infinity and a cycle. The message ends with the
/// JSON pointer of the value.
pub fn to_json(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut writer = Writer { out: String::with_capacity(1024), open: Vec::new() };
    writer.write(value).map_err(|error| writer.placed(value.py(), error))?;
    Ok(writer.out)
}

/// Keeps its own stack, because a value may be nested deeper than the stack of the thread allows.
struct Writer<'py> {
    out: String,
    open: Vec<Open<'py>>,
}

/// An object or array whose first `at` members are written.
struct Open<'py> {
    this: Bound<'py, PyAny>,
    members: Members<'py>,
    at: usize,
}

enum Members<'py> {
    /// A copy of the pairs: writing a value may run Python code that changes the dict.
    Object(Bound<'py, PyList>),
    List(Bound<'py, PyList>),
    Tuple(Bound<'py, PyTuple>),
}

impl<'py> Writer<'py> {
    fn write(&mut self, root: &Bound<'py, PyAny>) -> PyResult<()> {
        self.begin(root)?;
        let mut entered = HashSet::new();
        let mut steps: usize = 0;
        while let Some(open) = self.open.last_mut() {
            let first = open.at == 0;
            let (key, value) = match &open.members {
                Members::Object(pairs) => match pairs.get_item(open.at).ok() {
                    Some(pair) => match pair.cast::<PyTuple>() {
                        Ok(pair) if pair.len() == 2 => (Some(pair.get_item(0)?), Some(pair.get_item(1)?)),
                        _ => return Err(PyValueError::new_err("items must return 2-tuples")),
                    },
                    None => (None, None),
                },
                Members::List(list) => (None, list.get_item(open.at).ok()),
                Members::Tuple(tuple) => (None, tuple.get_item(open.at).ok()),
            };
            let is_object = matches!(open.members, Members::Object(_));
            let Some(value) = value else {
                self.out.push(if is_object { '}' } else { ']' });
                if let Some(closed) = self.open.pop()
                    && self.open.len() >= DEEP
                {
                    entered.remove(&closed.this.as_ptr());
                }
                continue;
            };
            open.at += 1;
            if !first {
                self.out.push(',');
            }
            if let Some(key) = key {
                self.key(&key)?;
            }
            let depth = self.open.len();
            self.begin(&value)?;
            if self.open.len() > depth && depth >= DEEP && !entered.insert(value.as_ptr()) {
                self.open.pop();
                return Err(PyValueError::new_err("Circular reference detected"));
            }
            steps += 1;
            if steps.is_multiple_of(STEPS) {
                value.py().check_signals()?;
            }
            if self.out.len() > MOST_BYTES {
                let message = format!("the request is larger than {} MiB as JSON", MOST_BYTES >> 20);
                return Err(PyValueError::new_err(message));
            }
        }
        Ok(())
    }

    /// Writes a value, or the opening bracket of an object or array.
    fn begin(&mut self, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let members = if let Ok(text) = value.cast::<PyString>() {
            return string(text, &mut self.out);
        } else if let Ok(map) = value.cast::<PyDict>() {
            Members::Object(pairs(map)?)
        } else if let Ok(list) = value.cast::<PyList>() {
            Members::List(list.clone())
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            Members::Tuple(tuple.clone())
        } else if atom(value, &mut self.out)? {
            return Ok(());
        } else {
            return Err(not_json(value)?);
        };
        self.out.push(if matches!(members, Members::Object(_)) { '{' } else { '[' });
        self.open.push(Open { this: value.clone(), members, at: 0 });
        Ok(())
    }

    fn key(&mut self, key: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Ok(key) = key.cast::<PyString>() {
            string(key, &mut self.out)?;
        } else {
            self.out.push('"');
            if !atom(key, &mut self.out)? {
                let kind = key.get_type();
                let message = format!("keys must be str, int, float, bool or None, not {}", kind.name()?);
                return Err(PyTypeError::new_err(message));
            }
            self.out.push('"');
        }
        self.out.push(':');
        Ok(())
    }

    /// Appends the JSON pointer of the value to an error.
    fn placed(&self, py: Python<'_>, error: PyErr) -> PyErr {
        const MOST: usize = 16;
        let is_ours = error.is_instance_of::<PyTypeError>(py) || error.is_instance_of::<PyValueError>(py);
        if self.open.is_empty() || !is_ours {
            return error;
        }
        let mut pointer = String::new();
        for open in self.open.iter().take(MOST) {
            let at = open.at.saturating_sub(1);
            // Writing to a string cannot fail.
            let _ = match &open.members {
                Members::Object(pairs) => {
                    let key = pairs.get_item(at).and_then(|pair| pair.get_item(0)).and_then(|key| key.str());
                    let key = key.map(|key| key.to_string_lossy().replace('~', "~0").replace('/', "~1"));
                    write!(pointer, "/{}", key.unwrap_or_default())
                }
                _ => write!(pointer, "/{at}"),
            };
        }
        if self.open.len() > MOST {
            pointer.push_str("/…");
        }
        let message = format!("{}, at {pointer}", error.value(py));
        let placed = PyErr::from_type(error.get_type(py), message);
        placed.set_cause(py, error.cause(py));
        placed
    }
}

/// The pairs of a dict, as `json.dumps` gets them.
fn pairs<'py>(map: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyList>> {
    // `json.dumps` writes `{}` for an empty dict of any class.
    if map.is_exact_instance_of::<PyDict>() || map.is_empty() {
        return Ok(map.items());
    }
    let all = PyList::empty(map.py());
    for pair in map.call_method0("items")?.try_iter()? {
        all.append(pair?)?;
    }
    Ok(all)
}

/// Writes null, a boolean or a number; returns false for any other value.
fn atom(value: &Bound<'_, PyAny>, out: &mut String) -> PyResult<bool> {
    // Writing to a string cannot fail.
    if value.is_none() {
        out.push_str("null");
    } else if let Ok(flag) = value.cast::<PyBool>() {
        out.push_str(if flag.is_true() { "true" } else { "false" });
    } else if let Ok(number) = value.cast::<PyInt>() {
        if let Ok(number) = number.extract::<i64>() {
            let _ = write!(out, "{number}");
        } else {
            // A subclass may have another `__repr__`: an enumeration returns its name.
            let digits = value.py().get_type::<PyInt>().call_method1("__repr__", (number,))?;
            out.push_str(&digits.cast::<PyString>()?.to_cow()?);
        }
    } else if let Ok(number) = value.cast::<PyFloat>() {
        let number = number.extract::<f64>()?;
        if !number.is_finite() {
            return Err(PyValueError::new_err("JSON has no NaN and no infinity"));
        }
        let _ = write!(out, "{number:?}");
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn not_json(value: &Bound<'_, PyAny>) -> PyResult<PyErr> {
    let kind = value.get_type();
    let mut message = format!("Object of type {} is not JSON serializable", kind.name()?);
    if kind.hasattr("model_dump")? {
        message.push_str(" (pass its .model_dump(mode=\"json\"))");
    } else if kind.hasattr("__dataclass_fields__")? {
        message.push_str(" (pass dataclasses.asdict(…))");
    }
    Ok(PyTypeError::new_err(message))
}

fn string(text: &Bound<'_, PyString>, out: &mut String) -> PyResult<()> {
    out.push('"');
    if let Ok(plain) = text.to_cow() {
        escaped(&plain, out);
    } else {
        // A Rust string cannot contain half of a surrogate pair.
        let units = text.py().get_type::<PyString>().call_method1("encode", (text, "utf-16-le", "surrogatepass"))?;
        let units = units.extract::<Vec<u8>>()?;
        for unit in char::decode_utf16(units.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit))) {
            match unit {
                Ok(letter) => escaped(letter.encode_utf8(&mut [0; 4]), out),
                // Writing to a string cannot fail.
                Err(half) => _ = write!(out, "\\u{:04x}", half.unpaired_surrogate()),
            }
        }
    }
    out.push('"');
    Ok(())
}

fn escaped(mut rest: &str, out: &mut String) {
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
}
