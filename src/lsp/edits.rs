//! Workspace edits in the form that the client supports.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CreateFile, CreateFileOptions, DocumentChange, OptionalVersionedTextDocumentIdentifier, RenameFile,
    RenameFileOptions, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};

use super::client::Client;
use super::document::{IndexedText, OpenDocument};
use super::uri;
use crate::text::bounds::TEXT_BYTES;
use crate::text::{LineDiff, Span};

/// Edits of several files, and file operations.
#[derive(Debug, Default)]
pub(super) struct WorkspaceEdits {
    texts: BTreeMap<String, (Option<i32>, Vec<TextEdit>)>,
    creates: Vec<String>,
    renames: Vec<(String, String)>,
}

/// The text of a file from the editor, or else from disk, with its URI and version.
pub(super) fn text_of<'d>(
    path: &Path,
    documents: &'d HashMap<String, OpenDocument>,
) -> Option<(String, Option<i32>, std::borrow::Cow<'d, IndexedText>)> {
    use std::borrow::Cow;
    // Compare paths: clients write the same URI in several ways.
    if let Some((uri, document)) = documents.iter().find(|(_, document)| document.path == path) {
        return Some((uri.clone(), Some(document.version), Cow::Borrowed(&document.text)));
    }
    let (file, metadata) = crate::walk::open(path).ok()?;
    if metadata.len() > TEXT_BYTES as u64 {
        return None;
    }
    let mut text = String::new();
    file.take(TEXT_BYTES as u64).read_to_string(&mut text).ok()?;
    Some((uri::of_path(path), None, Cow::Owned(IndexedText::new(text))))
}

impl WorkspaceEdits {
    pub(super) fn text(&mut self, uri: &str, version: Option<i32>, edit: TextEdit) {
        let (_, edits) = self.texts.entry(uri.to_owned()).or_insert_with(|| (version, Vec::new()));
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }

    pub(super) fn create(&mut self, path: &Path) -> String {
        let uri = uri::of_path(path);
        self.creates.push(uri.clone());
        uri
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) {
        self.renames.push((uri::of_path(from), uri::of_path(to)));
    }

    /// None if there is nothing to do, or if the client supports only part of it.
    pub(super) fn finish(self, client: &Client) -> Option<WorkspaceEdit> {
        let possible =
            (self.creates.is_empty() || client.creates_files) && (self.renames.is_empty() || client.renames_files);
        if !possible || (self.texts.is_empty() && self.renames.is_empty()) {
            return None;
        }
        if !client.versioned_edits {
            let changes = self.texts.into_iter().map(|(uri, (_, edits))| (Uri(uri), edits)).collect();
            return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
        }
        let create = |uri| {
            let options = Some(CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) });
            DocumentChange::CreateFile(CreateFile { uri: Uri(uri), options, annotation_id: None })
        };
        let edit = |(uri, (version, edits)): (String, (Option<i32>, Vec<TextEdit>))| {
            let text_document = OptionalVersionedTextDocumentIdentifier {
                text_document_identifier: TextDocumentIdentifier { uri: Uri(uri) },
                version,
            };
            DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document,
                edits: edits.into_iter().map(Into::into).collect(),
            })
        };
        let rename = |(old, new)| {
            let options = Some(RenameFileOptions { overwrite: Some(false), ignore_if_exists: None });
            DocumentChange::RenameFile(RenameFile {
                old_uri: Uri(old),
                new_uri: Uri(new),
                options,
                annotation_id: None,
            })
        };
        let created = self.creates.into_iter().map(create);
        let all = created.chain(self.texts.into_iter().map(edit)).chain(self.renames.into_iter().map(rename));
        Some(WorkspaceEdit { document_changes: Some(all.collect()), ..WorkspaceEdit::default() })
    }
}

/// The edits that turn a text into `new`, line by line, so that the cursor stays in place.
pub(super) fn between(text: &IndexedText, new: &str, client: &Client) -> Vec<TextEdit> {
    let old = &text.text;
    let mut edits = Vec::new();
    for (before, after) in LineDiff::between(old, new).changes() {
        let (mut span, mut to) = (Span::new(before.start, before.end), Span::new(after.start, after.end));
        let (Some(from), Some(into)) = (old.get(span.start..span.end), new.get(to.start..to.end)) else { continue };
        // Shrink the edit to the characters that differ.
        let same = from.chars().zip(into.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum::<usize>();
        let tails = from.get(same..).unwrap_or("").chars().rev().zip(into.get(same..).unwrap_or("").chars().rev());
        let tail = tails.take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum::<usize>();
        span = Span::new(span.start + same, span.end - tail);
        to = Span::new(to.start + same, to.end - tail);
        edits.push(TextEdit {
            range: text.range(span, client.unit),
            new_text: new.get(to.start..to.end).unwrap_or("").to_owned(),
        });
    }
    edits
}

/// The path of a file that is renamed within its folder.
pub(super) fn renamed(from: &Path, to: &str) -> Option<PathBuf> {
    Some(from.with_file_name(Path::new(to).file_name()?))
}
