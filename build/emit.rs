//! Rust expressions as text. Every value formats itself, so generated text is never edited afterwards.

use std::fmt::Write;

/// A value that can be emitted as a Rust expression.
pub trait Emit {
    fn emit(&self) -> String;
}

/// Rust code that is emitted verbatim: a path, a call, a structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Code(pub String);

impl Emit for Code {
    fn emit(&self) -> String {
        self.0.clone()
    }
}

impl Emit for str {
    fn emit(&self) -> String {
        format!("{self:?}")
    }
}

impl Emit for String {
    fn emit(&self) -> String {
        self.as_str().emit()
    }
}

impl Emit for f64 {
    fn emit(&self) -> String {
        format!("{self:?}f64")
    }
}

impl Emit for bool {
    fn emit(&self) -> String {
        self.to_string()
    }
}

impl<T: Emit + ?Sized> Emit for &T {
    fn emit(&self) -> String {
        (**self).emit()
    }
}

impl<T: Emit> Emit for Option<T> {
    fn emit(&self) -> String {
        self.as_ref().map_or("None".to_owned(), |value| format!("Some({})", value.emit()))
    }
}

impl<A: Emit, B: Emit> Emit for (A, B) {
    fn emit(&self) -> String {
        format!("({}, {})", self.0.emit(), self.1.emit())
    }
}

/// A static slice.
impl<T: Emit> Emit for [T] {
    fn emit(&self) -> String {
        let items: Vec<String> = self.iter().map(Emit::emit).collect();
        format!("&[{}]", items.join(", "))
    }
}

impl<T: Emit> Emit for Vec<T> {
    fn emit(&self) -> String {
        self.as_slice().emit()
    }
}

/// `path`, such as `FieldKind::Flag`.
pub fn path(path: impl Into<String>) -> Code {
    Code(path.into())
}

/// `function(argument)`.
pub fn call(function: &str, argument: &dyn Emit) -> Code {
    Code(format!("{function}({})", argument.emit()))
}

/// `Name { field: value, … }`.
pub fn structure(name: &str, fields: &[(&str, &dyn Emit)]) -> Code {
    let fields: Vec<String> = fields.iter().map(|(field, value)| format!("{field}: {}", value.emit())).collect();
    Code(format!("{name} {{ {} }}", fields.join(", ")))
}

/// A public static with its documentation.
pub fn public_static(out: &mut String, doc: &str, name: &str, of: &str, value: &dyn Emit) {
    let _ = writeln!(out, "/// {doc}\npub static {name}: {of} = {};", value.emit());
}
