//! Maker of wav files.
