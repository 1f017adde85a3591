//! Reports from outside: what people see, and what machines are promised.

mod common;

#[path = "report/build.rs"]
mod build;
#[path = "report/machine.rs"]
mod machine;
#[path = "report/people.rs"]
mod people;
