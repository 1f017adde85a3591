//! `heylint probe`: what the bytes say, without any judgement.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use heylint::engine::guarded;
use heylint::media::{Bytes, Depth, Facts, Format, Track, TrackKind, probe_as};
use heylint::source::{clean, display_name};
use heylint::{text, walk};
use serde::Serialize;

use super::terminal::Paint;
use super::{CLEAN, Common, Failure, INCOMPLETE, check};

#[derive(Debug, Args)]
pub struct Probe {
    /// Media files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: Shape,
    /// How far the files are read
    #[arg(long, value_name = "DEPTH", default_value = "full", value_parser = check::depths())]
    depth: Depth,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Shape {
    Human,
    Json,
    Jsonl,
}

/// What is said of one file.
#[derive(Serialize)]
struct Probed {
    path: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    facts: Option<Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Document {
    version: u8,
    files: Vec<Probed>,
}

impl Probe {
    pub fn run(&self) -> Result<u8, Failure> {
        let paint = Paint::for_output(self.common.color);
        let mut out = BufWriter::new(io::stdout().lock());
        let mut status = CLEAN;
        let mut document = Document { version: 1, files: Vec::new() };
        for (at, path) in self.files.iter().enumerate() {
            let probed = self.probed(path);
            if let Some(error) = &probed.error {
                status = INCOMPLETE;
                super::tell(&Failure::new(format!("{}: {error}", probed.path)));
            }
            match self.format {
                Shape::Human => {
                    if let Some(facts) = &probed.facts {
                        if at > 0 {
                            writeln!(out)?;
                        }
                        block(&probed.path, facts, paint, &mut out)?;
                    }
                }
                Shape::Json => document.files.push(probed),
                Shape::Jsonl => {
                    serde_json::to_writer(&mut out, &probed).map_err(io::Error::from)?;
                    writeln!(out)?;
                }
            }
        }
        if self.format == Shape::Json {
            serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        out.flush()?;
        Ok(status)
    }

    fn probed(&self, path: &std::path::Path) -> Probed {
        let facts = guarded(|| {
            let (file, _) = walk::open(path)?;
            let mut bytes = Bytes::of_file(&file).map_err(|error| walk::because(&error))?;
            probe_as(&mut bytes, self.depth, Format::promised(path)).map_err(|error| error.to_string())
        });
        let facts = facts.unwrap_or_else(|fault| Err(format!("internal fault while it was read: {fault}")));
        let path = display_name(path);
        match facts {
            Ok(facts) => Probed { path, facts: Some(facts), error: None },
            Err(error) => Probed { path, facts: None, error: Some(error) },
        }
    }
}

fn block(path: &str, facts: &Facts, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", paint.strong(path))?;
    let mut row = |name: &str, value: &str| writeln!(out, "  {} {value}", paint.faint(&format!("{name:<10}")));
    row("format", facts.format.title())?;
    let exact = text::counted(facts.size_bytes, "byte");
    let size = if facts.size_bytes < 1_000 { exact } else { format!("{} ({exact})", text::size(facts.size_bytes)) };
    row("size", &size)?;
    if let Some(dimensions) = facts.dimensions {
        let stored = facts.stored.filter(|stored| *stored != dimensions);
        let stored = stored.map(|stored| format!(" as displayed, {stored} as stored")).unwrap_or_default();
        let animated = if facts.animated { ", animated" } else { "" };
        row("dimensions", &format!("{dimensions}{stored}{animated}"))?;
    }
    if let Some(seconds) = facts.duration_s.or(facts.declared_duration_s) {
        let declared = facts
            .declared_duration_s
            .filter(|declared| facts.duration_s.is_some_and(|seconds| (seconds - declared).abs() > 0.05));
        let declared = declared.map(|seconds| format!(", declared {}", text::seconds(seconds))).unwrap_or_default();
        row("duration", &format!("{}{declared}", text::seconds(seconds)))?;
    }
    if let Some(fps) = facts.fps {
        row("frame rate", &format!("{} fps", text::number(fps)))?;
    }
    for (at, track) in facts.tracks.iter().enumerate() {
        row(&format!("track {}", at + 1), &in_words(track))?;
    }
    if let Some(pages) = facts.pages {
        row("pages", &text::count(pages.into()))?;
    }
    if let Some(cues) = facts.cues {
        row("cues", &text::count(cues.into()))?;
    }
    if facts.encrypted {
        row("encrypted", "yes, it needs a password or key")?;
    }
    if let Some(why) = facts.not_decoded {
        row("decoding", &format!("left out: {why}"))?;
    }
    for fault in &facts.faults {
        let place = match (fault.line, fault.offset) {
            (Some(line), _) => format!(" (line {})", text::count(line.into())),
            (None, Some(offset)) => format!(" (at byte {})", text::count(offset)),
            (None, None) => String::new(),
        };
        let effect = fault.effect.as_ref().map(|effect| format!("; {}", clean(effect))).unwrap_or_default();
        let (name, colour): (_, fn(Paint, &str) -> String) = match fault.damage {
            heylint::media::Damage::Corrupt => ("corrupt", Paint::error),
            heylint::media::Damage::Malformed => ("malformed", Paint::warning),
        };
        writeln!(out, "  {} {}{place}{effect}", colour(paint, &format!("{name:<10}")), clean(&fault.message))?;
    }
    if facts.more_faults > 0 {
        writeln!(out, "  {:<10} and {}", "", text::counted(facts.more_faults.into(), "more fault"))?;
    }
    Ok(())
}

fn in_words(track: &Track) -> String {
    let kind = match track.kind {
        TrackKind::Video => "video",
        TrackKind::Audio => "audio",
        TrackKind::Subtitle => "subtitle",
        TrackKind::Other => "other",
    };
    let mut parts = vec![format!("{kind}, {}", clean(&track.codec))];
    parts.extend(track.dimensions.map(|dimensions| dimensions.to_string()));
    parts.extend(track.fps.map(|fps| format!("{} fps", text::number(fps))));
    parts.extend(track.sample_rate.map(|rate| format!("{} Hz", text::count(rate.into()))));
    parts.extend(track.channels.map(|channels| match channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        many => format!("{many} channels"),
    }));
    parts.extend(track.bits_per_sample.map(|bits| format!("{bits} bits")));
    parts.extend(track.duration_s.map(text::seconds));
    parts.join(", ")
}
