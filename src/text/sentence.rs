//! Finds where sentences end, and cuts a text into pieces of bounded length.

/// The offset after the last complete sentence and the white space that follows it.
#[must_use]
pub fn sentence_end(text: &str) -> Option<usize> {
    let mut ends = text.char_indices().rev().peekable();
    let mut after = text.len();
    while let Some((at, c)) = ends.next() {
        let next = text[after..].chars().next();
        let closed = match c {
            '。' | '！' | '？' | '\n' | '।' | '؟' | '۔' => true,
            // A dot within a number or a name does not end a sentence.
            '.' | '!' | '?' | '…' => next.is_some_and(char::is_whitespace),
            '"' | '”' | '’' | ')' | '»' => {
                next.is_some_and(char::is_whitespace) && ends.peek().is_some_and(|(_, before)| ".!?…".contains(*before))
            }
            _ => false,
        };
        if closed {
            let rest = &text[after..];
            return Some(after + rest.len() - rest.trim_start().len());
        }
        after = at;
    }
    None
}

/// Cuts a text into pieces of at most `most` code points, at ends of sentences if there are any, else at white space.
/// Drops only the white space at the cuts.
#[must_use]
pub fn pieces(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let length = rest.chars().count();
        if length <= most || most == 0 {
            pieces.push(rest);
            return pieces;
        }
        // Pieces of about the same length, so that the last one is not just a few words.
        let about = length.div_ceil(length.div_ceil(most));
        let (piece, after) = rest.split_at(cut(rest, about, most));
        pieces.push(piece.trim_end());
        rest = after.trim_start();
        if rest.is_empty() {
            return pieces;
        }
    }
}

/// Where to cut a text that is too long: soon after `about` code points, and within `most`.
fn cut(text: &str, about: usize, most: usize) -> usize {
    let end = byte(text, most);
    let window = text.get(..end).unwrap_or(text);
    let fits = |at: &usize| *at > 0 && window.get(..*at).is_some_and(|before| !is_within_tag(before));
    let (about, least) = (byte(text, about), byte(text, most / 2));
    let ends: Vec<usize> = ends(window).into_iter().filter(fits).collect();
    let past = ends.iter().rev().find(|at| **at >= about);
    // Cut between words rather than sentences if that would leave less than half a piece.
    let sentence = past.or_else(|| ends.iter().find(|at| **at >= least)).copied();
    let mut places = window.char_indices().rev().map(|(at, c)| (at, c.is_whitespace()));
    let space = places.find(|(at, space)| *space && fits(at)).map(|(at, _)| at);
    let anywhere = || {
        let places = window.char_indices().rev().map(|(at, _)| at);
        [end].into_iter().chain(places).find(|at| fits(at) && is_whole(text, *at))
    };
    sentence.or(space).or_else(anywhere).unwrap_or(end)
}

/// The offsets after complete sentences, the last first.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut before = text;
    while let Some(at) = sentence_end(before).filter(|at| *at > 0) {
        ends.push(at);
        let whole = text.get(..at).unwrap_or_default().trim_end();
        let last = whole.chars().next_back().map_or(0, char::len_utf8);
        before = whole.get(..whole.len() - last).unwrap_or_default();
    }
    ends
}

fn byte(text: &str, point: usize) -> usize {
    text.char_indices().nth(point).map_or(text.len(), |(at, _)| at)
}

/// Whether a tag of speech markup is still open at the end of a text.
fn is_within_tag(text: &str) -> bool {
    text.rfind('<').and_then(|at| text.get(at + 1..)).is_some_and(|rest| {
        let names = |c: char| c.is_ascii_alphabetic() || c == '/';
        (rest.is_empty() || rest.starts_with(names)) && !rest.contains('>')
    })
}

/// Whether a cut here separates no letter from its accent, and no emoji from what is joined to it.
fn is_whole(text: &str, at: usize) -> bool {
    let joins =
        |c: char| matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    !text.get(at..).is_some_and(|rest| rest.starts_with(joins))
        && !text.get(..at).is_some_and(|before| before.ends_with('\u{200d}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_are_at_ends_of_sentences() {
        for (text, most, expected) in [
            ("One two. Three four. Five six.", 21, &["One two. Three four.", "Five six."][..]),
            ("One. Two! Three? Four", 10, &["One. Two!", "Three?", "Four"]),
            ("你好。再见。", 4, &["你好。", "再见。"]),
            ("short", 9, &["short"]),
            // Without the end of a sentence, at white space; without that, between two letters.
            ("aaa bbb ccc ddd", 8, &["aaa bbb", "ccc ddd"]),
            ("abcdefghij", 4, &["abcd", "efgh", "ij"]),
            ("abce\u{301}fg", 4, &["abc", "e\u{301}fg"]),
            // Not through a tag.
            ("aaaa <break time=\"1s\"/> bbbb", 20, &["aaaa", "<break time=\"1s\"/>", "bbbb"]),
        ] {
            assert_eq!(pieces(text, most), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(
            text in "([a-z]{1,9}[.!?]?[ \n]{1,2}|[\u{4e00}-\u{4e20}]{1,5}\u{3002}?|<b/> |e\u{301}){0,60}",
            most in 12_usize..60,
        ) {
            let pieces = pieces(&text, most);
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(pieces.iter().map(|piece| plain(piece)).collect::<String>(), plain(&text));
            prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= most), "{:?}", pieces);
        }
    }
}
