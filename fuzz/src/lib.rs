//! What the fuzz targets assert. libFuzzer itself watches for panics, hangs and memory.

use heylint::check::media::Subject;
use heylint::check::script::{self, ssml};
use heylint::check::{self, Context};
use heylint::extract::table::{Column, RowReader, Rows, Sheet};
use heylint::extract::{self, Form};
use heylint::finding::Finding;
use heylint::limits::Limits;
use heylint::media::{self, Bytes, Depth, Facts, Format};
use heylint::request::endpoint::Endpoint;
use heylint::request::json::{self, Document, Value, ValueKind};
use heylint::request::piece::Piece;
use heylint::request::record::{self, Block, RecordLayout, RecordReader};
use heylint::request::reference::{MediaLocator, references};
use heylint::request::{Request, base64 as encoded, endpoint};
use heylint::text::Span;
use libfuzzer_sys::Corpus;

/// Removes libFuzzer's panic hook, which would abort on a panic that a guard around a third-party parser catches. A
/// panic that leaves a target still aborts.
pub fn init() {
    drop(std::panic::take_hook());
}

/// Aborts on a panic, which must not unwind into C.
fn whole<T>(work: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| std::process::abort())
}

/// A file of one format: its facts at two depths, and the findings for every use.
pub fn walk(data: &[u8], format: Format) -> Corpus {
    whole(|| {
        if media::sniff(&mut Bytes::of_slice(data)).expect("memory") != format {
            return Corpus::Reject;
        }
        let header = probe(data, Depth::Header);
        let facts = probe(data, Depth::Full);
        assert_eq!(header.format, facts.format);
        judge(&facts);
        Corpus::Keep
    })
}

/// As [`walk`], but decodes every sample.
pub fn decode(data: &[u8]) -> Corpus {
    whole(|| {
        let facts = probe(data, Depth::Full);
        // heylint decodes only files that are not corrupt.
        if !facts.format.is_walked() || facts.is_corrupt() {
            return Corpus::Reject;
        }
        probe(data, Depth::Decode);
        Corpus::Keep
    })
}

/// A file of any format: the work stays in proportion to its size, is the same from memory and through the window, and
/// if heylint stops at the limit, the facts say so.
pub fn work(data: &[u8]) -> Corpus {
    whole(|| {
        let text = in_base64(data);
        let (mut walked, allowed) = (false, Bytes::work_allowed(data.len() as u64));
        for depth in [Depth::Header, Depth::Full] {
            let (mut memory, mut window) = (Bytes::of_slice(data), Bytes::of_base64(text.as_bytes()));
            let facts = media::probe(&mut memory, depth).expect("memory");
            assert!(memory.work() <= allowed, "{} units for {} bytes", memory.work(), data.len());
            assert_eq!(facts, media::probe(&mut window, depth).expect("base64"));
            assert_eq!(memory.work(), window.work());
            let told = facts.faults.iter().any(|fault| fault.code == "work-limit") || facts.more_faults > 0;
            assert!(told || !memory.is_spent(), "the facts do not say that the walk stopped at the limit");
            walked |= facts.format.is_walked();
        }
        if walked { Corpus::Keep } else { Corpus::Reject }
    })
}

/// Any bytes; the format must be the same from memory and through the window, here of base64.
pub fn sniff(data: &[u8]) {
    whole(|| {
        let format = media::sniff(&mut Bytes::of_slice(data)).expect("memory");
        let text = in_base64(data);
        let again = media::sniff(&mut Bytes::of_base64(text.as_bytes())).expect("base64");
        assert_eq!(format, again);
    });
}

fn in_base64(data: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in data.chunks(3) {
        let bits = three.iter().chain([&0, &0]).take(3).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for at in 0..4 {
            let symbol = ALPHABET[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > three.len() { '=' } else { char::from(symbol) });
        }
    }
    text
}

fn probe(data: &[u8], depth: Depth) -> Facts {
    let facts = media::probe(&mut Bytes::of_slice(data), depth).expect("memory");
    assert_eq!(facts.size_bytes, data.len() as u64);
    assert!(facts.faults.len() <= 32, "{} faults", facts.faults.len());
    for fault in &facts.faults {
        for text in [Some(&fault.message), fault.effect.as_ref()].into_iter().flatten() {
            assert!(!text.is_empty() && text.len() < 1_000 && !text.contains('\n'), "{text:?}");
        }
    }
    let lengths = facts.tracks.iter().map(|track| track.duration_s).chain([facts.duration_s]);
    for length in lengths.flatten() {
        assert!(length.is_finite() && length >= 0.0, "lasts {length} s");
    }
    for rate in facts.tracks.iter().filter_map(|track| track.fps) {
        assert!(rate.is_finite() && rate >= 0.0, "{rate} frames/s");
    }
    serde_json::to_string(&facts).expect("facts are JSON");
    facts
}

fn context(limits: &Limits) -> Context<'_> {
    Context { limits, ready: true, now: 1_795_000_000, newer: None }
}

fn judge(facts: &Facts) {
    let limits = Limits::default();
    for place in heylint::profile::default().uses {
        for (name, bare) in [("", false), ("a.png", true)] {
            drop(check::media::check(facts, &Subject { name, bare }, place, &context(&limits)));
        }
    }
}

/// A text as JSON: the tree, its pointers, and its syntax findings.
pub fn json(data: &[u8]) {
    whole(|| {
        let decoded = record::decode(data);
        let text = decoded.text.as_ref();
        let document = json::parse(text);
        for error in document.errors() {
            text.get(error.span.start..error.span.end).expect("an error lies in the text");
        }
        let limits = Limits::default();
        let findings = check::syntax::document(&document, &context(&limits));
        within(&findings, text);
        drop(document.duplicates());
        let (depth, _) = document.depth();
        let mut steps = 0_u32;
        if let Some(root) = document.root()
            && depth < 2_000
        {
            visit(&document, root, &mut steps);
        }
        // Our parser and serde_json accept the same texts, except for deep nesting and numbers out of range.
        let reference = serde_json::from_str::<serde_json::Value>(text);
        let taken = document.errors().is_empty();
        if decoded.fault.is_none() && depth < 100 {
            assert!(taken || reference.is_err(), "refused: {:?}", document.errors().first());
            let number = reference.as_ref().is_err_and(|error| error.to_string().contains("number out of range"));
            assert!(!taken || reference.is_ok() || number, "taken: {reference:?}");
        }
    });
}

fn visit(document: &Document<'_>, value: Value<'_>, steps: &mut u32) {
    *steps += 1;
    if *steps > 2_000 {
        return;
    }
    let span = value.span();
    assert_eq!(document.source(span), value.raw());
    drop(value.as_str());
    if document.errors().is_empty() && document.duplicates().len() == 0 {
        let found = document.at_pointer(&value.pointer()).expect("a pointer resolves to its value");
        assert_eq!(found.span(), span);
    }
    for child in value.children() {
        visit(document, child, steps);
    }
}

fn within(findings: &[Finding], text: &str) {
    for finding in findings {
        if let Some(span) = finding.location.span {
            text.get(span.start..span.end).expect("a finding lies in the text");
        }
        assert!(!finding.message.contains('\n'), "{:?}", finding.message);
    }
}

/// A file of requests, with the endpoint that it names and with one that is given.
pub fn request(data: &[u8]) {
    whole(|| {
        let decoded = record::decode(data);
        let text = decoded.text.as_ref();
        let told = [
            None,
            endpoint::parse(heylint::profile::default(), "POST /v3/videos").ok(),
            endpoint::parse(heylint::profile::default(), "POST /v3/video-agents").ok(),
        ];
        if record::layout("json", text) == RecordLayout::Lines {
            for line in record::lines(text) {
                let document = line.parse();
                if let Some(root) = document.root().filter(|_| !document.is_doubtful()) {
                    one(&Request::read(heylint::profile::default(), Some(line.record), root, told[0]), text);
                }
            }
            return;
        }
        let document = json::parse(text);
        // heylint reports only syntax errors of a doubtful tree.
        if document.is_doubtful() {
            return;
        }
        for told in told {
            for (index, root) in record::records(&document) {
                one(&Request::read(heylint::profile::default(), index, root, told), text);
            }
        }
    });
}

fn one(request: &Request<'_>, text: &str) {
    let limits = Limits::default();
    let context = context(&limits);
    within(&check::request::check(request, &context), text);
    for reference in references(request) {
        if let MediaLocator::Base64 { .. } = reference.source {
            drop(check::base64::malformed(reference.value, &context));
        }
    }
}

/// A text of some form; the first byte selects the form. The spans of every piece lie in the text, and verbatim parts
/// equal the text byte for byte.
pub fn forms(data: &[u8]) {
    whole(|| {
        let Some((first, rest)) = data.split_first() else { return };
        let Ok(text) = std::str::from_utf8(rest) else { return };
        let told = endpoint::parse(heylint::profile::default(), "POST /v3/videos").expect("an endpoint");
        let pieces = match Form::ALL.get(usize::from(*first) % (Form::ALL.len() + 1)) {
            Some(form) => {
                let declared = extract::declared(*form, text, told).unwrap_or_default();
                [extract::pieces(*form, text), declared].concat()
            }
            None => extract::within(&json::parse(text)),
        };
        // Several calls may send the body in one variable, but the output must stay bounded.
        let all: usize = pieces.iter().map(|piece| piece.text.len()).sum();
        assert!(all <= 64 * text.len() + 65_536, "{all} bytes out of {}", text.len());
        for piece in &pieces {
            piece_of(text, piece);
        }
        for key in extract::secret::keys(text, true) {
            text.get(key.span.start..key.span.end).expect("a key lies in the text");
        }
    });
}

/// Reads a text as an array too long for memory: the elements and their positions are those of the tree.
pub fn array(data: &[u8]) -> Corpus {
    whole(|| {
        let Ok(mut reader) = RecordReader::open(data, "json", Some(u64::MAX)) else { return Corpus::Reject };
        if reader.layout() != RecordLayout::LongArray {
            return Corpus::Reject;
        }
        let (mut block, mut elements) = (Block::default(), Vec::new());
        loop {
            block = match reader.block(block) {
                Ok(block) if !block.is_empty() => block,
                _ => break,
            };
            for at in 0..block.len() {
                let record = block.get(at).expect("a record");
                assert_eq!(record.index as usize, elements.len());
                let stands = data.get(record.base..record.base + record.text.len()).expect("it is in the text");
                assert!(record.fault.is_some() || stands == record.text.as_bytes());
                let line = data[..record.base].iter().filter(|byte| **byte == b'\n').count() + 1;
                assert!(data[..record.base].contains(&b'\r') || record.line as usize == line);
                elements.push((record.base, record.text.to_owned()));
            }
        }
        let Ok(text) = std::str::from_utf8(data) else { return Corpus::Keep };
        let document = json::parse(text);
        let root = document.root().filter(|root| root.kind() == ValueKind::Array && document.errors().is_empty());
        if let Some(root) = root {
            assert!(reader.fault().is_none(), "{:?}", reader.fault());
            let expected: Vec<_> = root.items().map(|item| (item.span().start, item.raw().to_owned())).collect();
            assert_eq!(elements, expected);
        }
        Corpus::Keep
    })
}

/// The template of a fuzzed table.
const TEMPLATE: &str = r#"{"type": "avatar", "avatar_id": "a", "voice_settings": {"speed": 1}, "x": [1, {"y": 2}]}"#;

/// Reads a table whose first byte chooses the separator: each row becomes a JSON object that contains its cells.
pub fn table(data: &[u8]) -> Corpus {
    whole(|| {
        let Some((first, rest)) = data.split_first() else { return Corpus::Reject };
        let is_tsv = first & 1 == 1;
        let mut reader = RowReader::new(rest, is_tsv);
        let Ok(Some(head)) = reader.block() else { return Corpus::Reject };
        let told = endpoint::parse(heylint::profile::default(), "POST /v3/videos").expect("an endpoint");
        let Endpoint::Operation(operation) = told else { panic!("an operation") };
        let columns = [("script", "script"), ("voice_settings.speed", "pace"), ("x.1.y", "y"), ("callback_id", "id")];
        let columns = columns.map(|(field, name)| Column::new(field, name));
        let template = json::parse(TEMPLATE);
        let sheet = Sheet::read(&head.text, is_tsv, &columns, &operation.name(), operation.body, Some(&template));
        let Some(sheet) = sheet else { return Corpus::Reject };
        json_of(&sheet.common().piece.text);
        let mut number = 2;
        let mut fill = |text: &str, rows: Rows<'_>| {
            for row in rows {
                text.get(row.span.start..row.span.end).expect("a row is in its text");
                let filled = sheet.fill(text, &row, number);
                json_of(&filled.piece.text);
                for (member, value) in &filled.cells {
                    assert!(member.start <= value.start && value.end <= member.end);
                    filled.piece.text.get(member.start..member.end).expect("a cell is in the request");
                }
                number += 1;
            }
        };
        fill(&head.text, sheet.rows());
        while let Ok(Some(block)) = reader.block() {
            fill(&block.text, sheet.more_rows(&block.text));
        }
        Corpus::Keep
    })
}

fn json_of(text: &str) {
    let document = json::parse(text);
    assert!(document.errors().is_empty(), "{text}");
    assert_eq!(document.root().map(Value::kind), Some(ValueKind::Object));
}

fn piece_of(text: &str, piece: &Piece) {
    let len = piece.text.len();
    for run in piece.map.parts(Span::new(0, len)) {
        let (held, stands) = (&piece.text[run.text.start..run.text.end], &text[run.file.start..run.file.end]);
        assert!(!run.verbatim || held == stands, "{held:?} is not {stands:?}");
    }
    for unknown in &piece.unknown {
        piece.text.get(unknown.start..unknown.end).expect("an unknown part lies in the piece");
    }
    assert!(piece.open.iter().all(|at| *at <= len));
    if let Some(address) = &piece.address {
        text.get(address.span.start..address.span.end).expect("an address lies in the text");
    }
    let document = json::parse(&piece.text);
    let limits = Limits::default();
    let told = extract::endpoint(piece);
    for (index, root) in record::records(&document).take(20) {
        let request = Request::read(heylint::profile::default(), index, root, told);
        for finding in check::request::check(&request, &context(&limits)) {
            let _ = extract::vouches(piece, &document, &finding);
            let places = finding.related.iter().map(|related| &related.location).chain([&finding.location]);
            for span in places.filter_map(|place| place.span) {
                let span = piece.map.span(span);
                text.get(span.start..span.end).expect("a finding lies in the text");
            }
            for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
                if let Some((span, _)) = piece.map.edit(edit.span, &edit.text) {
                    text.get(span.start..span.end).expect("an edit lies in the text");
                }
            }
        }
    }
}

/// A text as base64: the scan predicts the decoded length.
pub fn base64(text: &str) {
    whole(|| {
        let scanned = encoded::scan(text);
        let mut bytes = Bytes::of_base64(text.as_bytes());
        match scanned {
            Ok(length) => {
                assert_eq!(bytes.len(), length as u64);
                let mut out = Vec::new();
                while let Ok(piece) = bytes.peek(out.len() as u64, 1_000).map(<[u8]>::to_vec)
                    && !piece.is_empty()
                {
                    out.extend(piece);
                }
                assert_eq!(out.len(), length);
                assert_eq!(in_base64(&out).trim_end_matches('=').len(), text.trim_end_matches('=').len());
            }
            Err(fault) => {
                text.get(fault.start..fault.end).expect("the fault lies in the text");
            }
        }
        // The probe must end, whatever the bytes are.
        drop(media::probe(&mut bytes, Depth::Full));
    });
}

/// A text as a script of every form.
pub fn ssml(text: &str) {
    whole(|| {
        let quoted = serde_json::to_string(text).expect("a string");
        let document = json::parse(&quoted);
        let value = document.root().expect("a value");
        assert_eq!(value.as_str().as_deref(), Some(text));
        for form in [script::ScriptForm::Script, script::ScriptForm::Plain, script::ScriptForm::Ssml] {
            let finding = ssml::check(value, form, heylint::profile::default().ssml);
            within(finding.as_slice(), &quoted);
        }
        let seconds = heylint::text::speech::spoken_seconds(text, 1.0);
        assert!(seconds >= 0.0, "{seconds}");
    });
}
