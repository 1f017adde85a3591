//! The cost of jobs, from the documents of the service or from the configuration.

use crate::check::length::Length;
use crate::profile::contract::Literal;
use crate::profile::{JobKind, Price, PriceList, Rate};
use crate::request::job::Job;
use crate::request::json::Value;

/// The source of prices.
#[derive(Clone, Copy, Debug)]
pub enum Prices<'c> {
    /// `[plan] price-per-minute`, in a currency, with the file and line of the setting.
    Configured { per_minute: f64, currency: &'c str, source: &'c str },
    /// A price list from a document, if there is one.
    Documented(Option<&'static PriceList>),
}

/// The document, or the place in a configuration, with the currency of its prices.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CostBasis {
    /// ISO 4217, or as written in the configuration; empty if not given.
    pub currency: String,
    pub source: String,
    /// When the document was last read; empty for a configuration.
    pub seen: &'static str,
}

/// The estimated cost of the jobs with a price, as minimum and maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct JobCost {
    pub least: f64,
    pub most: f64,
    /// Jobs, or parts of them, whose price or length is not known.
    pub unknown: u64,
}

impl JobCost {
    pub(super) fn add(&mut self, other: Self) {
        self.least += other.least;
        self.most += other.most;
        self.unknown = self.unknown.saturating_add(other.unknown);
    }
}

impl Prices<'_> {
    /// The cost of a job of this length; none for a job without a lasting outcome and without a price.
    pub(super) fn cost(&self, job: &Job<'_>, length: Option<Length>) -> Option<(CostBasis, JobCost)> {
        let length_or_unknown = length.unwrap_or(Length::UNKNOWN);
        let by_second = |(least, most): (f64, f64)| {
            let seconds = length_or_unknown.seconds();
            JobCost { least: least * seconds, most: most * seconds, unknown: length_or_unknown.unknown }
        };
        match *self {
            Self::Configured { per_minute, currency, source } => {
                length?;
                let basis = CostBasis { currency: currency.to_owned(), source: source.to_owned(), seen: "" };
                Some((basis, by_second((per_minute / 60.0, per_minute / 60.0))))
            }
            Self::Documented(list) => {
                let list = list?;
                let fits = |price: &&Price| price.job == job.kind.name && price.wanted.iter().all(|one| says(job, one));
                let cost = match list.prices.iter().find(fits).map(|price| price.rate) {
                    Some(Rate::Second(range)) => by_second(range),
                    Some(Rate::Whole((least, most))) => {
                        let count = job.count as f64;
                        JobCost { least: least * count, most: most * count, unknown: 0 }
                    }
                    Some(Rate::None) => JobCost { unknown: job.count, ..JobCost::default() },
                    None if makes_video(job.kind) => JobCost { unknown: job.count, ..JobCost::default() },
                    None => return None,
                };
                let basis =
                    CostBasis { currency: list.currency.to_owned(), source: list.source.to_owned(), seen: list.seen };
                Some((basis, cost))
            }
        }
    }
}

/// The outcome has a duration, so it certainly costs something.
fn makes_video(kind: &JobKind) -> bool {
    kind.length.is_some()
}

/// Whether the body has this value at that place.
fn says(job: &Job<'_>, (place, wanted): &(&str, Literal)) -> bool {
    let found = place.split('.').try_fold(job.value, Value::get);
    match (found, wanted) {
        (Some(found), Literal::Text(text)) => found.as_str().is_some_and(|found| found == *text),
        (Some(found), Literal::Flag(flag)) => Value::as_bool(found) == Some(*flag),
        _ => false,
    }
}
