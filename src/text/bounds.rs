//! How much of one input is read. Everything that reads a text obeys the same numbers.

/// Bytes of one JSON document, and of one line of JSON Lines: twenty attachments in base64 fit. Lists of paths and
/// baselines have the same bound.
pub const TEXT_BYTES: usize = 64 << 20;

/// Values of one JSON document; each takes 32 bytes of the tree.
pub const TEXT_VALUES: usize = 4_000_000;

/// Lines of one JSON document; each takes 8 bytes of an index.
pub const TEXT_LINES: usize = 4_000_000;
