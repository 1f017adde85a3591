//! Maker of png files.
