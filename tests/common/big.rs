//! Media of realistic size: the small files of `make` with as much payload as encoders write.

use super::make::Random;
use super::make::jpeg::Jpeg;
use super::make::mp3::Mp3;
use super::make::mp4::{Audio, Mp4, Video};
use super::make::pdf::Pdf;
use super::make::png::{self, Chunk, Png};
use super::make::srt::Srt;
use super::make::wav::Wav;
use super::make::webm::{Picture, WebM};

/// Makes a file of about this many bytes. Pictures always have 12 megapixels, a screen has two.
pub type Maker = fn(usize) -> Vec<u8>;

/// Name with extension, and maker.
pub const BIG: &[(&str, Maker)] = &[
    ("film.mp4", |size| film(size).bytes()),
    ("film-faststart.mp4", |size| film(size).faststart(true).bytes()),
    ("film-fragmented.mp4", |size| film(size).fragmented(true).bytes()),
    ("film-vp8.webm", |size| webm(size, Picture::Vp8).bytes()),
    ("film-vp9-live.webm", |size| WebM { live: true, ..webm(size, Picture::Vp9) }.bytes()),
    ("sound.wav", |size| Wav::new(48_000, 2, size as f64 / 192_000.0).bytes()),
    ("music.mp3", |size| Mp3 { bitrate: 320, ..Mp3::new(44_100, 2, size as f64 / 40_000.0) }.bytes()),
    ("voice.mp3", |size| Mp3 { protected: true, ..Mp3::new(44_100, 1, size as f64 / 8_000.0) }.bytes()),
    ("photo.jpg", |_| Jpeg { photo: true, ..Jpeg::new(4_000, 3_000) }.bytes()),
    ("photo-progressive.jpg", |_| Jpeg { photo: true, progressive: true, ..Jpeg::new(4_000, 3_000) }.bytes()),
    ("photo.png", |_| png(4_000, 3_000, photo_row)),
    ("screen.png", |_| png(1_920, 1_080, screen_row)),
    ("book.pdf", |size| Pdf::of_pages((size / 600).clamp(1, 20_000)).bytes()),
    ("words.srt", |size| Srt::of_cues((size / 65).min(200_000) as u64).bytes()),
];

const FPS: f64 = 25.0;
/// Bytes of a frame, for 10 Mbit/s.
const FRAME: usize = 50_000;

fn seconds(size: usize) -> f64 {
    size as f64 / FRAME as f64 / FPS
}

fn film(size: usize) -> Mp4 {
    let seconds = seconds(size);
    Mp4::new()
        .video(Video { fps: FPS, seconds, bulk: FRAME, ..Video::default() })
        .audio(Audio { seconds, ..Audio::default() })
}

fn webm(size: usize, codec: Picture) -> WebM {
    let mut webm = WebM::new(codec, 1_920, 1_080, FPS, seconds(size));
    webm.video.iter_mut().for_each(|video| video.bulk = FRAME);
    webm
}

/// An RGB picture. `row` makes each row, which begins with its filter type.
fn png(width: u32, height: u32, row: fn(u32, &mut Random, &mut [u8])) -> Vec<u8> {
    let mut random = Random::new(2);
    let mut rows = vec![0; height as usize * (width as usize * 3 + 1)];
    for (number, bytes) in (0..).zip(rows.chunks_mut(width as usize * 3 + 1)) {
        row(number, &mut random, bytes);
    }
    let mut chunks = Png::new(width, height).chunks();
    chunks.retain(|chunk| &chunk.kind != b"IDAT");
    let data: Vec<Chunk> = png::zlib(&rows).chunks(64 << 10).map(|piece| Chunk::new(b"IDAT", piece)).collect();
    chunks.splice(1..1, data);
    png::join(&chunks)
}

/// Filtered rows of a photograph: small differences of either sign, most of them near 0.
fn photo_row(_: u32, random: &mut Random, row: &mut [u8]) {
    row[0] = 4;
    row[1..].fill_with(|| {
        let bits = random.next();
        let spread = (bits >> 32).trailing_zeros().min(4) + 1;
        ((bits & ((1 << spread) - 1)) as u8).wrapping_sub(1 << (spread - 1))
    });
}

/// Lines of text on white: a few shapes that repeat, and much white.
fn screen_row(number: u32, random: &mut Random, row: &mut [u8]) {
    let line = number / 20;
    if number % 20 < 14 && !line.is_multiple_of(7) {
        row.fill(0xff);
        let mut letters = Random::new(u64::from(line));
        let end = row.len() * (letters.next() % 60 + 30) as usize / 100;
        for letter in row[1..end].chunks_mut(24) {
            let shape = Random::new(letters.next() % 60 * 20 + u64::from(number % 20)).next();
            letter.chunks_mut(3).enumerate().for_each(|(at, pixel)| {
                if shape >> at & 1 == 1 {
                    pixel.fill((shape >> 8) as u8 & 0xf0);
                }
            });
        }
    } else {
        row.fill(0xff - (random.next() % 2) as u8 * u8::from(line.is_multiple_of(7)));
    }
    row[0] = 0;
}
