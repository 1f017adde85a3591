//! Maker of pdf files.
