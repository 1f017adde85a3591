//! Where the speech comes from: a script with a voice, or recorded audio.

use smallvec::SmallVec;

use super::{and, called};
use crate::check::request::Typed;
use crate::finding::{Finding, Location};
use crate::rule::{self, Severity};

const SCRIPT: &str = "script";
const VOICE: &str = "voice_id";
const SETTINGS: &str = "voice_settings";
/// The length of a still picture that stays silent.
const SILENCE: &str = "duration";
const SOURCES: [&str; 3] = [SCRIPT, "audio_url", "audio_asset_id"];
const SOURCES_OF_STILL: [&str; 4] = [SCRIPT, "audio_url", "audio_asset_id", SILENCE];

/// The object is a part of a studio video, of which the documents say more.
fn is_scene(typed: &Typed<'_>) -> bool {
    matches!(typed.object.name, "SceneAvatar" | "ImageScene" | "VideoScene")
}

/// A still picture: it may be silent.
fn is_still(typed: &Typed<'_>) -> bool {
    typed.object.name == "ImageScene"
}

/// A clip: it may keep its own sound.
fn is_clip(typed: &Typed<'_>) -> bool {
    typed.object.name == "VideoScene"
}

/// Only an avatar has a voice of its own.
fn has_own_voice(typed: &Typed<'_>) -> bool {
    matches!(typed.object.name, "AvatarVideo" | "SceneAvatar")
}

pub fn check(typed: &Typed<'_>, out: &mut Vec<Finding>) {
    let all: &[&str] = if is_still(typed) { &SOURCES_OF_STILL } else { &SOURCES };
    let given: SmallVec<[&str; 4]> = all.iter().copied().filter(|name| typed.given(name).is_some()).collect();
    match given.as_slice() {
        [] if is_clip(typed) => {}
        [] => out.extend(nothing(typed, all)),
        [SCRIPT] => out.extend(no_voice(typed)),
        [_] => {}
        several => out.push(several_sources(typed, several)),
    }
    if !given.is_empty() && !typed.has(SCRIPT) {
        out.extend(idle_settings(typed, &given));
    }
}

/// More than one source. That recorded audio excludes other recorded audio is said of scenes only.
fn several_sources(typed: &Typed<'_>, given: &[&str]) -> Finding {
    let silent = given.contains(&SILENCE);
    let message = match (silent, given.len()) {
        (true, _) => format!("{} are given; a picture is either silent for a duration or narrated", and(given)),
        (false, 2) => format!("{} are both given; speech has one source", and(given)),
        (false, _) => format!("{} are given; speech has one source", and(given)),
    };
    let help = match silent {
        true => "drop duration and the scene lasts as long as its speech, or drop the speech".to_owned(),
        false if given.len() == 2 => format!("keep {} and drop the other", given.join(" or ")),
        false => format!("keep {} and drop the rest", given.join(" or ")),
    };
    let finding = typed.conflict(given, message).help(help);
    match given.contains(&SCRIPT) || is_scene(typed) {
        true => finding,
        false => finding.at_most(Severity::Warning),
    }
}

/// No source at all.
fn nothing(typed: &Typed<'_>, all: &[&str]) -> Option<Finding> {
    let spoken_of = all.iter().any(|name| typed.is_meant(name));
    if spoken_of || typed.is_claimed(VOICE) || typed.is_claimed(SETTINGS) || is_elsewhere(typed, all) {
        return None;
    }
    let body = match typed.object.name {
        "ImageVideo" => "the picture",
        _ => "the avatar",
    };
    let (last, head) = all.split_last()?;
    let choice = format!("{} or {last}", head.join(", "));
    let finding = if is_still(typed) {
        let message = format!("{} is neither silent nor narrated: none of {choice} is there", called(typed, body));
        Finding::new(&rule::REQUEST_NEEDS_ONE_OF, message)
            .help("give its duration in seconds, or a script with a voice_id, or recorded audio")
    } else {
        let message = format!("{} has nothing to say: none of {choice} is there", called(typed, body));
        Finding::new(&rule::REQUEST_NEEDS_ONE_OF, message).help(match has_own_voice(typed) {
            true => "give a script, or the address or asset id of recorded audio",
            false => "give a script with a voice_id, or the address or asset id of recorded audio",
        })
    };
    let finding = finding.at(typed.location());
    Some(if is_scene(typed) { finding } else { finding.at_most(Severity::Warning) })
}

/// A script that nobody can speak.
fn no_voice(typed: &Typed<'_>) -> Option<Finding> {
    let within = typed.get(SETTINGS).is_some_and(|settings| settings.get(VOICE).is_some());
    if has_own_voice(typed) || typed.is_meant(VOICE) || within || is_elsewhere(typed, &[VOICE]) {
        return None;
    }
    let what = if is_clip(typed) { "clip" } else { "picture" };
    let message = format!("script needs {VOICE}: a {what} has no voice of its own");
    let finding = Finding::new(&rule::REQUEST_NEEDS_ONE_OF, message).at(typed.place(SCRIPT));
    Some(finding.help("add the voice_id of a voice, or give recorded audio instead of the script"))
}

/// How a voice speaks, where no voice speaks.
fn idle_settings(typed: &Typed<'_>, given: &[&str]) -> Option<Finding> {
    typed.get(SETTINGS).filter(|settings| !settings.is_empty())?;
    if typed.is_claimed(SCRIPT) {
        return None;
    }
    let message = match given.iter().find(|name| **name != SILENCE) {
        Some(source) => format!("{SETTINGS} has no effect: the speech is recorded in {source}"),
        None => format!("{SETTINGS} has no effect: the scene is silent"),
    };
    let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message).at(typed.place(SETTINGS));
    Some(typed.without(SETTINGS, finding.help("remove it, or give a script in place of the audio")))
}

/// What a clip does while a voice-over goes on, where there is none.
pub fn playback(typed: &Typed<'_>, out: &mut Vec<Finding>) {
    let Some(mode) = typed.get("playback").and_then(|playback| playback.get("mode")).filter(|mode| !mode.is_null())
    else {
        return;
    };
    if SOURCES.iter().any(|name| typed.is_meant(name)) {
        return;
    }
    let key = mode.key_span().unwrap_or(mode.span());
    let message = "mode needs a voice-over: none of script, audio_url or audio_asset_id is there";
    let finding = Finding::new(&rule::REQUEST_CONFLICT, message).at(Location::value(mode.pointer(), key));
    out.push(finding.help("remove mode, or give the scene a voice-over"));
}

/// The fields stand beside the presenter instead of in it: that was said where they stand.
fn is_elsewhere(typed: &Typed<'_>, fields: &[&str]) -> bool {
    let beside = match typed.object.name {
        "SceneAvatar" => typed.value.parent(),
        _ => None,
    };
    let habits = ["voice", "input_text"];
    let scenes = ["scenes", "video_inputs"].iter().any(|name| typed.value.get(name).is_some());
    scenes || beside.is_some_and(|scene| fields.iter().chain(&habits).any(|name| scene.get(name).is_some()))
}
