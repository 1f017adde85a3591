//! Makes SRT files.
#![allow(unreachable_pub, reason = "shared by test binaries, not a library")]

/// The encoding of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Utf8,
    Utf8WithMark,
    Utf16Le,
    Utf16Be,
    Latin1,
}

/// One cue.
#[derive(Clone, Debug)]
pub struct Cue {
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
}

impl Cue {
    pub fn new(start_ms: u64, end_ms: u64, text: &str) -> Self {
        Self { start_ms, end_ms, text: text.to_owned() }
    }
}

/// A subtitle: numbered cues with an empty line after each.
#[derive(Clone, Debug)]
pub struct Srt {
    pub cues: Vec<Cue>,
    pub encoding: Encoding,
    pub line_end: &'static str,
}

impl Srt {
    pub fn new(cues: Vec<Cue>) -> Self {
        Self { cues, encoding: Encoding::Utf8, line_end: "\n" }
    }

    /// Cues of a second each, with half a second between them.
    pub fn of_cues(count: u64) -> Self {
        let cue = |index| Cue::new(index * 1500, index * 1500 + 1000, &format!("Line {}, über alles", index + 1));
        Self::new((0..count).map(cue).collect())
    }

    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for (index, Cue { start_ms, end_ms, text }) in self.cues.iter().enumerate() {
            lines.push((index + 1).to_string());
            lines.push(format!("{} --> {}", time(*start_ms), time(*end_ms)));
            lines.extend(text.lines().map(str::to_owned));
            lines.push(String::new());
        }
        lines.iter().map(|line| format!("{line}{}", self.line_end)).collect()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let text = self.text();
        match self.encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Utf8WithMark => format!("\u{feff}{text}").into_bytes(),
            Encoding::Utf16Le => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Encoding::Latin1 => text.chars().map(|character| character as u8).collect(),
        }
    }
}

/// `hh:mm:ss,mmm`
pub fn time(ms: u64) -> String {
    format!("{:02}:{:02}:{:02},{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}
