//! `rules/<subject>/<name>.md` → one `Rule` each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::constant;
use crate::emit::{Code, call, path, public_static, structure};
use crate::limits::Profile;

pub struct Page {
    pub id: String,
    pub path: PathBuf,
    pub fields: BTreeMap<String, String>,
}

/// Every key of the front matter, and whether a page must have it.
const KEYS: [(&str, bool); 10] = [
    ("summary", true),
    ("severity", true),
    ("since", true),
    ("status", true),
    ("basis", true),
    ("limits", false),
    ("prevents", false),
    ("fix", false),
    ("aliases", false),
    ("tag", false),
];

pub fn read(rules: &Path) -> Result<Vec<Page>, String> {
    let mut pages = Vec::new();
    for folder in list(rules)? {
        let subject = file_name(&folder);
        // A folder with limits is a profile, not a subject of rules.
        if !folder.is_dir() || folder.join("limits.toml").exists() {
            continue;
        }
        for path in list(&folder)? {
            let name = file_name(&path);
            let Some(name) = name.strip_suffix(".md") else { continue };
            pages.push(page(format!("{subject}/{name}"), path)?);
        }
    }
    pages.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(pages)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(|error| error.to_string())).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn page(id: String, path: PathBuf) -> Result<Page, String> {
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let matter = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let Some((matter, _)) = matter else { return Err(format!("{id}: the page has no front matter")) };
    let mut fields = BTreeMap::new();
    for line in matter.lines() {
        let Some((key, value)) = line.split_once(':') else {
            return Err(format!("{id}: “{line}” is not `key: value`"));
        };
        if !KEYS.iter().any(|(known, _)| *known == key) {
            return Err(format!("{id}: “{key}” is not a key of a rule page"));
        }
        fields.insert(key.to_owned(), value.trim().to_owned());
    }
    for (key, required) in KEYS {
        if required && !fields.contains_key(key) {
            return Err(format!("{id}: the page does not give `{key}`"));
        }
    }
    let summary = &fields["summary"];
    // An acronym may come first.
    let mut letters = summary.chars();
    let sentence = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    if summary.chars().count() > 72 || summary.ends_with('.') || sentence {
        return Err(format!("{id}: the summary is above 72 characters, ends in a full stop or starts upper case"));
    }
    Ok(Page { id, path, fields })
}

impl Page {
    fn field(&self, key: &str) -> &str {
        self.fields.get(key).map_or("", String::as_str)
    }

    fn words(&self, key: &str) -> impl Iterator<Item = &str> {
        self.field(key).split(',').map(str::trim).filter(|word| !word.is_empty())
    }

    /// The limits of a profile that it names; `*.max-size` means every limit with that ending, `voice.*` every limit
    /// with that beginning.
    fn limits<'p>(&'p self, profile: &'p Profile) -> impl Iterator<Item = &'p str> {
        let names = profile.limits.iter().map(|limit| limit.name.as_str());
        names.filter(|name| self.words("limits").any(|word| fits(word, name)))
    }
}

fn fits(word: &str, name: &str) -> bool {
    match word.split_once('*') {
        Some((head, tail)) => name.starts_with(head) && name.ends_with(tail),
        None => name == word,
    }
}

/// The names of all limits of a profile that some page reads.
pub fn used(pages: &[Page], profile: &Profile) -> BTreeSet<String> {
    pages.iter().flat_map(|page| page.limits(profile)).map(str::to_owned).collect()
}

/// Checks the front matter of all pages, and their limits against all profiles.
pub fn check(pages: &[Page], profiles: &[&Profile]) -> Result<(), String> {
    for page in pages {
        for word in page.words("limits") {
            if !profiles.iter().any(|profile| profile.limits.iter().any(|limit| fits(word, &limit.name))) {
                return Err(format!("{}: no limit `{word}` in any profile", page.id));
            }
        }
        let allowed: [(&str, &[&str]); 5] = [
            ("severity", &["error", "warning", "hint"]),
            ("status", &["stable", "preview"]),
            ("basis", &["documented", "observed", "inferred"]),
            ("fix", &["", "none", "safe", "unsafe"]),
            ("tag", &["", "deprecated", "unnecessary"]),
        ];
        for (key, values) in allowed {
            if !values.contains(&page.field(key)) {
                return Err(format!("{}: {key} is “{}”, not one of {}", page.id, page.field(key), values.join(", ")));
            }
        }
    }
    Ok(())
}

pub fn generate(pages: &[Page]) -> String {
    let mut out = String::new();
    let variant = |of: &str, word: &str| path(format!("{of}::{}{}", word[..1].to_uppercase(), &word[1..]));
    for page in pages {
        let fix = match page.field("fix") {
            "" => "none",
            other => other,
        };
        let tag = Some(page.field("tag")).filter(|tag| !tag.is_empty()).map(|tag| variant("Tag", tag));
        let text = call("include_str!", &page.path.display().to_string());
        let rule = structure(
            "Rule",
            &[
                ("id", &page.id),
                ("summary", &page.field("summary")),
                ("severity", &variant("Severity", page.field("severity"))),
                ("status", &variant("Status", page.field("status"))),
                ("since", &page.field("since")),
                ("basis", &variant("Basis", page.field("basis"))),
                ("limits", &page.words("limits").collect::<Vec<_>>()),
                ("prevents", &page.words("prevents").next()),
                ("fixes", &variant("Fixes", fix)),
                ("aliases", &page.words("aliases").collect::<Vec<_>>()),
                ("tag", &tag),
                ("page", &text),
            ],
        );
        public_static(&mut out, &format!("{}.", page.field("summary")), &constant(&page.id), "Rule", &rule);
    }
    let all: Vec<Code> = pages.iter().map(|page| path(format!("&{}", constant(&page.id)))).collect();
    public_static(&mut out, "Every rule, sorted by id.", "ALL", "&[&Rule]", &all);
    out
}
