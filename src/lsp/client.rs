//! The capabilities of the client. An unknown or malformed capability counts as absent.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::server::mend::COMMAND;
use super::uri;
use crate::source::Unit;

pub(super) const FIX_ALL: &str = "source.fixAll.heylint";

#[derive(Clone, Debug)]
pub(super) struct Client {
    /// The unit of columns.
    pub unit: Unit,
    /// The roots of the workspace, absolute.
    pub folders: Vec<PathBuf>,
    /// It pulls diagnostics, so the server does not publish them.
    pub pulls: bool,
    pub refreshes: bool,
    /// It can watch files for the server.
    pub watches: bool,
    pub snippets: bool,
    pub versioned_edits: bool,
    pub creates_files: bool,
    pub renames_files: bool,
    pub related: bool,
    pub literal_actions: bool,
    pub data: bool,
    /// It applies edits on request of the server.
    pub applies: bool,
    /// It shows progress.
    pub progress: bool,
    /// It shows pictures in a hover.
    pub pictures: bool,
    /// It wants `heylint/status`.
    pub status: bool,
}

impl Client {
    pub(super) fn read(params: &Value) -> Self {
        let capabilities = params.get("capabilities").unwrap_or(&Value::Null);
        let at = |pointer: &str| capabilities.pointer(pointer);
        let has = |pointer: &str| at(pointer).and_then(Value::as_bool).unwrap_or(false);
        let lists = |pointer: &str, word: &str| {
            at(pointer).and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == word))
        };
        let asks = |option: &str| {
            params.get("initializationOptions").and_then(|options| options.get(option)) == Some(&Value::Bool(true))
        };
        let encodings = at("/general/positionEncodings").and_then(Value::as_array);
        // The client lists its encodings by preference.
        let unit = encodings.into_iter().flatten().filter_map(Value::as_str).find_map(unit).unwrap_or(Unit::Utf16);
        let roots = params.get("workspaceFolders").and_then(Value::as_array);
        let roots = roots.into_iter().flatten().filter_map(|folder| folder.get("uri"));
        let mut folders: Vec<PathBuf> = roots.filter_map(|root| uri::path(root.as_str()?)).collect();
        if folders.is_empty() {
            let root = params.get("rootUri").and_then(Value::as_str).and_then(uri::path);
            let old = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
            folders.extend(root.or_else(old).filter(|root| root.is_absolute()));
        }
        // Some clients that support renames do not announce `documentChanges`.
        let operations = at("/workspace/workspaceEdit/resourceOperations").and_then(Value::as_array);
        let documents =
            has("/workspace/workspaceEdit/documentChanges") || operations.is_some_and(|list| !list.is_empty());
        let refreshes = has("/workspace/diagnostics/refreshSupport");
        Self {
            unit,
            folders,
            // Pulled diagnostics would go stale without a way to ask for a refresh when a media file changes.
            pulls: refreshes && at("/textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes,
            watches: has("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            snippets: has("/textDocument/completion/completionItem/snippetSupport"),
            versioned_edits: documents,
            creates_files: documents && lists("/workspace/workspaceEdit/resourceOperations", "create"),
            renames_files: documents && lists("/workspace/workspaceEdit/resourceOperations", "rename"),
            related: has("/textDocument/publishDiagnostics/relatedInformation"),
            literal_actions: at("/textDocument/codeAction/codeActionLiteralSupport").is_some_and(Value::is_object),
            applies: has("/workspace/applyEdit"),
            progress: has("/window/workDoneProgress"),
            data: has("/textDocument/publishDiagnostics/dataSupport"),
            pictures: asks("pictures"),
            status: asks("status"),
        }
    }

    /// The capabilities that the server announces.
    pub(super) fn offered(&self) -> Value {
        let pulls = self
            .pulls
            .then(|| json!({"identifier": "heylint", "interFileDependencies": true, "workspaceDiagnostics": false}));
        let mut capabilities = json!({
            "positionEncoding": unit_name(self.unit),
            "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
            "hoverProvider": true,
            "completionProvider": {"triggerCharacters": ["\"", "/"]},
            "codeActionProvider": {"codeActionKinds": ["quickfix", FIX_ALL]},
            "executeCommandProvider": {"commands": [COMMAND]},
        });
        if let (Some(pulls), Some(members)) = (pulls, capabilities.as_object_mut()) {
            members.insert("diagnosticProvider".to_owned(), pulls);
        }
        capabilities
    }
}

fn unit(name: &str) -> Option<Unit> {
    match name {
        "utf-8" => Some(Unit::Utf8),
        "utf-16" => Some(Unit::Utf16),
        "utf-32" => Some(Unit::Scalar),
        _ => None,
    }
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Utf8 => "utf-8",
        Unit::Utf16 => "utf-16",
        Unit::Scalar => "utf-32",
    }
}
