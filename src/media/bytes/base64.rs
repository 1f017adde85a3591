//! The alphabet of base64 (RFC 4648, section 4), and its decoding from any place.

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

/// The six bits that a character stands for; none for what is not of the standard alphabet.
#[must_use]
pub fn sextet(character: u8) -> Option<u8> {
    let value = VALUES[usize::from(character)];
    (value != NONE).then_some(value)
}

/// The number of bytes that a text stands for, padded or not.
#[must_use]
pub fn decoded_len(text: &[u8]) -> usize {
    let characters = unpadded(text).len();
    characters / 4 * 3 + (characters % 4).saturating_sub(1)
}

fn unpadded(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"=").unwrap_or(text);
    text.strip_suffix(b"=").unwrap_or(text)
}

/// Decodes from byte `offset` of what the text stands for until `into` is full; false when a character is not of the
/// alphabet, or when there is not that much.
pub(super) fn decode(text: &[u8], offset: usize, into: &mut [u8]) -> bool {
    let text = unpadded(text);
    // The first byte of a quad of characters is every third one.
    let mut skip = offset % 3;
    let mut done = 0;
    for quad in text.get(offset / 3 * 4..).unwrap_or(&[]).chunks(4) {
        if done >= into.len() {
            break;
        }
        let mut bits = 0u32;
        for character in quad {
            let value = VALUES[usize::from(*character)];
            if value == NONE {
                return false;
            }
            bits = bits << 6 | u32::from(value);
        }
        bits <<= 6 * (4 - quad.len());
        let [_, bytes @ ..] = bits.to_be_bytes();
        for byte in bytes.iter().take(quad.len().saturating_sub(1)).skip(std::mem::take(&mut skip)) {
            let Some(place) = into.get_mut(done) else { break };
            *place = *byte;
            done += 1;
        }
    }
    done == into.len()
}
