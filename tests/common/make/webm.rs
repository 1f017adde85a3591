//! Maker of webm files.
