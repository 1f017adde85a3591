//! Encodes a remedy as bytes and decodes it. It is the largest part of a fixable finding, and each file has its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::media::{Format, pack, unpack};
use crate::remedy::{Goal, Mention, Remedy, Shorten, Step, Tracks, Way};
use crate::rule;
use crate::text::{Position, Span};

#[derive(Serialize, Deserialize)]
struct PackedGoal<'a> {
    way: Way,
    format: &'a str,
    edge_below: Option<u32>,
    edge_from: Option<u32>,
    most_bytes: Option<u64>,
    shrinks: bool,
    tracks: Tracks,
    cut: Option<Shorten>,
    #[serde(borrow)]
    rules: Vec<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct PackedMention<'a> {
    file: &'a str,
    start: Option<(u32, u32, usize)>,
    name: Option<(usize, usize)>,
}

#[derive(Serialize, Deserialize)]
struct PackedRemedy<'a> {
    #[serde(serialize_with = "at_once")]
    path: &'a [u8],
    input: &'a str,
    output: &'a str,
    #[serde(borrow)]
    goal: PackedGoal<'a>,
    #[serde(serialize_with = "at_once")]
    facts: &'a [u8],
    #[serde(borrow)]
    mentions: Vec<PackedMention<'a>>,
    #[serde(borrow)]
    options: Vec<&'a str>,
    steps: Vec<Step>,
}

/// Writes bytes together; serde takes a slice apart.
pub(super) fn at_once<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// The bytes of a remedy; none if it cannot be packed.
pub(super) fn pack_remedy(remedy: &Remedy) -> Option<Vec<u8>> {
    let Remedy { path, input, output, goal, facts, mentions, options, steps } = remedy;
    let &Goal { way, format, edge_below, edge_from, most_bytes, shrinks, tracks, cut, ref rules } = goal;
    let goal = PackedGoal {
        way,
        format: format.name(),
        edge_below,
        edge_from,
        most_bytes,
        shrinks,
        tracks,
        cut,
        rules: rules.iter().map(|rule| rule.id).collect(),
    };
    let mention = |Mention { file, start, name }: &'_ Mention| {
        let start = start.map(|Position { line, column, offset }| (line, column, offset));
        (Arc::clone(file), start, name.map(|Span { start, end }| (start, end)))
    };
    let mentions: Vec<_> = mentions.iter().map(mention).collect();
    let packed = PackedRemedy {
        path: path_bytes(path)?,
        input,
        output,
        goal,
        facts: &pack(facts)?,
        mentions: mentions.iter().map(|&(ref file, start, name)| PackedMention { file, start, name }).collect(),
        options: options.iter().map(String::as_str).collect(),
        steps: steps.clone(),
    };
    postcard::to_allocvec(&packed).ok()
}

/// Decodes a remedy; none if the bytes are not one.
pub(super) fn unpack_remedy(bytes: &[u8]) -> Option<Remedy> {
    let packed: PackedRemedy<'_> = postcard::from_bytes(bytes).ok()?;
    let PackedRemedy { path, input, output, goal, facts, mentions, options, steps } = packed;
    let PackedGoal { way, format, edge_below, edge_from, most_bytes, shrinks, tracks, cut, rules } = goal;
    let mention = |PackedMention { file, start, name }: PackedMention<'_>| Mention {
        file: file.into(),
        start: start.map(|(line, column, offset)| Position { line, column, offset }),
        name: name.map(|(start, end)| Span::new(start, end)),
    };
    Some(Remedy {
        path: path_of(path)?,
        input: input.into(),
        output: output.to_owned(),
        goal: Goal {
            way,
            format: Format::from_name(format)?,
            edge_below,
            edge_from,
            most_bytes,
            shrinks,
            tracks,
            cut,
            rules: rules.into_iter().map(rule::find).collect::<Option<_>>()?,
        },
        facts: unpack(facts)?,
        mentions: mentions.into_iter().map(mention).collect(),
        options: options.into_iter().map(str::to_owned).collect(),
        steps,
    })
}

#[cfg(unix)]
fn path_bytes(path: &Path) -> Option<&[u8]> {
    Some(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    Some(name.into())
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Option<&[u8]> {
    path.to_str().map(str::as_bytes)
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Facts, Fault};

    #[test]
    fn a_remedy_survives_the_round_trip() {
        let mut facts = Facts::new(Format::Mov, 7);
        facts.fault(Fault::malformed("odd", "odd"));
        let step = Step {
            program: "ffmpeg".to_owned(),
            arguments: vec!["-i".to_owned(), "é.mov".to_owned()],
            inputs: vec!["é.mov".to_owned()],
            outputs: vec!["é-fixed.mp4".to_owned()],
            changes: vec!["convert it".to_owned()],
            loses: vec!["sharpness".to_owned()],
        };
        let mention = |start, name| Mention { file: "a.json".into(), start, name };
        let place = Position { line: 1, column: 2, offset: 3 };
        let tracks = Tracks {
            picture: true,
            deinterlace: false,
            fps: Some(29.97),
            video_rate: Some(1e6),
            most_video_rate: Some(2e6),
            sound: true,
            audio_rate: Some(128e3),
            sample_rate: Some(44_100),
            channels: Some(2),
            no_edits: true,
            index_in_front: false,
        };
        for (way, cut) in
            [(Way::Rename, None), (Way::Copy, Some(Shorten::Parts(3, 200.0))), (Way::Encode, Some(Shorten::Trim(1.5)))]
        {
            let remedy = Remedy {
                path: "/here/é.mov".into(),
                input: "é.mov".into(),
                output: "é-fixed.mp4".to_owned(),
                goal: Goal {
                    way,
                    format: Format::Mp4,
                    edge_below: Some(2048),
                    edge_from: None,
                    most_bytes: Some(u64::MAX),
                    shrinks: true,
                    tracks,
                    cut,
                    rules: vec![&rule::FILE_TOO_LARGE, &rule::VIDEO_CODEC],
                },
                facts: facts.clone(),
                mentions: vec![mention(Some(place), Some(Span::new(4, 9))), mention(None, None)],
                options: vec!["--use".to_owned(), "video".to_owned()],
                steps: vec![step.clone(), step.clone()],
            };
            let bytes = pack_remedy(&remedy).expect("packed");
            assert_eq!(unpack_remedy(&bytes), Some(remedy));
            assert!((0..bytes.len()).all(|end| unpack_remedy(&bytes[..end]).is_none()));
        }
    }
}
