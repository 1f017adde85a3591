//! Makes PDF files, in which `qpdf --check` finds no error.
#![allow(unreachable_pub, reason = "shared by test binaries, not a library")]

use std::fmt::Write as _;
use std::io::Write as _;

/// Which password the document has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    #[default]
    None,
    /// The empty user password opens it; an owner password guards the permissions.
    Owner,
    /// It opens with the password `user`.
    User,
}

/// A document whose pages show their number; encrypted ones are blank.
#[derive(Clone, Debug)]
pub struct Pdf {
    pub pages: usize,
    /// The cross-reference table is a stream, and an object stream contains all objects that it may (PDF 1.5).
    pub xref_stream: bool,
    /// Page contents are deflated.
    pub deflate: bool,
    /// The length of the contents is an indirect object.
    pub length_by_reference: bool,
    /// The page tree has nodes of two pages each.
    pub nested: bool,
    pub encryption: Encryption,
    /// The number of incremental updates, each with a new catalog.
    pub updates: usize,
}

impl Default for Pdf {
    fn default() -> Self {
        Self {
            pages: 1,
            xref_stream: false,
            deflate: true,
            length_by_reference: false,
            nested: false,
            encryption: Encryption::None,
            updates: 0,
        }
    }
}

/// An unfinished file: its bytes and the offsets of its objects.
#[derive(Clone, Debug, Default)]
pub struct Made {
    pub bytes: Vec<u8>,
    /// Number and offset of every object outside object streams.
    pub offsets: Vec<(u32, usize)>,
    /// Number, object stream and index of the others.
    packed: Vec<(u32, u32, usize)>,
}

impl Made {
    fn object(&mut self, number: u32, body: &[u8]) {
        self.offsets.push((number, self.bytes.len()));
        self.bytes.extend(format!("{number} 0 obj\n").as_bytes());
        self.bytes.extend(body);
        self.bytes.extend(b"\nendobj\n");
    }

    /// The offset of an object.
    pub fn offset(&self, number: u32) -> usize {
        self.offsets.iter().rev().find(|(known, _)| *known == number).expect("such an object").1
    }
}

const CATALOG: u32 = 1;
const ROOT: u32 = 2;
const FONT: u32 = 3;

impl Pdf {
    pub fn of_pages(pages: usize) -> Self {
        Self { pages, ..Self::default() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.made().bytes
    }

    pub fn made(&self) -> Made {
        let mut next = FONT;
        let mut fresh = || {
            next += 1;
            next
        };
        let mut plain: Vec<(u32, String)> = Vec::new();
        let mut streams: Vec<(u32, Vec<u8>)> = Vec::new();
        plain.push((CATALOG, format!("<< /Type /Catalog /Pages {ROOT} 0 R >>")));
        plain.push((FONT, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned()));
        let mut kids_of_root = Vec::new();
        let indices: Vec<usize> = (0..self.pages).collect();
        for group in indices.chunks(if self.nested { 2 } else { self.pages.max(1) }) {
            let parent = if self.nested { fresh() } else { ROOT };
            let mut kids = Vec::new();
            for index in group {
                let (page, contents) = (fresh(), fresh());
                kids.push(page);
                plain.push((
                    page,
                    format!(
                        "<< /Type /Page /Parent {parent} 0 R /MediaBox [0 0 200 100] /Contents {contents} 0 R \
                         /Resources << /Font << /F1 {FONT} 0 R >> >> >>"
                    ),
                ));
                let text = format!("BT /F1 24 Tf 20 40 Td (Page {} \\(of {}\\)) Tj ET\n", index + 1, self.pages);
                let data = if self.encryption == Encryption::None { text.into_bytes() } else { Vec::new() };
                let data = if self.deflate && !data.is_empty() { deflate(&data) } else { data };
                let filter = if self.deflate && !data.is_empty() { " /Filter /FlateDecode" } else { "" };
                let length = if self.length_by_reference {
                    let length = fresh();
                    streams.push((length, data.len().to_string().into_bytes()));
                    format!("{length} 0 R")
                } else {
                    data.len().to_string()
                };
                streams.push((contents, stream(&format!("/Length {length}{filter}"), &data)));
            }
            if self.nested {
                plain.push((
                    parent,
                    format!(
                        "<< /Type /Pages /Parent {ROOT} 0 R /Kids [{}] /Count {} >>",
                        references(&kids),
                        kids.len()
                    ),
                ));
                kids_of_root.push(parent);
            } else {
                kids_of_root = kids;
            }
        }
        let kids = references(&kids_of_root);
        plain.push((ROOT, format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", self.pages)));

        let mut made = Made { bytes: b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec(), ..Made::default() };
        for (number, body) in &streams {
            made.object(*number, body);
        }
        if self.xref_stream && self.encryption == Encryption::None {
            let container = fresh();
            let (mut header, mut bodies) = (String::new(), String::new());
            for (index, (number, body)) in plain.iter().enumerate() {
                write!(header, "{number} {} ", bodies.len()).expect("a string");
                writeln!(bodies, "{body}").expect("a string");
                made.packed.push((*number, container, index));
            }
            let data = deflate(format!("{header}{bodies}").as_bytes());
            let dict = format!(
                "/Type /ObjStm /N {} /First {} /Filter /FlateDecode /Length {}",
                plain.len(),
                header.len(),
                data.len()
            );
            made.object(container, &stream(&dict, &data));
        } else {
            for (number, body) in &plain {
                made.object(*number, body.as_bytes());
            }
        }
        let encrypt = match self.encryption {
            Encryption::None => String::new(),
            Encryption::Owner | Encryption::User => {
                let number = fresh();
                let (owner, user) = KEYS[usize::from(self.encryption == Encryption::User)];
                made.object(
                    number,
                    format!("<< /Filter /Standard /V 1 /R 2 /O <{owner}> /U <{user}> /P -4 >>").as_bytes(),
                );
                format!(" /Encrypt {number} 0 R")
            }
        };
        let id = "<30313233343536373839616263646566>";
        let trailer = format!("/Root {CATALOG} 0 R /ID [{id}{id}]{encrypt}");
        let mut number = fresh();
        let mut previous = self.finish(&mut made, &trailer, number, None);
        for _ in 0..self.updates {
            let before = made.offsets.len();
            made.packed.clear();
            made.object(CATALOG, format!("<< /Type /Catalog /Pages {ROOT} 0 R /PageMode /UseNone >>").as_bytes());
            let all = std::mem::take(&mut made.offsets);
            made.offsets = all[before..].to_vec();
            // A plain table has no object number.
            number = if self.xref_stream { fresh() } else { number };
            previous = self.finish(&mut made, &trailer, number, Some(previous));
            let last = std::mem::replace(&mut made.offsets, all);
            made.offsets.extend(last.into_iter().skip(1));
        }
        made
    }

    /// Writes the table and the trailer; returns the offset of the table.
    fn finish(&self, made: &mut Made, trailer: &str, number: u32, previous: Option<usize>) -> usize {
        let start = made.bytes.len();
        let previous = previous.map_or_else(String::new, |offset| format!(" /Prev {offset}"));
        if self.xref_stream {
            made.offsets.push((number, start));
            let mut rows: Vec<(u32, u8, usize, usize)> = vec![(0, 0, 0, 65_535)];
            rows.extend(made.offsets.iter().map(|&(number, offset)| (number, 1, offset, 0)));
            rows.extend(made.packed.iter().map(|&(number, container, index)| (number, 2, container as usize, index)));
            rows.sort_unstable();
            let index: String = rows.iter().map(|row| format!("{} 1 ", row.0)).collect();
            let mut data = Vec::new();
            for (_, kind, second, third) in rows {
                // A row with the PNG predictor None, then rows with Sub.
                data.push(0);
                data.push(kind);
                data.extend((second as u32).to_be_bytes());
                data.extend((third as u16).to_be_bytes());
            }
            let data = deflate(&data);
            let dict = format!(
                "/Type /XRef /Size {} /W [1 4 2] /Index [{index}] /Filter /FlateDecode \
                 /DecodeParms << /Predictor 15 /Columns 7 >> /Length {} {trailer}{previous}",
                number + 1,
                data.len()
            );
            made.bytes.extend(format!("{number} 0 obj\n").as_bytes());
            made.bytes.extend(stream(&dict, &data));
            made.bytes.extend(b"\nendobj\n");
        } else {
            let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
            for (number, offset) in &made.offsets {
                write!(table, "{number} 1\n{offset:010} 00000 n \n").expect("a string");
            }
            write!(table, "trailer\n<< /Size {number} {trailer}{previous} >>\n").expect("a string");
            made.bytes.extend(table.as_bytes());
        }
        made.bytes.extend(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        start
    }
}

/// `/O` and `/U` for the identifier above, permissions -4 and 40 bits: the empty user password, and `user`.
const KEYS: [(&str, &str); 2] = [
    (
        "c92422687facee686e373f10b5c7d04738053152f7e2ee30e11c69ec442576ab",
        "13f3633f3c8fe41869648cfa5552ce67d52a786c2ca737f8f9c0e496403cd4ae",
    ),
    (
        "94e8094419662a774442fb072e3d9f19e9d130ec09a4d0061e78fe920f7ab62f",
        "76ca91e329fa928551771a26e5fc48d9d147e1613e07cb56f73245e2af4373b2",
    ),
];

fn references(numbers: &[u32]) -> String {
    numbers.iter().map(|number| format!("{number} 0 R ")).collect()
}

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    [format!("<< {dict} >>\nstream\n").as_bytes(), data, b"\nendstream"].concat()
}

/// As zlib data.
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).expect("memory cannot fail");
    encoder.finish().expect("memory cannot fail")
}
