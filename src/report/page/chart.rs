//! Plain SVG: waveforms, the scenes of a video, the plan. The text beside each picture says the same.

use maud::{Markup, html};

use crate::check::length::Length;
use crate::limits::Limit;
use crate::outcome::gallery::Gallery;
use crate::plan::{Plan, Route, Scene, Storyboard};
use crate::report::words::place;
use crate::source::clean;
use crate::text::{count, counted, seconds, size};

/// The most waves drawn.
const MOST_WAVES: u64 = 120;

/// The loudness of a sound, mirrored around a line.
pub(super) fn waveform(peaks: &[u8], label: &str) -> Markup {
    let path: String = peaks
        .iter()
        .enumerate()
        .map(|(at, peak)| {
            let half = (f64::from(*peak) / 255.0 * 38.0).max(0.5);
            format!("M{} {:.1}v{:.1}", at * 3 + 2, 40.0 - half, half * 2.0)
        })
        .collect();
    html! {
        svg.wave role="img" aria-label=(label) viewBox={ "0 0 " (peaks.len() * 3 + 2) " 80" } preserveAspectRatio="none" {
            path d=(path) stroke-width="2" {}
        }
    }
}

/// A bar of several parts, each with its class; the rest of `whole` stays empty.
fn bar(parts: &[(f64, &str)], whole: f64, label: &str) -> Markup {
    let scale = 1_000.0 / whole.max(f64::MIN_POSITIVE);
    let mut at = 0.0;
    let placed: Vec<(f64, f64, &str)> = parts
        .iter()
        .map(|(value, class)| {
            let (start, width) = (at, (value * scale).min(1_000.0 - at).max(0.0));
            at += width;
            (start, width, *class)
        })
        .collect();
    html! {
        svg.bar role="img" aria-label=(label) viewBox="0 0 1000 20" preserveAspectRatio="none" {
            rect.empty x="0" y="0" width="1000" height="20" {}
            @for (start, width, class) in placed {
                rect class=(class) x=(format!("{start:.1}")) y="0" width=(format!("{width:.1}")) height="20" {}
            }
        }
    }
}

/// A value compared with its limit.
fn against(value: f64, most: f64, label: &str) -> Markup {
    let class = if value > most { "over" } else { "part" };
    bar(&[(value, class)], most, label)
}

/// The videos made of scenes, and the plan.
pub(super) fn drawn(gallery: &Gallery) -> Markup {
    let plan = &gallery.plan;
    html! {
        @if !plan.storyboards.shown.is_empty() {
            section #videos {
                h2 { "Videos, scene by scene" }
                @for video in &plan.storyboards.shown { (storyboard(video)) }
                @if plan.storyboards.more > 0 { p { (counted(plan.storyboards.more, "more video")) " not shown here." } }
            }
        }
        @if plan.total() > 0 {
            section #plan { h2 { "Total of the requests" } (chart(plan)) }
        }
    }
}

fn storyboard(video: &Storyboard) -> Markup {
    // A scene of unknown length still gets some space.
    let known = video.length.seconds();
    let guess = if known > 0.0 { known / video.scenes.len().max(1) as f64 / 2.0 } else { 1.0 };
    let drawn = |scene: &Scene| if scene.length.seconds() > 0.0 { scene.length.seconds() } else { guess };
    let class = |(at, scene): (usize, &Scene)| match scene {
        scene if scene.says_too_much() || scene.lasts_too_long() => "over",
        scene if scene.length.seconds() <= 0.0 => "unknown",
        _ if at % 2 == 0 => "part",
        _ => "other",
    };
    let parts: Vec<(f64, &str)> =
        video.scenes.iter().enumerate().map(|(at, scene)| (drawn(scene), class((at, scene)))).collect();
    let whole = parts.iter().map(|(length, _)| length).sum();
    let title = video.title.as_deref().map(clean);
    let scenes = video.scenes.len() as u64 + video.more;
    html! {
        article.video {
            h3 { @if let Some(title) = &title { (title) " " } span.path { (place(&video.place, None)) } }
            p { (counted(scenes, "scene")) ", " (in_words(video.length)) }
            (bar(&parts, whole, &format!("{}, drawn to scale", counted(scenes, "scene"))))
            table {
                thead { tr { th scope="col" { "Scene" } th scope="col" { "Length" } th scope="col" { "Script" } } }
                tbody { @for (at, scene) in video.scenes.iter().enumerate() { (row(at + 1, scene)) } }
            }
            @if video.more > 0 { p { (counted(video.more, "more scene")) } }
        }
    }
}

fn row(number: usize, scene: &Scene) -> Markup {
    let kind = clean(&scene.kind).replace('_', " ");
    let length = in_words(scene.length);
    let within = |limit: &Option<Limit>| limit.as_ref().and_then(Limit::number);
    html! {
        tr {
            th scope="row" { (number) @if !kind.is_empty() { " " small { (kind) } } }
            td class=[scene.lasts_too_long().then_some("bad")] {
                (length)
                @if let (Some(most), true) = (within(&scene.bound), scene.length.seconds() > 0.0) {
                    " of at most " (seconds(most))
                    (against(scene.length.seconds(), most, &format!("{length} of at most {}", seconds(most))))
                }
            }
            td class=[scene.says_too_much().then_some("bad")] {
                @if let Some((points, limit)) = &scene.script {
                    @let words = format!("{} of {}", count(*points), limit.text());
                    (words)
                    @if let Some(most) = limit.number() { (against(*points as f64, most, &words)) }
                } @else { "none" }
            }
        }
    }
}

fn chart(plan: &Plan) -> Markup {
    html! {
        table.jobs {
            thead { tr { th scope="col" { "Jobs" } th scope="col" { "Number" } } }
            tbody {
                @for (kind, number) in &plan.jobs {
                    tr { th scope="row" { (if *number == 1 { kind.one } else { kind.many }) } td { (count(*number)) } }
                }
            }
        }
        @if let (Some(most), jobs @ 1..) = (plan.concurrency, plan.limited()) {
            h3 { "Waves" }
            p { (counted(plan.waves(), "wave")) ": " (counted(jobs, "job")) ", " (count(most)) " at once" }
            @if plan.waves() > 1 { (waves(jobs, most, plan.waves())) }
        }
        @if plan.length.seconds() > 0.0 {
            h3 { "Minutes" }
            p { (in_words(plan.length)) @if plan.length.exact > 0.0 && plan.length.estimated > 0.0 {
                ": " (seconds(plan.length.exact)) " stated or measured, " (seconds(plan.length.estimated)) " estimated from scripts"
            } }
            @if plan.length.exact > 0.0 && plan.length.estimated > 0.0 {
            (bar(&[(plan.length.exact, "part"), (plan.length.estimated, "other")], plan.length.seconds(), "Length, stated or measured, then estimated")) }
        }
        @if plan.asset.files + plan.direct.files > 0 {
            h3 { "Uploads" }
            // A bar makes sense only beside another one.
            @let both = plan.asset.files > 0 && plan.direct.files > 0;
            @let most = both.then(|| plan.asset.bytes.max(plan.direct.bytes) as f64);
            (route(plan.asset, "plain upload", most))
            (route(plan.direct, "direct upload", most))
        }
        @if plan.unrecognised > 0 { p { (counted(plan.unrecognised, "request")) " of no known endpoint, not counted" } }
    }
}

fn route(route: Route, how: &str, most: Option<f64>) -> Markup {
    let words = format!("{how}: {}, {}", counted(route.files, "file"), size(route.bytes));
    html! {
        @if route.files > 0 {
            p { (words) }
            @if let Some(most) = most { (bar(&[(route.bytes as f64, "part")], most, &words)) }
        }
    }
}

/// A column for each wave, as high as its number of jobs.
fn waves(jobs: u64, most: u64, waves: u64) -> Markup {
    let drawn = waves.min(MOST_WAVES);
    let wide = (1_000.0 / drawn.max(1) as f64).min(60.0);
    let column = |at: u64| {
        let number = jobs.saturating_sub(at * most).min(most);
        let high = number as f64 / most.max(1) as f64 * 60.0;
        (at as f64 * wide + wide * 0.1, 60.0 - high, wide * 0.8, high)
    };
    html! {
        svg.waves role="img" aria-label={ (counted(waves, "wave")) " of up to " (counted(most, "job")) } viewBox="0 0 1000 60" preserveAspectRatio="none" {
            @for (x, y, width, height) in (0..drawn).map(column) {
                rect.part x=(format!("{x:.1}")) y=(format!("{y:.1}")) width=(format!("{width:.1}")) height=(format!("{height:.1}")) {}
            }
        }
        @if drawn < waves { p.note { "the first " (count(drawn)) " of them" } }
    }
}

fn in_words(length: Length) -> String {
    let known = match (length.exact > 0.0, length.estimated > 0.0) {
        (false, false) if length.unknown > 0 => return "unknown length".to_owned(),
        (_, true) => format!("about {}", seconds(length.seconds())),
        (_, false) => seconds(length.exact),
    };
    match length.unknown {
        0 => known,
        unknown => format!("{known} and {} of unknown length", counted(unknown, "part")),
    }
}
