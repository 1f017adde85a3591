//! Makers of media files: each gives the bytes of a small real file that everyday players open.

pub mod jpeg;
pub mod mp3;
pub mod mp4;
pub mod other;
pub mod pdf;
pub mod png;
pub mod srt;
pub mod wav;
pub mod webm;
