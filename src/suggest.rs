//! Did you mean: finds the known name nearest to a misspelled one.

/// The nearest of the known names, if it is near enough to have been meant.
///
/// Distances are Damerau-Levenshtein over scalar values, ignoring case; about a third of the word may differ. If
/// exactly one known name contains the word (`too-long` in `script/too-long`), it counts as near.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A hostile word may be long; no rule has four hundred letters.
    if word.is_empty() || word.len() > 200 {
        return None;
    }
    let word = word.to_lowercase();
    let most = word.chars().count().div_ceil(3);
    let mut best: Option<(usize, &str)> = None;
    let mut within: Vec<&str> = Vec::new();
    for name in known {
        let lower = name.to_lowercase();
        let distance = strsim::damerau_levenshtein(&word, &lower);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
        if word.len() >= 4 && lower.contains(&word) {
            within.push(name);
        }
    }
    match (best, within.as_slice()) {
        (Some((_, name)), _) => Some(name),
        (None, [only]) => Some(only),
        _ => None,
    }
}

/// `; did you mean `speech`?`, or nothing.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far() {
        let known = ["script/too-long", "script/empty", "audio/too-long", "file/corrupt"];
        assert_eq!(nearest("script/to-long", known), Some("script/too-long"));
        assert_eq!(nearest("SCRIPT/EMPTY", known), Some("script/empty"));
        assert_eq!(nearest("corrupt", known), Some("file/corrupt"));
        assert_eq!(nearest("too-long", known), None, "two rules end so");
        assert_eq!(nearest("banana", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(did_you_mean("speach", ["speech", "voice"]), "; did you mean `speech`?");
    }
}
