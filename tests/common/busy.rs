//! A clock for tests that hold a bound on work.

use std::time::{Duration, Instant};

/// Measures the processor time of this thread, so that a busy machine fails no test. Where the system does not tell, it
/// measures the time that has passed.
#[derive(Debug)]
pub struct BusyClock {
    spent: Option<Duration>,
    started: Instant,
}

impl BusyClock {
    pub fn start() -> Self {
        Self { spent: spent(), started: Instant::now() }
    }

    pub fn elapsed(&self) -> Duration {
        self.spent.zip(spent()).map_or_else(|| self.started.elapsed(), |(before, now)| now.saturating_sub(before))
    }
}

/// Processor time of this thread: the first number of its schedstat, in nanoseconds.
fn spent() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}
