//! The image data: one zlib stream over all IDAT chunks, inflated piece by piece, checked and dropped (PNG third
//! edition, clauses 9 and 10).

use std::cell::Cell;

use flate2::{Decompress, FlushDecompress, Status};

use super::header::PassLayout;
use crate::text;

/// Bytes inflated at once: large enough to run without many stops, small enough to stay in the cache.
const PIECE: usize = 64 << 10;

/// Why the stream does not inflate to the expected picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Not a zlib stream, or broken inside; with zlib's description.
    Broken(String),
    /// Everything inflates, but the Adler-32 at the end does not match.
    Checksum,
    /// A row begins with a filter type above 4.
    Filter { value: u8, row: u64 },
    /// The stream ends properly, but before the last row.
    Short,
    /// The stream continues after the last row.
    Long,
    /// Bytes follow the end of the stream.
    Leftover,
    /// The chunks end before the stream does, but all rows are complete.
    Open,
    /// The chunks end before the stream does, and rows are missing.
    Cut,
}

#[derive(Debug)]
enum State {
    Running,
    /// The stream has ended.
    Ended,
    /// Inflating stopped, because the result is known.
    Stopped,
}

/// The state for inflating: some hundred kilobytes, which a thread reuses from picture to picture. Allocating it for
/// each of a hundred thousand files would fragment the heap.
#[derive(Default)]
struct Inflater(Option<Box<Parts>>);

struct Parts {
    stream: Decompress,
    piece: Box<[u8]>,
}

thread_local! {
    static SPARE: Cell<Option<Box<Parts>>> = const { Cell::new(None) };
}

impl Inflater {
    fn parts(&mut self) -> &mut Parts {
        self.0.get_or_insert_with(|| match SPARE.take() {
            Some(mut spare) => {
                spare.stream.reset(true);
                spare
            }
            None => Box::new(Parts { stream: Decompress::new(true), piece: vec![0; PIECE].into_boxed_slice() }),
        })
    }
}

impl Drop for Inflater {
    fn drop(&mut self) {
        if let Some(parts) = self.0.take() {
            // At the end of the thread, nobody takes it back.
            let _ = SPARE.try_with(|spare| spare.set(Some(parts)));
        }
    }
}

/// Follows the image data of one picture.
pub(super) struct ImageData {
    inflater: Inflater,
    layout: PassLayout,
    expected: u64,
    done: u64,
    pass: usize,
    row: u64,
    column: u64,
    state: State,
    trouble: Option<Trouble>,
    budget: u64,
    over_budget: bool,
}

impl std::fmt::Debug for ImageData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageData").field("done", &self.done).field("expected", &self.expected).finish_non_exhaustive()
    }
}

impl ImageData {
    /// Inflates at most `budget` bytes of the picture. The checksums of the chunks cover the rest.
    pub(super) fn new(layout: PassLayout, budget: u64) -> Self {
        Self {
            inflater: Inflater::default(),
            layout,
            expected: layout.bytes(),
            done: 0,
            pass: 0,
            row: 0,
            column: 0,
            state: State::Running,
            trouble: None,
            budget,
            over_budget: false,
        }
    }

    /// Begins another picture with the rest of the budget.
    pub(super) fn restart(&mut self, layout: PassLayout) {
        self.inflater.parts().stream.reset(true);
        self.layout = layout;
        self.expected = layout.bytes();
        (self.done, self.pass, self.row, self.column) = (0, 0, 0, 0);
        self.state = State::Running;
        self.trouble = None;
    }

    /// Takes the next bytes of the stream.
    pub(super) fn feed(&mut self, mut input: &[u8]) {
        loop {
            match self.state {
                State::Stopped => return,
                State::Ended => {
                    if !input.is_empty() {
                        self.stop(Trouble::Leftover);
                    }
                    return;
                }
                State::Running => {}
            }
            if self.budget == 0 {
                self.over_budget = true;
                self.state = State::Stopped;
                return;
            }
            // One byte more than the picture needs is enough to detect a surplus.
            let wanted = (self.expected - self.done).saturating_add(1).min(self.budget).min(PIECE as u64);
            let wanted = usize::try_from(wanted).unwrap_or(PIECE);
            let Parts { stream, piece } = self.inflater.parts();
            let (in_before, out_before) = (stream.total_in(), stream.total_out());
            let result = stream.decompress(input, &mut piece[..wanted], FlushDecompress::None);
            let used = usize::try_from(stream.total_in() - in_before).unwrap_or(input.len()).min(input.len());
            let made = usize::try_from(stream.total_out() - out_before).unwrap_or(wanted).min(wanted);
            input = &input[used..];
            self.accept(made);
            if matches!(self.state, State::Stopped) {
                return;
            }
            match result {
                Ok(Status::StreamEnd) => {
                    self.state = State::Ended;
                    if self.done < self.expected {
                        self.stop(Trouble::Short);
                    }
                }
                Ok(_) if input.is_empty() && made < wanted => return,
                Ok(_) if used == 0 && made == 0 => return,
                Ok(_) => {}
                Err(error) => {
                    let word = error.message().unwrap_or("invalid deflate data");
                    self.stop(match word {
                        "incorrect data check" if self.is_whole() => Trouble::Checksum,
                        "incorrect data check" => Trouble::Short,
                        _ => Trouble::Broken(word.to_owned()),
                    });
                    return;
                }
            }
        }
    }

    /// Checks the filter types of the rows in the first `made` bytes of the piece.
    fn accept(&mut self, made: usize) {
        self.budget -= (made as u64).min(self.budget);
        let mut at = 0;
        while at < made {
            let Some(pass) = self.layout.passes().get(self.pass).copied() else {
                self.stop(Trouble::Long);
                return;
            };
            let filter = if self.column == 0 { self.inflater.parts().piece[at] } else { 0 };
            if filter > 4 {
                let before: u64 = self.layout.passes()[..self.pass].iter().map(|pass| pass.rows).sum();
                self.stop(Trouble::Filter { value: filter, row: before + self.row });
                return;
            }
            let step = (pass.stride - self.column).min((made - at) as u64);
            at += usize::try_from(step).unwrap_or(made);
            self.column += step;
            self.done += step;
            if self.column == pass.stride {
                self.column = 0;
                self.row += 1;
                if self.row == pass.rows {
                    self.row = 0;
                    self.pass += 1;
                }
            }
        }
    }

    fn stop(&mut self, trouble: Trouble) {
        self.state = State::Stopped;
        self.trouble.get_or_insert(trouble);
    }

    /// The fault of the picture after its last chunk; none if it is valid, or if the budget ran out before the rest was
    /// checked.
    pub(super) fn finish(&mut self) -> Option<Trouble> {
        if let State::Running = self.state
            && !self.over_budget
        {
            self.stop(if self.is_whole() { Trouble::Open } else { Trouble::Cut });
        }
        self.trouble.take()
    }

    /// Whether a fault is already known before the last chunk.
    pub(super) fn has_trouble(&self) -> bool {
        self.trouble.is_some()
    }

    /// Whether every row is complete.
    pub(super) fn is_whole(&self) -> bool {
        self.done >= self.expected
    }

    /// How many rows are complete.
    pub(super) fn progress(&self) -> RowProgress {
        let passes = self.layout.passes();
        RowProgress {
            interlaced: passes.len() > 1,
            pass: self.pass,
            passes: passes.len(),
            row: self.row,
            rows: passes.get(self.pass).or(passes.last()).map_or(0, |pass| pass.rows),
            done: self.done,
            expected: self.expected,
        }
    }
}

/// How much of a picture its rows cover.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowProgress {
    interlaced: bool,
    pass: usize,
    passes: usize,
    row: u64,
    rows: u64,
    done: u64,
    expected: u64,
}

/// The part of a picture that is missing if there is none of it.
pub(super) const NOTHING: &str = "nothing of the picture can be shown";

/// The part that a viewer misses if decoding ends here; no progress before the first IDAT chunk.
pub(super) fn missing(progress: Option<RowProgress>) -> String {
    progress.map_or_else(|| NOTHING.to_owned(), |progress| progress.missing())
}

impl RowProgress {
    /// The part that a viewer misses if decoding ends here.
    pub(super) fn missing(&self) -> String {
        if self.done == 0 {
            return NOTHING.to_owned();
        }
        if self.done >= self.expected {
            return "the last row is in doubt".to_owned();
        }
        if self.interlaced {
            if self.pass == 0 {
                return "only the coarsest pass of the picture is present".to_owned();
            }
            let lost = text::percent(self.expected - self.done, self.expected);
            return format!(
                "the picture stays coarse: it ends in pass {} of {}, and {lost} % of its pixels are missing",
                self.pass + 1,
                self.passes
            );
        }
        let lost = self.rows - self.row;
        if lost == self.rows {
            return NOTHING.to_owned();
        }
        format!(
            "the lower {} % of the picture is missing: {} of {} rows are present",
            text::percent(lost, self.rows),
            text::count(self.row),
            text::count(self.rows)
        )
    }
}
