//! Conditions on the source of speech: a script with a voice, or recorded audio.

use smallvec::SmallVec;

use crate::check::Context;
use crate::check::typed::{Typed, and};
use crate::finding::{Finding, Location};
use crate::rule::{self, Severity};
use crate::text;

const SCRIPT: &str = "script";
const VOICE: &str = "voice_id";
const SETTINGS: &str = "voice_settings";
/// The field for the length of a silent still picture.
const SILENCE: &str = "duration";
const SOURCES: [&str; 3] = [SCRIPT, "audio_url", "audio_asset_id"];
const SOURCES_OF_STILL: [&str; 4] = [SCRIPT, "audio_url", "audio_asset_id", SILENCE];

/// A body or a scene that speaks.
struct Speaker<'t, 'd> {
    typed: &'t Typed<'d>,
    /// The name of the body in messages, if the body itself speaks.
    body: &'static str,
    /// A scene of a studio video, for which the documents state more.
    scene: bool,
    /// The presenter is inside a scene, next to fields that may have been meant for it.
    within: bool,
    /// A still picture, which may be silent.
    still: bool,
    /// A clip, which may keep its own sound.
    clip: bool,
    /// Only an avatar has a voice of its own.
    own_voice: bool,
}

impl<'t, 'd> Speaker<'t, 'd> {
    fn new(typed: &'t Typed<'d>) -> Self {
        Self { typed, body: "the avatar", scene: false, within: false, still: false, clip: false, own_voice: false }
    }
}

pub(in super::super) fn avatar(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    check(&Speaker { own_voice: true, ..Speaker::new(typed) }, out);
}

/// An animated picture.
pub(in super::super) fn image(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    check(&Speaker { body: "the picture", ..Speaker::new(typed) }, out);
}

pub(in super::super) fn scene_avatar(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    check(&Speaker { scene: true, within: true, own_voice: true, ..Speaker::new(typed) }, out);
}

/// A clip, which may keep its own sound.
pub(in super::super) fn clip(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    check(&Speaker { scene: true, clip: true, ..Speaker::new(typed) }, out);
}

pub(in super::super) fn still(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    check(&Speaker { scene: true, still: true, ..Speaker::new(typed) }, out);
}

fn check(speaker: &Speaker<'_, '_>, out: &mut Vec<Finding>) {
    let typed = speaker.typed;
    let all: &[&str] = if speaker.still { &SOURCES_OF_STILL } else { &SOURCES };
    let given: SmallVec<[&str; 4]> = all.iter().copied().filter(|name| typed.given(name).is_some()).collect();
    match given.as_slice() {
        [] if speaker.clip => {}
        [] => out.extend(nothing(speaker, all)),
        [SCRIPT] => out.extend(no_voice(speaker)),
        [_] => {}
        several => out.push(several_sources(speaker, several)),
    }
    if !given.is_empty() && !typed.has(SCRIPT) {
        out.extend(idle_settings(typed, &given));
    }
}

/// More than one source. For scenes the documents only say that two recordings exclude each other.
fn several_sources(speaker: &Speaker<'_, '_>, given: &[&str]) -> Finding {
    let silent = given.contains(&SILENCE);
    let message = match (silent, given.len()) {
        (true, _) => format!("{} are given; a picture is either silent for a duration or narrated", and(given)),
        (false, 2) => format!("{} are both given; speech has one source", and(given)),
        (false, _) => format!("{} are given; speech has one source", and(given)),
    };
    let help = match silent {
        true => "drop duration and the scene lasts as long as its speech, or drop the speech".to_owned(),
        false if given.len() == 2 => format!("keep {} and drop the other", text::words::either(given)),
        false => format!("keep {} and drop the rest", given.join(" or ")),
    };
    let finding = speaker.typed.conflict(given, message).help(help);
    match given.contains(&SCRIPT) || speaker.scene {
        true => finding,
        false => finding.at_most(Severity::Warning),
    }
}

/// No source of speech.
fn nothing(speaker: &Speaker<'_, '_>, all: &[&str]) -> Option<Finding> {
    let typed = speaker.typed;
    let spoken_of = all.iter().any(|name| typed.is_meant(name));
    if spoken_of || typed.is_claimed(VOICE) || typed.is_claimed(SETTINGS) || is_elsewhere(speaker, all) {
        return None;
    }
    let choice = text::words::either(all);
    let finding = if speaker.still {
        let message =
            format!("{} is neither silent nor narrated: none of {choice} is given", typed.called(speaker.body));
        Finding::new(&rule::REQUEST_NEEDS_ONE_OF, message)
            .help("give its duration in seconds, or a script with a voice_id, or recorded audio")
    } else {
        let message = format!("{} has nothing to say: none of {choice} is given", typed.called(speaker.body));
        Finding::new(&rule::REQUEST_NEEDS_ONE_OF, message).help(match speaker.own_voice {
            true => "give a script, or the address or asset id of recorded audio",
            false => "give a script with a voice_id, or the address or asset id of recorded audio",
        })
    };
    let finding = finding.at(typed.location());
    Some(if speaker.scene { finding } else { finding.at_most(Severity::Warning) })
}

/// A script without a voice.
fn no_voice(speaker: &Speaker<'_, '_>) -> Option<Finding> {
    let typed = speaker.typed;
    let within = typed.get(SETTINGS).is_some_and(|settings| settings.get(VOICE).is_some());
    if speaker.own_voice || typed.is_meant(VOICE) || within || is_elsewhere(speaker, &[VOICE]) {
        return None;
    }
    let what = if speaker.clip { "clip" } else { "picture" };
    let message = format!("script needs {VOICE}: a {what} has no voice of its own");
    let finding = Finding::new(&rule::REQUEST_NEEDS_ONE_OF, message).at(typed.place(SCRIPT));
    Some(finding.help("add the voice_id of a voice, or give recorded audio instead of the script"))
}

/// Voice settings without a script.
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

/// A playback mode without a voice-over.
pub(in super::super) fn playback(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(mode) = typed.get("playback").and_then(|playback| playback.get("mode")).filter(|mode| !mode.is_null())
    else {
        return;
    };
    if SOURCES.iter().any(|name| typed.is_meant(name)) {
        return;
    }
    let key = mode.key_span().unwrap_or(mode.span());
    let message = "mode needs a voice-over: none of script, audio_url or audio_asset_id is given";
    let finding = Finding::new(&rule::REQUEST_CONFLICT, message).at(Location::value(mode.pointer(), key));
    out.push(finding.help("remove mode, or give the scene a voice-over"));
}

/// Whether the fields are beside the presenter instead of inside it, which is already reported.
fn is_elsewhere(speaker: &Speaker<'_, '_>, fields: &[&str]) -> bool {
    let typed = speaker.typed;
    let beside = if speaker.within { typed.value.parent() } else { None };
    let habits = ["voice", "input_text"];
    let scenes = ["scenes", "video_inputs"].iter().any(|name| typed.value.get(name).is_some());
    scenes || beside.is_some_and(|scene| fields.iter().chain(&habits).any(|name| scene.get(name).is_some()))
}
