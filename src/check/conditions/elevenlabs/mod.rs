//! ElevenLabs, text to speech.

pub(super) mod text;
