//! Contains panics: a bug that one file triggers must not stop the others.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work` and turns a panic into one line that describes it.
///
/// # Errors
///
/// If `work` panics.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.map_err(|payload| {
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let place = PLACE.take().map(|place| format!(" at {place}")).unwrap_or_default();
        format!("{message}{place}")
    })
}

/// The message of a report about a panic.
pub(super) fn internal_fault(fault: &str) -> String {
    format!("internal fault while reading: {fault}")
}

/// Runs a part of guarded work on another thread. A panic resumes where the parts are joined.
pub(super) fn part<T>(work: impl FnOnce() -> T) -> T {
    guarded(work).unwrap_or_else(|fault| resume_unwind(Box::new(fault)))
}

/// For the panic hook of the program: records where a guarded panic happened, and returns whether to stay silent.
#[must_use]
pub fn is_guarded(info: &PanicHookInfo<'_>) -> bool {
    let guarded = GUARDED.get();
    if guarded {
        PLACE.set(info.location().map(ToString::to_string));
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_line() {
        assert_eq!(guarded(|| 7), Ok(7));
        let error = guarded(|| -> u8 { panic!("row {} of nothing", 3) }).expect_err("panicked");
        assert!(error.starts_with("row 3 of nothing"), "{error}");
        assert!(!GUARDED.get());
    }

    #[test]
    fn a_panic_on_another_thread_is_a_line_too() {
        use rayon::prelude::*;
        let work = || (0..1000).into_par_iter().map(|at| part(|| assert!(at != 700, "part {at}"))).count();
        let error = guarded(work).expect_err("panicked");
        assert!(error.starts_with("part 700"), "{error}");
    }
}
