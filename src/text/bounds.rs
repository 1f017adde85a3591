//! Bounds on input. All readers of text use the same numbers; the walkers of media files have a budget of work instead
//! (`src/media/bytes/work.rs`).

/// Bytes of one JSON document, and of one line of JSON Lines: room for twenty base64 attachments. Lists of paths and
/// baselines have the same bound.
pub const TEXT_BYTES: usize = 64 << 20;

/// Values of one JSON document, or of one record of a manifest; each takes 32 bytes in the tree.
pub const TEXT_VALUES: usize = 1_250_000;

/// Lines of one JSON document; each takes 4 bytes in an index.
pub const TEXT_LINES: usize = 4_000_000;

/// Tables of one kind in a configuration, and entries in one of its lists.
pub const CONFIG_ENTRIES: usize = 3_000;

/// File patterns in a configuration; each takes some 20 kB and a fraction of a millisecond.
pub const CONFIG_PATTERNS: usize = 3_000;

/// Errors reported for a configuration.
pub const CONFIG_ERRORS: usize = 100;

/// Bytes of a configuration.
pub const CONFIG_BYTES: u64 = 4 << 20;

/// Bytes of an ignore file.
pub const IGNORE_FILE_BYTES: u64 = 1 << 20;

/// Bytes of a file of another form (Markdown, shell, a notebook) to search for requests.
pub const FORM_BYTES: u64 = 4 << 20;

/// Bytes of YAML or code to parse.
pub const PARSED_FORM_BYTES: usize = 1 << 20;

/// Values of a document of another form.
pub const FORM_VALUES: usize = 200_000;

/// Requests extracted from one file of another form.
pub const FORM_PIECES: usize = 1_000;

/// Bytes of findings kept in memory if no temporary file can be written.
pub const FINDING_BYTES: u64 = TEXT_BYTES as u64;

/// Bytes of standard input kept in memory; longer input is checked line by line, or goes to a temporary file.
pub const HELD_INPUT_BYTES: u64 = 16 << 20;

/// Bytes of standard input kept in a temporary file, if it cannot be checked line by line.
pub const SPOOLED_INPUT_BYTES: u64 = 8 << 30;

/// Bytes of a picture to convert.
pub const PICTURE_BYTES: u64 = 512 << 20;

/// Bytes of an editor's message: room for a document of [`TEXT_BYTES`], however it is escaped.
pub const MESSAGE_BYTES: u64 = 512 << 20;
