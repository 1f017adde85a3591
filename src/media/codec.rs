//! What the configuration and the payload of a track say without decoding it; shared by the containers that carry it.

pub(super) mod aac;
pub(super) mod av1;
pub(super) mod config;
pub(super) mod nal;
pub(super) mod sps;
