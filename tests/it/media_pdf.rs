//! Tests of the PDF walker: generated documents, intact and damaged, and the corpus.

mod hostile;

use crate::common;

use common::look::{full as facts, look};
use common::make::pdf::{Encryption, Pdf};
use heylint::media::{Damage, Depth, Facts, Format};

/// The codes of the faults with their damage, the worst first.
fn codes(facts: &Facts) -> Vec<(Damage, &'static str)> {
    let mut codes: Vec<_> = facts.faults.iter().map(|fault| (fault.damage, fault.code)).collect();
    codes.sort_by_key(|(damage, _)| std::cmp::Reverse(*damage));
    codes
}

fn first_code(bytes: &[u8]) -> Option<(Damage, &'static str)> {
    codes(&facts(bytes)).first().copied()
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes());
    let at = at.unwrap_or_else(|| panic!("no {from:?}"));
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

fn variants() -> Vec<Pdf> {
    let plain = Pdf::of_pages(3);
    vec![
        Pdf::default(),
        plain.clone(),
        Pdf { xref_stream: true, ..plain.clone() },
        Pdf { deflate: false, ..plain.clone() },
        Pdf { length_by_reference: true, ..plain.clone() },
        Pdf { nested: true, pages: 7, ..plain.clone() },
        Pdf { nested: true, xref_stream: true, pages: 40, ..plain.clone() },
        Pdf { updates: 2, ..plain.clone() },
        Pdf { updates: 2, xref_stream: true, ..plain.clone() },
        Pdf { encryption: Encryption::Owner, ..plain.clone() },
        Pdf { encryption: Encryption::User, xref_stream: true, ..plain },
    ]
}

#[test]
fn intact_documents_have_pages_and_no_fault() {
    for pdf in variants() {
        let found = facts(&pdf.bytes());
        assert_eq!(found.format, Format::Pdf, "{pdf:?}");
        assert_eq!(found.faults, [], "{pdf:?}");
        assert_eq!(found.pages, Some(pdf.pages as u32), "{pdf:?}");
        assert_eq!(found.encrypted, pdf.encryption != Encryption::None, "{pdf:?}");
        assert_eq!(found.needs_password, pdf.encryption == Encryption::User, "{pdf:?}");
        assert_eq!(found.dimensions, None);
    }
}

#[test]
fn the_header_depth_looks_at_the_table_only() {
    let bytes = Pdf { encryption: Encryption::User, ..Pdf::of_pages(2) }.bytes();
    let found = look(&bytes, Depth::Header);
    assert!(found.encrypted && found.faults.is_empty() && found.pages.is_none());
}

#[test]
fn every_cut_is_corrupt() {
    for pdf in variants() {
        let bytes = pdf.bytes();
        let end = bytes.windows(5).rposition(|window| window == b"%%EOF").expect("an end");
        let complete: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[..at].ends_with(b"%%EOF\n")).collect();
        // The line end before the end mark does not matter.
        for cut in 5..end - 1 {
            // The part before the last update is a document, also with the first bytes of the update, until an object
            // begins.
            if complete.iter().any(|&whole| (whole - 7..whole + 8).contains(&cut)) {
                continue;
            }
            let found = facts(&bytes[..cut]);
            // Without its last digits, an offset is still an offset.
            assert!(found.is_corrupt(), "{pdf:?} cut at {cut}: {:?}", String::from_utf8_lossy(&bytes[..cut]));
        }
        for cut in end - 1..end + 5 {
            assert_eq!(first_code(&bytes[..cut]), Some((Damage::Malformed, "eof-missing")), "{pdf:?} cut at {cut}");
        }
    }
}

#[test]
fn a_header_too_far_into_the_file() {
    let bytes = Pdf::default().bytes();
    assert_eq!(first_code(&[vec![b'\n'; 500], bytes.clone()].concat()), None);
    assert_eq!(first_code(&[vec![b'\n'; 1020], bytes].concat()), Some((Damage::Corrupt, "header-late")));
}

#[test]
fn a_header_without_a_version() {
    let bytes = Pdf::default().bytes();
    for header in ["%PDF-x.7", "%PDF-1,7", "%PDF-\n\n\n"] {
        let damaged = [header.as_bytes(), &bytes[8..]].concat();
        assert_eq!(codes(&facts(&damaged)), [(Damage::Malformed, "header-version")], "{header}");
    }
}

#[test]
fn a_missing_picture() {
    let bytes = Pdf::default().bytes();
    let damaged = replace(&bytes, "/Filter /FlateDecode", "/Filter[/DCTDecode]  ");
    assert_eq!(first_code(&damaged), Some((Damage::Corrupt, "stream-broken")));
}

#[test]
fn junk_at_the_front_that_the_offsets_include() {
    // The offsets count from the beginning of the file, not from the header.
    let bytes = Pdf::default().bytes();
    let front = b"job\n";
    let text = String::from_utf8_lossy(&bytes);
    let mut shifted = [front.as_slice(), &bytes].concat();
    for line in text.lines().filter(|line| line.ends_with(" 00000 n ")) {
        let offset: usize = line[..10].parse().expect("an offset");
        shifted = replace(&shifted, line, &format!("{:010} 00000 n ", offset + front.len()));
    }
    let start: usize = text.lines().rev().nth(1).and_then(|line| line.parse().ok()).expect("an offset");
    shifted = replace(&shifted, &format!("startxref\n{start}"), &format!("startxref\n{}", start + front.len()));
    assert_eq!(codes(&facts(&shifted)), []);
}

#[test]
fn a_table_that_is_not_where_it_should_be() {
    let bytes = Pdf::default().bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let start = text.lines().rev().nth(1).expect("an offset");
    let with = |offset: &str| replace(&bytes, &format!("startxref\n{start}"), &format!("startxref\n{offset}"));
    assert_eq!(first_code(&with("20")), Some((Damage::Corrupt, "xref-missing")));
    assert_eq!(first_code(&with("0")), Some((Damage::Corrupt, "xref-missing")));
    assert_eq!(first_code(&with("999999")), Some((Damage::Corrupt, "xref-beyond-end")));
    assert_eq!(first_code(&with("99999999999999999999")), Some((Damage::Corrupt, "startxref-broken")));
    assert_eq!(first_code(&with("-5")), Some((Damage::Corrupt, "startxref-broken")));
    let fault = facts(&with("999999")).faults.remove(0);
    assert!(fault.message.contains("byte 999,999"), "{}", fault.message);
    assert_eq!(fault.offset, Some(with("999999").len() as u64), "an offset in the file");
}

#[test]
fn a_table_with_a_broken_entry() {
    let made = Pdf::default().made();
    let line = format!("{:010} 00000 n", made.offset(3));
    let found = facts(&replace(&made.bytes, &line, &format!("{}x", &line[..15])));
    assert_eq!(codes(&found), [(Damage::Corrupt, "xref-broken")]);
    assert!(found.faults[0].message.contains("object 3"), "{}", found.faults[0].message);
    // An object that is marked as free is not missed.
    let found = facts(&replace(&made.bytes, &line, "0000000000 00000 n"));
    assert_eq!(codes(&found), [(Damage::Malformed, "xref-offset-zero")]);
    let end = made.bytes.windows(7).position(|piece| piece == b"trailer").expect("a trailer");
    let last = made.bytes[..end].windows(3).rposition(|piece| piece == b" 1\n").expect("a subsection");
    let mut bytes = made.bytes.clone();
    bytes[last + 1] = b'2';
    assert_eq!(codes(&facts(&bytes)), [(Damage::Malformed, "xref-count")]);
    let found = facts(&replace(&made.bytes, &line, "0000000009 00000 n"));
    assert_eq!(codes(&found), [(Damage::Corrupt, "object-misplaced")]);
}

#[test]
fn line_ends_that_were_converted_move_everything() {
    let bytes = Pdf { deflate: false, ..Pdf::of_pages(3) }.bytes();
    let converted: Vec<u8> =
        bytes.iter().flat_map(|&byte| if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] }).collect();
    assert_eq!(first_code(&converted), Some((Damage::Corrupt, "xref-missing")));
}

#[test]
fn a_broken_or_empty_trailer() {
    let bytes = Pdf::default().bytes();
    assert_eq!(first_code(&replace(&bytes, "trailer\n<<", "trailer\n((")), Some((Damage::Corrupt, "trailer-broken")));
    let odd = replace(&bytes, "/Root 1 0 R", "/Odd ] /Root 1 0 R");
    assert_eq!(codes(&facts(&odd)), [(Damage::Malformed, "trailer-odd")]);
    let nameless = replace(&bytes, "/Size", "/Syze");
    assert_eq!(codes(&facts(&nameless)), [(Damage::Malformed, "size-missing")]);
    for odd in ["/Odd[>>\n/Root 1 0 R", "/Odd /Root 1 0 R", "1 (2) /Root 1 0 R"] {
        let bytes = replace(&bytes, "/Root 1 0 R", odd);
        assert_eq!(first_code(&bytes), Some((Damage::Corrupt, "trailer-broken")), "{odd}");
    }
    assert_eq!(first_code(&replace(&bytes, "/Root 1 0 R", "/Rood 1 0 R")), Some((Damage::Corrupt, "root-missing")));
}

#[test]
fn a_missing_page_tree() {
    let bytes = Pdf::of_pages(3).bytes();
    assert_eq!(first_code(&replace(&bytes, "/Pages 2", "/Pagan 2")), Some((Damage::Corrupt, "page-tree-missing")));
    assert_eq!(first_code(&replace(&bytes, "/Pages 2 0 R", "/Pages 3 0 R")), Some((Damage::Corrupt, "page-missing")));
    let found = facts(&replace(&bytes, "/Kids [4 0 R 6 0 R", "/Kids [4 0 R 0 0 R"));
    assert_eq!(codes(&found), [(Damage::Corrupt, "page-missing")]);
    assert!(found.faults[0].message.contains("1 of 3 pages"), "{}", found.faults[0].message);
    assert_eq!(found.pages, Some(2));
    assert_eq!(first_code(&Pdf::of_pages(0).bytes()), Some((Damage::Corrupt, "no-pages")));
}

/// A missing part is reported at the offset of the object that refers to it.
#[test]
fn missing_pages_are_reported_at_their_parent() {
    let made = Pdf::of_pages(3).made();
    let place = |from: &str, to: &str| facts(&replace(&made.bytes, from, to)).faults[0].offset;
    assert_eq!(place("/Pages 2", "/Pagan 2"), Some(made.offset(1) as u64), "the catalog");
    assert_eq!(
        place("/Kids [4 0 R 6 0 R", "/Kids [4 0 R 0 0 R"),
        Some(made.offset(2) as u64),
        "the object that refers to it"
    );
    assert_eq!(place("/Pages 2 0 R", "/Pages 3 0 R"), Some(made.offset(3) as u64), "the object in its place");
    let made = Pdf::of_pages(0).made();
    assert_eq!(facts(&made.bytes).faults[0].offset, Some(made.offset(2) as u64));
}

#[test]
fn kids_in_an_array_of_their_own() {
    let made = Pdf { deflate: false, ..Pdf::default() }.made();
    // Object 5 is the contents: an array takes its place, and the page has no contents.
    let bytes = replace(&made.bytes, "/Kids [4 0 R ]", "/Kids 5 0 R   ");
    let start = made.offset(5);
    let end = start + bytes[start..].windows(6).position(|window| window == b"endobj").expect("an end");
    let array = format!("5 0 obj\n[4 0 R]\n{}", " ".repeat(end - start - 16));
    let bytes = [&bytes[..start], array.as_bytes(), &bytes[end..]].concat();
    let bytes = replace(&bytes, "/Contents 5 0 R", "               ");
    let found = facts(&bytes);
    assert_eq!((found.pages, codes(&found)), (Some(1), vec![]));
}

#[test]
fn pages_in_a_circle_end() {
    let bytes = Pdf { nested: true, ..Pdf::of_pages(2) }.bytes();
    let found = facts(&replace(&bytes, "/Kids [5 0 R 7 0 R ]", "/Kids [2 0 R 4 0 R ]"));
    assert!(found.is_corrupt(), "{found:?}");
}

#[test]
fn streams_of_another_length_than_they_claim() {
    let made = Pdf { deflate: false, ..Pdf::default() }.made();
    let text = String::from_utf8_lossy(&made.bytes).into_owned();
    let length: usize = text
        .split("/Length ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .and_then(|n| n.parse().ok())
        .expect("a length");
    let with = |claim: String| replace(&made.bytes, &format!("/Length {length}"), &claim);
    // Same number of bytes, so that nothing moves.
    assert_eq!(first_code(&with(format!("/Length {:02}", length - 9))), Some((Damage::Corrupt, "stream-length")));
    assert_eq!(first_code(&with(format!("/Length {}", length + 30))), Some((Damage::Malformed, "stream-length")));
    assert_eq!(first_code(&with("/Lengtt 99".to_owned())), Some((Damage::Malformed, "stream-length")));
    let cut = replace(&made.bytes, "endstream", "endstreem");
    assert_eq!(first_code(&cut), Some((Damage::Corrupt, "stream-cut")));
}

#[test]
fn deflated_data_that_do_not_inflate() {
    let made = Pdf::default().made();
    let start = made.bytes.windows(7).position(|window| window == b"stream\n").expect("a stream") + 7;
    let mut bytes = made.bytes.clone();
    bytes[start] = 0x11;
    assert_eq!(first_code(&bytes), Some((Damage::Corrupt, "stream-broken")));
    let mut bytes = made.bytes.clone();
    bytes[start + 4..start + 16].fill(0xff);
    let found = facts(&bytes);
    assert_eq!(codes(&found), [(Damage::Corrupt, "stream-broken")]);
    assert!(found.faults[0].offset.is_some_and(|at| (start as u64..start as u64 + 60).contains(&at)));
    // A wrong checksum at the end is harmless: no reader verifies it.
    let mut bytes = made.bytes.clone();
    let end = bytes.windows(10).position(|window| window == b"\nendstream").expect("an end");
    bytes[end - 1] ^= 1;
    assert_eq!(first_code(&bytes), Some((Damage::Malformed, "stream-checksum")));
}

#[test]
fn undefined_lzw_codes() {
    let mut bytes = Pdf::default().bytes();
    let filter = bytes.windows(20).position(|piece| piece == b"/Filter /FlateDecode").expect("a filter");
    bytes[filter..filter + 20].copy_from_slice(b"/Filter/LZWDecode   ");
    assert_eq!(first_code(&bytes), Some((Damage::Corrupt, "stream-broken")));
    assert!(facts(&bytes).faults[0].message.contains("has an undefined LZW code at byte "));
    // The example of section 7.4.4.2, with bytes after the end of the data.
    let start = bytes.windows(7).position(|window| window == b"stream\n").expect("a stream") + 7;
    bytes[start..start + 9].copy_from_slice(&[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]);
    assert_eq!(codes(&facts(&bytes)), []);
}

#[test]
fn object_and_reference_streams_that_are_damaged() {
    let made = Pdf { xref_stream: true, ..Pdf::default() }.made();
    let damage = |word: &str| {
        let at = made.bytes.windows(word.len()).position(|window| window == word.as_bytes()).expect("the word");
        let start = at + made.bytes[at..].windows(7).position(|window| window == b"stream\n").expect("a stream") + 7;
        let mut bytes = made.bytes.clone();
        bytes[start + 2..start + 30].fill(0xff);
        bytes
    };
    assert_eq!(first_code(&damage("/ObjStm")), Some((Damage::Corrupt, "object-stream-broken")));
    assert_eq!(first_code(&damage("/XRef")), Some((Damage::Corrupt, "xref-stream-broken")));
    assert_eq!(
        first_code(&replace(&made.bytes, "/W [1 4 2]", "/W [1 4]  ")),
        Some((Damage::Corrupt, "xref-stream-broken"))
    );
    assert_eq!(first_code(&replace(&made.bytes, "/N ", "/N 9")), Some((Damage::Corrupt, "object-stream-broken")));
}

#[test]
fn cut_objects_and_invalid_values() {
    let bytes = Pdf::default().bytes();
    assert_eq!(
        first_code(&replace(&bytes, "/MediaBox [0 0 200 100]", "/MediaBox (0 0 200 100 ")),
        Some((Damage::Corrupt, "object-broken"))
    );
    assert_eq!(
        first_code(&replace(&bytes, "/BaseFont /Helvetica", "/BaseFont  Helvetica")),
        Some((Damage::Malformed, "object-odd"))
    );
    // The font is the object before the page.
    let at = bytes.windows(9).position(|window| window == b"Helvetica").expect("a font");
    let mut cut = bytes.clone();
    let end = at + cut[at..].windows(6).position(|window| window == b"endobj").expect("an end");
    cut[end..end + 6].fill(b' ');
    assert!(matches!(first_code(&cut), Some((Damage::Malformed, "object-without-end"))));
}

/// Readers still find the next object; strict ones report an error.
#[test]
fn streams_that_nothing_closes() {
    for xref_stream in [false, true] {
        let bytes = Pdf { xref_stream, ..Pdf::default() }.bytes();
        for word in ["endstream", "endobj"] {
            let ends: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(b"endstream")).collect();
            assert_eq!(ends.len(), if xref_stream { 3 } else { 1 });
            for end in ends {
                let at = end + bytes[end..].windows(word.len()).position(|piece| piece == word.as_bytes()).expect("it");
                let mut copy = bytes.clone();
                copy[at..at + word.len()].fill(b' ');
                let found = facts(&copy);
                let told: Vec<_> = found.faults.iter().map(|fault| fault.code).collect();
                assert!(
                    matches!(told[..], ["object-without-end" | "stream-length" | "stream-cut"]),
                    "{word}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn a_table_in_hexadecimal_digits() {
    let made = Pdf { xref_stream: true, ..Pdf::default() }.made();
    // The last object is the table.
    let at = made.offsets.last().expect("objects").1;
    let start = at + made.bytes[at..].windows(7).position(|piece| piece == b"stream\n").expect("a stream") + 7;
    let end = start + made.bytes[start..].windows(10).position(|piece| piece == b"\nendstream").expect("an end");
    let digits: String = made.bytes[start..end].iter().map(|byte| format!("{byte:02X}")).collect();
    let head = String::from_utf8(made.bytes[at..start].to_vec()).expect("text");
    let filters = if head.contains("/FlateDecode") { "[/ASCIIHexDecode /FlateDecode]" } else { "/AHx" };
    let head = head.replace("/Filter /FlateDecode", "");
    let head =
        head.replace(&format!("/Length {}", end - start), &format!("/Length {} /Filter {filters}", digits.len() + 1));
    let with =
        |digits: &str| [&made.bytes[..at], head.as_bytes(), digits.as_bytes(), b">", &made.bytes[end..]].concat();
    let found = facts(&with(&digits));
    assert_eq!((found.pages, codes(&found)), (Some(1), vec![]), "{head}");
    let found = facts(&with(&digits.replacen(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], "x", 1)));
    assert_eq!(codes(&found), [(Damage::Corrupt, "xref-stream-broken")]);
}

#[test]
fn bytes_after_the_end() {
    let bytes = Pdf::default().bytes();
    assert_eq!(codes(&facts(&[bytes.clone(), vec![b'x'; 500]].concat())), []);
    assert_eq!(first_code(&[bytes.clone(), vec![b'x'; 2000]].concat()), Some((Damage::Corrupt, "end-buried")));
    assert_eq!(first_code(&[bytes.clone(), vec![0; 2000]].concat()), Some((Damage::Corrupt, "end-buried")));
    assert_eq!(first_code(&[bytes, b"9 0 obj\n<< /Type".to_vec()].concat()), Some((Damage::Corrupt, "update-cut")));
}

#[test]
fn unreferenced_objects_do_not_matter() {
    let made = Pdf::default().made();
    // A font that no page uses may be missing.
    let bytes = replace(&made.bytes, "/F1 3 0 R", "/F1 null ");
    let line = format!("{:010} 00000 n", made.offset(3));
    assert_eq!(codes(&facts(&replace(&bytes, &line, "0000000003 00000 n"))), []);
}

#[test]
fn many_faults_of_one_kind_are_one() {
    let mut bytes = Pdf { deflate: false, ..Pdf::of_pages(20) }.bytes();
    let at: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(b"endstream")).collect();
    for at in at {
        bytes[at] = b'E';
    }
    let found = facts(&bytes);
    assert_eq!(found.faults.len(), 1);
    assert!(found.faults[0].message.ends_with("(and 19 more like it)"), "{}", found.faults[0].message);
}

/// The recall on real files, which must not fall.
#[test]
fn real_files_are_judged() {
    let Some(measure) = common::measure::measure("pdf", Depth::Full) else { return };
    assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
    assert!(measure.mispaged.is_empty(), "{:?}", measure.mispaged);
    let (corrupt, valid, paged) = (measure.corrupt, measure.valid, measure.paged);
    assert!(corrupt > 40 && valid > 250 && paged > 240, "the corpus has shrunk: {corrupt}, {valid}, {paged}");
    // The missed file has an entry without an offset for an object that nothing refers to.
    assert!(measure.missed.len() <= 1, "{:?}", measure.missed);
}

/// Replaces the bytes of one object of a generated document. The table stays valid, because the new text has the same
/// length.
fn swapped(pdf: &Pdf, from: &str, to: &str) -> Facts {
    assert!(to.len() <= from.len(), "{to:?} is longer than {from:?}");
    facts(&replace(&pdf.bytes(), from, &format!("{to:<width$}", width = from.len())))
}

fn plain() -> Pdf {
    Pdf { deflate: false, ..Pdf::of_pages(3) }
}

#[test]
fn damage_that_costs_pages_is_corrupt() {
    let kids = facts(&plain().bytes());
    assert_eq!((kids.faults.as_slice(), kids.pages), (&[][..], Some(3)));
    let damaged = [
        ("<< /Type /Catalog", "</ /Type /Catalog", "page-tree-missing"),
        ("/Parent 2 0 R /MediaBox [0", "/Parent 2 0 R ~~~~~Box [0", "page-damaged"),
        ("/Kids [4 0 R 6", "/Kids [4 0 R ~", "page-missing"),
        ("/Kids [4 0 R 6 0 R", "/Kids [4 0 R 6   ", "page-missing"),
    ];
    for (from, to, code) in damaged {
        let found = swapped(&plain(), from, to);
        assert_eq!(codes(&found).first(), Some(&(Damage::Corrupt, code)), "{to}: {:?}", found.faults);
    }
}

#[test]
fn damage_in_other_dictionaries_is_malformed() {
    let found = swapped(&plain(), "<< /Type /Font /Subtype /Type1", "<< /Type /Font ~~~~~~~~ /Type1");
    assert_eq!(codes(&found), [(Damage::Malformed, "object-odd")], "{:?}", found.faults);
}

#[test]
fn missing_contents_and_pictures() {
    let font = swapped(&plain(), "/Contents 5 0 R", "/Contents 3 0 R");
    assert_eq!(codes(&font), [(Damage::Corrupt, "contents-missing")], "a font: {:?}", font.faults);
    assert!(
        font.faults[0].message.contains("object 4, should be object 3, which is not a stream"),
        "{:?}",
        font.faults
    );
    let missing = swapped(&plain(), "/Contents 5 0 R", "/Contents 0 0 R");
    assert_eq!(codes(&missing), [(Damage::Corrupt, "contents-missing")], "{:?}", missing.faults);
    assert!(missing.faults[0].message.ends_with("which is not in the file"), "{:?}", missing.faults);
    assert_eq!(swapped(&plain(), "/Contents 5 0 R ", "/Contents[5 0 R]").faults, []);
    for (from, to) in [
        ("/Resources << /Font << /F1 3 0 R >> >>", "/Resources<</XObject<</Im0 99 0 R>>>>"),
        ("/Resources << /Font << /F1 3 0 R >> >>", "/Resources<</XObject<</Im0 0 0 R>>>>"),
    ] {
        let found = swapped(&plain(), from, to);
        assert_eq!(codes(&found), [(Damage::Corrupt, "picture-missing")], "{:?}", found.faults);
        assert!(found.faults[0].message.contains("the picture or form Im0"), "{:?}", found.faults);
    }
    let there = swapped(&plain(), "/Resources << /Font << /F1 3 0 R >> >>", "/Resources<</XObject<</Im0 5 0 R>>>>");
    assert_eq!(there.faults, []);
}

#[test]
fn filters_that_do_not_exist() {
    let pdf = Pdf::of_pages(1);
    for (to, fault) in [
        ("/Filter /FlatuDecode", Some((Damage::Corrupt, "filter-unknown"))),
        ("/Filter [/FlateDeco]", Some((Damage::Corrupt, "filter-unknown"))),
        ("/Filter /Fl", None),
        ("/Filter [/Fl]", None),
        ("/Filter /JPXDecode", None),
    ] {
        let found = swapped(&pdf, "/Filter /FlateDecode", to);
        assert_eq!(codes(&found).first().copied(), fault, "{to}: {:?}", found.faults);
    }
}

#[test]
fn page_counts_that_are_wrong_or_missing() {
    for (pdf, from, to) in [
        (plain(), "/Count 3", "/Count 9"),
        (plain(), "/Count 3", "/Count"),
        (plain(), "/Count 3", "/Total 3"),
        (Pdf { nested: true, ..plain() }, "/Count 2", "/Count 1"),
    ] {
        let bytes = replace(&pdf.bytes(), from, &format!("{to:<width$}", width = from.len()));
        let found = facts(&bytes);
        assert_eq!(found.pages, Some(3), "{to}");
        // A key without a value damages the dictionary.
        let expected =
            if to == "/Count" { (Damage::Corrupt, "page-damaged") } else { (Damage::Malformed, "page-count") };
        assert!(codes(&found).contains(&expected), "{to}: {:?}", found.faults);
    }
}

#[test]
fn an_index_that_names_another_object() {
    let objects = "9 0 1 0 2 34 << /Type /Catalog /Pages 2 0 R >> << /Type /Pages /Count 1 /Kids [4 0 R] >>";
    let document = |objects: &str, index: u8| {
        let mut file = b"%PDF-1.5\n".to_vec();
        let mut offsets = Vec::new();
        let dict = format!("<< /Type /ObjStm /N 3 /First 13 /Length {} >>", objects.len());
        for (number, body) in [
            (3, format!("{dict}\nstream\n{objects}\nendstream")),
            (4, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>".to_owned()),
        ] {
            offsets.push(u8::try_from(file.len()).expect("a short file"));
            file.extend(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        let start = file.len();
        let rows = [[0, 0, 0, 255], [2, 0, 3, index], [2, 0, 3, 2], [1, 0, offsets[0], 0], [1, 0, offsets[1], 0]];
        file.extend(b"5 0 obj\n<< /Type /XRef /Size 5 /W [1 2 1] /Root 1 0 R /Length 20 >>\nstream\n");
        file.extend(rows.concat());
        file.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
        facts(&file)
    };
    assert_eq!(codes(&document(objects, 1)), []);
    let found = document(objects, 0);
    assert_eq!(codes(&found), [(Damage::Corrupt, "object-index")], "{:?}", found.faults);
    assert!(found.faults[0].message.contains("object 1 should be number 0 of object stream 3, but that is object 9"));
}

#[test]
fn entries_of_the_table_in_another_form() {
    let bytes = plain().bytes();
    assert_eq!(first_code(&bytes), None);
    let form = Some((Damage::Malformed, "xref-form"));
    // One subsection for all entries, as in most files.
    let line = |offset: usize, end: &str| format!("{offset:010} 00000 n{end}");
    let table = |end: &str, pad: &str| {
        let body =
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n\
                     3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n";
        let at = |number: u8| {
            let sign = [number + b'0', b' ', b'0', b' ', b'o'];
            body.windows(5).position(|five| five == sign).expect("an object")
        };
        let lines: String = (1..4).map(|number| format!("{pad}{}", line(at(number), end))).collect();
        let tail = format!(
            "xref\n0 4\n0000000000 65535 f \n{lines}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n",
            body.len()
        );
        first_code(&[&body[..], tail.as_bytes()].concat())
    };
    for end in [" \n", " \r", "\r\n"] {
        assert_eq!(table(end, ""), None, "{end:?}");
    }
    for (end, pad) in [("\n", ""), (" \r\n", ""), (" \n", " "), ("\n", " ")] {
        assert_eq!(table(end, pad), form, "{end:?} {pad:?}");
    }
}

#[test]
fn names_with_a_number_sign() {
    for (name, odd) in [("/Name#20x 1", false), ("/Name#2 1", true), ("/Name# 1", true), ("/Name#zz 1", true)] {
        let found = facts(&replace(&plain().bytes(), "/ID [", &format!("{name} /ID [")));
        let expected = if odd { vec![(Damage::Malformed, "name-escape")] } else { Vec::new() };
        assert_eq!(codes(&found), expected, "{name}");
        let object = swapped(&plain(), "/BaseFont /Helvetica", &format!("{name} /B /H"));
        assert_eq!(codes(&object), expected, "{name}");
    }
    // PDF 1.1 had no escapes.
    let old = replace(&replace(&plain().bytes(), "/ID [", "/Name# 1 /ID ["), "%PDF-1.5", "%PDF-1.1");
    assert_eq!(codes(&facts(&old)), []);
}
