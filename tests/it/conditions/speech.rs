//! The source of the speech: a script that a voice speaks, or recorded audio.

use serde_json::{Value, json};

use super::{BATCH, MP3, VIDEOS, VOICE, avatar, bad, clip, good, picture, scene_avatar, silent, still};

#[test]
fn a_script_excludes_recorded_audio() {
    let speech = json!({"script": "Hello.", "voice_id": VOICE, "audio_url": MP3});
    let finding = bad(VIDEOS, &avatar(speech.clone()), "error request/conflict /audio_url");
    assert_eq!(finding.related.len(), 1);
    assert_eq!(finding.related[0].location.pointer.as_deref(), Some("/script"));
    bad(VIDEOS, &picture(speech.clone()), "error request/conflict /audio_url");
    bad(VIDEOS, &scene_avatar(speech.clone()), "error request/conflict /scenes/0/input/audio_url");
    bad(VIDEOS, &clip(speech.clone()), "error request/conflict /scenes/0/audio_url");
    bad(VIDEOS, &still(speech.clone()), "error request/conflict /scenes/0/audio_url");
    bad(BATCH, &json!({"videos": [avatar(speech)]}), "error request/conflict /videos/0/audio_url");
    let asset = json!({"script": "Hello.", "audio_asset_id": "8f027b07"});
    bad(VIDEOS, &avatar(asset), "error request/conflict /audio_asset_id");
    // Three sources are one fault.
    let all = json!({"script": "Hello.", "audio_url": MP3, "audio_asset_id": "8f027b07"});
    let finding = bad(VIDEOS, &avatar(all), "error request/conflict /audio_asset_id");
    assert!(finding.message.starts_with("script, audio_url and audio_asset_id are given"), "{}", finding.message);

    good(VIDEOS, &avatar(json!({"script": "Hello."})));
    good(VIDEOS, &avatar(json!({"script": "Hello.", "audio_url": null, "audio_asset_id": null})));
    good(VIDEOS, &avatar(json!({"script": null, "audio_url": MP3})));
    good(VIDEOS, &avatar(json!({"audio_asset_id": "8f027b07", "voice_id": VOICE})));
}

#[test]
fn two_recordings() {
    let both = json!({"audio_url": MP3, "audio_asset_id": "8f027b07"});
    bad(VIDEOS, &avatar(both.clone()), "warning request/conflict /audio_asset_id");
    bad(VIDEOS, &picture(both.clone()), "warning request/conflict /audio_asset_id");
    bad(VIDEOS, &scene_avatar(both.clone()), "error request/conflict /scenes/0/input/audio_asset_id");
    bad(VIDEOS, &still(both), "error request/conflict /scenes/0/audio_asset_id");
    good(VIDEOS, &picture(json!({"audio_url": MP3})));
}

#[test]
fn a_video_without_speech() {
    bad(VIDEOS, &avatar(json!({})), "warning request/needs-one-of ");
    bad(VIDEOS, &avatar(json!({"script": null})), "warning request/needs-one-of ");
    bad(VIDEOS, &picture(json!({"voice_id": VOICE})), "warning request/needs-one-of ");
    bad(VIDEOS, &scene_avatar(json!({})), "error request/needs-one-of /scenes/0/input");
    good(VIDEOS, &scene_avatar(json!({"audio_asset_id": "8f027b07"})));
    good(VIDEOS, &clip(json!({"audio_url": MP3})));
    // A clip has its own sound.
    good(VIDEOS, &clip(json!({})));
}

#[test]
fn a_fault_of_the_script_is_not_reported_as_missing_speech() {
    // An old name for the script, and a script one level too high, are already reported.
    silent(VIDEOS, &avatar(json!({"input_text": "Hello."})), "error request/retired-field /input_text");
    silent(VIDEOS, &avatar(json!({"voice": {"voice_id": VOICE}})), "error request/retired-field /voice");
    let mut high = scene_avatar(json!({}));
    high["scenes"][0]["script"] = json!("Hello.");
    silent(VIDEOS, &high, "error request/unknown-field /scenes/0/script");
    silent(VIDEOS, &avatar(json!({"scenes": []})), "error request/unknown-field /scenes");
    silent(VIDEOS, &avatar(json!({"script": 7})), "error request/wrong-type /script");
}

#[test]
fn a_picture_needs_a_voice_for_its_script() {
    bad(VIDEOS, &picture(json!({"script": "Hello."})), "error request/needs-one-of /script");
    bad(VIDEOS, &picture(json!({"script": "Hello.", "voice_id": null})), "error request/needs-one-of /script");
    bad(VIDEOS, &clip(json!({"script": "Hello."})), "error request/needs-one-of /scenes/0/script");
    bad(VIDEOS, &still(json!({"script": "Hello."})), "error request/needs-one-of /scenes/0/script");
    good(VIDEOS, &picture(json!({"script": "Hello.", "voice_id": VOICE})));
    good(VIDEOS, &still(json!({"script": "Hello.", "voice_id": VOICE})));
    // An avatar has a voice of its own.
    good(VIDEOS, &avatar(json!({"script": "Hello."})));
    good(VIDEOS, &scene_avatar(json!({"script": "Hello."})));
    // The misplaced voice is already reported.
    let within = json!({"script": "Hello.", "voice_settings": {"voice_id": VOICE}});
    silent(VIDEOS, &picture(within), "error request/unknown-field /voice_settings/voice_id");
}

#[test]
fn a_still_scene_is_silent_or_narrated() {
    bad(VIDEOS, &still(json!({})), "error request/needs-one-of /scenes/0");
    bad(VIDEOS, &still(json!({"duration": null})), "error request/needs-one-of /scenes/0");
    // A length that no scene can have is one fault, although it is also too long for the whole video.
    silent(VIDEOS, &still(json!({"duration": 5000})), "error request/out-of-range /scenes/0/duration");
    bad(VIDEOS, &still(json!({"duration": 4, "audio_url": MP3})), "error request/conflict /scenes/0/duration");
    let script = json!({"duration": 4, "script": "Hello.", "voice_id": VOICE});
    bad(VIDEOS, &still(script), "error request/conflict /scenes/0/duration");
    let all = json!({"duration": 4, "script": "Hello.", "audio_url": MP3});
    bad(VIDEOS, &still(all), "error request/conflict /scenes/0/duration");
    good(VIDEOS, &still(json!({"duration": 4})));
    good(VIDEOS, &still(json!({"duration": 300})));
    good(VIDEOS, &still(json!({"audio_asset_id": "8f027b07", "duration": null})));
}

#[test]
fn voice_settings_need_a_script() {
    let settings = json!({"audio_url": MP3, "voice_settings": {"speed": 1.2}});
    bad(VIDEOS, &avatar(settings.clone()), "warning request/no-effect /voice_settings");
    bad(VIDEOS, &clip(settings), "warning request/no-effect /scenes/0/voice_settings");
    let silent = json!({"duration": 4, "voice_settings": {"speed": 1.2}});
    bad(VIDEOS, &still(silent), "warning request/no-effect /scenes/0/voice_settings");
    good(VIDEOS, &avatar(json!({"audio_url": MP3, "voice_settings": {}})));
    good(VIDEOS, &avatar(json!({"audio_url": MP3, "voice_settings": null})));
    good(VIDEOS, &avatar(json!({"script": "Hello.", "voice_settings": {"speed": 1.2}})));
}

#[test]
fn eleven_v3_has_three_steps() {
    let settings = |model: &str, stability: Value| {
        let engine = json!({"engine_type": "elevenlabs", "model": model, "stability": stability});
        avatar(json!({"script": "Hello.", "voice_settings": {"engine_settings": engine}}))
    };
    let at = "/voice_settings/engine_settings/stability";
    for (wrong, near) in [(0.7, "0.5"), (0.01, "0"), (0.999, "1")] {
        let finding = bad(VIDEOS, &settings("eleven_v3", json!(wrong)), &format!("error request/unknown-value {at}"));
        assert_eq!(finding.help.as_deref(), Some(format!("the nearest is {near}").as_str()));
    }
    for right in [json!(0), json!(0.0), json!(0.5), json!(1), json!(1.0), Value::Null] {
        good(VIDEOS, &settings("eleven_v3", right));
    }
    good(VIDEOS, &settings("eleven_turbo_v2_5", json!(0.7)));
    // A value out of range is one fault.
    silent(VIDEOS, &settings("eleven_v3", json!(1.1)), &format!("error request/out-of-range {at}"));
}

#[test]
fn a_clip_must_hold_its_last_frame_for_a_voice_over() {
    let clip = |more: Value, playback: Value| {
        let mut body = clip(more);
        body["scenes"][0]["playback"] = playback;
        body
    };
    let over = json!({"script": "Hello.", "voice_id": VOICE});
    for mode in ["freeze", "loop", "fit_to_scene"] {
        good(VIDEOS, &clip(over.clone(), json!({"mode": mode})));
    }
    silent(VIDEOS, &clip(over, json!({"mode": "once"})), "error request/unknown-value /scenes/0/playback/mode");
    bad(VIDEOS, &clip(json!({}), json!({"mode": "loop"})), "error request/conflict /scenes/0/playback/mode");
    good(VIDEOS, &clip(json!({}), json!({"mode": null, "volume": 0.5})));
}
