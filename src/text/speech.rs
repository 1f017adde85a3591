//! Text to be spoken: its tags, its pauses, and its estimated duration.

/// Tags of SSML 1.1, and tags of HTML that people mistake for SSML.
const TAGS: [&str; 22] = [
    "speak", "prosody", "emphasis", "phoneme", "say-as", "voice", "audio", "sub", "lang", "mark", "lexicon", "lookup",
    "metadata", "desc", "token", "w", "p", "s", "break", "pause", "br", "par",
];

/// Something between `<` and `>` that has the shape of a tag.
#[derive(Clone, Copy, Debug)]
pub struct SsmlTag<'t> {
    pub start: usize,
    pub end: usize,
    pub text: &'t str,
    pub name: &'t str,
    /// Both sides have white space, another tag, or the end of the text.
    pub apart: bool,
}

impl SsmlTag<'_> {
    pub fn is_known(&self) -> bool {
        // Vendors have prefixes: `amazon:effect`, `mstts:express-as`.
        TAGS.iter().any(|known| known.eq_ignore_ascii_case(self.name)) || self.name.contains(':')
    }
}

/// The tags of a text, in order.
pub fn tags(text: &str) -> impl Iterator<Item = SsmlTag<'_>> {
    const LONGEST: usize = 1_000;
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + memchr::memchr(b'<', text.as_bytes().get(from..)?)?;
            from = start + 1;
            let rest = text.get(start..text.floor_char_boundary(start + LONGEST))?;
            let inner = rest.get(1..).map(|inner| inner.strip_prefix('/').unwrap_or(inner)).unwrap_or("");
            let proper = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_');
            let name = &inner[..inner.find(|c| !proper(c)).unwrap_or(inner.len())];
            if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            // A tag that is not closed ends before the next one.
            let end = match rest.get(1..).and_then(|rest| rest.find(['<', '>'])) {
                Some(at) if rest[1 + at..].starts_with('>') => at + 2,
                _ => rest.len() - inner.len() + name.len(),
            };
            let (before, after) = (text[..start].chars().next_back(), rest[end..].chars().next());
            let apart = before.is_none_or(|c| c.is_whitespace() || c == '>')
                && after.is_none_or(|c| c.is_whitespace() || c == '<');
            return Some(SsmlTag { start, end: start + end, text: &rest[..end], name, apart });
        }
    })
}

/// The spoken pieces of a text, without SSML tags.
pub fn spoken(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let ends = tags(text).filter(SsmlTag::is_known).map(|tag| (tag.start, tag.end)).chain([(text.len(), text.len())]);
    ends.map(move |(start, end)| {
        let piece = text.get(from..start).unwrap_or("");
        from = end;
        piece
    })
}

/// The seconds of all pauses in a text.
fn pauses(text: &str) -> f64 {
    tags(text).filter(|tag| tag.name.eq_ignore_ascii_case("break")).filter_map(|tag| pause(tag.text)).sum()
}

/// The seconds of a `time` in seconds or milliseconds.
fn pause(tag: &str) -> Option<f64> {
    let time = attribute(tag, "time")?;
    let (number, scale) = match time.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (time.strip_suffix('s')?, 1.0),
    };
    let seconds: f64 = number.trim().parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds * scale)
}

/// The value of an attribute.
pub fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let rest = &tag[tag.find(name)? + name.len()..];
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split(quote).next()
}

/// What an average voice reads per minute: words in languages that separate them, else characters.
const WORDS: f64 = 150.0;
const HAN: f64 = 250.0;
const KANA: f64 = 400.0;
const HANGUL: f64 = 300.0;
/// Thai, Lao, Khmer, Burmese: no spaces between words.
const UNSPACED: f64 = 600.0;

/// The estimated duration of a spoken text in seconds.
///
/// Assumes 150 words a minute, 250 Chinese characters, 400 kana, 300 Korean syllables, or 600 characters of Thai and
/// related scripts; adds the pauses of `<break>` tags, and divides by `speed` (1 is normal). Voices differ by a third
/// either way, so the result is good only for advice.
#[must_use]
pub fn spoken_seconds(text: &str, speed: f64) -> f64 {
    let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
    let (mut minutes, mut words) = (0.0, 0);
    for piece in spoken(text) {
        let mut within = false;
        for c in piece.chars() {
            if c.is_ascii() {
                let word = c.is_ascii_alphanumeric();
                words += u32::from(word && !within);
                within = word || within && !matches!(c, '\t'..='\r' | ' ');
                continue;
            }
            let rate = match c {
                '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => HAN,
                '\u{3041}'..='\u{30ff}' => KANA,
                '\u{ac00}'..='\u{d7a3}' => HANGUL,
                '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => UNSPACED,
                c => {
                    let word = c.is_alphanumeric();
                    words += u32::from(word && !within);
                    within = word || within && !c.is_whitespace();
                    continue;
                }
            };
            within = false;
            if c.is_alphanumeric() {
                minutes += 1.0 / rate;
            }
        }
    }
    (minutes + f64::from(words) / WORDS) * 60.0 / speed + pauses(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimated_durations() {
        let about = |text: &str, speed: f64, seconds: f64| {
            let found = spoken_seconds(text, speed);
            assert!((found - seconds).abs() < 0.05 * seconds + 0.01, "{found} s for {text}");
        };
        about(&"word ".repeat(150), 1.0, 60.0);
        about(&"word ".repeat(150), 1.5, 40.0);
        about(&"don't stop-gap ".repeat(75), 1.0, 60.0);
        about(&"漢".repeat(250), 1.0, 60.0);
        about("Hi <break time=\"1.5s\"/> <break time=\"500ms\"/>", 1.0, 2.4);
        about("", 1.0, 0.0);
        about("word", f64::NAN, 0.4);
        about("word", 0.0, 0.4);
    }

    proptest::proptest! {
        /// Plain letters have a fast path.
        #[test]
        fn words_are_separated_by_white_space(text in "[a-zA-Z0-9'é.,\\- \t\u{b}\n]{0,80}") {
            let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
            let seconds = spoken_seconds(&text, 1.0);
            proptest::prop_assert!((seconds - words as f64 * 60.0 / WORDS).abs() < 1e-6, "{:?}: {}", text, seconds);
        }
    }
}
