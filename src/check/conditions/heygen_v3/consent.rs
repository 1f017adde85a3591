//! A consent is either recorded already or still to be asked for.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::check::typed::and;
use crate::finding::Finding;

const RECORDED: &str = "consent_video";
const ASKED: [&str; 2] = ["consent_text", "reroute_url"];

pub(in super::super) fn check(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    let asked: Vec<&str> = ASKED.into_iter().filter(|name| typed.given(name).is_some()).collect();
    if typed.given(RECORDED).is_none() || asked.is_empty() {
        return;
    }
    let fields: Vec<&str> = asked.iter().copied().chain([RECORDED]).collect();
    let verb = if asked.len() == 1 { "asks" } else { "ask" };
    let message = format!("{} {verb} for a consent that {RECORDED} gives already", and(&asked));
    let finding = typed.conflict(&fields, message);
    out.push(finding.help(format!("drop {RECORDED} to ask for the consent, or drop {}", and(&asked))));
}
