//! Sony Wave64: WAV chunks with 16-byte identifiers and 64-bit sizes.

use super::format::{Order, SampleFormat};
use crate::media::{Bytes, Facts, ReadError};

/// Upper bound for chunks.
const MOST_CHUNKS: u32 = 4_096;
/// The last twelve bytes of all chunk identifiers except the outermost.
const FAMILY: &[u8] = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

/// Reads the facts and ignores faults, because the format is only converted.
pub(in crate::media) fn outline_w64(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let mut at = 40;
    let mut layout = None;
    for _ in 0..MOST_CHUNKS {
        let header = bytes.array::<24>(at)?;
        let size = super::le64(&header, 16);
        if size < 24 || &header[4..16] != FAMILY {
            break;
        }
        match &header[..4] {
            b"fmt " => {
                let most = usize::try_from((size - 24).min(64)).unwrap_or(64);
                layout = SampleFormat::read(bytes.peek(at + 24, most)?, Order::Little);
            }
            b"data" => {
                let present = (size - 24).min(bytes.left(at + 24));
                let layout = layout.as_ref().filter(|layout| layout.unusable().is_none());
                let seconds = layout.map(|layout| layout.seconds(present, None));
                super::describe(layout, seconds, present, facts);
                break;
            }
            _ => {}
        }
        // Chunks are aligned to eight bytes.
        let Some(next) = at.checked_add(size).and_then(|end| end.checked_next_multiple_of(8)) else { break };
        at = next;
    }
    Ok(())
}
