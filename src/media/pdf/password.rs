//! Whether the empty user password opens an encrypted document (ISO 32000-2, section 7.6.4).
//!
//! The crate `hayro-syntax` decides. It keeps whole files in memory and inflates without a bound, so we never give it
//! the file: we write a document of one blank page with the encryption dictionary of the file.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::lex::{Lexer, PdfValue, Token};
use super::xref::{ObjectLocation, XrefTable};
use crate::media::{Bytes, ReadError};

/// Larger than any encryption dictionary that a password opens.
const MOST: u64 = 8 << 10;

/// Whether the document needs a password; none if that is unclear.
pub(super) fn is_needed(bytes: &mut Bytes<'_>, table: &XrefTable) -> Result<Option<bool>, ReadError> {
    let encrypt = match table.trailer.get(b"Encrypt") {
        Some(PdfValue::Ref(number)) => match table.entries.get(number).map(|entry| entry.location) {
            Some(ObjectLocation::At(offset)) => {
                let mut lexer = Lexer::new(bytes, offset);
                if lexer.object_header()? != Some(*number) {
                    return Ok(None);
                }
                let start = lexer.position();
                value(bytes, start)?
            }
            _ => None,
        },
        Some(_) => entry(bytes, table.trailer_at, b"Encrypt")?,
        None => None,
    };
    let id = entry(bytes, table.trailer_at, b"ID")?;
    let Some(encrypt) = encrypt else { return Ok(None) };
    Ok(ask(&encrypt, id.as_deref()))
}

fn ask(encrypt: &[u8], id: Option<&[u8]>) -> Option<bool> {
    let objects: [&[u8]; 4] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1 1] >>",
        encrypt,
    ];
    let mut document = b"%PDF-1.7\n".to_vec();
    let mut table = String::from("xref\n0 5\n0000000000 65535 f \n");
    for (index, body) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", document.len()).ok()?;
        document.extend(format!("{} 0 obj\n", index + 1).as_bytes());
        document.extend_from_slice(body);
        document.extend(b"\nendobj\n");
    }
    let start = document.len();
    document.extend(table.as_bytes());
    document.extend(b"trailer\n<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID ");
    document.extend_from_slice(id.unwrap_or(b"[<><>]"));
    document.extend(format!(" >>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    match catch_unwind(AssertUnwindSafe(|| Pdf::new(document).map(drop))).ok()? {
        Ok(()) => Some(false),
        // A security handler without passwords needs a key.
        Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm)) => {
            Some(true)
        }
        Err(_) => None,
    }
}

/// The bytes of the value of a key in the dictionary at an offset.
fn entry(bytes: &mut Bytes<'_>, dictionary: u64, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
    let mut lexer = Lexer::new(bytes, dictionary);
    let mut open = 0u32;
    while lexer.read() < 4 * MOST {
        match lexer.token()? {
            Token::DictOpen | Token::ArrayOpen => open += 1,
            Token::DictClose | Token::ArrayClose if open <= 1 => return Ok(None),
            Token::DictClose | Token::ArrayClose => open -= 1,
            Token::Name(name) if open == 1 && name.is(key) => {
                let start = lexer.position();
                return value(bytes, start);
            }
            Token::End => return Ok(None),
            _ => {}
        }
    }
    Ok(None)
}

/// The bytes of the array or dictionary at an offset.
fn value(bytes: &mut Bytes<'_>, start: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let mut lexer = Lexer::new(bytes, start);
    let mut open = 0u32;
    while lexer.read() < MOST {
        match lexer.token()? {
            Token::DictOpen | Token::ArrayOpen => open += 1,
            Token::DictClose | Token::ArrayClose => {
                open = open.saturating_sub(1);
                if open == 0 {
                    let length = usize::try_from(lexer.position() - start).unwrap_or(0);
                    return Ok(Some(bytes.peek(start, length)?.to_vec()));
                }
            }
            Token::End => return Ok(None),
            _ if open == 0 => return Ok(None),
            _ => {}
        }
    }
    Ok(None)
}
