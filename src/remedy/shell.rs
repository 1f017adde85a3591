//! Formats steps as a line to paste into a shell.

use super::Step;

/// How to quote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// Syntax that sh, bash, dash and zsh share.
    Posix,
    PowerShell,
}

impl Default for Shell {
    fn default() -> Self {
        if cfg!(windows) { Self::PowerShell } else { Self::Posix }
    }
}

impl Shell {
    /// A step as one line.
    #[must_use]
    pub fn line(self, step: &Step) -> String {
        let arguments = step.arguments.iter().map(|argument| self.word(argument)).collect::<Vec<_>>().join(" ");
        if self == Self::PowerShell && step.program == super::steps::MOVE {
            let word = |at: usize| step.arguments.get(at).map(|path| self.word(path)).unwrap_or_default();
            return format!("Move-Item -LiteralPath {} -Destination {}", word(1), word(2));
        }
        format!("{} {arguments}", step.program)
    }

    fn word(self, word: &str) -> String {
        match self {
            Self::Posix => quote(word),
            Self::PowerShell if is_plain(word) && !word.contains([',', ':', '@', '%']) => word.to_owned(),
            Self::PowerShell => format!("'{}'", word.replace('\'', "''")),
        }
    }
}

/// Quotes a word for POSIX shells if any of them needs it.
#[must_use]
pub fn quote(word: &str) -> String {
    if is_plain(word) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Whether a word has no special meaning to a shell; zsh expands a leading `=`.
fn is_plain(word: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric()) || "._-+/=,:@%".contains(c);
    !word.is_empty() && !word.starts_with('=') && word.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (word, quoted) in [
            ("a/b-c_d.mp4", "a/b-c_d.mp4"),
            ("Bühne.mov", "Bühne.mov"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("IMG.jpg[0]", "'IMG.jpg[0]'"),
            ("=x", "'=x'"),
            ("~/a", "'~/a'"),
            ("$(rm)", "'$(rm)'"),
            ("100%", "100%"),
            ("", "''"),
        ] {
            assert_eq!(quote(word), quoted);
        }
        assert_eq!(Shell::PowerShell.word("it's $x"), "'it''s $x'");
        assert_eq!(Shell::PowerShell.word("a,b"), "'a,b'");
    }
}
