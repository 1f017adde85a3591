//! The limit on the work for one document.
//!
//! A hostile file makes a reader visit the same bytes again and again. Each document therefore has a budget of work in
//! proportion to its size. [`Bytes`](super::Bytes) charges every read and every jump; walkers charge for processing the
//! bytes. Once the budget is spent, every further read fails with [`ReadError::Spent`](super::ReadError::Spent).
//!
//! A unit is about five nanoseconds on a common machine.

/// Units for each byte of the document. Ordinary files need less than a tenth of it.
const PER_BYTE: u64 = 20;
/// Additional units for every document, which help small ones.
const BASE: u64 = 1 << 18;
/// A read inside the window.
pub(super) const READ: u64 = 1;
/// A read elsewhere in the file: a system call.
pub(super) const JUMP: u64 = 256;
/// Sequential bytes read from the file per unit.
pub(super) const BYTES_READ: u64 = 64;

/// Bytes that a document may inflate to, per byte of its own. Next, an additional amount for every document, and the
/// total maximum.
const INFLATED_PER_BYTE: u64 = 256;
const INFLATED_BASE: u64 = 64 << 20;
const MOST_INFLATED: u64 = 1 << 30;

/// The budget of one document.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    left: u64,
    spent: u64,
    exhausted: bool,
    /// Bytes that compressed data may still inflate to. Using them up is not a sign of an attack: a blank page shrinks
    /// to a thousandth.
    inflatable: u64,
}

impl Work {
    pub(super) fn of(length: u64) -> Self {
        let inflatable = length.saturating_mul(INFLATED_PER_BYTE).saturating_add(INFLATED_BASE).min(MOST_INFLATED);
        Self { left: allowed(length), spent: 0, exhausted: false, inflatable }
    }

    /// Takes units from the budget; false if there are too few.
    #[inline]
    pub(super) fn spend(&mut self, units: u64) -> bool {
        if units > self.left {
            self.exhausted = true;
            self.left = 0;
            return false;
        }
        self.left -= units;
        self.spent += units;
        true
    }

    pub(super) fn spent(&self) -> u64 {
        self.spent
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    pub(super) fn inflatable(&self) -> u64 {
        self.inflatable
    }

    pub(super) fn inflate(&mut self, bytes: u64) {
        self.inflatable = self.inflatable.saturating_sub(bytes);
    }
}

/// The budget of a document of this length.
pub(super) fn allowed(length: u64) -> u64 {
    length.saturating_mul(PER_BYTE).saturating_add(BASE)
}
