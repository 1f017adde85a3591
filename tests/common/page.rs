//! A rule page, as its test reads it.

use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The text after the fence: `json bad POST /v3/videos`.
    pub info: String,
    /// The text between the fences, without the last newline.
    pub text: String,
    /// The 1-based line of the opening fence.
    pub line: usize,
}

impl Block {
    pub fn word(&self, at: usize) -> &str {
        self.info.split_whitespace().nth(at).unwrap_or("")
    }
}

pub struct Page {
    pub id: String,
    pub text: String,
    pub blocks: Vec<Block>,
    path: PathBuf,
}

/// All pages below the folder of the rules, sorted.
pub fn list(root: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in std::fs::read_dir(root).expect("rules/").flatten().map(|entry| entry.path()) {
        if folder.is_dir() && !folder.join("limits.toml").exists() {
            let files = std::fs::read_dir(folder).expect("a subject").flatten().map(|entry| entry.path());
            pages.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
        }
    }
    pages.sort();
    pages
}

pub fn read(root: &Path, path: &Path) -> Page {
    let text = std::fs::read_to_string(path).expect("a page");
    let id = path.strip_prefix(root).expect("below rules/").with_extension("").to_string_lossy().replace('\\', "/");
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { info: info.to_owned(), text: String::new(), line: at + 1 }),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{id}: a block is not closed");
    for block in &mut blocks {
        block.text.pop();
    }
    Page { id, text, blocks, path: path.to_owned() }
}

impl Page {
    /// The text without front matter and blocks.
    pub fn prose(&self) -> String {
        let mut inside = false;
        let body = self.text.splitn(3, "---\n").nth(2).unwrap_or("");
        let keep = body.lines().filter(|line| {
            let fence = line.starts_with("```");
            inside ^= fence;
            !inside && !fence
        });
        keep.collect::<Vec<_>>().join("\n")
    }

    /// The names in `{braces}` that look like those of limits.
    pub fn placeholders(&self) -> Vec<String> {
        let prose = self.prose();
        let pieces = prose.split('{').skip(1).filter_map(|piece| piece.split_once('}'));
        let name = |text: &&str| {
            text.contains('.') && text.chars().all(|c| c.is_ascii_lowercase() || "-.0123456789".contains(c))
        };
        pieces.map(|(name, _)| name).filter(name).map(str::to_owned).collect()
    }

    /// Replaces the text of the blocks that open on these lines.
    pub fn rewrite(&self, changed: &[(usize, String)]) {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut out = String::new();
        let mut at = 0;
        while at < lines.len() {
            out.push_str(lines[at]);
            out.push('\n');
            if let Some((_, text)) = changed.iter().find(|(line, _)| *line == at + 1) {
                out.push_str(text.trim_end());
                out.push('\n');
                while lines[at + 1] != "```" {
                    at += 1;
                }
            }
            at += 1;
        }
        std::fs::write(&self.path, out).expect("the page is written");
    }
}
