//! How much of one input is read. Everything that reads a text obeys the same numbers.

/// Bytes of one JSON document, and of one line of JSON Lines: twenty attachments in base64 fit. Lists of paths and
/// baselines have the same bound.
pub const TEXT_BYTES: usize = 64 << 20;

/// Values of one JSON document; each takes 32 bytes of the tree.
pub const TEXT_VALUES: usize = 4_000_000;

/// Lines of one JSON document; each takes 8 bytes of an index.
pub const TEXT_LINES: usize = 4_000_000;

/// Tables of one kind in a configuration, and entries of one of its lists.
pub const CONFIG_ENTRIES: usize = 3_000;

/// Patterns of files in a configuration; each takes some 20 kB and a fraction of a millisecond.
pub const CONFIG_PATTERNS: usize = 3_000;

/// Errors in a configuration that are reported.
pub const CONFIG_ERRORS: usize = 100;
