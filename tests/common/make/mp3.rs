//! Maker of mp3 files.
