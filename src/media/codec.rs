//! What the payload of a picture track shows without decoding it; shared by the containers that carry it.

pub(super) mod av1;
pub(super) mod nal;
pub(super) mod sps;
