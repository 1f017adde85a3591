//! The base64 alphabet (RFC 4648, section 4), and decoding from any offset.

const NONE: u8 = 0xff;

const VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [NONE; 256];
    let mut at = 0;
    while at < alphabet.len() {
        values[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    values
};

/// The six bits of a character; none if it is outside the standard alphabet.
#[must_use]
pub fn sextet(character: u8) -> Option<u8> {
    let value = VALUES[usize::from(character)];
    (value != NONE).then_some(value)
}

/// The number of bytes that a text encodes, padded or not.
#[must_use]
pub fn decoded_len(text: &[u8]) -> usize {
    let characters = unpadded(text).len();
    characters / 4 * 3 + (characters % 4).saturating_sub(1)
}

fn unpadded(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"=").unwrap_or(text);
    text.strip_suffix(b"=").unwrap_or(text)
}

/// For each position in a group of four characters, the bits of a character at their place among the 24 of the group.
/// Characters outside the alphabet set a bit above these.
static SHIFTED: [[u32; 256]; 4] = {
    let mut shifted = [[u32::MAX; 256]; 4];
    let mut at = 0;
    while at < 4 * 256 {
        let value = VALUES[at % 256];
        if value != NONE {
            shifted[at / 256][at % 256] = (value as u32) << (18 - 6 * (at / 256));
        }
        at += 1;
    }
    shifted
};

/// Decodes from byte `offset` of the encoded data until `into` is full. Returns false for a character outside the
/// alphabet, or if the data end first.
pub(super) fn decode(text: &[u8], offset: usize, into: &mut [u8]) -> bool {
    // Every third byte begins a group of four characters.
    let mut text = unpadded(text).get(offset / 3 * 4..).unwrap_or(&[]);
    let mut into = into;
    if !offset.is_multiple_of(3) && !some(&mut text, &mut into, offset % 3) {
        return false;
    }
    let whole = (text.len() / 4).min(into.len() / 3);
    let (quads, rest) = text.split_at(whole * 4);
    let (threes, end) = into.split_at_mut(whole * 3);
    let mut seen = 0;
    for (quad, three) in quads.chunks_exact(4).zip(threes.chunks_exact_mut(3)) {
        let bits = (0..4).fold(0, |bits, at| bits | SHIFTED[at][usize::from(quad[at])]);
        seen |= bits;
        three.copy_from_slice(&bits.to_be_bytes()[1..]);
    }
    let (mut text, mut into) = (rest, end);
    seen >> 24 == 0 && (into.is_empty() || some(&mut text, &mut into, 0)) && into.is_empty()
}

/// Decodes one group after its first `skip` bytes. The group may be incomplete, and `into` may want only part of it.
fn some(text: &mut &[u8], into: &mut &mut [u8], skip: usize) -> bool {
    let (quad, rest) = text.split_at(text.len().min(4));
    let mut bits = 0;
    for (at, character) in quad.iter().enumerate() {
        bits |= SHIFTED[at][usize::from(*character)];
    }
    let bytes = bits.to_be_bytes();
    let known = bytes.get(1 + skip..quad.len()).unwrap_or(&[]);
    let count = known.len().min(into.len());
    let (now, later) = std::mem::take(into).split_at_mut(count);
    now.copy_from_slice(&known[..count]);
    (*text, *into) = (rest, later);
    bits >> 24 == 0
}
