//! Small files with a known right answer, if their folder is beside the checkout: `../shared/cases/media`. The tests of
//! each format generate such files.

use std::fs;
use std::path::{Path, PathBuf};

use heylint::media::{Bytes, Damage, Depth, Facts, Format, probe_as};

/// The right verdict on a file.
#[derive(Clone, Copy, Debug)]
enum Right {
    /// The worst of its faults is corrupt, and has this code.
    Corrupt(&'static str),
    Malformed(&'static str),
    /// It cannot be played completely.
    Unplayable,
    /// It plays, but violates the format.
    Odd,
    /// No fault.
    Nothing,
    /// A format without a walker, recognised by this name.
    Named(&'static str),
}

use Right::{Corrupt, Malformed, Named, Nothing, Odd, Unplayable};

#[rustfmt::skip]
const CASES: &[(&str, Right)] = &[
    ("p1_root_garbage.pdf", Corrupt("page-tree-missing")),
    ("p2_page_dict_damaged.pdf", Corrupt("page-damaged")),
    ("p2b_kids_damaged.pdf", Corrupt("page-missing")),
    ("p2c_contents_no_stream.pdf", Corrupt("contents-missing")),
    ("p1_unknown_filter.pdf", Corrupt("filter-unknown")),
    ("p4_image_missing.pdf", Corrupt("picture-missing")),
    ("p10c_objstm_index.pdf", Corrupt("object-index")),
    ("p3_count_lies.pdf", Malformed("page-count")),
    ("p3b_no_count.pdf", Malformed("page-count")),
    ("p11_no_count.pdf", Malformed("page-count")),
    ("p5_xref_19_bytes.pdf", Malformed("xref-form")),
    ("p5b_xref_space.pdf", Malformed("xref-form")),
    ("p9_name_stray_hash.pdf", Malformed("name-escape")),
    ("j1.jpg", Malformed("scan-long")),
    ("i52_junk_before_eoi.jpg", Malformed("scan-long")),
    ("j1_arith.jpg", Malformed("arithmetic")),
    ("j4_scan_order.jpg", Corrupt("scan-order")),
    ("j2b_two_comp.jpg", Corrupt("components")),
    ("e1_init_only.mp4", Unplayable),
    ("e1b_init_mvhd60s.mp4", Unplayable),
    ("q1b_no_samples.mp4", Unplayable),
    ("e8_no_samples_not_frag.mp4", Unplayable),
    ("e2_no_samples.wav", Unplayable),
    ("c1.mp4", Malformed("joined-files")),
    ("c3.webm", Malformed("joined-files")),
    ("c4.webm", Malformed("joined-files")),
    ("e9_movtext_longer.mp4", Nothing),
    ("q2_subtitle_longer.mp4", Nothing),
    ("s2_credit_cue_last.srt", Odd),
    ("s1_missing_blank.srt", Odd),
    ("i63_blank_in_cue.srt", Odd),
    ("pipe.wav", Odd),
    ("w01b_ffmpeg_pipe.wav", Odd),
    ("w02_id3v1_tail.wav", Malformed("trailing-bytes")),
    ("w02b_text_tail.wav", Malformed("trailing-bytes")),
    ("w03_rf64_no_ds64.wav", Unplayable),
    ("w04_data_before_fmt.wav", Unplayable),
    ("w06_blockalign3.wav", Unplayable),
    ("w08_chunkid_ctrl.wav", Odd),
    ("m1_timescale0.webm", Odd),
    ("m3_no_info.webm", Odd),
    ("m4_info_child_overrun.webm", Odd),
    ("m4b_tracks_child_overrun.webm", Odd),
    ("m2_doctype.webm", Unplayable),
    ("m5_unknown_codec.webm", Unplayable),
    ("n4_8.au", Named("au")),
    ("n5_8.caf", Named("caf")),
    ("s.w64", Named("w64")),
    ("a1_id3_over.mp3", Unplayable),
    ("i31_id3v2_at_end.mp3", Odd),
];

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("HEYLINT_CASES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases"), PathBuf::from)
        .join("media");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no cases at {}", folder.display());
    None
}

fn facts(path: &Path) -> Facts {
    let file = fs::File::open(path).expect("a file of the folder");
    let mut bytes = Bytes::of_file(&file).expect("a length");
    probe_as(&mut bytes, Depth::Full, Format::promised(path)).expect("readable")
}

fn is_right(facts: &Facts, right: Right) -> bool {
    let worst = facts.faults.iter().max_by_key(|fault| fault.damage).map(|fault| fault.damage);
    let has = |damage, code| {
        worst == Some(damage) && facts.faults.iter().any(|fault| (fault.damage, fault.code) == (damage, code))
    };
    match right {
        Corrupt(code) => has(Damage::Corrupt, code),
        Malformed(code) => has(Damage::Malformed, code),
        Unplayable => facts.is_unplayable(),
        Odd => worst == Some(Damage::Malformed),
        Nothing => facts.faults.is_empty(),
        Named(name) => facts.format.name() == name,
    }
}

#[test]
fn every_file_has_its_right_answer() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    for &(name, right) in CASES {
        let facts = facts(&folder.join(name));
        if !is_right(&facts, right) {
            wrong.push(format!("{name}: expected {right:?}, found {} {:?}", facts.format, facts.faults));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let known = |name: &str| CASES.iter().any(|(case, _)| *case == name);
    let files = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let without: Vec<_> = files.filter(|name| !name.to_str().is_some_and(known)).collect();
    assert!(without.is_empty(), "no answer for {without:?}");
}

/// A file that states a length but has no sample has no duration.
#[test]
fn an_initialisation_segment_has_no_length() {
    let Some(folder) = folder() else { return };
    assert_eq!(facts(&folder.join("e1b_init_mvhd60s.mp4")).duration_s, None);
    assert_eq!(facts(&folder.join("s2_credit_cue_last.srt")).duration_s, Some(3_602.0));
}
