//! Makes the result of a remedy, in a file beside the original: pictures here, video and sound with ffmpeg.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::disk::Staged;
use crate::engine::guarded;
use crate::media::Class;
use crate::remedy::{self, DrawError, Remedy, Tools, Way};
use crate::text::bounds;
use crate::text::words::reason;
use crate::walk;

/// Makes the file that the goal requires; none if it is only renamed. `watch` receives the seconds that are done, and
/// stops the work by returning false.
///
/// # Errors
/// Why it cannot be made, as one line in lower case without a full stop.
pub fn make(remedy: &Remedy, watch: &mut dyn FnMut(f64) -> bool) -> Result<Option<Staged>, String> {
    if remedy.goal.way == Way::Rename {
        return Ok(None);
    }
    let unwritable = |error: io::Error| format!("no file can be written beside it: {}", reason(&error));
    let mut stage = Staged::beside(&remedy.path).map_err(unwritable)?;
    if remedy.facts.format.class() == Class::Picture && remedy::is_drawn(remedy.facts.format) {
        let bytes = read(&remedy.path)?;
        let drawn = guarded(|| remedy::draw(&bytes, &remedy.goal, &remedy.facts))
            .unwrap_or_else(|fault| Err(DrawError::Failed(format!("internal fault: {fault}"))));
        match drawn {
            Ok(drawn) => {
                stage.file().and_then(|file| file.write_all(&drawn)).map_err(unwritable)?;
                return Ok(Some(stage));
            }
            Err(DrawError::Failed(message)) => return Err(message),
            Err(DrawError::Unsupported(message)) if !Tools::has(Tools::installed().pictures) => {
                return Err(format!("{message}; ffmpeg or ImageMagick may read it: install one, and run this again"));
            }
            // The program for other pictures may read it.
            Err(DrawError::Unsupported(_)) => {}
        }
    }
    let step = remedy.steps.first().ok_or("there is no step")?;
    let Remedy { goal, facts, .. } = remedy;
    let output = stage.path().to_owned();
    // For a picture that heylint should read, or whose name the program would interpret, the step is heylint itself.
    let is_picture = facts.format.class() == Class::Picture;
    let program = if is_picture { Tools::installed().pictures } else { &step.program };
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    if program == "ffmpeg" {
        if is_picture && remedy.path.to_string_lossy().contains('%') {
            return Err("ffmpeg reads the percent sign in its path as a number; rename it".to_owned());
        }
        command.args(["-nostdin", "-y", "-v", "error", "-nostats", "-progress", "pipe:1", "-i"]);
        command.arg(absolute(&remedy.path)).args(remedy::ffmpeg(goal, facts));
        command.args(["-f", remedy::muxer(goal.format)]).arg(absolute(&output));
    } else {
        // ImageMagick reads lists, patterns and protocols in names, so it gets none.
        let (file, _) = walk::open(&remedy.path)?;
        command.stdin(file).stdout(stage.file().and_then(|file| file.try_clone()).map_err(unwritable)?);
        command.arg(format!("{}:-[0]", facts.format.name())).args(remedy::magick(goal, facts));
        command.arg(format!("{}:-", goal.format.name()));
    }
    run(command, program, watch)?;
    Ok(Some(stage))
}

/// A path that ffmpeg cannot mistake for a protocol.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn run(mut command: Command, program: &str, watch: &mut dyn FnMut(f64) -> bool) -> Result<(), String> {
    let missing = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("{program} is not installed; install it, and run this again"),
        _ => format!("{program} cannot be started: {}", reason(&error)),
    };
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(missing)?;
    // It contains the file that the program writes.
    drop(command);
    let errors = child.stderr.take();
    let errors = std::thread::spawn(move || errors.into_iter().flat_map(lines).last().unwrap_or_default());
    let mut goes_on = watch(0.0);
    for line in child.stdout.take().into_iter().flat_map(lines) {
        if let Some(time) = line.strip_prefix("out_time_us=").and_then(|time| time.parse::<f64>().ok()) {
            goes_on = goes_on && watch(time / 1e6);
        }
        if !goes_on {
            let _ = child.kill();
            break;
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let said = errors.join().unwrap_or_default();
    match (goes_on, status.success()) {
        (false, _) => Err("stopped; nothing was changed".to_owned()),
        (true, true) => Ok(()),
        // A program that was killed prints nothing.
        (true, false) if said.is_empty() => Err(format!("{program} failed: {status}")),
        (true, false) => Err(format!("{program} failed: {said}")),
    }
}

/// The most bytes of a line that a program prints; the rest of a longer one is dropped.
const MOST_LINE: u64 = 1 << 10;

/// The lines that a program prints. It may print anything when it fails.
fn lines(pipe: impl Read) -> impl Iterator<Item = String> {
    let mut pipe = BufReader::new(pipe);
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        (&mut pipe).take(MOST_LINE).read_until(b'\n', &mut line).ok().filter(|count| *count > 0)?;
        if !line.ends_with(b"\n") {
            pipe.skip_until(b'\n').ok()?;
        }
        Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let (file, metadata) = walk::open(path)?;
    if metadata.len() > bounds::PICTURE_BYTES {
        return Err(format!("has {}, too much for a picture", crate::text::size(metadata.len())));
    }
    let mut bytes = Vec::new();
    file.take(bounds::PICTURE_BYTES).read_to_end(&mut bytes).map_err(|error| walk::because(&error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut() {
        let printed = ["one\r\n".to_owned(), "x".repeat(1 << 20), "\n\ntwo".to_owned()].concat();
        let read: Vec<String> = lines(printed.as_bytes()).collect();
        assert_eq!(read, ["one", &"x".repeat(MOST_LINE as usize), "", "two"]);
    }
}
