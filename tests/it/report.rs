//! Reports from outside: what people see, and what machines are promised.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are part of it")]

mod build;
mod formats;
mod machine;
mod page;
mod people;
