//! Reports from outside: what people see, and what machines are promised.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are part of it")]

#[path = "report/build.rs"]
mod build;
#[path = "report/machine.rs"]
mod machine;
#[path = "report/people.rs"]
mod people;
