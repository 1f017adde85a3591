//! Maker of srt files.
