//! A fault of ours while one file is read must not take the others with it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`; a panic in it becomes one line that says what and where.
///
/// # Errors
/// When `work` panicked.
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

/// Runs a part of guarded work on another thread: a panic in it goes on where the parts come together.
pub(super) fn part<T>(work: impl FnOnce() -> T) -> T {
    guarded(work).unwrap_or_else(|fault| resume_unwind(Box::new(fault)))
}

/// For a program's panic hook: notes where a guarded panic happened, and tells that nobody has to hear of it.
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
