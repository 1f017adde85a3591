//! Re-encodes pictures: upright, scaled, flattened, in another format.

use std::io::Cursor;

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageReader, Limits, RgbImage};

use super::Goal;
use super::steps::target_size;
use crate::media::{Dimensions, Facts, Format};

/// The most memory for a picture.
const MOST_MEMORY: u64 = 1 << 30;

/// Why a picture cannot be made: one line, lower case, no full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DrawError {
    /// The decoder does not support this kind of picture; another program may.
    Unsupported(String),
    Failed(String),
}

impl From<String> for DrawError {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

/// The bytes of the picture that the goal asks for. The same input gives the same bytes.
///
/// # Errors
///
/// Why it cannot be made.
pub fn draw(bytes: &[u8], goal: &Goal, facts: &Facts) -> Result<Vec<u8>, DrawError> {
    let (mut picture, profile) = decoded(bytes, MOST_MEMORY)?;
    let mut seen = facts.clone();
    seen.dimensions = Some(Dimensions::new(picture.width(), picture.height()));
    let large = goal.edge_below.is_some_and(|edge| picture.width().max(picture.height()) >= edge);
    let small = goal.edge_from.is_some_and(|edge| picture.width().min(picture.height()) < edge);
    if (large || small)
        && let Some(size) = target_size(goal, &seen)
    {
        picture = picture.resize_exact(size.width, size.height, FilterType::Lanczos3);
    }
    let mut quality = 92;
    loop {
        let made = encode(&picture, goal.format, quality, profile.as_deref())?;
        if goal.most_bytes.is_none_or(|most| made.len() as u64 <= most) {
            return Ok(made);
        }
        if goal.format == Format::Jpeg && quality > 70 {
            quality -= 10;
            continue;
        }
        let (width, height) = (picture.width() * 4 / 5, picture.height() * 4 / 5);
        if width.min(height) < goal.edge_from.unwrap_or(64) {
            return Err("it cannot be made small enough".to_owned().into());
        }
        picture = picture.resize_exact(width, height, FilterType::Lanczos3);
    }
}

/// The picture upright, with its colour profile.
fn decoded(bytes: &[u8], most_memory: u64) -> Result<(DynamicImage, Option<Vec<u8>>), DrawError> {
    let in_words = |error: image::ImageError| {
        let message = format!("the picture cannot be decoded: {error}");
        match error {
            image::ImageError::Unsupported(_) | image::ImageError::Limits(_) => DrawError::Unsupported(message),
            _ => DrawError::Failed(message),
        }
    };
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader = reader.with_guessed_format().map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(most_memory);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(in_words)?;
    let turn = decoder.orientation().map_err(in_words)?;
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(in_words)?;
    picture.apply_orientation(turn);
    Ok((picture, profile))
}

/// A picture as a small JPEG within a square of `edge` pixels, with its dimensions. Transparent parts become white.
///
/// # Errors
///
/// Why it cannot be made: one line, lower case, no full stop.
pub fn thumbnail(bytes: &[u8], edge: u32, most_memory: u64) -> Result<(Vec<u8>, Dimensions), String> {
    let (picture, _) = decoded(bytes, most_memory)
        .map_err(|(DrawError::Unsupported(message) | DrawError::Failed(message))| message)?;
    let small = if picture.width().max(picture.height()) > edge { picture.thumbnail(edge, edge) } else { picture };
    let size = Dimensions::new(small.width(), small.height());
    Ok((encode(&small, Format::Jpeg, 70, None)?, size))
}

fn encode(picture: &DynamicImage, format: Format, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let in_words = |error: image::ImageError| format!("the picture cannot be encoded: {error}");
    let is_grey = !picture.color().has_color();
    // A CMYK or grey profile does not fit the output.
    let space: &[u8] = if is_grey { b"GRAY" } else { b"RGB " };
    let profile = profile.filter(|profile| profile.get(16..20) == Some(space)).map(<[u8]>::to_vec);
    let mut out = Vec::new();
    match format {
        Format::Jpeg => {
            let mut encoder = JpegEncoder::new_with_quality(&mut out, quality);
            if let Some(profile) = profile {
                let _ = encoder.set_icc_profile(profile);
            }
            let flat = match flattened(picture) {
                Some(flat) => DynamicImage::ImageRgb8(flat),
                None if is_grey => DynamicImage::ImageLuma8(picture.to_luma8()),
                None => DynamicImage::ImageRgb8(picture.to_rgb8()),
            };
            flat.write_with_encoder(encoder).map_err(in_words)?;
        }
        Format::Png => {
            let mut encoder = PngEncoder::new(&mut out);
            if let Some(profile) = profile {
                let _ = encoder.set_icc_profile(profile);
            }
            // PNG cannot store floating-point samples.
            match picture {
                DynamicImage::ImageRgb32F(_) => DynamicImage::ImageRgb16(picture.to_rgb16()),
                DynamicImage::ImageRgba32F(_) => DynamicImage::ImageRgba16(picture.to_rgba16()),
                other => other.clone(),
            }
            .write_with_encoder(encoder)
            .map_err(in_words)?;
        }
        other => return Err(format!("heylint does not write {other}")),
    }
    Ok(out)
}

/// Puts a picture with transparency on white.
fn flattened(picture: &DynamicImage) -> Option<RgbImage> {
    if !picture.color().has_alpha() {
        return None;
    }
    let picture = picture.to_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (pixel, out) in picture.pixels().zip(flat.pixels_mut()) {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let over = |colour: u32| ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        out.0 = [over(red), over(green), over(blue)];
    }
    Some(flat)
}
