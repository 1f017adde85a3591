//! Conditions on the background of a presenter.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::Finding;
use crate::profile::heygen_v3::limits;
use crate::request::json::Value;
use crate::rule::{self, Severity};

const COLOUR: &str = "value";
const PICTURE: [&str; 2] = ["url", "asset_id"];

/// A colour needs a value, a picture one address.
pub(in super::super) fn check(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    let pictures: Vec<&str> = PICTURE.into_iter().filter(|name| typed.given(name).is_some()).collect();
    let picture = PICTURE.iter().any(|name| typed.is_meant(name));
    match typed.known("type").as_deref() {
        Some("color") => {
            if !typed.is_meant(COLOUR) {
                let finding = Finding::new(&rule::REQUEST_NEEDS_ONE_OF, "a background of type color needs value")
                    .at(typed.location());
                out.push(finding.help(match picture {
                    true => "give the colour as \"value\": \"#RRGGBB\", or make it type image",
                    false => "give the colour as \"value\": \"#RRGGBB\"",
                }));
            } else if let [first, ..] = pictures.as_slice() {
                out.push(idle(typed, first, "color"));
            }
        }
        Some("image") => {
            if !picture {
                let message = "a background of type image needs url or asset_id";
                let finding = Finding::new(&rule::REQUEST_NEEDS_ONE_OF, message).at(typed.location());
                out.push(finding.help(match typed.has(COLOUR) {
                    true => "give the address or the asset id of the picture, or make it type color",
                    false => "give the address or the asset id of the picture",
                }));
            } else if pictures.len() > 1 {
                let message = "url and asset_id are both given; a background is one picture";
                out.push(typed.conflict(&pictures, message).help("keep one of the two"));
            } else if typed.given(COLOUR).is_some() {
                out.push(idle(typed, COLOUR, "image"));
            }
        }
        _ if typed.has("type") && !typed.is_sound("type") => other_type(typed, out),
        _ => {}
    }
}

/// Handles a type that is neither colour nor picture. It is already reported, so the file that it refers to no longer
/// matters.
fn other_type(typed: &Typed<'_>, out: &mut Vec<Finding>) {
    // The findings about this object are the last ones.
    const AT_MOST: usize = 8;
    let tail = out.len().saturating_sub(AT_MOST);
    let pointer = |name: &str| typed.get(name).map(Value::pointer);
    let (kind, url) = (pointer("type"), pointer("url"));
    let is_of_file = |finding: &Finding| url.is_some() && finding.location.pointer == url;
    let echo = out.iter().skip(tail).position(|f| *f.rule == rule::URL_UNSUPPORTED_EXTENSION && is_of_file(f));
    if let Some(at) = echo {
        out.remove(tail + at);
    }
    let video = typed.text("type").is_some_and(|text| text == "video");
    let named =
        out.iter_mut().skip(tail).find(|f| *f.rule == rule::REQUEST_UNKNOWN_VALUE && f.location.pointer == kind);
    if let Some(finding) = named.filter(|finding| video && finding.help.is_none()) {
        finding.help = Some("v3 has no video background; make the video a scene of type studio".to_owned());
    }
}

/// A field of the other type of background.
fn idle(typed: &Typed<'_>, field: &str, kind: &str) -> Finding {
    let message = format!("{field} has no effect on a background of type {kind}");
    let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message).at(typed.place(field));
    typed.without(field, finding.help("remove it, or change the type"))
}

/// A transparent video allows no background.
pub(in super::super) fn presenter(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let transparent = &context.limits[limits::OUTPUT_TRANSPARENT];
    let Some(format) = typed.known("output_format").filter(|format| transparent.names().contains(&format.as_ref()))
    else {
        return;
    };
    if typed.given("background").is_some() {
        let message = format!("output_format {format} is transparent and allows no background");
        let finding = typed.conflict(&["output_format", "background"], message).limit(transparent);
        out.push(finding.help("drop background, or leave output_format out"));
    } else if typed.get("remove_background").and_then(Value::as_bool) == Some(true) {
        let message = format!("remove_background is redundant: {format} has no background anyway");
        let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message).at(typed.place("remove_background"));
        out.push(typed.without("remove_background", finding.at_most(Severity::Hint).help("leave it out")));
    }
}
