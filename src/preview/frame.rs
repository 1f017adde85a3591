//! The first key frame of a video, if ffmpeg is installed.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::media::Format;

/// The time limit for ffmpeg per frame.
const PATIENCE: Duration = Duration::from_secs(5);

/// The first key frame as a BMP, within a square of `edge` pixels.
///
/// ffmpeg gets the format that we found in the bytes, so that it never reads the file as a list of other files or URLs.
/// It may only open files.
pub(super) fn first(path: &Path, format: Format, edge: u32) -> Option<Vec<u8>> {
    let demuxer = match format {
        Format::Mp4 | Format::Mov | Format::M4v => "mov",
        Format::WebM | Format::Mkv => "matroska",
        _ => return None,
    };
    let path = std::path::absolute(path).ok()?;
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "quiet", "-protocol_whitelist", "file,pipe", "-threads", "1"]);
    command.args(["-skip_frame", "nokey", "-f", demuxer, "-i"]).arg(path).args(["-map", "0:v:0", "-frames:v", "1"]);
    command.arg("-vf").arg(format!("scale={edge}:{edge}:force_original_aspect_ratio=decrease"));
    command.args(["-f", "image2pipe", "-c:v", "bmp", "-threads", "1", "pipe:1"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    // A BMP has at most four bytes per pixel.
    let most = u64::from(edge) * u64::from(edge) * 4 + 4_096;
    let output = child.stdout.take()?;
    let done = Arc::new(AtomicBool::new(false));
    let watch = watched(child, Arc::clone(&done));
    let mut bytes = Vec::new();
    let read = output.take(most).read_to_end(&mut bytes);
    done.store(true, Ordering::Relaxed);
    let ended = watch.join().unwrap_or(false);
    (ended && read.is_ok() && !bytes.is_empty()).then_some(bytes)
}

/// Waits for ffmpeg, and kills it if it takes too long. Returns whether it succeeded.
fn watched(mut child: Child, done: Arc<AtomicBool>) -> std::thread::JoinHandle<bool> {
    std::thread::spawn(move || {
        let start = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) if start.elapsed() < PATIENCE => {
                    let pause = if done.load(Ordering::Relaxed) { 1 } else { 5 };
                    std::thread::sleep(Duration::from_millis(pause));
                }
                Ok(None) | Err(_) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return false;
                }
            }
        }
    })
}
