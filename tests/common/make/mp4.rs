//! Maker of mp4 files.
