//! Maker of jpeg files.
