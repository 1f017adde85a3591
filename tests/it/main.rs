//! The tests from outside, as one program: linking it once costs less than linking forty.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/run.rs"]
mod run;

mod again;
mod bad_input;
mod baseline;
mod check_media;
mod cli;
mod conditions;
mod config;
mod contract;
mod dates;
mod doors;
mod drift;
mod fix;
mod fixtures;
mod forms;
mod hooks;
mod hostile;
mod init;
mod json;
mod leaves;
mod legacy;
mod long;
mod lsp;
mod manifest;
mod media_cases;
mod media_jpeg;
mod media_mp3;
mod media_mp4;
mod media_outline;
mod media_pdf;
mod media_png;
mod media_sniff;
mod media_srt;
mod media_wav;
mod media_webm;
mod mend;
mod offline;
mod oracle;
mod page;
mod plan;
mod quiet;
mod readme;
mod recognise;
mod report;
mod rooms;
mod safe;
mod seen;
mod services;
mod shard;
mod table;
mod verdict;
