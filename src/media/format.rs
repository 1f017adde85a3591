//! The formats with a walker, and those that are only recognised.

use std::path::Path;

use serde::{Serialize, Serializer};

/// The kind of content of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    Picture,
    Video,
    Audio,
    Document,
    Subtitle,
    Text,
    Archive,
    Unknown,
}

macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $title:literal, $class:ident, [$($media_type:literal),*], [$($extension:literal),*];)*) => {
        /// A file format, by content.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Format { $($(#[$doc])* $variant,)* }

        impl Format {
            /// Every format that we can detect.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The short name used in reports and data: `mp4`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The display name: `MP4`.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }

            /// Media types (RFC 6838), the preferred one first.
            #[must_use]
            pub fn media_types(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($media_type),*],)* }
            }

            /// File name extensions in lower case, the preferred one first.
            #[must_use]
            pub const fn extensions(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($extension),*],)* }
            }
        }
    };
}

formats! {
    /// ISO/IEC 14496-14, and variants that players treat the same way.
    Mp4 = "mp4", "MP4", Video, ["video/mp4"], ["mp4"];
    /// Matroska with the `DocType` `webm`.
    WebM = "webm", "WebM", Video, ["video/webm", "audio/webm"], ["webm", "weba"];
    /// W3C PNG, third edition; APNG too.
    Png = "png", "PNG", Picture, ["image/png"], ["png", "apng"];
    /// ITU-T T.81 in any of its containers.
    Jpeg = "jpeg", "JPEG", Picture, ["image/jpeg"], ["jpg", "jpeg", "jpe", "jfif"];
    /// RIFF WAVE, RF64, BW64.
    Wav = "wav", "WAV", Audio, ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"], ["wav", "wave", "bwf"];
    /// MPEG audio layer III.
    Mp3 = "mp3", "MP3", Audio, ["audio/mpeg"], ["mp3"];
    /// ISO 32000.
    Pdf = "pdf", "PDF", Document, ["application/pdf"], ["pdf"];
    /// `SubRip`.
    Srt = "srt", "SRT", Subtitle, ["application/x-subrip", "text/srt", "application/srt"], ["srt"];

    WebP = "webp", "WebP", Picture, ["image/webp"], ["webp"];
    Heic = "heic", "HEIC", Picture, ["image/heic", "image/heif"], ["heic", "heif", "hif"];
    Avif = "avif", "AVIF", Picture, ["image/avif"], ["avif"];
    Gif = "gif", "GIF", Picture, ["image/gif"], ["gif"];
    Tiff = "tiff", "TIFF", Picture, ["image/tiff"], ["tif", "tiff"];
    Bmp = "bmp", "BMP", Picture, ["image/bmp"], ["bmp", "dib"];
    Svg = "svg", "SVG", Picture, ["image/svg+xml"], ["svg", "svgz"];
    Jp2 = "jp2", "JPEG 2000", Picture, ["image/jp2"], ["jp2", "j2k", "jpf", "jpx", "jpm"];
    Jxl = "jxl", "JPEG XL", Picture, ["image/jxl"], ["jxl"];
    Ico = "ico", "ICO", Picture, ["image/vnd.microsoft.icon"], ["ico", "cur"];
    Psd = "psd", "Photoshop", Picture, ["image/vnd.adobe.photoshop"], ["psd"];

    Mov = "mov", "QuickTime", Video, ["video/quicktime"], ["mov", "qt"];
    M4v = "m4v", "M4V", Video, ["video/x-m4v"], ["m4v"];
    ThreeGp = "3gp", "3GP", Video, ["video/3gpp", "video/3gpp2"], ["3gp", "3g2", "3gpp"];
    Mkv = "mkv", "Matroska", Video, ["video/x-matroska"], ["mkv", "mka", "mks"];
    Avi = "avi", "AVI", Video, ["video/x-msvideo"], ["avi"];
    Flv = "flv", "FLV", Video, ["video/x-flv"], ["flv"];
    Wmv = "wmv", "WMV", Video, ["video/x-ms-wmv"], ["wmv", "asf"];
    MpegPs = "mpeg", "MPEG program stream", Video, ["video/mpeg"], ["mpg", "mpeg", "vob"];
    MpegTs = "ts", "MPEG transport stream", Video, ["video/mp2t"], ["ts", "mts", "m2ts"];

    M4a = "m4a", "M4A", Audio, ["audio/mp4", "audio/x-m4a"], ["m4a", "m4b"];
    Aac = "aac", "AAC", Audio, ["audio/aac"], ["aac", "adts"];
    Flac = "flac", "FLAC", Audio, ["audio/flac"], ["flac"];
    Ogg = "ogg", "Ogg", Audio, ["audio/ogg", "video/ogg", "audio/opus"], ["ogg", "oga", "ogv", "opus", "spx"];
    Aiff = "aiff", "AIFF", Audio, ["audio/aiff"], ["aif", "aiff", "aifc"];
    Wma = "wma", "WMA", Audio, ["audio/x-ms-wma"], ["wma"];
    Au = "au", "AU", Audio, ["audio/basic"], ["au", "snd"];
    Caf = "caf", "Core Audio", Audio, ["audio/x-caf"], ["caf"];
    W64 = "w64", "Wave64", Audio, ["audio/x-w64"], ["w64"];
    Amr = "amr", "AMR", Audio, ["audio/amr"], ["amr"];
    Midi = "midi", "MIDI", Audio, ["audio/midi"], ["mid", "midi"];
    /// MPEG audio layer I or II; similar to MP3, but not accepted as such.
    Mp2 = "mp2", "MPEG audio layer II", Audio, ["audio/mpeg"], ["mp2", "mp1", "mpa"];

    Vtt = "vtt", "WebVTT", Subtitle, ["text/vtt"], ["vtt"];
    Ass = "ass", "ASS", Subtitle, ["text/x-ssa"], ["ass", "ssa"];

    Html = "html", "HTML", Text, ["text/html"], ["html", "htm"];
    Json = "json", "JSON", Text, ["application/json"], ["json", "har", "jsonl", "ndjson"];
    Xml = "xml", "XML", Text, ["application/xml"], ["xml"];
    /// The placeholder for a file stored in Git LFS.
    LfsPointer = "git-lfs-pointer", "Git LFS pointer", Text, [], [];
    Text = "text", "text", Text, ["text/plain"], ["txt", "text", "md", "csv"];

    Zip = "zip", "ZIP", Archive, ["application/zip"], ["zip"];
    Gzip = "gzip", "gzip", Archive, ["application/gzip"], ["gz"];
    Office = "office", "Office document", Document, [], ["docx", "pptx", "xlsx", "doc", "ppt", "xls", "odt", "odp"];

    /// A file of zero bytes.
    Empty = "empty", "empty file", Unknown, [], [];
    Unknown = "unknown", "unknown format", Unknown, [], [];
}

impl Format {
    /// The formats that have a walker.
    pub const WALKED: [Self; 8] =
        [Self::Mp4, Self::WebM, Self::Png, Self::Jpeg, Self::Wav, Self::Mp3, Self::Pdf, Self::Srt];

    /// Whether it has a walker, which finds faults.
    #[must_use]
    pub fn is_walked(self) -> bool {
        Self::WALKED.contains(&self)
    }

    /// The format with this short name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The format for an extension (without its dot, in any case).
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        let wanted = word(extension)?;
        let at = EXTENSIONS.binary_search_by_key(&wanted, |(known, _)| *known).ok()?;
        Some(EXTENSIONS[at].1)
    }

    /// The format suggested by a file name.
    #[must_use]
    pub fn promised(path: &Path) -> Option<Self> {
        Self::from_extension(extension(path)?)
    }

    /// The format for a media type (without parameters, in any case).
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.media_types().iter().any(|known| known.eq_ignore_ascii_case(media_type)))
    }
}

/// The extension of a file name, like [`Path::extension`], if it is UTF-8.
#[must_use]
pub fn extension(path: &Path) -> Option<&str> {
    let bytes = path.as_os_str().as_encoded_bytes();
    // A fast path for the common case: a dot within a name.
    let at = bytes.iter().rposition(|byte| *byte == b'.' || std::path::is_separator(char::from(*byte)))?;
    let name = at.checked_sub(1).and_then(|before| bytes.get(before));
    let plain = bytes[at] == b'.' && at + 1 < bytes.len() && name.is_some_and(u8::is_ascii_alphanumeric);
    if plain { str::from_utf8(&bytes[at + 1..]).ok() } else { path.extension()?.to_str() }
}

/// An extension in lower case, packed into a number; none if it is too long or contains NUL.
const fn word(extension: &str) -> Option<u64> {
    let bytes = extension.as_bytes();
    if bytes.len() > 8 {
        return None;
    }
    let (mut word, mut at) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == 0 {
            return None;
        }
        word |= (bytes[at].to_ascii_lowercase() as u64) << (8 * at);
        at += 1;
    }
    Some(word)
}

const COUNT: usize = {
    let (mut count, mut at) = (0, 0);
    while at < Format::ALL.len() {
        count += Format::ALL[at].extensions().len();
        at += 1;
    }
    count
};

/// Every extension and its format, sorted.
static EXTENSIONS: [(u64, Format); COUNT] = {
    let mut table = [(0, Format::Unknown); COUNT];
    let (mut format, mut count) = (0, 0);
    while format < Format::ALL.len() {
        let extensions = Format::ALL[format].extensions();
        let mut at = 0;
        while at < extensions.len() {
            let Some(word) = word(extensions[at]) else { panic!("an extension of more than eight letters") };
            let mut place = count;
            while place > 0 && table[place - 1].0 > word {
                table[place] = table[place - 1];
                place -= 1;
            }
            table[place] = (word, Format::ALL[format]);
            count += 1;
            at += 1;
        }
        format += 1;
    }
    table
};

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extension_in_any_case() {
        for format in Format::ALL {
            for known in format.extensions() {
                assert_eq!(Format::from_extension(known), Some(*format), "{known}");
                assert_eq!(Format::from_extension(&known.to_ascii_uppercase()), Some(*format), "{known}");
            }
        }
        assert!(EXTENSIONS.is_sorted_by_key(|(word, _)| *word));
        for other in ["", "pn", "pngg", "jsonlines", "mp4\0", "pñg", "."] {
            assert_eq!(Format::from_extension(other), None, "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn extensions_are_those_of_the_standard_library(path in "[ab./\\\\ é]{0,12}") {
            let path = Path::new(&path);
            assert_eq!(extension(path), path.extension().and_then(|extension| extension.to_str()));
        }
    }
}
