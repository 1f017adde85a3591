//! Maker of srt files.
#![allow(unreachable_pub, reason = "shared by test binaries, not a library")]
