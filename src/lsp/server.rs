//! The main loop: incoming messages, scheduled checks, answers.

mod answer;
pub(super) mod mend;

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use gen_lsp_types::{
    CodeActionParams, CompletionParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DocumentDiagnosticParams, HoverParams,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::actions::ActionContext;
use super::check::{CheckError, CheckTask, CheckedDocument, EditorOptions, worker};
use super::client::Client;
use super::document::{DocumentRole, IndexedText, OpenDocument};
use super::queue::{CheckQueue, pause_after_change};
use super::transport::{IncomingMessage, Outgoing, read};
use super::{completion, diagnostics, hover, uri, watch};
use crate::config::{Config, FILE_NAME};
use crate::engine::{FactMemory, guarded};
use crate::text::bounds::TEXT_BYTES;
use crate::walk::{self, InputKind};
use answer::{Answer, caught, parsed, written};
use mend::{MendEvent, Mending};

enum Event {
    Incoming(IncomingMessage),
    Checked(String, CheckedDocument),
    Mend(MendEvent),
}

/// Serves until the client exits. Returns whether a shutdown request came first, as the protocol requires.
///
/// # Errors
///
/// If no thread can be started.
pub fn serve(
    options: EditorOptions,
    mut input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<bool> {
    let (sender, events) = channel();
    let outgoing = Outgoing::new(output)?;
    let memory = Arc::new(FactMemory::default());
    let jobs = worker(options.clone(), Arc::clone(&memory), sender.clone(), Event::Checked)?;
    let reader = sender.clone();
    let forward = move || read(&mut input, |incoming| reader.send(Event::Incoming(incoming)).is_ok());
    thread::Builder::new().name("reader".to_owned()).spawn(forward)?;
    let server = Server {
        options,
        memory,
        jobs,
        sender,
        events,
        queue: VecDeque::new(),
        outgoing,
        client: None,
        documents: HashMap::new(),
        checks: CheckQueue::default(),
        parked: Vec::new(),
        look: Instant::now() + watch::EVERY,
        configurations: Vec::new(),
        revision: 0,
        logged_outdated: HashSet::new(),
        mending: Mending::default(),
        shut_down: false,
    };
    Ok(server.run())
}

struct Server {
    options: EditorOptions,
    memory: Arc<FactMemory>,
    jobs: Sender<CheckTask>,
    sender: Sender<Event>,
    events: Receiver<Event>,
    /// Messages that wait to be handled.
    queue: VecDeque<Event>,
    outgoing: Outgoing,
    /// None before `initialize`.
    client: Option<Client>,
    /// By URI, as the client writes it.
    documents: HashMap<String, OpenDocument>,
    checks: CheckQueue,
    /// Pull requests that wait for a check.
    parked: Vec<(String, Request)>,
    /// When the files beside the documents are due to be checked.
    look: Instant,
    /// URIs of configurations that are not open and have published errors.
    configurations: Vec<String>,
    revision: u64,
    /// The old profiles that the log names already.
    logged_outdated: HashSet<String>,
    mending: Mending,
    shut_down: bool,
}

impl Server {
    fn run(mut self) -> bool {
        loop {
            self.start_job();
            let Some(event) = self.next_event() else { continue };
            match event {
                Event::Checked(uri, checked) => self.checked(&uri, checked),
                Event::Incoming(IncomingMessage::End) => return self.shut_down,
                Event::Incoming(IncomingMessage::Malformed(why)) => {
                    self.log(&format!("not a message of the protocol: {why}"));
                }
                Event::Mend(event) => self.mend_event(event),
                Event::Incoming(IncomingMessage::Message(Message::Response(response))) => self.answered(&response),
                Event::Incoming(IncomingMessage::Message(Message::Request(request))) => self.request(request),
                Event::Incoming(IncomingMessage::Message(Message::Notification(notification))) => {
                    if notification.method == "exit" {
                        return self.shut_down;
                    }
                    let method = notification.method.clone();
                    if let Err(fault) = guarded(|| self.notification(notification)) {
                        self.log(&format!("internal fault in {method}: {fault}"));
                    }
                }
            }
        }
    }

    /// The next message; none if a check is due first.
    fn next_event(&mut self) -> Option<Event> {
        self.take_in();
        if self.queue.is_empty() {
            let until = self.checks.wakes().map_or(self.look, |due| due.min(self.look));
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) => self.enqueue(event),
                Err(RecvTimeoutError::Disconnected) => self.queue.push_back(Event::Incoming(IncomingMessage::End)),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.take_in();
        }
        if self.look <= Instant::now() {
            self.look_around();
        }
        self.queue.pop_front()
    }

    fn take_in(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.enqueue(event);
        }
    }

    /// Drops requests that were cancelled while they waited.
    fn enqueue(&mut self, event: Event) {
        if let Event::Incoming(IncomingMessage::Message(Message::Notification(Notification { method, params }))) =
            &event
            && method == "$/cancelRequest"
        {
            let id = params.get("id").cloned().and_then(|id| serde_json::from_value::<RequestId>(id).ok());
            let Some(id) = id else { return };
            let is = |event: &Event| matches!(event, Event::Incoming(IncomingMessage::Message(Message::Request(request))) if request.id == id);
            if self.stop_mending(&id) {
                return;
            }
            let waiting = self.queue.iter().any(is) || self.parked.iter().any(|(_, request)| request.id == id);
            if waiting {
                self.queue.retain(|event| !is(event));
                self.parked.retain(|(_, request)| request.id != id);
                self.respond(id, Err((ErrorCode::RequestCanceled, "cancelled".to_owned())));
            }
            return;
        }
        self.queue.push_back(event);
    }

    fn respond(&self, id: RequestId, answer: Answer) {
        let response_result =
            answer.map_err(|(code, message)| lsp_server::ResponseError { code: code as i32, message, data: None });
        self.outgoing.send(Response { id, response_result });
    }

    fn notify(&self, method: &str, params: Value) {
        self.outgoing.send(Notification { method: method.to_owned(), params });
    }

    fn ask(&self, method: &str, params: Value) {
        // Nothing depends on the answer.
        self.outgoing.send(Request {
            id: RequestId::from(format!("heylint:{method}")),
            method: method.to_owned(),
            params,
        });
    }

    fn log(&self, message: &str) {
        self.outgoing.send(logged(2, message));
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        match (request.method.as_str(), &self.client) {
            ("initialize", None) => {
                let answer = self.initialize(&request.params);
                return self.respond(id, Ok(answer));
            }
            (_, None) => {
                return self
                    .respond(id, Err((ErrorCode::ServerNotInitialized, "initialize must come first".to_owned())));
            }
            ("initialize", Some(_)) => {
                return self
                    .respond(id, Err((ErrorCode::InvalidRequest, "the server is already initialised".to_owned())));
            }
            _ => {}
        }
        if self.shut_down {
            return self.respond(id, Err((ErrorCode::InvalidRequest, "the server has been shut down".to_owned())));
        }
        if request.method == "shutdown" {
            self.shut_down = true;
            return self.respond(id, Ok(Value::Null));
        }
        if request.method == "workspace/executeCommand" {
            return self.execute(request);
        }
        // Actions and diagnostics need the findings of the current text.
        if matches!(request.method.as_str(), "textDocument/codeAction" | "textDocument/diagnostic") {
            let uri = request.params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
            if let Some(document) = self.documents.get(uri)
                && document.role == DocumentRole::Draft
                && document.text.text.len() <= TEXT_BYTES
                && document.fresh().is_none()
            {
                self.checks.postpone(uri, Instant::now());
                self.parked.push((uri.to_owned(), request));
                return;
            }
        }
        let answer = caught(|| self.answer(&request.method, request.params));
        self.respond(id, answer);
    }

    fn answer(&self, method: &str, params: Value) -> Answer {
        let Some(client) = &self.client else { return Ok(Value::Null) };
        match method {
            "textDocument/hover" => {
                let params: HoverParams = parsed(params)?;
                let position = params.text_document_position_params;
                let Some((document, config)) = self.draft(&position.text_document.uri.0) else {
                    return Ok(Value::Null);
                };
                let offset = document.text.offset(position.position, client.unit);
                written(&hover::hover(document, offset, &config, client))
            }
            "textDocument/completion" => {
                let params: CompletionParams = parsed(params)?;
                let position = params.text_document_position_params;
                let Some((document, config)) = self.draft(&position.text_document.uri.0) else {
                    return Ok(Value::Null);
                };
                let offset = document.text.offset(position.position, client.unit);
                let items = completion::completion(document, offset, &config, client);
                Ok(json!({"isIncomplete": false, "items": items}))
            }
            "textDocument/codeAction" => {
                let params: CodeActionParams = parsed(params)?;
                let uri = params.text_document.uri.0.clone();
                let Some((document, config)) = self.draft(&uri).filter(|_| client.literal_actions) else {
                    return Ok(json!([]));
                };
                let folder = self.folder(&document.path);
                let asked = ActionContext {
                    uri: &uri,
                    document,
                    documents: &self.documents,
                    folder: &folder,
                    config: &config,
                    client,
                    options: &self.options,
                    memory: &self.memory,
                };
                written(&asked.actions(&params))
            }
            "textDocument/diagnostic" => {
                let params: DocumentDiagnosticParams = parsed(params)?;
                let uri = &params.text_document.uri.0;
                let revision = self.documents.get(uri).map(|document| document.revision.to_string());
                if revision.is_some() && revision == params.previous_result_id {
                    return Ok(json!({"kind": "unchanged", "resultId": revision}));
                }
                Ok(json!({"kind": "full", "resultId": revision, "items": self.diagnostics(uri)}))
            }
            _ => Err((ErrorCode::MethodNotFound, format!("{method} is not served"))),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        let client = Client::read(params);
        let capabilities = client.offered();
        self.client = Some(client);
        json!({"capabilities": capabilities, "serverInfo": {"name": "heylint", "version": env!("CARGO_PKG_VERSION")}})
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        if self.client.is_none() || self.shut_down {
            return;
        }
        let done = match method.as_str() {
            "initialized" => {
                if self.client.as_ref().is_some_and(|client| client.watches) {
                    self.ask("client/registerCapability", watch::registration());
                }
                Ok(())
            }
            "textDocument/didOpen" => parsed(params).map(|params| self.open(params)),
            "textDocument/didChange" => parsed(params).map(|params| self.change(params)),
            "textDocument/didClose" => parsed(params).map(|params| self.close(&params)),
            "textDocument/didSave" => {
                let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
                self.saved(uri);
                if self.documents.get(uri).is_some_and(|document| document.role == DocumentRole::Configuration) {
                    self.touch(|_, _| true);
                }
                Ok(())
            }
            "workspace/didChangeWatchedFiles" => parsed(params).map(|params| self.changed_files(&params)),
            "workspace/didChangeWorkspaceFolders" => {
                self.change_folders(&params);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err((_, why)) = done {
            self.log(&format!("{method} was ignored: {why}"));
        }
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        let uri = item.uri.0;
        let path = uri::path(&uri).or_else(|| self.beside_files(&uri, &String::from(item.language_id)));
        let role = path.as_deref().map_or(DocumentRole::Other, |path| self.role(path));
        self.revision += 1;
        let document = OpenDocument {
            role,
            path: path.unwrap_or_default(),
            version: item.version,
            text: IndexedText::new(item.text),
            known: false,
            checked: None,
            readable: None,
            revision: self.revision,
        };
        self.documents.insert(uri.clone(), document);
        self.schedule(&uri, Duration::ZERO);
    }

    /// The path that an unsaved document would have; none for other schemes.
    fn beside_files(&self, uri: &str, language: &str) -> Option<PathBuf> {
        if !uri.starts_with("untitled:") || !matches!(language, "json" | "jsonc" | "jsonl" | "jsonlines") {
            return None;
        }
        let folder = self.client.as_ref()?.folders.first().cloned().or_else(|| std::env::current_dir().ok())?;
        let name = uri::name(uri);
        let extension = if language.starts_with("jsonl") { "jsonl" } else { "json" };
        let has = Path::new(&name).extension().is_some_and(|known| known == extension);
        Some(folder.join(if has { name } else { format!("{name}.{extension}") }))
    }

    fn role(&self, path: &Path) -> DocumentRole {
        if path.file_name().is_some_and(|name| name == FILE_NAME) {
            return DocumentRole::Configuration;
        }
        match walk::kind(path, &self.config(path)) {
            Some(InputKind::Json | InputKind::JsonLines | InputKind::Source(_)) => DocumentRole::Draft,
            _ => DocumentRole::Other,
        }
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.text_document_identifier.uri.0;
        let Some(client) = &self.client else { return };
        let Some(document) = self.documents.get_mut(&uri) else {
            return self.log("a document that is not open was changed");
        };
        document.text.change(params.content_changes, client.unit);
        document.version = params.text_document.version;
        self.revision += 1;
        document.revision = self.revision;
        let took = document.checked.as_ref().map_or(Duration::ZERO, |checked| checked.took);
        self.schedule(&uri, pause_after_change(took));
    }

    fn close(&mut self, params: &DidCloseTextDocumentParams) {
        let uri = &params.text_document.uri.0;
        if self.documents.remove(uri).is_some_and(|document| document.role != DocumentRole::Other) {
            self.checks.remove(uri);
            self.notify("textDocument/publishDiagnostics", json!({"uri": uri, "diagnostics": []}));
            self.answer_parked(uri);
        }
    }

    fn schedule(&mut self, uri: &str, pause: Duration) {
        let Some(document) = self.documents.get(uri) else { return };
        match document.role {
            DocumentRole::Draft if document.text.text.len() > TEXT_BYTES => {
                self.log(&format!("{uri} is too large for a request and is not checked"));
            }
            DocumentRole::Draft => self.checks.postpone(uri, Instant::now() + pause),
            DocumentRole::Configuration => self.publish(uri),
            DocumentRole::Other => {}
        }
    }

    /// Gives the worker the next document that is due.
    fn start_job(&mut self) {
        let Some(uri) = self.checks.next(Instant::now()) else { return };
        let Some(document) = self.documents.get(&uri) else { return };
        let job = CheckTask {
            revision: document.revision,
            path: document.path.clone(),
            text: document.text.text.clone(),
            known: document.known,
            folder: self.folder(&document.path),
            uri,
        };
        self.checks.set_busy(self.jobs.send(job).is_ok());
    }

    fn checked(&mut self, uri: &str, checked: CheckedDocument) {
        self.checks.set_busy(false);
        let Some(document) = self.documents.get_mut(uri) else { return };
        if document.revision != checked.revision {
            // The document changed in the meantime; its next check is due.
            self.checks.add(uri, Instant::now());
            return;
        }
        // Once, in the log, because it is not a fault of the document.
        for old in checked.outcome.iter().flat_map(|found| &found.outdated) {
            if self.logged_outdated.insert(old.clone()) {
                self.outgoing.send(logged(3, old));
            }
        }
        document.known |= checked.outcome.as_ref().is_ok_and(|found| found.request);
        let fault = match &checked.outcome {
            Err(CheckError::Internal(message)) => Some(message.clone()),
            _ => None,
        };
        document.take(checked);
        if let Some(message) = fault {
            self.log(&message);
        }
        self.publish_configurations();
        if !self.client.as_ref().is_some_and(|client| client.pulls) {
            self.publish(uri);
        }
        self.send_status(uri);
        self.answer_parked(uri);
    }

    /// Sends how the document was classified and the age of the profile, for clients that show it.
    fn send_status(&self, uri: &str) {
        let wanted = self.client.as_ref().is_some_and(|client| client.status);
        let Some(document) = self.documents.get(uri).filter(|_| wanted) else { return };
        let found = document.checked.as_ref().and_then(|checked| checked.outcome.as_ref().ok());
        let profile = self.config(&document.path).profile();
        self.notify(
            "heylint/status",
            json!({
                "uri": uri,
                "request": found.is_some_and(|found| found.request),
                "taken": found.and_then(|found| found.taken.as_deref()),
                "profile": {"name": profile.name, "as_of": profile.as_of},
            }),
        );
    }

    fn answer_parked(&mut self, uri: &str) {
        let parked = std::mem::take(&mut self.parked);
        for (of, request) in parked {
            if of == uri {
                self.request(request);
            } else {
                self.parked.push((of, request));
            }
        }
    }

    fn diagnostics(&self, uri: &str) -> Vec<gen_lsp_types::Diagnostic> {
        let (Some(document), Some(client)) = (self.documents.get(uri), &self.client) else { return Vec::new() };
        match document.role {
            DocumentRole::Draft => diagnostics::of_draft(uri, document, client),
            DocumentRole::Configuration => diagnostics::of_configuration(&document.path, &document.text, client),
            DocumentRole::Other => Vec::new(),
        }
    }

    fn publish(&self, uri: &str) {
        let Some(document) = self.documents.get(uri) else { return };
        let made = caught(|| written(&self.diagnostics(uri)));
        match made {
            Ok(diagnostics) => self.notify(
                "textDocument/publishDiagnostics",
                json!({"uri": uri, "version": document.version, "diagnostics": diagnostics}),
            ),
            Err((_, fault)) => self.log(&fault),
        }
    }

    /// Publishes errors in configurations that are not open, and clears them when they are gone.
    fn publish_configurations(&mut self) {
        let errors = diagnostics::of_closed_configurations(&self.documents);
        let gone = |uri: &&String| !errors.contains_key(*uri) && !self.documents.contains_key(*uri);
        for uri in self.configurations.iter().filter(gone) {
            self.notify("textDocument/publishDiagnostics", json!({"uri": uri, "diagnostics": []}));
        }
        for (uri, diagnostics) in &errors {
            self.notify("textDocument/publishDiagnostics", json!({"uri": uri, "diagnostics": diagnostics}));
        }
        self.configurations = errors.into_keys().collect();
    }

    fn changed_files(&mut self, params: &DidChangeWatchedFilesParams) {
        let paths: Vec<PathBuf> = params.changes.iter().filter_map(|event| uri::path(&event.uri.0)).collect();
        self.touch(|_, document| paths.iter().any(|path| watch::concerns(path, document)));
    }

    fn look_around(&mut self) {
        let watched = match &self.client {
            Some(client) if client.watches => client.folders.clone(),
            _ => Vec::new(),
        };
        let changed = watch::changed(&self.documents, &watched);
        self.look = Instant::now() + watch::EVERY;
        self.touch(|uri, _| changed.iter().any(|known| known == uri));
    }

    /// Schedules drafts for a new check although their text did not change.
    fn touch(&mut self, which: impl Fn(&str, &OpenDocument) -> bool) {
        let mut touched = false;
        for (uri, document) in &mut self.documents {
            if document.role == DocumentRole::Draft && which(uri, document) {
                self.revision += 1;
                document.revision = self.revision;
                self.checks.add(uri, Instant::now());
                touched = true;
            }
        }
        if touched && self.client.as_ref().is_some_and(|client| client.pulls && client.refreshes) {
            self.ask("workspace/diagnostic/refresh", Value::Null);
        }
    }

    fn change_folders(&mut self, params: &Value) {
        let Some(client) = &mut self.client else { return };
        let paths = |pointer: &str| -> Vec<PathBuf> {
            let list = params.pointer(pointer).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(|folder| uri::path(folder.get("uri")?.as_str()?)).collect()
        };
        let removed = paths("/event/removed");
        client.folders.retain(|folder| !removed.contains(folder));
        client.folders.extend(paths("/event/added"));
    }

    /// The folder that names are relative to: the innermost workspace root, else the folder of the file.
    fn folder(&self, path: &Path) -> PathBuf {
        let folders = self.client.iter().flat_map(|client| &client.folders);
        let root = folders.filter(|folder| path.starts_with(folder)).max_by_key(|folder| folder.as_os_str().len());
        root.map_or_else(|| path.parent().unwrap_or(path), PathBuf::as_path).to_owned()
    }

    fn config(&self, path: &Path) -> Arc<Config> {
        self.options.configs(&self.folder(path)).of_file(path)
    }

    fn draft(&self, uri: &str) -> Option<(&OpenDocument, Arc<Config>)> {
        let document = self.documents.get(uri).filter(|document| document.role == DocumentRole::Draft)?;
        Some((document, self.config(&document.path)))
    }
}

/// A line for the client's log: a warning (2) or for information (3).
fn logged(kind: u8, message: &str) -> Notification {
    let params = json!({"type": kind, "message": format!("heylint: {message}")});
    Notification { method: "window/logMessage".to_owned(), params }
}
