//! Code actions: apply a fix, or suppress a finding in the configuration with a reason.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::{CodeAction, CodeActionKind, CodeActionParams, Command, TextEdit};

use super::check::{DocumentFindings, EditorOptions};
use super::client::{Client, FIX_ALL};
use super::diagnostics::diagnostic;
use super::document::{IndexedText, OpenDocument};
use super::edits::{self, WorkspaceEdits};
use super::server::mend::{self, COMMAND};
use crate::config::{self, Config};
use crate::engine::FactMemory;
use crate::finding::{Finding, Fix};
use crate::fix::{self, FixMode};
use crate::media::Depth;
use crate::remedy::{Remedy, Way};
use crate::request::endpoint::Certainty;
use crate::{Linter, Settings};

/// The input of code actions.
pub(super) struct ActionContext<'a> {
    pub uri: &'a str,
    pub document: &'a OpenDocument,
    pub documents: &'a HashMap<String, OpenDocument>,
    pub folder: &'a Path,
    pub config: &'a Config,
    pub client: &'a Client,
    pub options: &'a EditorOptions,
    pub memory: &'a Arc<FactMemory>,
}

impl ActionContext<'_> {
    pub(super) fn actions(&self, params: &CodeActionParams) -> Vec<CodeAction> {
        let Some(Ok(found)) = self.document.fresh().map(|checked| &checked.outcome) else { return Vec::new() };
        let only: Option<Vec<String>> =
            params.context.only.as_ref().map(|only| only.iter().map(|kind| String::from(kind.clone())).collect());
        let wanted = |kind: &str| {
            let within = |only: &String| {
                kind == only || kind.strip_prefix(only.as_str()).is_some_and(|rest| rest.starts_with('.'))
            };
            only.as_ref().is_none_or(|only| only.iter().any(|only| only.is_empty() || within(only)))
        };
        let range = self.document.text.span(params.range, self.client.unit);
        let mut actions = Vec::new();
        let mut mended = BTreeSet::new();
        if wanted("quickfix") {
            for finding in &found.findings {
                let at = found.places(finding).into_iter().find(|place| {
                    let span = place.span.unwrap_or_default();
                    span.start <= range.end && range.start <= span.end
                });
                let Some(place) = at else { continue };
                let shown = || Some(vec![diagnostic(self.uri, self.document, found, finding, place, self.client)]);
                if let Some(fix) = &finding.fix
                    && let Some(action) = self.fixed(found, finding, fix)
                {
                    actions.push(CodeAction { diagnostics: shown(), ..action });
                }
                let remedy = finding.remedy.as_ref().filter(|remedy| mended.insert(&remedy.path));
                if let Some(action) = remedy.and_then(|remedy| self.mended(remedy)) {
                    actions.push(CodeAction { diagnostics: shown(), ..action });
                }
                if let Some(action) = self.suppressed(found, finding) {
                    actions.push(CodeAction { diagnostics: shown(), ..action });
                }
            }
            // Fixes come before suppressions.
            actions.sort_by_key(|action| action.is_preferred != Some(true) && action.title.starts_with("suppress "));
        }
        let several =
            found.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe)).count() > 1;
        if wanted(FIX_ALL) && (several || only.is_some()) {
            actions.extend(self.all());
        }
        actions
    }

    fn fixed(&self, found: &DocumentFindings, finding: &Finding, fix: &Fix) -> Option<CodeAction> {
        let elsewhere = fix.rename.as_ref().and_then(|_| self.everywhere(finding));
        let fix = elsewhere.as_ref().map_or(fix, |(fix, _)| fix);
        let paths = elsewhere.as_ref().map_or(&found.paths, |(_, paths)| paths);
        let mut edits = WorkspaceEdits::default();
        for edit in &fix.edits {
            let name = if edit.file.is_empty() { &finding.location.file } else { &edit.file };
            let path = if **name == *found.name { &self.document.path } else { paths.get(name)? };
            let (uri, version, text) = self.text(path)?;
            let range = text.range(edit.span, self.client.unit);
            edits.text(&uri, version, TextEdit { range, new_text: edit.text.clone() });
        }
        if let Some(rename) = &fix.rename {
            let from = paths.get(&rename.from).or_else(|| found.paths.get(&rename.from))?;
            edits.rename(from, &edits::renamed(from, &rename.to)?);
        }
        let title =
            if fix.safe { fix.title.clone() } else { format!("{} (unsafe: the value may be intended)", fix.title) };
        Some(CodeAction {
            title,
            kind: Some(CodeActionKind::QuickFix),
            is_preferred: Some(fix.safe),
            edit: Some(edits.finish(self.client)?),
            ..CodeAction::default()
        })
    }

    /// The server runs this as a command, because it takes longer than an edit and needs other programs.
    fn mended(&self, remedy: &Remedy) -> Option<CodeAction> {
        // A mere rename is already a fix. Without support for edits, the client could not refer to the new file.
        if remedy.goal.way == Way::Rename || !self.client.applies || !fix::is_whole(remedy) {
            return None;
        }
        let name = &remedy.input;
        let title = match remedy.goal.cut {
            Some(_) => format!("mend {name} and keep only its beginning"),
            None => format!("mend {name}: {}", remedy.summary()),
        };
        let loses = remedy.loses().map(|loses| format!(" (loses {loses})")).unwrap_or_default();
        let command = Command {
            title: "mend the file".to_owned(),
            command: COMMAND.to_owned(),
            arguments: Some(vec![mend::arguments(&remedy.path, remedy.goal.cut.is_some())]),
            tooltip: None,
        };
        Some(CodeAction {
            title: crate::source::clean(&format!("{title}{loses}")).into_owned(),
            kind: Some(CodeActionKind::QuickFix),
            command: Some(command),
            ..CodeAction::default()
        })
    }

    fn text(&self, path: &Path) -> Option<(String, Option<i32>, std::borrow::Cow<'_, IndexedText>)> {
        if path == self.document.path {
            let text = std::borrow::Cow::Borrowed(&self.document.text);
            return Some((self.uri.to_owned(), Some(self.document.version), text));
        }
        edits::text_of(path, self.documents)
    }

    /// Extends a rename to the references of all requests in the folder.
    fn everywhere(&self, finding: &Finding) -> Option<(Fix, HashMap<Arc<str>, PathBuf>)> {
        let folder = if self.config.root.as_os_str().is_empty() { self.folder } else { &self.config.root };
        // The names in the finding stay unchanged.
        let mut settings =
            Settings { paths: vec![folder.to_owned()], depth: Depth::Header, ..self.options.base(self.folder) };
        settings.overlay.memory = Some(Arc::clone(self.memory));
        for document in self.documents.values() {
            settings.overlay.set_text(&*document.path, document.text.text.as_bytes());
        }
        let outcome = Linter::new(settings).run().ok()?;
        let same = |other: &&Finding| other.rule == finding.rule && other.location.file == finding.location.file;
        let fix = outcome.report.findings.iter().find(same)?.fix.clone()?;
        Some((fix, outcome.paths.into_listed()))
    }

    /// All safe fixes of the document as one action.
    fn all(&self) -> Option<CodeAction> {
        let settings = self.options.settings(self.folder, &self.document.path, &self.document.text.text, self.memory);
        let settings = Settings { unasked: Some(Certainty::Likely), ..settings };
        let mended = fix::mend(&settings, FixMode::Texts).ok()?;
        let change = mended.changes.iter().find(|change| *change.path == *self.document.path)?;
        let new = change.after.read().ok()?;
        let new = std::str::from_utf8(&new).ok()?;
        let mut edits = WorkspaceEdits::default();
        for edit in edits::between(&self.document.text, new, self.client) {
            edits.text(self.uri, Some(self.document.version), edit);
        }
        Some(CodeAction {
            title: "fix everything that heylint can fix safely".to_owned(),
            kind: Some(CodeActionKind::Custom(FIX_ALL.into())),
            edit: Some(edits.finish(self.client)?),
            ..CodeAction::default()
        })
    }

    /// A `[[suppress]]` entry; none if it would not suppress the finding.
    fn suppressed(&self, found: &DocumentFindings, finding: &Finding) -> Option<CodeAction> {
        let file = if *finding.location.file == *found.name {
            &self.document.path
        } else {
            found.paths.get(&finding.location.file)?
        };
        let exists = !self.config.root.as_os_str().is_empty();
        let root = if exists { self.config.root.clone() } else { root_for(self.folder, &self.document.path) };
        let below = file.strip_prefix(&root).ok()?;
        let place = &finding.location;
        let mut at = below.to_str()?.replace('\\', "/");
        if let Some(record) = place.record {
            at.push_str(&format!("[{record}]"));
        }
        if let Some(pointer) = place.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            at.push('#');
            at.push_str(pointer);
        }
        let path = if exists { self.folder.join(&*self.config.name) } else { root.join(config::FILE_NAME) };
        let mut edits = WorkspaceEdits::default();
        let (uri, version, text) = match self.text(&path) {
            Some(known) => known,
            None if !exists => (edits.create(&path), None, std::borrow::Cow::Owned(IndexedText::new(String::new()))),
            None => return None,
        };
        let blank = match text.text.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let entry = format!(
            "{blank}[[suppress]]\nat = {}\nrules = [\"{}\"]\nreason = \"why this finding is accepted\"\n",
            crate::text::toml_string(&at),
            finding.rule.id
        );
        // Offer it only if it parses and suppresses the finding.
        let config = config::parse(&format!("{}{entry}", text.text), config::FILE_NAME, &root).ok()?;
        if !config.suppressions.last()?.names(finding, below) {
            return None;
        }
        let end = text.end(self.client.unit);
        let range = gen_lsp_types::Range { start: end, end };
        edits.text(&uri, version, TextEdit { range, new_text: entry });
        Some(CodeAction {
            title: format!("suppress {} here with a reason, in {}", finding.rule.id, config::FILE_NAME),
            kind: Some(CodeActionKind::QuickFix),
            is_preferred: Some(false),
            edit: Some(edits.finish(self.client)?),
            ..CodeAction::default()
        })
    }
}

/// The folder for a new configuration: beside `.git`, else the root of the workspace.
fn root_for(folder: &Path, file: &Path) -> PathBuf {
    let mut above = file.ancestors().skip(1);
    let repository = above.find(|above| above.join(".git").symlink_metadata().is_ok());
    let beside = || if file.starts_with(folder) { folder } else { file.parent().unwrap_or(folder) };
    repository.unwrap_or_else(beside).to_owned()
}
