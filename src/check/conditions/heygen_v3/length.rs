//! The length of an outcome: speech, silent pictures, or playback.

use crate::check::length::{Durations, JobPart, Length};
use crate::limits::LimitId;
use crate::profile::heygen_v3::limits;
use crate::request::job::Job;
use crate::request::json::Value;
use crate::text::{placeholder, speech};

/// A speaking avatar or animated picture.
pub(in super::super) fn speech<'d>(job: &Job<'d>, durations: Durations<'_>) -> Vec<JobPart<'d>> {
    let part = JobPart::whole(job, spoken_or_recorded(job.value, durations));
    vec![JobPart { script: script(job.value), ..part }]
}

/// Scene by scene.
pub(in super::super) fn studio<'d>(job: &Job<'d>, durations: Durations<'_>) -> Vec<JobPart<'d>> {
    let part = |(scene, length): (Value<'d>, Length)| JobPart {
        value: scene,
        length,
        script: script(scene.get("input").unwrap_or(scene)),
        bound: Some(limits::OUTPUT_MAX_DURATION),
    };
    scenes(job.value, durations).into_iter().map(part).collect()
}

/// The length that the request states.
pub(in super::super) fn stated<'d>(job: &Job<'d>, _: Durations<'_>) -> Vec<JobPart<'d>> {
    vec![JobPart::whole(job, Length::measured(positive(job.value, "duration")))]
}

/// A text for the speech endpoint.
pub(in super::super) fn text<'d>(job: &Job<'d>, _: Durations<'_>) -> Vec<JobPart<'d>> {
    let length = job.value.get("text").map_or(Length::UNKNOWN, |text| spoken(text, speed(job.value)));
    vec![JobPart::whole(job, length)]
}

pub(in super::super) fn translation<'d>(job: &Job<'d>, durations: Durations<'_>) -> Vec<JobPart<'d>> {
    vec![JobPart::whole(job, translated(job.value, durations).times(job.count))]
}

/// The length of the speech that replaces the sound of the video.
pub(in super::super) fn lipsync<'d>(job: &Job<'d>, durations: Durations<'_>) -> Vec<JobPart<'d>> {
    vec![JobPart::whole(job, Length::measured(job.value.get("audio").and_then(durations)))]
}

/// A length that is unknown until the render is done.
pub(in super::super) fn unknown<'d>(job: &Job<'d>, _: Durations<'_>) -> Vec<JobPart<'d>> {
    vec![JobPart::whole(job, Length::UNKNOWN)]
}

/// The script with its limit.
fn script(value: Value<'_>) -> Option<(Value<'_>, LimitId)> {
    let script = value.get("script").filter(|script| script.as_str().is_some())?;
    Some((script, limits::SCRIPT_MAX))
}

/// The scenes of a studio video, each with its length.
pub(super) fn scenes<'d>(video: Value<'d>, durations: Durations<'_>) -> Vec<(Value<'d>, Length)> {
    let scenes = video.get("scenes").into_iter().flat_map(Value::items);
    scenes.map(|scene| (scene, of_scene(scene, durations))).collect()
}

fn of_scene(scene: Value<'_>, durations: Durations<'_>) -> Length {
    if let Some(input) = scene.get("input") {
        return spoken_or_recorded(input, durations);
    }
    match positive(scene, "duration") {
        Some(exact) => Length { exact, ..Length::default() },
        None if is_speaking(scene) => spoken_or_recorded(scene, durations),
        None => Length::measured(scene.get("source").and_then(durations).filter(|_| says(scene, "type", "video"))),
    }
}

/// The length of a script or a recording.
fn spoken_or_recorded(value: Value<'_>, durations: Durations<'_>) -> Length {
    if let Some(script) = value.get("script").filter(|script| !script.is_null()) {
        return spoken(script, value.get("voice_settings").map_or(1.0, speed));
    }
    Length::measured(["audio_url", "audio_asset_id"].iter().find_map(|name| value.get(name).and_then(durations)))
}

fn is_speaking(value: Value<'_>) -> bool {
    ["script", "audio_url", "audio_asset_id"].iter().any(|name| value.get(name).is_some_and(|value| !value.is_null()))
}

fn translated(value: Value<'_>, durations: Durations<'_>) -> Length {
    match (value.get("start_time").and_then(Value::number), positive(value, "end_time")) {
        (start, Some(end)) if end > start.unwrap_or(0.0) => Length::measured(Some(end - start.unwrap_or(0.0).max(0.0))),
        (start, _) => {
            let whole = value.get("video").and_then(durations);
            Length::measured(whole.map(|whole| (whole - start.unwrap_or(0.0)).clamp(0.0, whole)))
        }
    }
}

fn spoken(text: Value<'_>, speed: f64) -> Length {
    match text.as_str() {
        Some(text) if !placeholder::is_placeholder(&text) => {
            Length { estimated: speech::spoken_seconds(&text, speed), ..Length::default() }
        }
        _ => Length::UNKNOWN,
    }
}

fn speed(settings: Value<'_>) -> f64 {
    positive(settings, "speed").unwrap_or(1.0)
}

fn positive(value: Value<'_>, name: &str) -> Option<f64> {
    value.get(name)?.number().filter(|number| number.is_finite() && *number > 0.0)
}

fn says(value: Value<'_>, name: &str, word: &str) -> bool {
    value.get(name).and_then(Value::as_str).is_some_and(|text| text == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::length::{parts, sum};
    use crate::profile;
    use crate::request::job::jobs;
    use crate::request::{Request, json};

    fn length(text: &str) -> Option<Length> {
        let document = json::parse(text);
        let request = Request::read(profile::default(), None, document.root().expect("a value"), None);
        let durations = |value: Value<'_>| value.raw().contains("local").then_some(30.0);
        jobs(&request).first().and_then(|job| parts(job, &durations)).map(|parts| sum(&parts))
    }

    #[test]
    fn exact_estimated_and_unknown_lengths() {
        let known = |exact, estimated, unknown| Some(Length { exact, estimated, unknown });
        let words = "one two three four five six seven eight nine ten";
        let avatar = |rest: &str| length(&format!(r#"{{"type": "avatar", "avatar_id": "a", {rest}}}"#));
        assert_eq!(avatar(&format!(r#""script": "{words}""#)), known(0.0, 4.0, 0));
        assert_eq!(avatar(&format!(r#""script": "{words}", "voice_settings": {{"speed": 0.5}}"#)), known(0.0, 8.0, 0));
        assert_eq!(avatar(r#""script": "<your script>""#), known(0.0, 0.0, 1));
        assert_eq!(avatar(r#""audio_url": "local.mp3""#), known(30.0, 0.0, 0));
        assert_eq!(avatar(r#""audio_url": "https://a.b/c.mp3""#), known(0.0, 0.0, 1));
        let source = r#""source": {"type": "url", "url": "local.mp4"}"#;
        let studio = format!(
            r#"{{"type": "studio", "scenes": [{{"type": "image", {source}, "duration": 7.5}}, {{"type": "video", {source}}},
                {{"type": "avatar_video", "input": {{"type": "avatar", "avatar_id": "a", "script": "{words}"}}}},
                {{"type": "image", {source}}}]}}"#
        );
        assert_eq!(length(&studio), known(37.5, 4.0, 1));
        let translation = r#"{"video": {"type": "url", "url": "local.mp4"}, "output_languages": ["Spanish", "French"]"#;
        assert_eq!(length(&format!("{translation}}}")), known(60.0, 0.0, 0));
        assert_eq!(length(&format!("{translation}, \"start_time\": 10, \"end_time\": 15}}")), known(10.0, 0.0, 0));
        assert_eq!(length(r#"{"method": "GET", "path": "/v3/videos"}"#), None);
    }
}
