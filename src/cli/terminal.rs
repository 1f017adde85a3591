//! The abilities of the terminal: colours, width, frames.

use std::io::IsTerminal;

use anstream::{AutoStream, ColorChoice};
use heylint::report::ReportStyle;

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR says otherwise; CLICOLOR_FORCE=1 forces them
    Auto,
    Always,
    Never,
}

/// Colours words, or leaves them plain.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    on: bool,
}

impl Paint {
    pub fn for_output(when: When) -> Self {
        let on = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
        };
        Self { on }
    }

    pub fn for_errors() -> Self {
        Self { on: AutoStream::choice(&std::io::stderr()) != ColorChoice::Never }
    }

    pub fn is_on(self) -> bool {
        self.on
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    pub fn error(self, text: &str) -> String {
        self.with("1;31", text)
    }

    pub fn warning(self, text: &str) -> String {
        self.with("1;33", text)
    }

    pub fn hint(self, text: &str) -> String {
        self.with("1;36", text)
    }

    pub fn code(self, text: &str) -> String {
        self.with("36", text)
    }

    pub fn severity(self, severity: heylint::rule::Severity) -> String {
        use heylint::rule::Severity;
        match severity {
            Severity::Error => self.error("error"),
            Severity::Warning => self.warning("warning"),
            Severity::Hint => self.hint("hint"),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The width of reports: COLUMNS, the terminal, or a default for logs.
pub fn width() -> usize {
    let set = variable("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns >= 20);
    let of_terminal = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    set.or_else(of_terminal).unwrap_or(ReportStyle::default().width)
}

/// Whether to draw frames in Unicode: only if the locale supports it.
fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let plain = locale.is_some_and(|locale| locale == "C" || locale == "POSIX");
    !(std::io::stdout().is_terminal() && (plain || variable("TERM").is_some_and(|term| term == "linux")))
}

/// Whether this is a terminal known to support OSC 8 links.
fn hyperlinks() -> bool {
    let known = ["iTerm.app", "WezTerm", "vscode", "ghostty"];
    std::io::stdout().is_terminal()
        && (variable("TERM_PROGRAM").is_some_and(|program| known.contains(&program.as_str()))
            || ["KITTY_WINDOW_ID", "WT_SESSION", "VTE_VERSION"].into_iter().any(|name| variable(name).is_some()))
}

/// The style of reports on standard output.
pub fn style(paint: Paint) -> ReportStyle {
    let color = paint.is_on();
    ReportStyle {
        color,
        width: width(),
        unicode: unicode(),
        hyperlinks: color && hyperlinks(),
        ..ReportStyle::default()
    }
}

/// Clears the screen for the next report; the scrollback stays. Off a terminal, prints an empty line instead.
pub fn clear() {
    let mut out = std::io::stdout().lock();
    let sequence = if out.is_terminal() { "\x1b[H\x1b[2J" } else { "\n" };
    // An error here would occur again when the report is written.
    let _ = std::io::Write::write_all(&mut out, sequence.as_bytes());
}

/// Standard output for a command whose exit status says what it found: a reader that closes the pipe, as `head` does,
/// changes neither the work nor the status.
pub fn output() -> std::io::BufWriter<impl std::io::Write> {
    std::io::BufWriter::new(Patient(std::io::stdout().lock()))
}

struct Patient<W>(W);

impl<W: std::io::Write> std::io::Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

/// What the log of a CI service reads as the beginning of a command, and what to print instead. Names of files may contain it.
fn commands() -> Option<(&'static str, &'static str)> {
    if variable("GITHUB_ACTIONS").is_some() {
        return Some(("##[", "## ["));
    }
    // Azure Pipelines and TeamCity: `##vso[`, `##teamcity[`.
    let others = ["TF_BUILD", "TEAMCITY_VERSION"];
    others.into_iter().any(|name| variable(name).is_some()).then_some(("##", "# #"))
}

/// Standard output for a report, in which a CI service finds no commands.
pub fn log<'w>(format: heylint::report::ReportFormat, out: impl std::io::Write + 'w) -> Box<dyn std::io::Write + 'w> {
    use heylint::report::ReportFormat::{Concise, Human};
    let out = std::io::BufWriter::new(out);
    match commands().filter(|_| matches!(format, Human | Concise)) {
        Some(command) => Box::new(CommandLog { command, line: Vec::new(), out }),
        None => Box::new(out),
    }
}

struct CommandLog<W: std::io::Write> {
    /// The beginning of a command, and its replacement.
    command: (&'static str, &'static str),
    /// The last, incomplete line.
    line: Vec<u8>,
    out: W,
}

impl<W: std::io::Write> CommandLog<W> {
    fn write_line(&mut self) -> std::io::Result<()> {
        let text = String::from_utf8_lossy(&self.line).replace(self.command.0, self.command.1);
        self.line.clear();
        self.out.write_all(text.as_bytes())
    }
}

impl<W: std::io::Write> std::io::Write for CommandLog<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(line);
            if line.ends_with(b"\n") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.write_line()?;
        self.out.flush()
    }
}
