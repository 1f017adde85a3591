//! The documented prices of jobs.

use super::contract::Literal;

/// The prices of a service, from one document.
#[derive(Clone, Copy, Debug)]
pub struct PriceList {
    /// The address of the document.
    pub source: &'static str,
    /// The day on which it was last read, as `YYYY-MM-DD`.
    pub seen: &'static str,
    /// ISO 4217: `USD`.
    pub currency: &'static str,
    /// The first match counts.
    pub prices: &'static [Price],
}

/// The price of one kind of job.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// The name of the kind of job: `avatar_video`.
    pub job: &'static str,
    /// Conditions on its body: a dotted path of keys, and the value there.
    pub wanted: &'static [(&'static str, Literal)],
    pub rate: Rate,
}

/// The minimum and maximum cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Per second of the outcome.
    Second((f64, f64)),
    /// For the whole, whatever its length.
    Whole((f64, f64)),
    /// The document gives no price.
    None,
}
