//! Text to requests: a tree with spans, the endpoint that it is for, the media that it refers to.

pub mod contract;
pub mod json;
