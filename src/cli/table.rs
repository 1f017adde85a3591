//! Aligned columns.

use std::io::{self, Write};

use super::terminal::Paint;

/// Writes rows as aligned columns with a heading; the last column is not padded.
pub fn write<const N: usize>(
    heading: [&str; N],
    rows: &[[String; N]],
    paint: Paint,
    colour: impl Fn(usize, &str) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut widths = heading.map(|word| word.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let padded = |at: usize, cell: &str| {
        let missing = widths.get(at).copied().unwrap_or(0).saturating_sub(cell.chars().count());
        if at + 1 == N { String::new() } else { " ".repeat(missing + 2) }
    };
    for (at, word) in heading.iter().enumerate() {
        write!(out, "{}{}", paint.strong(word), padded(at, word))?;
    }
    writeln!(out)?;
    for row in rows {
        let filled = row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        for (at, cell) in row.iter().enumerate().take(filled) {
            let padding = if at + 1 == filled { String::new() } else { padded(at, cell) };
            write!(out, "{}{padding}", colour(at, cell))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
