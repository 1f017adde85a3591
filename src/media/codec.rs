//! Reads codec configurations and checks payload without decoding it, for all containers.

pub(super) mod aac;
pub(super) mod av1;
pub(super) mod config;
pub(super) mod nal;
pub(super) mod sps;
