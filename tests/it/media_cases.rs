//! The small inputs with a known right answer, where their folder is beside the checkout: `../shared/cases/media`.
//! Tests that make such files by code are in the test of each format.

use std::fs;
use std::path::{Path, PathBuf};

use heylint::media::{Bytes, Damage, Depth, Facts, Format, probe_as};

/// What is right about a file.
#[derive(Clone, Copy, Debug)]
enum Right {
    /// The worst of its faults is corrupt, and has this code.
    Corrupt(&'static str),
    Malformed(&'static str),
}

use Right::{Corrupt, Malformed};

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
    }
}

#[test]
fn every_file_has_its_right_answer() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    for &(name, right) in CASES {
        let facts = facts(&folder.join(name));
        if !is_right(&facts, right) {
            wrong.push(format!("{name}: {right:?}, and found {} {:?}", facts.format, facts.faults));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
