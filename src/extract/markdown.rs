//! Fenced code blocks of Markdown: each is text of another form.

use crate::text::Span;

/// A fenced block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeBlock<'t> {
    /// The first word after the fence: `bash`, `json`; may be empty.
    pub language: &'t str,
    /// Its lines, without the fences.
    pub body: Span,
}

/// The fenced blocks of a text (CommonMark 4.5). An unclosed one extends to the end.
pub fn blocks(text: &str) -> Vec<CodeBlock<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(u8, usize, &str, usize)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let inner = line.trim_start_matches([' ', '\t', '>']);
        let fence = inner.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'));
        let count = fence.map_or(0, |fence| inner.bytes().take_while(|byte| *byte == fence).count());
        let rest = inner.get(count..).unwrap_or("").trim();
        match (open, fence) {
            (None, Some(fence)) if count >= 3 && !(fence == b'`' && rest.contains('`')) => {
                let word = rest.trim_start_matches(['{', '.']);
                let language = word.split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | ':')).next();
                open = Some((fence, count, language.unwrap_or(""), end));
            }
            (Some((opened, least, language, from)), Some(fence))
                if fence == opened && count >= least && rest.is_empty() =>
            {
                found.push(CodeBlock { language, body: Span::new(from, start) });
                open = None;
            }
            _ => {}
        }
        start = end;
    }
    if let Some((_, _, language, from)) = open {
        found.push(CodeBlock { language, body: Span::new(from, text.len()) });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences() {
        let text =
            "a\n```bash title=\"x\"\ncurl\n```\n- b\n  ~~~~ {.json}\n  {}\n  ~~~\n  ~~~~\n``` a`b ```\n```py\nx\n";
        let found: Vec<_> =
            blocks(text).iter().map(|block| (block.language, &text[block.body.start..block.body.end])).collect();
        assert_eq!(found, [("bash", "curl\n"), ("json", "  {}\n  ~~~\n"), ("py", "x\n")]);
    }
}
