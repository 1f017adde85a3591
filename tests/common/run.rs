//! Runs the program as a user would, in an empty environment.
#![allow(dead_code, reason = "every test binary uses its own part")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A temporary folder with files.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Self {
        let folder = Self { folder: tempfile::tempdir().expect("a folder") };
        // Stops the search for configurations and ignore files.
        folder.make(".git");
        folder
    }

    /// As [`new`](Self::new), but with a configuration, so that media are checked in full.
    pub fn project() -> Self {
        let folder = Self::new();
        folder.write("heylint.toml", "");
        folder
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn make(&self, name: &str) {
        std::fs::create_dir_all(self.join(name)).expect("a folder");
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("written");
        self
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.join(name)).expect("read")
    }

    /// Runs `heylint` with these words, separated by spaces.
    pub fn run(&self, words: &str) -> Ran {
        self.call(words, None, &[])
    }

    /// Runs `heylint` with exactly these arguments.
    pub fn call_words(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
        command
            .args(words)
            .current_dir(self.path())
            .env_clear()
            .env("COLUMNS", "120")
            .env("HEYLINT_NOW", NOW)
            .stdin(Stdio::null());
        command.output().expect("heylint runs").into()
    }

    pub fn run_with_input(&self, words: &str, input: &[u8]) -> Ran {
        self.call(words, Some(input), &[])
    }

    pub fn call(&self, words: &str, input: Option<&[u8]>, environment: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
        command.args(words.split_whitespace()).current_dir(self.path()).env_clear();
        command.env("COLUMNS", "120").env("HEYLINT_NOW", NOW).envs(environment.iter().copied());
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("heylint starts");
        if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
            // The program may end without reading everything.
            let _ = stdin.write_all(input);
        }
        child.wait_with_output().expect("heylint ends").into()
    }
}

/// The date of a run, unless a test names another.
const NOW: &str = "2026-11-29";

/// The result of a run.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { status: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    /// Checks the exit status, and prints the output if it differs.
    #[track_caller]
    pub fn gives(self, status: i32) -> Self {
        assert_eq!(self.status, status, "\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.out.contains(text), "no “{text}” in stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn prints_not(self, text: &str) -> Self {
        assert!(!self.out.contains(text), "“{text}” in stdout:\n{}", self.out);
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no “{text}” in stderr:\n{}\nstdout:\n{}", self.err, self.out);
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.out, self.err))
    }

    /// `file rule` of every finding of a JSON report.
    pub fn findings(&self) -> Vec<String> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let report = self.json();
        let found = report["diagnostics"].as_array().expect("diagnostics");
        found.iter().map(|finding| format!("{} {}", text(&finding["file"]), text(&finding["rule"]))).collect()
    }
}
