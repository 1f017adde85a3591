//! Checks one value against one field: type, bounds, values, format.

use super::super::placeholder;
use super::super::script::{self, ScriptForm};
use super::walk::{Walker, with_fix};
use super::{edit, format, words};
use crate::finding::{Finding, Fix, Location};
use crate::limits::{Limit, LimitId, Limits};
use crate::request::contract::{Advice, Field, FieldKind, List, Number, Text, TextRole};
use crate::request::json::{self, Value};
use crate::request::shape;
use crate::request::visit::Uses;
use crate::rule::{self, Rule};
use crate::text;
use crate::text::Span;

/// Adds the findings about the field as a whole. `before` is the number of findings before its value was checked.
pub fn leave(walker: &mut Walker<'_>, field: &'static Field, value: Value<'_>, before: usize) {
    if let Some(doubt) = field.doubt {
        let found = walker.out.split_off(before);
        walker.out.extend(found.into_iter().map(|finding| doubtful(finding, doubt)));
    }
    if let Some(why) = field.ignored.filter(|_| walker.out.len() == before && !shape::is_default(field, value)) {
        let message = format!("{} has no effect: {why}", value_name(value));
        let place = Location::value(value.pointer(), value.key_span().unwrap_or(value.span()));
        let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message).at(place).help("leave it out");
        walker.out.push(with_fix(finding, edit::remove(value, format!("remove {}", field.name), false)));
    }
}

/// A value outside a list or a bound that the service may still accept.
fn doubtful(mut finding: Finding, doubt: &str) -> Finding {
    if std::ptr::eq(finding.rule, &rule::REQUEST_WRONG_TYPE) {
        return finding;
    }
    let help = finding.help.take();
    let finding = finding.at_most(rule::Severity::Warning);
    match help {
        Some(help) => finding.help(format!("{help}; {doubt}")),
        None => finding.help(doubt),
    }
}

/// A value without fields or items to visit.
pub fn leaf(walker: &mut Walker<'_>, field: &'static Field, kind: &'static FieldKind, value: Value<'_>, uses: Uses) {
    if let Some(given) = value.as_str() {
        if text::placeholder::is_placeholder(&given) {
            return unfilled(walker, value);
        }
        if let FieldKind::Text(text) = kind {
            return self::text(walker, field, text, value, &given, uses);
        }
    }
    match (kind, value.kind()) {
        (FieldKind::Number(wanted), json::ValueKind::Number) => number(walker, field, wanted, value),
        (FieldKind::Flag, json::ValueKind::Bool) => {}
        (FieldKind::Map(None), json::ValueKind::Object) => map(walker, value),
        _ => wrong_type(walker, field, kind, value),
    }
}

/// The rule for the bounds of a field.
pub fn rule_of(field: &Field, general: &'static Rule) -> &'static Rule {
    field.rule.and_then(rule::find).unwrap_or(general)
}

/// A placeholder, which counts as unknown and not as wrong.
pub fn is_placeholder(value: Value<'_>) -> bool {
    value.as_str().is_some_and(|text| text::placeholder::is_placeholder(&text))
}

/// Reports a placeholder.
pub fn unfilled(walker: &mut Walker<'_>, value: Value<'_>) {
    walker.add(placeholder::text(value, walker.context));
}

/// Reports a placeholder that looks like a value of its kind.
pub fn unfilled_as(walker: &mut Walker<'_>, value: Value<'_>) {
    walker.out.push(placeholder::whole(value, walker.context));
}

/// A map may contain anything; only placeholders are reported.
fn map(walker: &mut Walker<'_>, value: Value<'_>) {
    for entry in value.children() {
        unfilled(walker, entry);
        entry.children().for_each(|inner| unfilled(walker, inner));
    }
}

fn value_name(value: Value<'_>) -> String {
    words::name(value)
}

fn place(value: Value<'_>) -> Location {
    Location::value(value.pointer(), value.span())
}

fn wrong_type(walker: &mut Walker<'_>, field: &'static Field, kind: &'static FieldKind, value: Value<'_>) {
    // The syntax check reports invalid JSON, and the value is only the parser's guess.
    if value.is_broken() {
        return;
    }
    let wanted = words::kind(kind);
    let message = format!("{} is {}; it must be {wanted}", value_name(value), words::given(value));
    let finding = Finding::new(&rule::REQUEST_WRONG_TYPE, message).at(place(value));
    let element = value.key().is_none();
    let fix = edit::convert(value, kind, field.required || element, field.null);
    walker.out.push(with_fix(finding, fix));
}

// ---- strings ---------------------------------------------------------------------------------------------------------

fn text(
    walker: &mut Walker<'_>,
    field: &'static Field,
    wanted: &'static Text,
    value: Value<'_>,
    given: &str,
    uses: Uses,
) {
    if !wanted.values.is_empty() {
        return values(walker, field, wanted, value, given);
    }
    if lengths(walker, field, wanted, value) {
        return;
    }
    match wanted.format {
        Some(_) => format::check(walker, wanted, value, given, uses),
        None if field.name.ends_with("_id") => walker.add(placeholder::reference(value, walker.context)),
        None => {}
    }
}

fn values(walker: &mut Walker<'_>, field: &'static Field, wanted: &'static Text, value: Value<'_>, given: &str) {
    if wanted.values.contains(&given) {
        return unusual(walker, wanted, value, given);
    }
    if walker.is_newer_value(field.name, given) {
        return;
    }
    let name = words::list_name(value);
    let message = if wanted.values.len() > text::words::FEW {
        format!("{} is none of the {} values of {name}", words::quote(given), wanted.values.len())
    } else {
        let values = text::words::either(wanted.values.iter().copied());
        format!("{} is not a value of {name}; it must be {values}", words::quote(given))
    };
    let finding = Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message).at(place(value)).observed(words::shorten(given));
    let renamed = wanted.renamed.iter().find(|(old, _)| *old == given).map(|(_, now)| *now);
    let meant = renamed.or_else(|| shape::nearest(given, wanted.values.iter().copied()));
    walker.out.push(match meant {
        Some(meant) => finding.help(format!("did you mean \"{meant}\"?")).fix(edit::change(value, meant)),
        None if wanted.values.len() > text::words::FEW => {
            finding.help(format!("use {}", text::words::either(wanted.values.iter().copied())))
        }
        None => finding,
    });
}

/// A value that one document lists and another omits.
fn unusual(walker: &mut Walker<'_>, wanted: &'static Text, value: Value<'_>, given: &str) {
    let Some((limit, advice)) = wanted.usual else { return };
    let limit = &walker.context.limits[limit];
    if limit.names().contains(&given) {
        return;
    }
    let sure = text::words::all(limit.names().iter().copied());
    let name = words::name(value);
    let message =
        format!("{name} is {}, which not all documents list; {sure} are certain to work", words::quote(given));
    let finding = Finding::new(&rule::OUTPUT_ASPECT_RATIO, message).at(place(value)).observed(given).limit(limit);
    let finding = finding.at_most(match advice {
        Advice::Hint => rule::Severity::Hint,
        Advice::Warning => rule::Severity::Warning,
    });
    walker.out.push(match limit.note {
        "" => finding,
        note => finding.help(note),
    });
}

/// Checks length and speech markup of a text. Returns true if it found something.
fn lengths(walker: &mut Walker<'_>, field: &'static Field, wanted: &'static Text, value: Value<'_>) -> bool {
    let context = walker.context;
    let before = walker.out.len();
    match (wanted.role, wanted.max) {
        (TextRole::Script, Some(max)) => walker.out.extend(script::script(value, ScriptForm::Script, max, context)),
        (TextRole::Speech, Some(max)) => {
            walker.out.extend(script::script(value, declared(walker, value), max, context));
        }
        (TextRole::Prompt, Some(max)) => walker.add(script::prompt(value, max, context)),
        (_, Some(max)) => {
            let rule = rule_of(field, &rule::REQUEST_TOO_LONG);
            walker.add(script::too_long(value, rule, max, "shorten it", context));
        }
        _ => {}
    }
    // A text with nothing to speak is already reported.
    if walker.out.len() == before && !matches!(wanted.role, TextRole::Script | TextRole::Speech) {
        walker.add(too_short(walker, wanted, value));
    }
    walker.out.len() > before
}

/// The form of a text that the field beside it declares.
fn declared(walker: &Walker<'_>, value: Value<'_>) -> ScriptForm {
    let is_ssml = walker.context.profile().ssml.is_some_and(|ssml| {
        value
            .parent()
            .and_then(|body| body.get(ssml.field))
            .and_then(Value::as_str)
            .is_some_and(|declared| declared == ssml.value)
    });
    if is_ssml { ScriptForm::Ssml } else { ScriptForm::Plain }
}

fn too_short(walker: &Walker<'_>, wanted: &'static Text, value: Value<'_>) -> Option<Finding> {
    let limit = &walker.context.limits[wanted.min?];
    let length = value.code_points();
    limit.number().filter(|least| (length as f64) < *least)?;
    let message = fewer(value, length, "code point", limit);
    Some(Finding::new(&rule::REQUEST_TOO_SHORT, message).at(place(value)).observed(length as u64).limit(limit))
}

/// The message for a text or a list below its minimum.
fn fewer(value: Value<'_>, length: usize, unit: &str, limit: &Limit) -> String {
    let (name, least) = (value_name(value), words::bound(limit));
    match length {
        0 => format!("{name} is empty; it needs at least {least}"),
        _ => format!("{name} has {}, fewer than the minimum of {least}", text::counted(length as u64, unit)),
    }
}

// ---- numbers ---------------------------------------------------------------------------------------------------------

fn number(walker: &mut Walker<'_>, field: &'static Field, wanted: &'static Number, value: Value<'_>) {
    // The syntax check reports a number without an end.
    let Some(number) =
        value.number().filter(|number| number.is_finite() || value.raw().contains(|c: char| c.is_ascii_digit()))
    else {
        return;
    };
    let written = || {
        if number.is_finite() && number.abs() < 1e15 { text::number(number) } else { words::shorten(value.raw()) }
    };
    let (location, name) = (|| place(value), || value_name(value));
    let given = GivenNumber {
        number,
        whole: !wanted.integer || value.is_integer(),
        written: &written,
        location: &location,
        name: &name,
    };
    let before = walker.out.len();
    check_number(walker, field, wanted, &given);
    if let Some(finding) = walker.out.get_mut(before) {
        finding.fix = clamp(walker.context.limits, wanted, number, value);
    }
}

/// Replaces a number by the bound that it exceeds, which is the smallest change that the service accepts.
fn clamp(limits: &Limits, wanted: &Number, number: f64, value: Value<'_>) -> Option<Fix> {
    let bound = |id: Option<LimitId>| {
        let limit = &limits[id?];
        // The meaning of MB is uncertain.
        if limit.bytes().is_some() { None } else { limit.number() }
    };
    let least = bound(wanted.min).filter(|least| number < *least);
    let to = match bound(wanted.max).filter(|most| number > *most).or(least) {
        Some(to) => to,
        None if wanted.even && number % 2.0 != 0.0 && number.fract() == 0.0 => number - 1.0,
        None => return None,
    };
    let fits = (!wanted.integer || to.fract() == 0.0) && (!wanted.even || to % 2.0 == 0.0);
    let inside = bound(wanted.min).is_none_or(|least| to >= least) && bound(wanted.max).is_none_or(|most| to <= most);
    let above = bound(wanted.above).is_none_or(|least| to > least);
    (wanted.values.is_empty() && fits && inside && above)
        .then(|| edit::replace(format!("set it to {}", text::number(to)), false, value.span(), format!("{to}")))
}

/// A number from a body or a query string, with its words for messages, which are built only when needed.
pub struct GivenNumber<'n> {
    pub number: f64,
    pub whole: bool,
    /// The number as messages show it.
    pub written: &'n dyn Fn() -> String,
    pub location: &'n dyn Fn() -> Location,
    pub name: &'n dyn Fn() -> String,
}

pub fn check_number(walker: &mut Walker<'_>, field: &'static Field, wanted: &'static Number, given: &GivenNumber<'_>) {
    let GivenNumber { number, whole, written, location, name } = given;
    let shown = || (name(), written());
    if wanted.integer && !whole {
        let (name, written) = shown();
        let message = format!("{name} is {written}; it must be a whole number");
        let rule =
            if field.rule == Some(rule::QUERY_LIMIT.id) { &rule::QUERY_LIMIT } else { &rule::REQUEST_WRONG_TYPE };
        walker.out.push(Finding::new(rule, message).at(location()).observed(*number));
        return;
    }
    if !wanted.values.is_empty() {
        if !wanted.values.contains(number) && !walker.is_newer_value(field.name, &number.to_string()) {
            let (name, written) = shown();
            let values: Vec<String> = wanted.values.iter().map(|value| text::number(*value)).collect();
            let message = format!(
                "{written} is not a value of {name}; it must be {}",
                text::words::either(values.iter().map(String::as_str))
            );
            walker.out.push(Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message).at(location()).observed(*number));
        }
        return;
    }
    let limits = walker.context.limits;
    let bound = |id: Option<LimitId>| id.map(|id| &limits[id]);
    let out = |message: String, limit: &Limit| {
        let rule = rule_of(field, &rule::REQUEST_OUT_OF_RANGE);
        let finding = Finding::new(rule, message).at(location()).observed(*number).limit(limit);
        match limit.note {
            "" => finding,
            note => finding.help(note),
        }
    };
    let found = if let Some((limit, doubt)) = bound(wanted.max).and_then(|limit| above(limit, *number)) {
        let (name, written) = shown();
        let finding = out(format!("{name} is {written}, above the maximum of {}", words::bound(limit)), limit);
        Some(if doubt {
            finding.at_most(rule::Severity::Warning).help(
                "no document says whether a megabyte is 1,000,000 or 1,048,576 bytes; this value is between the two",
            )
        } else {
            finding
        })
    } else if let Some(limit) = bound(wanted.min).filter(|limit| limit.number().is_some_and(|least| *number < least)) {
        let (name, written) = shown();
        Some(out(format!("{name} is {written}, below the minimum of {}", words::bound(limit)), limit))
    } else if let Some(limit) = bound(wanted.above).filter(|limit| limit.number().is_some_and(|least| *number <= least))
    {
        let (name, written) = shown();
        Some(out(format!("{name} is {written}; it must be above {}", words::bound(limit)), limit))
    } else if wanted.even && number % 2.0 != 0.0 {
        let (name, written) = shown();
        let message = format!("{name} is {written}, an odd number; it must be even");
        let help = format!("use {} or {}", text::number(number - 1.0), text::number(number + 1.0));
        let rule = rule_of(field, &rule::REQUEST_OUT_OF_RANGE);
        Some(Finding::new(rule, message).at(location()).observed(*number).help(help))
    } else {
        None
    };
    walker.add(found);
}

/// The limit that the number exceeds. The flag is true if it does so only with the smaller meaning of MB.
fn above(limit: &Limit, number: f64) -> Option<(&Limit, bool)> {
    match limit.bytes() {
        Some((sure, refused)) if number > sure as f64 => Some((limit, number <= refused as f64)),
        Some(_) => None,
        None => limit.number().filter(|most| number > *most).map(|_| (limit, false)),
    }
}

// ---- lists -----------------------------------------------------------------------------------------------------------

/// Checks the length of a list. The walk visits items beyond the maximum too, because the user may split the list
/// instead of cutting it.
pub fn list(walker: &mut Walker<'_>, field: &'static Field, wanted: &'static List, value: Value<'_>) {
    let limits = walker.context.limits;
    let length = value.len();
    if let Some(limit) = wanted.max.map(|max| &limits[max]) {
        let most = limit.number().unwrap_or(f64::INFINITY).max(0.0);
        if length as f64 > most {
            let first = value.items().nth(most as usize).unwrap_or(value);
            let (start, letter) = (first.span().start, first.raw().chars().next().map_or(0, char::len_utf8));
            let over = text::count((length - (most as usize).min(length)) as u64);
            let name = value_name(value);
            let message = format!(
                "{name} has {}, {over} more than the maximum of {}",
                text::counted(length as u64, "item"),
                words::bound(limit)
            );
            let rule = rule_of(field, &rule::REQUEST_TOO_MANY_ITEMS);
            let location = Location::value(value.pointer(), Span::new(start, start + letter));
            walker.out.push(
                Finding::new(rule, message)
                    .at(location)
                    .label("too many from here on")
                    .observed(length as u64)
                    .limit(limit),
            );
        }
    }
    let few = |limit: &&Limit| limit.number().is_some_and(|least| (length as f64) < least);
    if let Some(limit) = wanted.min.map(|min| &limits[min]).filter(few) {
        let message = fewer(value, length, "item", limit);
        let finding = Finding::new(&rule::REQUEST_TOO_FEW_ITEMS, message).at(place(value));
        walker.out.push(finding.observed(length as u64).limit(limit));
    }
}
