//! The worst PDFs.

use crate::common::make::pdf::deflate;

fn table(mut file: Vec<u8>, offsets: &[usize]) -> Vec<u8> {
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).as_bytes());
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").as_bytes());
    }
    file.extend(format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", offsets.len() + 1).as_bytes());
    file
}

/// A document of one object.
pub(super) fn object(body: &[u8]) -> Vec<u8> {
    table([b"%PDF-1.7\n1 0 obj\n", body].concat(), &[9])
}

/// As many objects as fit, all reachable from the catalog.
pub(super) fn objects(size: usize, body: impl Fn(usize) -> String) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n".to_vec();
    let mut offsets = vec![9];
    while file.len() + 20 * offsets.len() < size {
        offsets.push(file.len());
        file.extend(body(offsets.len()).as_bytes());
    }
    table(file, &offsets)
}

pub(super) fn bombs_in_pdf(size: usize) -> Vec<u8> {
    let stream = deflate(&vec![0; 32 << 20]);
    let body = [format!("<</Length {}/Filter/FlateDecode>>stream\n", stream.len()).as_bytes(), &stream].concat();
    let mut file = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n".to_vec();
    let mut offsets = vec![9, file.len()];
    file.extend(b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n");
    offsets.push(file.len());
    file.extend(b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[");
    (4..4 + size / body.len()).for_each(|number| file.extend(format!("{number} 0 R ").as_bytes()));
    file.extend(b"]>>endobj\n");
    while file.len() < size {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj", offsets.len()).as_bytes());
        file.extend(&body);
        file.extend(b"\nendstream\nendobj\n");
    }
    table(file, &offsets)
}

/// Cross-reference sections that each refer to the previous one.
pub(super) fn sections(size: usize) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n".to_vec();
    let mut before = 0;
    while file.len() < size {
        let start = file.len();
        file.extend(format!("xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Prev {before}>>\n").as_bytes());
        before = start;
    }
    file.extend(format!("startxref\n{before}\n%%EOF\n").as_bytes());
    file
}

/// A document whose catalog refers to `objects`, numbered from 10, in `body`.
fn reached(objects: &[(usize, usize)], body: &[u8]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut rows: Vec<(usize, usize)> = Vec::new();
    let array: String = objects.iter().map(|(number, _)| format!("{number} 0 R ")).collect();
    for (number, text) in [
        (1, "<</Type/Catalog/Pages 2 0 R/X 4 0 R>>".to_owned()),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned()),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>".to_owned()),
        (4, format!("[{array}]")),
    ] {
        rows.push((number, file.len()));
        file.extend(format!("{number} 0 obj{text}endobj\n").as_bytes());
    }
    rows.extend(objects.iter().map(|(number, at)| (*number, at + file.len())));
    file.extend(body);
    let start = file.len();
    let lines: String = rows.iter().map(|(number, at)| format!("{number} 1\n{at:010} 00000 n \n")).collect();
    file.extend(format!("xref\n{lines}trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    file
}

/// Streams whose lengths are objects that all begin before the same long white space.
pub(super) fn lengths_behind_blanks(size: usize) -> Vec<u8> {
    let (mut body, mut objects) = (Vec::new(), Vec::new());
    for number in (10..).step_by(2).take(size / 2 / 100) {
        objects.push((number, body.len()));
        let length = number + 1;
        body.extend(format!("{number} 0 obj<</Length {length} 0 R>>stream\n\nendstream endobj\n").as_bytes());
    }
    let blanks = body.len();
    body.extend(vec![b' '; size / 3]);
    let lengths: Vec<usize> = objects.iter().map(|(number, _)| number + 1).collect();
    objects.extend(lengths.into_iter().map(|number| (number, blanks)));
    reached(&objects, &body)
}

/// An object stream whose objects all begin before the same long white space.
pub(super) fn packed_in_front_of_blanks(size: usize) -> Vec<u8> {
    let count = (size / 24).min(60_000);
    let header: String = (10..10 + count).map(|number| format!("{number} 0 ")).collect();
    let packed = [header.as_bytes(), &vec![b' '; size / 2], b"1"].concat();
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    let array: String = (10..10 + count).map(|number| format!("{number} 0 R ")).collect();
    for text in [
        "<</Type/Catalog/Pages 2 0 R/X 4 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        &format!("[{array}]"),
        &format!("<</Type/ObjStm/N {count}/First {}/Length {}>>stream\n", header.len(), packed.len()),
    ] {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj{text}", offsets.len()).as_bytes());
        file.extend(if text.ends_with("stream\n") { packed.as_slice() } else { &[] });
        file.extend(if text.ends_with("stream\n") { b"\nendstream endobj\n".as_slice() } else { b" endobj\n" });
    }
    let start = file.len();
    let mut rows = Vec::new();
    for offset in offsets {
        rows.extend([&[1][..], &(offset as u32).to_be_bytes(), &[0; 4]].concat());
    }
    for index in 0..count as u32 {
        rows.extend([&[2][..], &5u32.to_be_bytes(), &index.to_be_bytes()].concat());
    }
    let dict =
        format!("<</Type/XRef/Size {}/Root 1 0 R/W[1 4 4]/Index[1 5 10 {count}]/Length {}>>", 10 + count, rows.len());
    file.extend(format!("6 0 obj{dict}stream\n").as_bytes());
    file.extend(rows);
    file.extend(format!("\nendstream endobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    file
}

/// Cross-reference streams in a chain; each inflates to 8 MiB of free entries.
pub(super) fn sections_that_inflate(size: usize) -> Vec<u8> {
    let rows = (8 << 20) / 101 - 1;
    let data = deflate(&[&[4][..], &[0; 100]].concat().repeat(rows));
    let index: String = (0..rows * 100 / 399_990).map(|_| "0 399990 ").collect();
    let mut file = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n".to_vec();
    let mut before = String::new();
    let mut start = 0;
    while file.len() < size {
        start = file.len();
        let dict = format!(
            "<</Type/XRef/Size 400000/Root 1 0 R/W[1 0 0]/Index[{index}]/Filter/FlateDecode/Length {}\
             /DecodeParms<</Predictor 12/Columns 100>>{before}>>",
            data.len()
        );
        file.extend(format!("9 0 obj{dict}stream\n").as_bytes());
        file.extend(&data);
        file.extend(b"\nendstream endobj\n");
        before = format!("/Prev {start}");
    }
    file.extend(format!("startxref\n{start}\n%%EOF\n").as_bytes());
    file
}

/// Nested streams that share a long tail of empty deflate blocks and inflate to nothing.
pub(super) fn streams_with_one_tail(size: usize) -> Vec<u8> {
    let tail = [b"\0\0\0\xff\xff".repeat(size / 5), b"\x01\0\0\xff\xff".to_vec()].concat();
    let head = |number: usize, length: usize| format!("{number:06} 0 obj<</Length {length:010}/Filter/Fl>>stream\n");
    let each = head(0, 0).len() + 7;
    let count = 600;
    let (mut body, mut objects) = (Vec::new(), Vec::new());
    for index in 0..count {
        let rest = (each * (count - 1 - index)) as u16;
        objects.push((10 + index, body.len()));
        body.extend(head(10 + index, 7 + usize::from(rest) + tail.len()).as_bytes());
        body.extend([&b"\x78\x01\0"[..], &rest.to_le_bytes(), &(!rest).to_le_bytes()].concat());
    }
    body.extend(tail);
    body.extend(b"\nendstream endobj\n");
    reached(&objects, &body)
}
