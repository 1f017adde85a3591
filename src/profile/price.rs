//! What jobs cost, as far as documents say it.

use super::contract::Literal;

/// The prices of a service, from one document.
#[derive(Clone, Copy, Debug)]
pub struct PriceList {
    /// The address of the document.
    pub source: &'static str,
    /// When it was last read, as `YYYY-MM-DD`.
    pub seen: &'static str,
    /// ISO 4217: `USD`.
    pub currency: &'static str,
    /// The first that fits counts.
    pub prices: &'static [Price],
}

/// What one kind of job costs.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// The name of the kind of job: `avatar_video`.
    pub job: &'static str,
    /// What its body has to say: a path of keys with dots, and the value there.
    pub wanted: &'static [(&'static str, Literal)],
    pub rate: Rate,
}

/// From the least to the most that it may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// For each second of the outcome.
    Second((f64, f64)),
    /// For the whole, however long it is.
    Whole((f64, f64)),
    /// The document gives no price.
    None,
}
