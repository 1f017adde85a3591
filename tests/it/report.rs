//! Tests of the reports: for people, and the guarantees for machines.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are part of it")]

mod build;
mod formats;
mod machine;
mod page;
mod people;
