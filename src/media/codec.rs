//! Reads codec configurations and checks payload without decoding; shared by the containers.

pub(super) mod aac;
pub(super) mod av1;
pub(super) mod config;
pub(super) mod nal;
pub(super) mod sps;
