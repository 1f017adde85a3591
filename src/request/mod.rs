//! Text to requests: a tree with spans, the endpoint that it is for, the media that it refers to.

pub mod json;
pub mod record;
