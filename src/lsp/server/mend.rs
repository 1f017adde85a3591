//! `heylint.mend`: runs the remedy of a media file for an editor.
//!
//! A thread creates the new file, which may take minutes. Then the server puts it into place: it rewrites closed drafts
//! on disk and asks the editor to edit the open ones. It removes the old name once the open drafts are saved.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use gen_lsp_types::TextEdit;
use lsp_server::{ErrorCode, Request, RequestId, Response};
use serde_json::{Value, json};

use super::super::edits::WorkspaceEdits;
use super::super::uri;
use super::{Event, Server};
use crate::engine::guarded;
use crate::fix::{self, Lock, Placed, Requests, Staged};
use crate::remedy::{Remedy, TooLong, Tools};
use crate::walk;
use crate::{Linter, Outcome, Settings};

/// The name of the command in code actions.
pub(in crate::lsp) const COMMAND: &str = "heylint.mend";
const EDIT: &str = "heylint:mend";

/// The arguments of the command.
pub(in crate::lsp) fn arguments(path: &Path, trim: bool) -> Value {
    json!({"file": uri::of_path(path), "trim": trim})
}

/// One file to mend.
#[derive(Debug)]
struct MendTask {
    id: RequestId,
    path: PathBuf,
    trim: bool,
}

/// A message from a thread to the server.
#[derive(Debug)]
pub(super) enum MendEvent {
    /// Percent.
    Progress(u8),
    Made(Result<Box<MadeFile>, String>),
}

/// A new file that is not yet in place.
#[derive(Debug)]
pub(super) struct MadeFile {
    remedy: Arc<Remedy>,
    stage: Option<Staged>,
    /// Keeps other runs from changing the project.
    _lock: Lock,
}

/// An old name to remove once these drafts are saved.
#[derive(Debug)]
struct OldName {
    edit: RequestId,
    path: PathBuf,
    /// The name under which the original is kept.
    kept: PathBuf,
    drafts: BTreeSet<PathBuf>,
}

#[derive(Debug, Default)]
pub(super) struct Mending {
    waiting: VecDeque<MendTask>,
    running: Option<(MendTask, Arc<AtomicBool>)>,
    leaving: Vec<OldName>,
    count: u64,
}

impl Drop for Mending {
    /// Stops programs that are still running.
    fn drop(&mut self) {
        if let Some((_, stop)) = &self.running {
            stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Server {
    /// `workspace/executeCommand`. The response follows when the work is done.
    pub(super) fn execute(&mut self, request: Request) {
        let text = |pointer: &str| request.params.pointer(pointer).and_then(Value::as_str);
        if text("/command") != Some(COMMAND) {
            let why = format!("{} is not a command of heylint", text("/command").unwrap_or("this"));
            return self.respond(request.id, Err((ErrorCode::InvalidParams, why)));
        }
        let Some(path) = text("/arguments/0/file").and_then(uri::path) else {
            let why = "the command needs the URI of a file: {\"file\": \"file:///…\"}".to_owned();
            return self.respond(request.id, Err((ErrorCode::InvalidParams, why)));
        };
        let trim = request.params.pointer("/arguments/0/trim") == Some(&Value::Bool(true));
        self.mending.waiting.push_back(MendTask { id: request.id, path, trim });
        self.start_mending();
    }

    /// Cancels the work of a request. Returns whether there was any.
    pub(super) fn stop_mending(&mut self, id: &RequestId) -> bool {
        if let Some((_, stop)) = self.mending.running.as_ref().filter(|(task, _)| task.id == *id) {
            stop.store(true, Ordering::Relaxed);
            return true;
        }
        let before = self.mending.waiting.len();
        self.mending.waiting.retain(|task| task.id != *id);
        if self.mending.waiting.len() == before {
            return false;
        }
        self.respond(id.clone(), Err((ErrorCode::RequestCanceled, "cancelled".to_owned())));
        true
    }

    fn start_mending(&mut self) {
        if self.mending.running.is_some() {
            return;
        }
        let Some(task) = self.mending.waiting.pop_front() else { return };
        let stop = Arc::new(AtomicBool::new(false));
        let (settings, path, events) = (self.mend_settings(&task), task.path.clone(), self.sender.clone());
        let halt = Arc::clone(&stop);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.mending.running = Some((task, stop));
        self.mending.count += 1;
        self.tell_progress(
            &json!({"kind": "begin", "title": format!("mend {name}"), "percentage": 0, "cancellable": false}),
        );
        let work = move || {
            let made = guarded(|| make(&settings, &path, &halt, &events))
                .unwrap_or_else(|fault| Err(format!("internal fault: {fault}")));
            // The receiver is gone only after a shutdown.
            let _ = events.send(Event::Mend(MendEvent::Made(made)));
        };
        if let Err(error) = thread::Builder::new().name("mend".to_owned()).spawn(work) {
            self.mend_event(MendEvent::Made(Err(error.to_string())));
        }
    }

    /// The settings of the project, with the texts in the editor.
    fn mend_settings(&self, task: &MendTask) -> Settings {
        let base = self.options.base(&self.folder(&task.path));
        let mut settings = Settings {
            paths: vec![task.path.clone()],
            tools: Tools::installed(),
            too_long: if task.trim { TooLong::Trim } else { TooLong::Leave },
            unasked: None,
            ..base
        };
        settings.overlay.memory = Some(Arc::clone(&self.memory));
        self.open_texts().into_iter().for_each(|(path, text)| settings.overlay.set_text(path, text));
        fix::in_project(&settings)
    }

    fn open_texts(&self) -> BTreeMap<PathBuf, Arc<[u8]>> {
        let open = self.documents.values().filter(|document| !document.path.as_os_str().is_empty());
        open.map(|document| (document.path.clone(), document.text.text.as_bytes().into())).collect()
    }

    pub(super) fn mend_event(&mut self, event: MendEvent) {
        let made = match event {
            MendEvent::Progress(percent) => {
                return self.tell_progress(&json!({"kind": "report", "percentage": percent}));
            }
            MendEvent::Made(made) => made,
        };
        let Some((task, _)) = self.mending.running.take() else { return };
        let done = made.and_then(|made| {
            guarded(|| self.put_in_place(&task, *made)).unwrap_or_else(|fault| Err(format!("internal fault: {fault}")))
        });
        self.tell_progress(&json!({"kind": "end"}));
        let answer = match done {
            Ok((text, answer)) => {
                self.notify("window/showMessage", json!({"type": 3, "message": format!("heylint: {text}")}));
                Ok(answer)
            }
            Err(why) => Err((ErrorCode::RequestFailed, why)),
        };
        self.respond(task.id, answer);
        self.start_mending();
    }

    /// Returns a sentence for people and the response for the client.
    fn put_in_place(&mut self, task: &MendTask, made: MadeFile) -> Result<(String, Value), String> {
        // The requests may have changed while the file was created.
        let settings = self.mend_settings(task);
        let outcome = Linter::new(settings).run().map_err(|error| error.to_string())?;
        let now = remedy_of(&outcome, &task.path)?;
        let remedy = Remedy { mentions: now.mentions.clone(), ..Remedy::clone(&made.remedy) };
        if !fix::is_whole(&remedy) {
            return Err(format!("{}: a [[map]] entry leads to it; nothing was changed", remedy.input));
        }
        let mut requests = Requests::new(outcome.paths).holding(self.open_texts());
        let placed = requests.place(&remedy, made.stage, true).map_err(|error| error.to_string())?;
        let is_edited = placed.held.is_empty() || self.ask_for_edits(&task.path, &placed);
        self.touch(|_, document| super::watch::concerns(&task.path, document));
        let shown = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut text = format!("{}: {}", remedy.input, remedy.summary());
        if placed.path != task.path {
            text.push_str(&format!("; it is {} now", shown(&placed.path)));
        }
        if let Some(original) = &placed.original {
            text.push_str(&format!("; the original is now {}", shown(original)));
        }
        if !is_edited {
            text.push_str("; the open drafts still refer to the old name");
        } else if !placed.held.is_empty() {
            text.push_str(&format!("; {} is removed when the drafts are saved", shown(&task.path)));
        }
        let answer = json!({
            "file": uri::of_path(&placed.path),
            "original": placed.original.as_deref().map(uri::of_path),
        });
        Ok((text, answer))
    }

    /// Asks the editor to refer to the new file in open drafts. Returns false if the client cannot apply edits.
    fn ask_for_edits(&mut self, old: &Path, placed: &Placed) -> bool {
        let Some(client) = &self.client else { return false };
        let mut edits = WorkspaceEdits::default();
        let mut drafts = BTreeSet::new();
        for (path, edit) in &placed.held {
            for (uri, document) in self.documents.iter().filter(|(_, document)| document.path == *path) {
                let range = document.text.range(edit.span, client.unit);
                edits.text(uri, Some(document.version), TextEdit { range, new_text: edit.text.clone() });
                drafts.insert(path.clone());
            }
        }
        let edit = edits.finish(client).and_then(|edit| serde_json::to_value(edit).ok());
        let Some(edit) = edit.filter(|_| client.applies) else { return false };
        let id = RequestId::from(format!("{EDIT}:{}", self.mending.count));
        let kept = placed.original.clone().unwrap_or_else(|| placed.path.clone());
        self.mending.leaving.push(OldName { edit: id.clone(), path: old.to_owned(), kept, drafts });
        let params = json!({"label": "refer to the mended file", "edit": edit});
        self.outgoing.send(Request { id, method: "workspace/applyEdit".to_owned(), params });
        true
    }

    /// Handles a response of the editor to a request of the server.
    pub(super) fn answered(&mut self, response: &Response) {
        let Some(at) = self.mending.leaving.iter().position(|old| old.edit == response.id) else { return };
        let result = response.response_result.as_ref().ok();
        if result.and_then(|result| result.get("applied")) == Some(&Value::Bool(true)) {
            return;
        }
        let old = self.mending.leaving.swap_remove(at);
        let name = old.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let message = format!("heylint: the drafts were not edited and still refer to {name}, which stays");
        self.notify("window/showMessage", json!({"type": 2, "message": message}));
    }

    /// Removes an old name when nothing on disk refers to it any more.
    pub(super) fn saved(&mut self, uri: &str) {
        let Some(document) = self.documents.get(uri) else { return };
        for old in &mut self.mending.leaving {
            let name = old.path.file_name().unwrap_or_default().to_string_lossy();
            let written = serde_json::to_string(&name).unwrap_or_default();
            if !document.text.text.contains(written.trim_matches('"')) {
                old.drafts.remove(&document.path);
            }
        }
        self.mending.leaving.retain(|old| {
            let goes = old.drafts.is_empty();
            if goes && walk::is_same_content(&old.path, &old.kept) {
                let _ = std::fs::remove_file(&old.path);
            }
            !goes
        });
    }

    fn tell_progress(&self, value: &Value) {
        if !self.client.as_ref().is_some_and(|client| client.progress) {
            return;
        }
        let token = format!("{EDIT}:{}", self.mending.count);
        if value["kind"] == "begin" {
            self.ask("window/workDoneProgress/create", json!({"token": token}));
        }
        self.notify("$/progress", json!({"token": token, "value": value}));
    }
}

fn make(settings: &Settings, path: &Path, stop: &AtomicBool, events: &Sender<Event>) -> Result<Box<MadeFile>, String> {
    let lock = fix::lock(settings, || {}).map_err(|error| format!("the project cannot be locked: {error}"))?;
    let outcome = Linter::new(settings.clone()).run().map_err(|error| error.to_string())?;
    let remedy = remedy_of(&outcome, path)?;
    let seconds = remedy.facts.duration_s.unwrap_or(0.0).max(0.1);
    let mut reported = 0;
    let mut watch = |done: f64| {
        let percent = (done / seconds * 100.0).clamp(0.0, 100.0) as u8;
        if reported < percent {
            reported = percent;
            let _ = events.send(Event::Mend(MendEvent::Progress(percent)));
        }
        !stop.load(Ordering::Relaxed)
    };
    let stage = fix::make(&remedy, &mut watch).map_err(|why| format!("{}: {why}", remedy.input))?;
    Ok(Box::new(MadeFile { remedy, stage, _lock: lock }))
}

/// The remedy of a file that a run has checked.
fn remedy_of(outcome: &Outcome, path: &Path) -> Result<Arc<Remedy>, String> {
    let remedies = outcome.report.findings.iter().filter_map(|finding| finding.remedy.as_ref());
    let found = remedies.into_iter().find(|remedy| remedy.path == path).map(Arc::clone);
    found.ok_or_else(|| format!("{}: there is nothing that heylint can mend", crate::source::display_name(path)))
}
