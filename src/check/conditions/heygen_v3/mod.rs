//! HeyGen, version 3.

pub(super) mod background;
pub(super) mod batches;
pub(super) mod cinematic;
pub(super) mod consent;
pub(super) mod engine;
pub(super) mod legacy;
pub(super) mod length;
pub(super) mod output;
pub(super) mod speech;
pub(super) mod translations;
pub(super) mod uploads;
pub(super) mod voice;
pub(super) mod webhooks;
