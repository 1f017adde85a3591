//! A progress bar on standard error for long runs. Its own thread draws it; the run only counts.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use heylint::Settings;
use heylint::engine::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs shorter than this show no bar.
const DELAY: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(80);

/// Draws until it is dropped, then clears its line.
#[derive(Debug)]
pub struct Bar {
    /// The thread ends when this sender is dropped.
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Bar {
    /// Starts a bar for a run with these settings, if standard error is a terminal.
    pub fn start(settings: &mut Settings, quiet: bool) -> Option<Self> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_none_or(|term| term == "dumb");
        if quiet || dumb || set("CI").is_some() || !std::io::stderr().is_terminal() {
            return None;
        }
        let progress = Arc::new(Progress::default());
        settings.progress = Some(Arc::clone(&progress));
        Self::draw(progress, DELAY, ProgressDrawTarget::stderr)
    }

    fn draw(
        progress: Arc<Progress>,
        delay: Duration,
        target: impl FnOnce() -> ProgressDrawTarget + Send + 'static,
    ) -> Option<Self> {
        let (alive, gone) = channel();
        // If the thread cannot start, there is no bar.
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || draw(&progress, delay, &gone, target))
            .ok()?;
        Some(Self { alive: Some(alive), thread: Some(thread) })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn draw(progress: &Progress, delay: Duration, gone: &Receiver<()>, target: impl FnOnce() -> ProgressDrawTarget) {
    let waits = |time| gone.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !waits(delay) {
        return;
    }
    let bar = ProgressBar::with_draw_target(Some(0), target());
    let style = ProgressStyle::with_template("{spinner} {wide_bar} {human_pos} of {human_len} files")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    loop {
        bar.set_length(progress.total());
        bar.set_position(progress.done());
        bar.tick();
        if !waits(TICK) {
            break;
        }
    }
    bar.finish_and_clear();
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use indicatif::TermLike;

    use super::*;

    /// A terminal that records everything written to it.
    #[derive(Clone, Debug, Default)]
    struct Tape(Arc<Mutex<String>>);

    impl Tape {
        fn put(&self, text: &str) -> io::Result<()> {
            self.0.lock().expect("not poisoned").push_str(text);
            Ok(())
        }

        fn text(&self) -> String {
            self.0.lock().expect("not poisoned").clone()
        }

        fn bar(&self, progress: &Arc<Progress>, delay: Duration) -> Option<Bar> {
            let tape = self.clone();
            Bar::draw(Arc::clone(progress), delay, || ProgressDrawTarget::term_like(Box::new(tape)))
        }
    }

    impl TermLike for Tape {
        fn width(&self) -> u16 {
            60
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.put(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.put(text)
        }
        fn clear_line(&self) -> io::Result<()> {
            self.put("<cleared>")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_long_run_shows_how_far_it_is_and_leaves_nothing() {
        let (tape, progress) = (Tape::default(), Arc::new(Progress::default()));
        progress.expect(1_234);
        progress.step();
        let bar = tape.bar(&progress, Duration::ZERO);
        while !tape.text().contains("1 of 1,234 files") {
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(bar);
        assert!(tape.text().ends_with("<cleared>"), "{}", tape.text());
    }

    #[test]
    fn a_short_run_shows_nothing() {
        let (tape, progress) = (Tape::default(), Arc::new(Progress::default()));
        drop(tape.bar(&progress, Duration::from_secs(3_600)));
        assert_eq!(tape.text(), "");
    }
}
