//! Shows the changes of fixes as a unified diff.

use std::io::{self, Write};

use super::Mended;
use crate::source::clean;
use crate::text::LineDiff;

pub(super) fn unified(mended: &Mended, out: &mut dyn Write) -> io::Result<()> {
    for moved in mended.moves() {
        let (old, new) = (clean(&moved.old), clean(&moved.new));
        writeln!(out, "diff --git a/{old} b/{new}\nsimilarity index 100%\nrename from {old}\nrename to {new}")?;
    }
    for change in &mended.changes {
        let (before, after) = (change.before.read()?, change.after.read()?);
        let [before, after] = [&before, &after].map(|bytes| String::from_utf8_lossy(bytes));
        let name = clean(&change.name);
        let diff = LineDiff::between(&before, &after).unified(&format!("a/{name}"), &format!("b/{name}"));
        write!(out, "diff --git a/{name} b/{name}\n{diff}")?;
    }
    Ok(())
}
